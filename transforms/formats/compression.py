"""gzip, bzip2, xz, zstd and lz4, taken off as a stream, with limits and without silence.

The readers of the standard library stop at the first member, or raise half a dozen different exceptions, or take
garbage behind a stream for its end. This one reads concatenated members as one stream (as Common Crawl writes them),
ignores what is no member behind the last one, and turns every fault into a DocumentError.

Specifications: RFC 1952 (gzip), https://sourceware.org/bzip2/manual/manual.html,
https://tukaani.org/xz/xz-file-format.txt, RFC 8878 (zstd), https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO

from schemas.outcomes import DocumentError

SUFFIXES = {".gz": "gzip", ".gzip": "gzip", ".bz2": "bzip2", ".xz": "xz", ".lzma": "xz", ".zst": "zstd",
            ".zstd": "zstd", ".lz4": "lz4"}  # fmt: skip
_MAGIC = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
)
_CHUNK = 131_072
_RATIO_FLOOR = 16_000_000  # bytes; below this nobody minds the ratio


def kind_of(head: bytes) -> str | None:
    """Return the compression whose stream begins with ``head``."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            if kind == "bzip2" and not (
                head[3:4].isdigit() and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90")
            ):
                continue
            return kind
    if head[:3] == b"\x5d\x00\x00" and len(head) > 12 and head[12] in (0, 0xFF):
        return "xz"  # the old lzma container
    return None


class _Gzip:
    """zlib's decompressor with the interface of bz2's and lzma's."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)
        self._pending = b""

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._pending

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = self._inner.decompress(self._pending + data, max_length)
        self._pending = self._inner.unconsumed_tail
        return out


class _Framed:
    """A decompressor that gives all its output at once (zstd, lz4), handed out in pieces."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._out = b""

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof) and not self._out

    @property
    def needs_input(self) -> bool:
        return not self._out

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data or b"")

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if data:
            # In small pieces: one call may not blow up to gigabytes.
            self._out += self._inner.decompress(data)
        out, self._out = self._out[:max_length], self._out[max_length:]
        return out


def _zstd() -> Any:
    import zstandard

    return _Framed(zstandard.ZstdDecompressor(max_window_size=2**27).decompressobj())


def _lz4() -> Any:
    try:
        import lz4.frame
    except ImportError as error:
        raise DocumentError(
            "unsupported", "lz4 compression needs the extra: pip install dateline-news[lz4]"
        ) from error
    return lz4.frame.LZ4FrameDecompressor()


_NEW: dict[str, Callable[[], Any]] = {
    "gzip": _Gzip,
    "bzip2": bz2.BZ2Decompressor,
    "xz": lambda: lzma.LZMADecompressor(memlimit=512_000_000),
    "zstd": _zstd,
    "lz4": _lz4,
}


class Unpacked(io.RawIOBase):
    """The unpacked bytes of a compressed stream.

    Reading raises ``DocumentError``: ``truncated`` when the stream ends early, ``bad_format`` when it is corrupt,
    ``too_large`` when it gives more than ``max_bytes`` or more than ``max_ratio`` times what went in.
    """

    def __init__(self, stream: BinaryIO, kind: str, *, max_bytes: int, max_ratio: float) -> None:
        """Read ``stream``, which is compressed as ``kind``."""
        super().__init__()
        self._stream = stream
        self._kind = kind
        self._inner = _NEW[kind]()
        self._chunk = _CHUNK if kind != "zstd" else 4096
        self._max_bytes, self._max_ratio = max_bytes, max_ratio
        self._in = self._out = 0
        self._members = 0
        self._done = False
        self._held = b""
        self.trailing_garbage = False

    def readable(self) -> bool:
        """Return that this can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer``; 0 at the end."""
        data = self._some(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _some(self, size: int) -> bytes:
        while not self._done:
            if self._inner.eof:
                self._next_member()
                continue
            data = b""
            if self._inner.needs_input:
                data = self._held or self._stream.read(self._chunk)
                self._held = b""
                self._in += len(data)
                if not data:
                    self._done = True
                    raise DocumentError(
                        "truncated",
                        f"the {self._kind} stream ends after {self._out} unpacked bytes, before its end mark",
                    )
            out = self._call(data, size)
            if out:
                self._out += len(out)
                self._check()
                return out
        return b""

    def _call(self, data: bytes, size: int) -> bytes:
        try:
            return bytes(self._inner.decompress(data, max(size, 1)))
        except DocumentError:
            raise
        except (
            OSError,
            EOFError,
            ValueError,
            zlib.error,
            lzma.LZMAError,
            RuntimeError,
            MemoryError,
        ) as error:
            self._done = True
            raise DocumentError(
                "bad_format",
                f"corrupt {self._kind} stream after {self._out} unpacked bytes: {error}",
            ) from error
        except Exception as error:
            if type(error).__name__ != "ZstdError":
                raise
            self._done = True
            raise DocumentError(
                "bad_format",
                f"corrupt {self._kind} stream after {self._out} unpacked bytes: {error}",
            ) from error

    def _next_member(self) -> None:
        """Go on with the next member, if what follows is one."""
        self._members += 1
        rest = bytes(self._inner.unused_data or b"")
        while len(rest) < 16:
            more = self._stream.read(self._chunk)
            if not more:
                break
            self._in += len(more)
            rest += more
        if kind_of(rest) == self._kind:
            self._inner = _NEW[self._kind]()
            self._held = rest
            self._in -= len(rest)
            return
        self.trailing_garbage = bool(rest.strip(b"\x00"))
        self._done = True

    def _check(self) -> None:
        if self._out > self._max_bytes:
            raise DocumentError(
                "too_large", f"unpacks to more than {self._max_bytes} bytes (max_unpacked_bytes)"
            )
        if self._out > _RATIO_FLOOR and self._out > self._max_ratio * max(self._in, 1):
            raise DocumentError(
                "too_large",
                f"{self._in} packed bytes gave {self._out}: more than {self._max_ratio:g} times (max_unpack_ratio)",
            )
