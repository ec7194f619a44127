from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from transforms import files
from transforms.files import InputError, is_url, list_inputs, open_uri, uri_of


def names(found):
    return [os.path.basename(file.uri) for file in found]  # noqa: PTH119


@pytest.fixture
def archive(tmp_path):
    for name in (
        "b/two.txt",
        "a/one.txt",
        "a/.hidden",
        ".git/config",
        "lake/_dateline/lake.json",
        "lake/articles/x.parquet",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def test_a_folder_gives_all_files_below_it_but_hidden_ones_and_lakes(archive):
    files, rejects = list_inputs([str(archive)])
    assert names(files) == ["one.txt", "two.txt"]
    assert not rejects
    assert files[0].size == len("a/one.txt")
    assert files[0].uri == str(archive / "a" / "one.txt")
    assert files[0].modified == pytest.approx((archive / "a" / "one.txt").stat().st_mtime)


def test_a_hidden_file_that_is_named_is_read(archive):
    assert names(list_inputs([str(archive / "a" / ".hidden")])[0]) == [".hidden"]


@pytest.mark.parametrize("pattern", ["*/*.txt", "**/*.txt", "[ab]", "?/*"])
def test_a_glob_gives_each_file_once(archive, pattern):
    assert names(list_inputs([f"{archive}/{pattern}"])[0]) == ["one.txt", "two.txt"]


def test_a_file_named_twice_is_listed_once(archive):
    assert names(list_inputs([str(archive), f"{archive}/a/../a/one.txt"])[0]) == [
        "one.txt",
        "two.txt",
    ]


def test_a_file_whose_name_looks_like_a_glob_is_itself(tmp_path):
    (tmp_path / "a[1].txt").write_text("x")
    assert names(list_inputs([str(tmp_path / "a[1].txt")])[0]) == ["a[1].txt"]


def test_an_input_that_matches_nothing_is_an_error(archive):
    with pytest.raises(InputError, match="matches no file"):
        list_inputs([str(archive), str(archive / "nothing*")])


def test_an_empty_folder_is_an_input_that_matches_nothing(tmp_path):
    with pytest.raises(InputError, match="matches no file"):
        list_inputs([str(tmp_path)])


def test_a_broken_link_is_a_reject(archive):
    (archive / "a" / "link.txt").symlink_to(archive / "gone")
    files, rejects = list_inputs([str(archive)])
    assert len(files) == 2
    assert [(reject.reason, reject.stage) for reject in rejects] == [("unreadable", "read")]


def test_a_loop_of_links_is_a_reject_and_ends(archive):
    (archive / "a" / "loop").symlink_to(archive)
    files, rejects = list_inputs([str(archive)])
    assert [reject.reason for reject in rejects] == ["unsafe"]
    assert {"one.txt", "two.txt"} <= set(names(files))


def test_a_link_to_itself_is_a_reject(archive):
    (archive / "a" / "self").symlink_to(archive / "a" / "self")
    _, rejects = list_inputs([str(archive)])
    assert [reject.reason for reject in rejects] == ["unsafe"]


@pytest.mark.parametrize("target", ["secret.txt", "folder"])
def test_a_link_out_of_the_input_is_not_followed(archive, tmp_path_factory, target):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "folder").mkdir()
    (outside / "secret.txt").write_text("x")
    (outside / "folder" / "more.txt").write_text("x")
    (archive / "a" / "link").symlink_to(outside / target)
    files, rejects = list_inputs([str(archive)])
    assert len(files) == 2
    assert [reject.reason for reject in rejects] == ["unsafe"]
    assert str(outside / target) in rejects[0].message


def test_a_link_within_the_input_is_followed(archive):
    (archive / "a" / "link.txt").symlink_to(archive / "a" / "one.txt")
    files, rejects = list_inputs([str(archive)])
    assert len(files) == 3
    assert not rejects


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no devices here")
def test_a_device_is_a_reject():
    _, rejects = list_inputs(["/dev/null"])
    assert [reject.reason for reject in rejects] == ["unsupported"]


def test_a_pipe_is_a_reject_and_nobody_waits_for_it(archive):
    os.mkfifo(archive / "a" / "pipe")
    _, rejects = list_inputs([str(archive)])
    assert [reject.reason for reject in rejects] == ["unsupported"]


def test_a_folder_nobody_may_read_is_a_reject(archive):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (archive / "b").chmod(0)
    try:
        _, rejects = list_inputs([str(archive)])
    finally:
        (archive / "b").chmod(0o755)
    assert [reject.reason for reject in rejects] == ["unreadable"]


def test_a_name_that_is_no_valid_text_can_be_listed_and_opened(tmp_path):
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9.txt")  # noqa: PTH118
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"hello")
    (found,), _ = list_inputs([str(tmp_path)])
    found.uri.encode("utf-8")
    assert found.uri.endswith("caf%E9.txt")
    assert open_uri(found.uri).read() == b"hello"


def test_uris_of_local_files_are_absolute_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert uri_of("a.txt") == str(tmp_path / "a.txt")


def test_urls_are_told_from_paths():
    assert is_url("gs://bucket/a")
    assert not is_url("/a://b")
    assert not is_url("file:///a")
    assert not is_url("C:/a")


def test_a_scheme_whose_library_is_missing_says_what_to_install():
    with pytest.raises(
        InputError, match=r"pip install 'apache-beam\[(aws|gcp)\]'|cannot be listed"
    ):
        list_inputs(["s3://bucket/a.txt"])


def test_an_unknown_scheme_is_one_sentence():
    with pytest.raises(InputError, match="nosuch"):
        list_inputs(["nosuch://bucket/a.txt"])


def test_files_on_a_beam_file_system_are_listed_and_read(archive, monkeypatch):
    """Beam's own local file system under another scheme stands in for an object store."""
    from apache_beam.io.localfilesystem import LocalFileSystem

    class Store(LocalFileSystem):
        @classmethod
        def scheme(cls):
            return "store"

        def _match(self, path):
            return path.removeprefix("store:/")

        def match(self, patterns, limits=None):
            found = super().match([self._match(p) for p in patterns], limits)
            for result in found:
                for metadata in result.metadata_list:
                    metadata.path = "store:/" + metadata.path
            return found

        def open(self, path, *args, **kwargs):
            return super().open(self._match(path), *args, **kwargs)

    del monkeypatch
    for pattern in (
        f"store:/{archive}/a",
        f"store:/{archive}/a/*.txt",
        f"store:/{archive}/a/one.txt",
    ):
        files, _ = list_inputs([pattern])
        assert names(files) == ["one.txt"], pattern
        assert open_uri(files[0].uri).read() == b"a/one.txt"


def test_a_file_that_goes_away_while_its_folder_is_listed_is_left_out(tmp_path):
    for name in ("a.txt", "b.txt", "c/d.txt", "e.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    listing = files._walk(str(tmp_path), frozenset(), str(tmp_path))
    found = [next(listing)]
    (tmp_path / "b.txt").unlink()
    shutil.rmtree(tmp_path / "c")
    found += listing
    assert [item.uri for item in found] == [str(tmp_path / "a.txt"), str(tmp_path / "e.txt")]
