"""Importing Beam and spaCy without what nobody here uses of them: a third of the time that each takes.

Beam imports the clients of BigQuery and MongoDB wherever they are installed and an HTTP client with a parser generator,
spaCy its command line with another HTTP client and a project manager. What is withheld is so only during the import:
whoever asks for it later gets it.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any, Final

BEAM_SPARED: Final = ("pymongo", "bson", "apache_beam.io.gcp.bigquery")
"""Modules that Beam imports if it can, and does without if it cannot."""

BEAM_CLIENT: Final = "httplib2"
"""A module that Beam needs for the network only."""


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Import Beam without its clients of databases, and its warnings about cloud libraries that nobody asked for."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    is_new = "apache_beam" not in sys.modules
    try:
        with (
            _withheld(BEAM_SPARED if is_new else ()),
            _put_off(*([_Later(BEAM_CLIENT)] if is_new else [])),
        ):
            yield
    finally:
        root.setLevel(level)


@contextlib.contextmanager
def _withheld(names: Sequence[str]) -> Iterator[None]:
    """Let the import of these modules fail, as if they were not installed."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            if sys.modules.get(name, sys) is None:
                del sys.modules[name]


def import_spacy() -> Any:
    """Return spaCy, imported without its command line."""
    if "spacy" not in sys.modules:
        with _put_off(_Later("spacy.cli"), _Later("spacy.cli.info", info=_info)):
            importlib.import_module("spacy")
    return sys.modules["spacy"]


@contextlib.contextmanager
def _put_off(*modules: _Later) -> Iterator[None]:
    """Let these stand for the modules of their names where those are not imported yet."""
    standing = [module for module in modules if module.__name__ not in sys.modules]
    sys.modules.update({module.__name__: module for module in standing})
    try:
        yield
    finally:
        for module in standing:
            if sys.modules.get(module.__name__) is module:
                del sys.modules[module.__name__]


class _Later(types.ModuleType):
    """Stands for a module until something of it is asked for that is not among ``given``."""

    def __init__(self, name: str, **given: Any) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        vars(self).update(given)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        own = self.__name__
        for known in [key for key, value in sys.modules.items() if isinstance(value, _Later)]:
            del sys.modules[known]
        return getattr(importlib.import_module(own), name)


def _info(*args: Any, **settings: Any) -> Any:
    """Call ``spacy.info``, which lies in the command line."""
    return importlib.import_module("spacy.cli.info").info(*args, **settings)
