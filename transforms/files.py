"""Finding and opening inputs, on the local disk or through Beam's file systems. Beam is imported for URLs only."""

from __future__ import annotations

import errno
import glob
import hashlib
import importlib.util
import os
import re
import stat
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from schemas.documents import InputFile
from schemas.outcomes import Reject
from transforms.imports import quietly

_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+://")
_GLOB = re.compile(r"[*?\[]")

LAKE_MARK = "_dateline"
"""A folder that holds this one is a lake, and never an input."""


class InputError(ValueError):
    """An INPUT that cannot be listed at all: it matches nothing, or its file system is not available."""


def is_url(text: str) -> bool:
    """Tell a file system URL (``gs://bucket/folder``) from a local path; ``file://`` is local."""
    return bool(_URL.match(text)) and not text.startswith("file://")


def spool_path(lake: str) -> Path:
    """Return the folder of a lake in which messages of a stream wait until they are committed."""
    return Path(lake) / LAKE_MARK / "staging" / "stream"


def spooled(spool: Path, uri: str) -> Path:
    """Return where the message of a ``kafka://CLUSTER/TOPIC/PARTITION/OFFSET`` uri waits."""
    return spool.joinpath(*uri.split("/")[3:])


def open_uri(uri: str, beam_flags: tuple[str, ...] = (), lake: str = "") -> BinaryIO:
    """Open what ``InputFile.uri`` names, for reading bytes as they are stored.

    ``beam_flags`` are pipeline options that a file system may need (``--hdfs_host=...``); a ``kafka://`` uri is a message
    that waits in the spool of ``lake``.

    Raises:
      OSError: it cannot be opened.
    """
    if not is_url(uri):
        return Path(_local(uri)).open("rb")
    if uri.startswith("kafka://"):
        return spooled(spool_path(lake), uri).open("rb")
    with quietly():
        from apache_beam.io.filesystem import CompressionTypes
    systems = _file_systems(beam_flags)
    try:
        return systems.open(uri, "application/octet-stream", CompressionTypes.UNCOMPRESSED)
    except OSError:
        raise
    except Exception as error:  # each file system has errors of its own
        raise OSError(f"{uri}: {first_line(error)}") from error


def _file_systems(beam_flags: tuple[str, ...]) -> Any:
    with quietly():
        from apache_beam.io.filesystems import FileSystems
        from apache_beam.options.pipeline_options import PipelineOptions
    FileSystems.set_options(PipelineOptions(list(beam_flags)))
    return FileSystems


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


def is_readable(uri: str) -> bool:
    """Tell whether a file can be opened and read now; of what lies behind a URL it is not known, so no."""
    if is_url(uri):
        return False
    try:
        with Path(_local(uri)).open("rb") as stream:
            stream.read(1)
    except OSError:
        return False
    return True


def covers(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Return what tells whether a uri would come up in the listing of these INPUTs, if it were there."""
    folders, globs = [], []
    for pattern in patterns:
        if _GLOB.search(pattern):
            place = pattern if is_url(pattern) else uri_of(os.path.expanduser(pattern))  # noqa: PTH111
            globs.append(re.compile(_glob_expression(place)))
        else:
            place = pattern if is_url(pattern) else uri_of(os.path.expanduser(_local(pattern)))  # noqa: PTH111
            folders.append(place.rstrip("/"))

    def covered(uri: str) -> bool:
        return any(uri == place or uri.startswith(f"{place}/") for place in folders) or any(
            glob.match(uri) for glob in globs
        )

    return covered


def _glob_expression(pattern: str) -> str:
    """Translate a glob; what it matches may be a folder, so the files below match too."""
    found = ""
    at = 0
    while at < len(pattern):
        if pattern.startswith("**", at):
            found += ".*"
            at += 2 + pattern.startswith("/", at + 2)
        elif pattern[at] == "*":
            found += "[^/]*"
            at += 1
        elif pattern[at] == "?":
            found += "[^/]"
            at += 1
        elif pattern[at] == "[" and "]" in pattern[at + 2 :]:
            end = pattern.index("]", at + 2)
            inner = pattern[at + 1 : end].replace("\\", "\\\\")
            found += f"[{'^' + inner[1:] if inner.startswith('!') else inner}]"
            at = end + 1
        else:
            found += re.escape(pattern[at])
            at += 1
    return f"^{found}(/.*)?$"


def unchanged_digest(file: InputFile) -> str | None:
    """Return the SHA-256 of a local file that is still as it was listed, else null.

    It is read a second time for this, from the system's cache: a thousandth of what parsing it takes. What lies behind a
    URL is not read again; its size, time and etag have to do.
    """
    if file.size < 0 or is_url(file.uri):
        return None
    digest = hashlib.sha256()
    try:
        with Path(_local(file.uri)).open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
            status = os.fstat(stream.fileno())
    except OSError:
        return None
    same = (status.st_size, status.st_mtime) == (file.size, file.modified)
    return digest.hexdigest() if same else None


def list_inputs(
    patterns: Iterable[str], beam_flags: tuple[str, ...] = ()
) -> tuple[list[InputFile], list[Reject]]:
    """List the files of every INPUT, each once, sorted by uri, and the rejects for what is no readable file.

    An INPUT is a file, a folder (all files below it), a glob (``**`` crosses folders) or a file system URL of one of
    these. Hidden files and folders, and lakes, are left out unless they are named themselves. Links inside a folder are
    followed as long as they stay in it.

    Raises:
      InputError: an INPUT matches nothing, or its file system cannot be reached.
    """
    files: dict[str, InputFile] = {}
    rejects: dict[str, Reject] = {}
    for pattern in patterns:
        found = 0
        for item in (
            _list_url(pattern, beam_flags) if is_url(pattern) else _list_local(_local(pattern))
        ):
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
        yield from _walk(path, frozenset(), os.path.realpath(path))
        return
    try:
        yield _describe(path, os.stat(path))  # noqa: PTH116
    except OSError as error:
        yield _unreadable(path, error)


def _walk(
    folder: str, above: frozenset[tuple[int, int]], root: str
) -> Iterator[InputFile | Reject]:
    """List what lies in a folder; links are followed within ``root``, the real path of the INPUT."""
    try:
        here = os.stat(folder)  # noqa: PTH116
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return  # gone since the folder above it was listed
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
    base = uri_of(folder)
    for entry in found:
        if entry.name.startswith("."):
            continue
        try:
            if entry.is_symlink() and (reject := _bad_link(entry.path, root)):
                yield reject
            elif entry.is_dir():
                yield from _walk(entry.path, above | {identity}, root)
            else:
                status = entry.stat()
                if stat.S_ISREG(status.st_mode) and entry.name.isascii() and base.startswith("/"):
                    # As _describe has it, a few times as fast.
                    uri = f"{base.rstrip('/')}/{entry.name}"
                    yield InputFile(uri=uri, size=status.st_size, modified=status.st_mtime)
                else:
                    yield _describe(entry.path, status)
        except FileNotFoundError:
            continue  # gone since its folder was listed
        except OSError as error:
            yield _unreadable(entry.path, error)


def _bad_link(path: str, root: str) -> Reject | None:
    """Return why a link is not followed, or ``None``: an archive that came from elsewhere may point to any file here."""
    try:
        target = os.path.realpath(path, strict=True)
    except OSError as error:
        if error.errno != errno.ELOOP:
            return _unreadable(path, error)
        message = "a link that leads back to itself"
        return Reject(stage="read", uri=_text(path), reason="unsafe", message=message)
    if os.path.commonpath((target, root)) == root:
        return None
    message = f"a link out of the INPUT, to {target}; name its target as an INPUT to have it read"
    return Reject(stage="read", uri=_text(path), reason="unsafe", message=message)


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


_LIBRARIES = {
    "gs": ("gcp", "google.cloud.storage"),
    "s3": ("aws", "boto3"),
    "azfs": ("azure", "azure.storage.blob"),
}
"""What Beam's file system of a scheme needs: the extra that installs it, a module that shows that it is there."""


def _list_url(pattern: str, beam_flags: tuple[str, ...]) -> Iterator[InputFile]:
    """List a URL through Beam: as it stands, and as a folder.

    Raises:
      InputError: the file system is not installed or cannot be reached.
    """
    scheme = pattern.split("://", 1)[0]
    extra, module = _LIBRARIES.get(scheme, ("", ""))
    if module and not _installed(module):
        hint = f"pip install 'apache-beam[{extra}]'"
        raise InputError(f"INPUT {pattern!r}: the library for {scheme}:// is not installed; {hint}")
    # As a folder first: a file system with real folders also finds the folder itself.
    tries = [pattern] if _GLOB.search(pattern) else [pattern.rstrip("/") + "/**", pattern]
    try:
        systems = _file_systems(beam_flags)
        for text in tries:
            (result,) = systems.match([text])
            if result.metadata_list:
                break
    except Exception as error:  # each file system has errors of its own
        raise InputError(f"INPUT {pattern!r} cannot be listed: {first_line(error)}") from error
    for found in result.metadata_list:
        if not _hidden(pattern, found.path) and not found.path.endswith("/"):
            yield InputFile(
                uri=found.path,
                size=found.size_in_bytes,
                modified=found.last_updated_in_seconds or None,
            )


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _hidden(pattern: str, path: str) -> bool:
    """Tell whether ``path`` has a hidden part, or one of a lake, that the pattern does not name."""
    fixed = _GLOB.split(pattern, maxsplit=1)[0]
    parts = path.removeprefix(fixed).split("/")
    return any(part.startswith(".") or part == LAKE_MARK for part in parts)


def first_line(error: BaseException) -> str:
    """Return the first line of an exception's message, for one clear sentence."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
