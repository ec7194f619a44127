"""zip and tar: the members of an archive, each read as a file of its own.

Specifications: APPNOTE 6.3.10, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT; POSIX pax,
https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html. Members are read as streams and never written
anywhere, so a name that leaves the archive can do no harm; it is refused all the same. Archives inside archives are
read to ``max_archive_depth``.
"""

from __future__ import annotations

import io
import re
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from schemas.documents import RawDocument
from schemas.outcomes import DocumentError, Reject
from transforms.formats.base import Format, Source
from transforms.formats.plain import parse as parse_plain

_SPOOL = 33_554_432  # bytes kept in memory before a stream without seek goes to an unnamed temporary file
_RATIO_FLOOR = 4_000_000  # bytes; below this the ratio of one member does not matter
_HIDDEN = re.compile(r"(?:^|/)(?:\.[^/]*|__MACOSX|Thumbs\.db|desktop\.ini)(?:/|$)", re.IGNORECASE)
_ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    RuntimeError,
    NotImplementedError,
)
"""What zipfile raises for bytes that are no archive, or a damaged one."""

_OFFICE = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF", "AndroidManifest.xml")


def seekable(source: Source) -> BinaryIO:
    """Return the stream of ``source`` so that it can be read in any order.

    Raises:
      DocumentError: ``too_large`` when it has to be kept and is beyond ``max_container_bytes``.
    """
    if source.stream.seekable():
        return source.stream
    limit = source.settings.max_container_bytes
    spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115
    size = 0
    while piece := source.stream.read(1_048_576):
        size += len(piece)
        if size > limit:
            raise DocumentError(
                "too_large",
                f"a container of more than {limit} bytes that cannot be streamed (max_container_bytes)",
            )
        spool.write(piece)
    spool.seek(0)
    return cast("BinaryIO", spool)


def is_safe(name: str) -> bool:
    """Tell whether a member's name stays inside its archive."""
    plain = name.replace("\\", "/")
    return not (
        plain.startswith("/")
        or re.match(r"^[A-Za-z]:", plain)
        or ".." in plain.split("/")
        or "\x00" in plain
    )


def _is_hidden(name: str) -> bool:
    """Tell whether a member is what systems leave in archives; names that leave the archive are not hidden."""
    return is_safe(name) and bool(_HIDDEN.search(name))


def _check_depth(source: Source) -> None:
    if source.depth >= source.settings.max_archive_depth:
        raise DocumentError(
            "too_deep",
            f"an archive inside {source.depth} others; the limit is {source.settings.max_archive_depth} (max_archive_depth)",
        )


def _refuse(source: Source, name: str, reason: str, message: str) -> Reject:
    shown = name.encode("utf-8", "replace").decode("utf-8")[:500]
    return Reject(
        stage="read",
        uri=source.uri,
        member=shown if source.member is None else f"{source.member}!/{shown}",
        reason=reason,
        message=message,
    )


def _unique(name: str, seen: dict[str, int]) -> str:
    """Return ``name``, numbered if the archive has had it before: ids depend on it."""
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}#{seen[name]}"


def read_zip(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the documents of the members of a zip archive.

    Raises:
      DocumentError: it cannot be opened, is empty, or is a document of another kind in zip's clothes.
    """
    _check_depth(source)
    settings = source.settings
    try:
        archive = zipfile.ZipFile(seekable(source))
    except _ZIP_FAULTS as error:
        raise DocumentError("bad_format", f"no zip archive that can be opened: {error}") from error
    members = [m for m in archive.infolist() if not m.filename.endswith("/")]
    if any(m.filename in _OFFICE for m in members):
        raise DocumentError(
            "unsupported", "a document or program packed as zip (Office, OpenDocument, EPUB, Java)"
        )
    if len(members) > settings.max_members:
        raise DocumentError(
            "too_complex",
            f"{len(members)} members; the limit is {settings.max_members} (max_members)",
        )
    if not members:
        raise DocumentError("empty", "an archive without members")
    seen: dict[str, int] = {}
    for member in members:
        if not _is_hidden(member.filename):
            yield from _zip_member(source, archive, member, _unique(member.filename, seen))


def _zip_member(
    source: Source, archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str
) -> Iterator[RawDocument | Reject]:
    settings = source.settings
    if not member.filename:
        yield _refuse(source, name, "bad_format", "a member without a name")
        return
    if not is_safe(member.filename):
        yield _refuse(source, name, "unsafe", "the member's name leaves the archive")
        return
    if member.flag_bits & 1:
        yield _refuse(source, name, "encrypted", "the member needs a password")
        return
    if member.file_size > _RATIO_FLOOR and member.file_size > settings.max_unpack_ratio * max(
        member.compress_size, 1
    ):
        yield _refuse(
            source,
            name,
            "too_large",
            f"{member.compress_size} packed bytes give {member.file_size}: more than {settings.max_unpack_ratio:g} times (max_unpack_ratio)",
        )
        return
    try:
        stream = archive.open(member)
    except _ZIP_FAULTS as error:
        yield _refuse(source, name, "bad_format", f"the member cannot be opened: {error}")
        return
    assert source.descend is not None
    with stream:
        yield from source.descend(
            source, cast("BinaryIO", _Guarded(cast("BinaryIO", stream))), name
        )


class _Guarded(io.RawIOBase):
    """A member's stream, faults of the archive as DocumentError."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except EOFError as error:
            raise DocumentError("truncated", f"the member ends early: {error}") from error
        except tarfile.ReadError as error:
            raise DocumentError(
                "truncated", f"the archive ends inside the member: {error}"
            ) from error
        except OSError:
            raise  # the disk's fault, not the archive's
        except _ZIP_FAULTS as error:
            raise DocumentError("bad_format", f"the member is corrupt: {error}") from error


def read_tar(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the documents of the members of a tar archive, as a stream.

    Raises:
      DocumentError: it is no tar archive, or ends early.
    """
    _check_depth(source)
    seen: dict[str, int] = {}
    count = 0
    try:
        archive = tarfile.open(fileobj=source.stream, mode="r|", errorlevel=1)  # noqa: SIM115
        for member in archive:
            count += 1
            if count > source.settings.max_members:
                raise DocumentError(
                    "too_complex", f"more than {source.settings.max_members} members (max_members)"
                )
            archive.members = []  # type: ignore[attr-defined]  # the module remembers every member; a million of them is a gigabyte
            if member.isdir() or _is_hidden(member.name.removeprefix("./")):
                continue
            yield from _tar_member(
                source, archive, member, _unique(member.name.removeprefix("./"), seen)
            )
    except (tarfile.ReadError, EOFError) as error:
        early = "unexpected end" in str(error) or isinstance(error, EOFError)
        reason = "truncated" if early else "bad_format"
        raise DocumentError(reason, f"the tar archive cannot be read on: {error}") from error
    except (tarfile.TarError, ValueError, UnicodeError, OverflowError) as error:
        raise DocumentError("bad_format", f"the tar archive is corrupt: {error}") from error
    if not count:
        raise DocumentError("empty", "an archive without members")


def _tar_member(
    source: Source, archive: tarfile.TarFile, member: tarfile.TarInfo, name: str
) -> Iterator[RawDocument | Reject]:
    if not is_safe(member.name):
        yield _refuse(source, name, "unsafe", "the member's name leaves the archive")
        return
    if not member.isreg():
        kind = "a link" if member.issym() or member.islnk() else "a device or a pipe"
        yield _refuse(source, name, "unsafe", f"the member is {kind}, which is not followed")
        return
    stream = archive.extractfile(member)
    if stream is None:
        return
    assert source.descend is not None
    yield from source.descend(source, cast("BinaryIO", _Guarded(cast("BinaryIO", stream))), name)


def _sniff_zip(head: bytes, name: str) -> int:  # noqa: ARG001
    return 10 if head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08") else 0


def _sniff_tar(head: bytes, name: str) -> int:
    if head[257:262] == b"ustar":
        return 10
    return 6 if name.endswith(".tar") and len(head) >= 512 else 0


# The members have formats of their own: what parses them is never reached.
ZIP = Format(name="zip", suffixes=(".zip",), sniff=_sniff_zip, read=read_zip, parse=parse_plain)
TAR = Format(
    name="tar", suffixes=(".tar", ".tgz"), sniff=_sniff_tar, read=read_tar, parse=parse_plain
)
