"""Package names are ours alone; imports point the right way; records are records."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("schemas", "transforms", "pipelines")
MODULES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))

ALLOWED = {
    "schemas": {"schemas"},
    "transforms/": {"schemas", "transforms"},  # the folders below transforms
    "transforms": {"schemas", "transforms"},
    "pipelines": {"schemas", "transforms", "pipelines"},
}
WITHOUT_BEAM = ("schemas", "transforms/")


def layer(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return f"{parts[0]}/" if parts[0] == "transforms" and len(parts) > 2 else parts[0]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_up_the_list_only(path: Path) -> None:
    here = layer(path)
    for name in imports(path):
        top = name.split(".")[0]
        if top in (*PACKAGES, "tests", "benchmarks", "training"):
            assert top in ALLOWED[here], f"{here} must not know {name}"
        if top == "apache_beam":
            assert here not in WITHOUT_BEAM, f"{here} does without Beam"


def test_folders_of_transforms_do_not_know_the_steps() -> None:
    steps = {
        f"transforms.{path.stem}"
        for path in (ROOT / "transforms").glob("*.py")
        if path.stem != "__init__"
    }
    for path in MODULES:
        if layer(path) == "transforms/":
            assert not steps & set(imports(path)), f"{path} imports a step"


def test_schemas_import_the_standard_library_and_pyarrow_only() -> None:
    for path in (ROOT / "schemas").glob("*.py"):
        for name in imports(path):
            top = name.split(".")[0]
            assert top in ("schemas", "pyarrow") or top in sys.stdlib_module_names, (
                f"{path}: {name}"
            )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_say_what_they_are(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), (
        f"{path} has no docstring"
    )


def test_the_driver_starts_without_beam_and_spacy() -> None:
    import subprocess

    code = (
        "import sys; import pipelines.cli, pipelines.ingest, pipelines.annotate, pipelines.link, pipelines.query;"
        "found = {'apache_beam', 'spacy', 'torch'} & set(sys.modules); assert not found, found"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
