"""Files to raw documents, raw documents to articles.

What a stream is, its first bytes say; its name is asked only where they do not. Compression is taken off first, in
layers, so that ``news.jsonl.zst`` and a gzip file without a name are read alike.
"""

from __future__ import annotations

import dataclasses
import functools
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, cast

from schemas.documents import Article, InputFile, RawDocument
from schemas.outcomes import DocumentError, Reject
from transforms.formats import FORMATS
from transforms.formats.base import Format, Source
from transforms.formats.compression import SUFFIXES, Unpacked, kind_of
from transforms.formats.settings import ParseSettings
from transforms.text.decoding import refuse_binary

_HEAD = 65_536
_MAX_LAYERS = 4  # compressions inside one another


def read_documents(
    file: InputFile, stream: BinaryIO, settings: ParseSettings
) -> Iterator[RawDocument | Reject]:
    """Yield the documents of ``file``, open as ``stream``, in their order; what cannot be read is a Reject.

    Every file gives at least one of the two. Memory is that of one document, but for formats that have to be read as
    a whole, which are bounded by ``max_container_bytes``.
    """
    source = Source(
        uri=file.uri,
        name=_name_of(file.uri),
        stream=_buffered(stream),
        head=b"",
        settings=settings,
        packed_size=file.size,
        descend=_descend,
    )
    yield from read_source(source)


def read_source(source: Source) -> Iterator[RawDocument | Reject]:
    """Yield the documents of one stream, whatever it holds."""
    found = 0
    try:
        for document in _read(source):
            found += 1
            yield document
    except DocumentError as error:
        found += 1
        yield source.reject(error)
    except (EOFError, OSError) as error:
        found += 1
        wrapped = DocumentError("unreadable", f"reading stopped: {error}")
        wrapped.__cause__ = error
        yield source.reject(wrapped)
    if not found:
        yield source.reject(DocumentError("no_article", "the file holds no document"))


def _read(source: Source) -> Iterator[RawDocument | Reject]:
    for _ in range(_MAX_LAYERS + 1):
        head = _peek(source.stream)
        if not head:
            raise DocumentError("empty", "no bytes")
        kind = kind_of(head)
        if kind is None:
            break
        source = _unpack(source, kind)
    else:
        raise DocumentError("too_deep", f"more than {_MAX_LAYERS} compressions inside one another")
    source = dataclasses.replace(source, head=head)
    if not head.strip(b" \t\r\n\x00\x0b\x0c\x1a") and len(head) < _HEAD:
        raise DocumentError("empty", "nothing but white space")
    refuse_binary(head)
    yield from format_of(head, source.name).read(source)


def _unpack(source: Source, kind: str) -> Source:
    settings = source.settings
    raw = Unpacked(
        source.stream,
        kind,
        max_bytes=settings.max_unpacked_bytes,
        max_ratio=settings.max_unpack_ratio,
    )
    name = re.sub(r"\.(?:" + "|".join(s[1:] for s in SUFFIXES) + r")$", "", source.name)
    name = re.sub(r"\.tgz$", ".tar", name)
    return dataclasses.replace(source, stream=_buffered(cast("BinaryIO", raw)), name=name)


def format_of(head: bytes, name: str) -> Format:
    """Return the format of a stream that begins with ``head``."""
    return max(FORMATS, key=lambda f: f.sniff(head, name))


def _descend(source: Source, stream: BinaryIO, member: str) -> Iterator[RawDocument | Reject]:
    """Read a member of an archive as a source of its own.

    ``member`` is its name in the archive; inside a nested archive the names are joined by ``!/``.
    """
    inner = dataclasses.replace(
        source,
        name=_name_of(member),
        stream=_buffered(stream),
        head=b"",
        member=member if source.member is None else f"{source.member}!/{member}",
        depth=source.depth + 1,
    )
    yield from read_source(inner)


def _name_of(uri: str) -> str:
    return re.split(r"[/\\]", uri)[-1].lower()


def _buffered(stream: BinaryIO) -> BinaryIO:
    """Return ``stream`` with a ``peek`` method that gives as much as there is."""
    return cast("BinaryIO", io.BufferedReader(_Filled(stream), _HEAD))


class _Filled(io.RawIOBase):
    """A raw stream whose reads are short only at the end.

    Network streams and decompressors give what they have; told by such a first read, lines look like one record.
    A fault behind good bytes is raised by the next read, so that the good bytes are not lost.
    """

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._fault: Exception | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(getattr(self._stream, "seekable", lambda: False)())

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readinto(self, buffer: object) -> int:
        if self._fault is not None:
            raise self._fault
        view = memoryview(buffer)  # type: ignore[arg-type]
        filled = 0
        while filled < len(view):
            try:
                data = self._stream.read(len(view) - filled)
            except (DocumentError, OSError, EOFError) as fault:
                self._fault = fault
                if filled:
                    return filled
                raise
            if not data:
                break
            view[filled : filled + len(data)] = data
            filled += len(data)
        return filled


def _peek(stream: BinaryIO) -> bytes:
    """Return the first bytes without reading them; short reads of a compressed stream are made up for."""
    reader = cast("io.BufferedReader", stream)
    return reader.peek(_HEAD)[:_HEAD]


@functools.lru_cache(maxsize=1)
def _by_name() -> dict[str, Format]:
    return {f.name: f for f in FORMATS}


def parse_document(raw: RawDocument, settings: ParseSettings) -> Article:
    """Return the article of ``raw``.

    Raises:
      DocumentError: it cannot become one. Nothing else.
    """
    parser = _by_name().get(raw.format)
    if parser is None:
        raise DocumentError("unsupported", f"no parser for format {raw.format!r}")
    if len(raw.payload) > settings.max_bytes:
        raise DocumentError(
            "too_large", f"{len(raw.payload)} bytes; the limit is {settings.max_bytes} (max_bytes)"
        )
    try:
        return parser.parse(raw, settings)
    except RecursionError as error:
        raise DocumentError("too_deep", "nested deeper than the parser can follow") from error
    except MemoryError as error:
        raise DocumentError(
            "too_large", "needs more memory than a document may take (max_memory_bytes)"
        ) from error
