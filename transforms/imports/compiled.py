"""Compiled modules beside their sources are believed only while they are of what stands there.

``setup.py`` compiles some modules, and notes in ``NOTE`` of which sources. A compiled module hides its source from Python: after
a change, or a build that was broken off, the change would have no effect. So all sources are compared with the note when
``transforms`` is imported, which takes four milliseconds, eleven the first time, and without a note that fits, the sources are what is imported.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
NOTE: Final = "transforms/compiled.txt"
PURE: Final = "DATELINE_PURE"
"""The environment variable that asks, set to 1, for the sources though they are compiled."""


def sources_digest(root: Path = ROOT) -> str:
    """Hash the sources that compiled modules rest on: 128 bits in hexadecimal."""
    digest = hashlib.blake2b(digest_size=16)
    for folder in ("schemas", "transforms"):
        for pattern in ("*.py", "*/*.py"):
            for path in sorted((root / folder).glob(pattern)):
                content = path.read_bytes()
                digest.update(f"{path.relative_to(root)} {len(content)}\n".encode())
                digest.update(content)
    return digest.hexdigest()


def is_believed(root: Path = ROOT) -> bool:
    """Tell whether compiled modules of ``root`` are to be imported: there is a note, it fits, and nobody asked for the sources."""
    if os.environ.get(PURE) == "1":
        return False
    try:
        noted = (root / NOTE).read_text(encoding="ascii")
    except (OSError, ValueError):
        return False
    return noted == sources_digest(root)


def is_used() -> bool:
    """Tell whether this process runs the compiled event coder."""
    from transforms.coding import coder

    return str(coder.__file__).endswith(tuple(EXTENSION_SUFFIXES))


def choose() -> None:
    """Let the modules of ``transforms`` be imported from their sources unless the compiled ones are believed."""
    if not is_believed():
        sys.meta_path.insert(0, _Sources())


class _Sources:
    """Finds the sources of modules of ``transforms``."""

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None,
        target: Any = None,  # noqa: ARG002 - Python's signature
    ) -> ModuleSpec | None:
        """Return where the source of a module is, or null if this is for others to say."""
        if not name.startswith("transforms.") or not path:
            return None
        source = Path(path[0], name.rpartition(".")[2] + ".py")
        return importlib.util.spec_from_file_location(name, source) if source.is_file() else None
