"""Finding and opening inputs, on the local disk or through Beam's file systems. Beam is imported for URLs only."""

from __future__ import annotations

import glob
import os
import re
import stat
import urllib.parse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from schemas.documents import InputFile
from schemas.outcomes import Reject

_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+://")
_GLOB = re.compile(r"[*?\[]")

LAKE_MARK = "_dateline"
"""A folder that holds this one is a lake, and never an input."""


class InputError(ValueError):
    """An INPUT that cannot be listed at all: it matches nothing, or its file system is not available."""


def is_url(text: str) -> bool:
    """Tell a file system URL (``gs://bucket/folder``) from a local path; ``file://`` is local."""
    return bool(_URL.match(text)) and not text.startswith("file://")


def open_uri(uri: str) -> BinaryIO:
    """Open what ``InputFile.uri`` names, for reading bytes as they are stored.

    Raises:
      OSError: it cannot be opened.
    """
    if is_url(uri):
        from apache_beam.io.filesystem import CompressionTypes
        from apache_beam.io.filesystems import FileSystems

        return cast(
            "BinaryIO",
            FileSystems.open(uri, "application/octet-stream", CompressionTypes.UNCOMPRESSED),
        )
    return Path(_local(uri)).open("rb")


def uri_of(path: str) -> str:
    """Return the uri of a local path: the absolute path, or a ``file://`` URL if its name is no valid text."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - Path.absolute keeps ".."
    try:
        absolute.encode("utf-8")
    except UnicodeEncodeError:
        return "file://" + urllib.parse.quote(os.fsencode(absolute))
    return absolute


def _local(uri: str) -> str:
    if uri.startswith("file://"):
        return os.fsdecode(urllib.parse.unquote_to_bytes(uri[len("file://") :]))
    return uri


def unlisted(uri: str) -> InputFile:
    """Return what stands in the ledger for something that could not be listed as a file: size -1."""
    return InputFile(uri=uri, size=-1)


def list_inputs(patterns: Iterable[str]) -> tuple[list[InputFile], list[Reject]]:
    """List the files of every INPUT, each once, sorted by uri, and the rejects for what is no readable file.

    An INPUT is a file, a folder (all files below it), a glob (``**`` crosses folders) or a file system URL of one of
    these. Hidden files and folders, and lakes, are left out unless they are named themselves.

    Raises:
      InputError: an INPUT matches nothing, or its file system cannot be reached.
    """
    files: dict[str, InputFile] = {}
    rejects: dict[str, Reject] = {}
    for pattern in patterns:
        found = 0
        for item in _list_url(pattern) if is_url(pattern) else _list_local(_local(pattern)):
            found += 1
            if isinstance(item, InputFile):
                files[item.uri] = item
            else:
                rejects[item.uri] = item
        if not found:
            raise InputError(f"INPUT {pattern!r} matches no file")
    return (
        [files[uri] for uri in sorted(files)],
        [rejects[uri] for uri in sorted(rejects) if uri not in files],
    )


def _list_local(pattern: str) -> Iterator[InputFile | Reject]:
    pattern = os.path.expanduser(pattern)  # noqa: PTH111 - stays a string: a Path drops a trailing slash
    if os.path.lexists(pattern):
        yield from _list_path(pattern)
    elif _GLOB.search(pattern):
        for path in sorted(glob.iglob(pattern, recursive=True)):  # noqa: PTH207 - as above
            # With "**" a folder comes up beside its own files: the files are enough.
            if not os.path.isdir(path) or "**" not in pattern:  # noqa: PTH112
                yield from _list_path(path)


def _list_path(path: str) -> Iterator[InputFile | Reject]:
    """List one existing path: itself, or all files below it."""
    if os.path.isdir(path):  # noqa: PTH112 - strings keep names that are no valid text
        yield from _walk(path, frozenset())
        return
    try:
        yield _describe(path, os.stat(path))  # noqa: PTH116
    except OSError as error:
        yield _unreadable(path, error)


def _walk(folder: str, above: frozenset[tuple[int, int]]) -> Iterator[InputFile | Reject]:
    try:
        here = os.stat(folder)  # noqa: PTH116
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield _unreadable(folder, error)
        return
    identity = (here.st_dev, here.st_ino)
    if identity in above:
        message = "a link that leads back to a folder above it"
        yield Reject(stage="read", uri=_text(folder), reason="unsafe", message=message)
        return
    if any(entry.name == LAKE_MARK for entry in found):
        return
    for entry in found:
        if entry.name.startswith("."):
            continue
        try:
            if entry.is_dir():
                yield from _walk(entry.path, above | {identity})
            else:
                yield _describe(entry.path, entry.stat())
        except OSError as error:
            yield _unreadable(entry.path, error)


def _describe(path: str, status: os.stat_result) -> InputFile | Reject:
    if not stat.S_ISREG(status.st_mode):
        kind = stat.filemode(status.st_mode)[0]
        message = f"neither file nor folder (kind {kind!r})"
        return Reject(stage="read", uri=_text(path), reason="unsupported", message=message)
    return InputFile(uri=uri_of(path), size=status.st_size, modified=status.st_mtime)


def _unreadable(path: str, error: OSError) -> Reject:
    return Reject(
        stage="read",
        uri=_text(path),
        reason="unreadable",
        error=type(error).__name__,
        message=error.strerror or str(error),
    )


def _text(path: str) -> str:
    return uri_of(path)


def _list_url(pattern: str) -> Iterator[InputFile]:
    """List a URL through Beam: as it stands, and as a folder.

    Raises:
      InputError: the file system is not installed or cannot be reached.
    """
    from apache_beam.io.filesystem import BeamIOError
    from apache_beam.io.filesystems import FileSystems

    scheme = pattern.split("://", 1)[0]
    tries = [pattern] if _GLOB.search(pattern) else [pattern, pattern.rstrip("/") + "/**"]
    try:
        results = FileSystems.match([text for text in tries if not text.endswith("/")])
    except ValueError as error:  # "Unable to get filesystem from specified path"
        extra = {"gs": "gcp", "s3": "aws", "hdfs": "hadoop", "azfs": "azure"}.get(scheme)
        hint = f": pip install 'apache-beam[{extra}]'" if extra else ""
        raise InputError(f"INPUT {pattern!r}: no file system for {scheme}://{hint}") from error
    except (BeamIOError, OSError) as error:
        raise InputError(f"INPUT {pattern!r} cannot be listed: {first_line(error)}") from error
    for result in results:
        for found in result.metadata_list:
            if _hidden(pattern, found.path):
                continue
            yield InputFile(
                uri=found.path,
                size=found.size_in_bytes,
                modified=found.last_updated_in_seconds or None,
            )


def _hidden(pattern: str, path: str) -> bool:
    """Tell whether ``path`` has a hidden part, or one of a lake, that the pattern does not name."""
    named = os.path.commonprefix([pattern, path])
    parts = path[len(named) :].split("/")
    return any(
        part.startswith(".") or part == LAKE_MARK or fnmatch.fnmatch(part, "*~") for part in parts
    )


def first_line(error: BaseException) -> str:
    """Return the first line of an exception's message, for one clear sentence."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
