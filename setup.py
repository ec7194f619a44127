"""Compiles the modules that resolve entities and code events, if asked to; all else stands in ``pyproject.toml``.

    python setup.py build_ext --inplace           beside the sources; ``run_local.sh`` does it where there is a C compiler
    DATELINE_COMPILE=1 pip wheel --no-deps .      a wheel for this platform and version of Python

Without either the package is plain Python and gives the same tables: compiled, the coder takes half its time. It is done
by mypyc (https://mypyc.readthedocs.io), from the types that the sources state anyway, in a minute on two cores.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

from setuptools import setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent
MYPYC = "mypy>=1.18"

MODULES = {
    "transforms/coding": "circumstances clauses coder inflect lexicon merging ontology phrases readings",
    "transforms/knowledge": "actors dates entities knowledge mentions names occasions people places resolve tense words",
}


def is_asked_for() -> bool:
    """Tell whether this call is to compile."""
    return os.environ.get("DATELINE_COMPILE") == "1" or "build_ext" in sys.argv[1:]


def extensions() -> list[Any]:
    """Translate the modules to C."""
    os.environ["MYPY_CACHE_DIR"] = os.devnull  # what is left of another build has led it astray
    from mypyc.build import mypycify

    paths = [f"{folder}/{name}.py" for folder, names in MODULES.items() for name in names.split()]
    return list(mypycify(paths, opt_level="2", debug_level="0", separate=True))


class BuildExt(build_ext):
    """Builds, and notes beside the compiled modules of which sources they are."""

    def run(self) -> None:
        """Build; while that lasts there is no note, so a build that is broken off is not believed."""
        from transforms.imports.compiled import NOTE, sources_digest

        note = (ROOT if self.inplace else Path(self.build_lib)) / NOTE
        note.unlink(missing_ok=True)
        super().run()
        note.write_text(sources_digest(), encoding="ascii")


def main() -> None:
    """Set up, with the compiled modules or without."""
    if not is_asked_for():
        setup()
    elif importlib.util.find_spec("mypyc") is None:
        if "build_ext" in sys.argv[1:]:
            raise SystemExit(
                f"compiling needs mypyc, which is not installed: pip install '{MYPYC}'"
            )
        setup(setup_requires=[MYPYC])  # pip installs it and comes again
    else:
        os.chdir(ROOT)
        sys.path.insert(0, str(ROOT))
        jobs = {"build_ext": {"parallel": os.cpu_count() or 1}}
        setup(ext_modules=extensions(), cmdclass={"build_ext": BuildExt}, options=jobs)


if __name__ == "__main__":
    main()
