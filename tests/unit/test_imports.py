"""Beam and spaCy are imported without what nobody here uses, and nobody who asks for that later is left without."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest


def run(script: str) -> str:
    """Run a script in a fresh process; return what it prints."""
    found = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_beam_is_imported_without_clients_of_databases_which_can_be_had_later() -> None:
    printed = run(
        """
        import sys
        from transforms.imports import BEAM_CLIENT, BEAM_SPARED, quietly

        with quietly():
            import apache_beam
        print([name for name in (*BEAM_SPARED, BEAM_CLIENT) if name in sys.modules])
        from apache_beam.internal.http_client import get_new_http
        print(type(get_new_http()).__module__, "httplib2" in sys.modules)
        import apache_beam.io.gcp.bigquery
        import apache_beam.io.mongodbio
        print(apache_beam.io.gcp.bigquery.__name__)
        import pymongo
        print(pymongo.__name__)
        """
    )
    assert printed.splitlines() == [
        "[]",
        "httplib2 True",
        "apache_beam.io.gcp.bigquery",
        "pymongo",
    ]


def test_spacy_is_imported_without_its_command_line_which_can_be_had_later() -> None:
    printed = run(
        """
        import sys
        from transforms.imports import import_spacy

        spacy = import_spacy()
        assert spacy is import_spacy()
        print([name for name in ("spacy.cli", "httpx", "weasel") if name in sys.modules])
        print(spacy.info(silent=True)["spacy_version"] == spacy.__version__)
        import spacy.cli
        print(callable(spacy.cli.download), spacy.cli.__file__ is not None)
        """
    )
    assert printed.splitlines() == ["[]", "True", "True True"]


def test_what_stands_for_a_module_gives_whatever_else_is_asked_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from transforms.imports import _Later

    stand = _Later("json.tool", info=3)
    monkeypatch.setitem(sys.modules, "json.tool", stand)
    assert stand.info == 3
    assert callable(stand.main)
    assert sys.modules["json.tool"] is not stand
    with pytest.raises(AttributeError):
        _ = stand.nothing_of_the_kind
