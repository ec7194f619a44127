import importlib.util
from pathlib import Path

import pytest

from transforms.imports import compiled

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """A folder like ours: a module, and a note of what was compiled."""
    monkeypatch.delenv(compiled.PURE, raising=False)
    for place in ("schemas/facts.py", "transforms/__init__.py", "transforms/coding/coder.py"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("x = 1\n")
    (tmp_path / compiled.NOTE).write_text(compiled.sources_digest(tmp_path))
    return tmp_path


def test_compiled_modules_are_believed_while_their_sources_stand(sources):
    assert compiled.is_believed(sources)


@pytest.mark.parametrize("place", ["schemas/facts.py", "transforms/coding/coder.py"])
def test_a_changed_source_is_what_runs(sources, place):
    (sources / place).write_text("x = 2\n")
    assert not compiled.is_believed(sources)


def test_a_new_source_counts_as_a_change(sources):
    (sources / "transforms" / "coding" / "more.py").write_text("")
    assert not compiled.is_believed(sources)


def test_a_build_that_was_broken_off_is_not_believed(sources):
    (sources / compiled.NOTE).unlink()
    assert not compiled.is_believed(sources)
    (sources / compiled.NOTE).write_bytes(b"\xff\xfe")
    assert not compiled.is_believed(sources)


def test_the_sources_can_be_asked_for(sources, monkeypatch):
    monkeypatch.setenv(compiled.PURE, "1")
    assert not compiled.is_believed(sources)


def test_sources_are_found_beside_compiled_modules():
    finder = compiled._Sources()
    spec = finder.find_spec("transforms.coding.coder", [str(ROOT / "transforms" / "coding")])
    assert spec is not None
    assert spec.origin == str(ROOT / "transforms" / "coding" / "coder.py")
    assert finder.find_spec("transforms.coding.none", [str(ROOT / "transforms" / "coding")]) is None
    assert finder.find_spec("json", None) is None


def test_what_is_compiled_exists_and_keeps_to_what_mypyc_can():
    spec = importlib.util.spec_from_file_location("dateline_setup", ROOT / "setup.py")
    setup = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(setup)
    for folder, names in setup.MODULES.items():
        for name in names.split():
            source = (ROOT / folder / f"{name}.py").read_text(encoding="utf-8")
            # it would be made anew at every look, as compiled classes have no dictionary to keep it in
            assert "cached_property" not in source, name


def test_this_process_says_what_it_runs():
    from transforms.coding import coder

    assert compiled.is_used() == (not coder.__file__.endswith(".py"))
    assert compiled.is_used() <= compiled.is_believed()
