"""The same tables on Prism."""

from __future__ import annotations

import pytest

from tests.engines.conftest import SMALL, execution_on, run_all

pytestmark = [pytest.mark.prism, pytest.mark.slow, pytest.mark.model]


@pytest.mark.usefixtures("small_units")
def test_the_archive_gives_the_tables_it_gives_here(here, tmp_path):
    with execution_on("PrismRunner") as prism:
        assert run_all(SMALL, tmp_path / "lake", prism) == here["small"]
