"""Settings of the whole suite."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# No deadline: the first example of a property pays for imports, and CI machines are shared.
settings.register_profile(
    "dateline", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("dateline")


def pytest_addoption(parser):
    """Declare our flags."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden tables")


@pytest.fixture(scope="session")
def _needs_the_model():
    """Skip what reads with the shipped model where that cannot be found."""
    from transforms.nlp.models import ModelError, describe_model

    try:
        describe_model()
    except ModelError as error:
        pytest.skip(str(error))
