"""Readers and parsers in a child process that can be killed.

A hang or a crash in a C library must cost one document, so a file is read and parsed in a child process, which sends
articles and rejects back in small batches over a pipe. The child carries an alarm clock: before every document it
sets a timer whose signal ends the process without asking Python, which works inside C code too. The parent then
knows from a counter in shared memory which document it was, starts another child, and goes on behind it.

The child is started as a fresh interpreter that imports this package and nothing else: not forked (the parent has
threads) and not by ``multiprocessing`` (which imports the parent's main module, and with it Beam). When the parent
dies, however it dies, its ends of the pipes close and the child ends: at once if it is waiting or writing, else with
its alarm.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import mmap
import os
import pickle
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO

from schemas.documents import Article, InputFile, RawDocument
from schemas.outcomes import DocumentError, Reject
from transforms.formats.settings import ParseSettings

_BATCH_BYTES = 131_072  # sent when this much has gathered ...
_BATCH_SECONDS = 0.05  # ... or this long ago the last was sent
_GRACE_SECONDS = 5.0  # what the parent waits beyond the child's own alarm
_LENGTH = struct.Struct("<I")
_STATE = struct.Struct("<QQ")  # items begun (1 for the first), steps taken
_END = pickle.dumps(None)
_READY = "ready"
_NOTHING = object()
_MAX_STILLBORN = 2

Item = Article | Reject
_BOOT = "import sys,pickle;sys.path[:]=pickle.load(sys.stdin.buffer);from transforms.formats.isolate import serve;serve()"


class DocumentWorker:
    """Reads files in a child process.

        with DocumentWorker(open_file, settings) as worker:
            for item in worker.articles(file): ...

    ``open_file`` is a module-level function that opens a URI as a binary stream; the child imports its module. A
    document that takes longer than ``timeout_seconds`` or ends the child becomes a Reject with reason ``timeout`` or
    ``crash``, and reading goes on behind it. One worker serves one thread.
    """

    def __init__(self, open_file: Callable[[str], BinaryIO], settings: ParseSettings) -> None:
        """Remember the settings; the child is started when the first file is read."""
        self._open_file = open_file
        self._settings = settings
        self._child: subprocess.Popen[bytes] | None = None
        self._state: mmap.mmap | None = None
        self._state_file: IO[bytes] | None = None

    def __enter__(self) -> DocumentWorker:
        """Return the worker."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the child."""
        self.close()

    def close(self) -> None:
        """End the child; the worker may be used again."""
        self._stop()
        if self._state is not None:
            self._state.close()
            self._state = None
        if self._state_file is not None:
            self._state_file.close()
            self._state_file = None

    def start(self) -> None:
        """Start the child now, so that the first file does not wait for it."""
        if self._child is None or self._child.poll() is not None:
            self._start()

    def articles(self, file: InputFile) -> Iterator[Item]:
        """Yield the articles and rejects of ``file`` in its order."""
        done = 0  # items delivered or given up
        stillborn = 0
        try:
            while True:
                skipped = done
                for item in self._ask(file, done, None):
                    done += 1
                    yield item
                reason, message = self._how_it_ended()
                if reason is None:
                    return
                begun = self._begun()
                if begun == 0 and stillborn < _MAX_STILLBORN:
                    stillborn += 1  # it ended before it came to anything: perhaps the machine was short of memory
                    continue
                if begun <= skipped:
                    where = (
                        f"the reader cannot get behind document {done}"
                        if done
                        else "no document was begun"
                    )
                    yield self._lost(file, reason, f"{message}; {where}, what follows was not read")
                    return
                if begun > done + 1:  # finished but not sent when the child ended: get them again
                    for item in self._ask(file, done, begun - 1 - done):
                        done += 1
                        yield item
                    if self._how_it_ended()[0] is not None:
                        begun = done + 1
                yield self._lost(file, reason, f"{message} (document {begun} of the file)")
                done += 1
        finally:
            if self._busy:
                self._stop()

    def _ask(self, file: InputFile, skip: int, count: int | None) -> Iterator[Item]:
        """Yield the items of ``file`` behind the first ``skip``, as far as the child lives."""
        self.start()
        self._send((file, skip, count))
        yield from self._receive()

    def _lost(self, file: InputFile, reason: str, message: str) -> Reject:
        return Reject(stage="parse", uri=file.uri, reason=reason, message=message)

    # --- the child ---

    _busy = False

    def _start(self) -> None:
        self._stop()
        if self._state is None:
            self._state_file = tempfile.TemporaryFile(prefix="dateline-")  # noqa: SIM115
            self._state_file.truncate(mmap.PAGESIZE)
            self._state = mmap.mmap(self._state_file.fileno(), mmap.PAGESIZE)
        assert self._state_file is not None
        fd = self._state_file.fileno()
        self._child = subprocess.Popen(
            [sys.executable, "-c", _BOOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(fd,),
            bufsize=0,
            env={
                **os.environ,
                "OMP_NUM_THREADS": "1",
                "OPENBLAS_NUM_THREADS": "1",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
        )
        path = [str(Path(p).absolute()) for p in sys.path]
        assert self._child.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            _write_all(self._child.stdin.fileno(), pickle.dumps(path))
        self._send((self._open_file, self._settings, fd))
        ready = self._next_message(self._child.stdout.fileno() if self._child.stdout else -1)
        self._busy = False
        if ready != _READY:
            code = self._child.poll()
            self._stop()
            raise RuntimeError(
                f"the reader's child process could not start (exit code {code}); what it printed says why. "
                "It has to be able to import the module of open_file, which may not be __main__."
            )

    def _stop(self) -> None:
        child, self._child, self._busy = self._child, None, False
        if child is None:
            return
        if child.poll() is None:
            child.kill()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        child.wait()

    def _send(self, message: object) -> None:
        assert self._child is not None
        assert self._child.stdin is not None
        assert self._state is not None
        self._state[: _STATE.size] = _STATE.pack(0, 0)
        self._busy = True
        data = pickle.dumps(message)
        with contextlib.suppress(BrokenPipeError):  # a dead child shows when its answer is read
            _write_all(self._child.stdin.fileno(), _LENGTH.pack(len(data)) + data)

    def _begun(self) -> int:
        """Return the number of the item that the child was at, 0 if it had begun none."""
        assert self._state is not None
        begun: int = _STATE.unpack(self._state[: _STATE.size])[0]
        return begun

    def _receive(self) -> Iterator[Item]:
        """Yield what the child sends until the end of the request or of the child."""
        assert self._child is not None
        assert self._child.stdout is not None
        fd = self._child.stdout.fileno()
        while (batch := self._next_message(fd)) is not _NOTHING:
            if batch is None:
                self._busy = False
                return
            yield from batch

    def _next_message(self, fd: int) -> Any:
        """Return what the child sends next, ``_NOTHING`` if it ended or stands still."""
        header = self._read(fd, _LENGTH.size)
        body = self._read(fd, _LENGTH.unpack(header)[0]) if header else None
        return pickle.loads(body) if body else _NOTHING

    def _read(self, fd: int, size: int) -> bytes | None:
        """Return ``size`` bytes from the child, ``None`` if it ended or stands still beyond its own alarm."""
        parts: list[bytes] = []
        assert self._state is not None
        steps, since = self._state[: _STATE.size], time.monotonic()
        patience = self._settings.timeout_seconds + _GRACE_SECONDS
        while size:
            ready, _, _ = (
                select.select([fd], [], [], 1.0) if fd < 1024 else (_poll(fd, 1.0), None, None)
            )
            if not ready:
                if self._state[: _STATE.size] != steps:
                    steps, since = self._state[: _STATE.size], time.monotonic()
                elif time.monotonic() - since > patience:
                    return None
                continue
            data = os.read(fd, min(size, 1_048_576))
            if not data:
                return None
            parts.append(data)
            size -= len(data)
            since = time.monotonic()
        return b"".join(parts)

    def _how_it_ended(self) -> tuple[str | None, str]:
        """Return why the answer ended: ``(None, "")`` if it was complete."""
        if not self._busy:
            return None, ""
        child = self._child
        assert child is not None
        try:
            code: int | None = child.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            code = None
        self._stop()
        limit = f"{self._settings.timeout_seconds:g} seconds (timeout_seconds)"
        if code is None or code == -signal.SIGALRM:
            return "timeout", f"took longer than {limit}; the reader was stopped"
        name = (
            signal.Signals(-code).name
            if code < 0 and -code in set(signal.Signals)
            else f"exit code {code}"
        )
        return "crash", f"the reader was ended by {name}"


def _poll(fd: int, seconds: float) -> list[int]:
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    return [fd] if poller.poll(int(seconds * 1000)) else []


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


# --- in the child --------------------------------------------------------------------------------------------------


@dataclasses.dataclass(slots=True)
class _Clock:
    """The alarm and the shared counter."""

    seconds: float
    state: mmap.mmap
    items: int = 0
    steps: int = 0

    def begin(self) -> None:
        """Begin the next item."""
        self.items += 1
        self.tick()

    def tick(self) -> None:
        """Wind the alarm again: something was achieved."""
        self.steps += 1
        self.state[: _STATE.size] = _STATE.pack(self.items, self.steps)
        signal.setitimer(signal.ITIMER_REAL, self.seconds)

    def stop(self) -> None:
        """Stop the alarm, while the parent decides how long something takes."""
        signal.setitimer(signal.ITIMER_REAL, 0)


class _Ticking:
    """A stream that winds the clock with every read, so that a long file may take its time."""

    def __init__(self, stream: BinaryIO, clock: _Clock) -> None:
        self._stream, self._clock = stream, clock

    def read(self, size: int = -1) -> bytes:
        self._clock.tick()
        return self._stream.read(size)

    def seekable(self) -> bool:
        return bool(getattr(self._stream, "seekable", lambda: False)())

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


def serve() -> None:
    """Answer requests from standard input until it closes."""
    out = os.dup(1)
    os.dup2(2, 1)  # whatever prints, prints to standard error
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    requests = sys.stdin.buffer  # the one that read the path: it may hold what follows
    open_file, settings, fd = _request(requests)
    _limit_memory(settings.max_memory_bytes)
    gc.set_threshold(
        100_000, 20, 50
    )  # trees of pages have no cycles: searching for them takes a twentieth of the time
    clock = _Clock(settings.timeout_seconds, mmap.mmap(fd, mmap.PAGESIZE))
    ready = pickle.dumps(_READY)
    _write_all(out, _LENGTH.pack(len(ready)) + ready)
    while (request := _request(requests)) is not None:
        file, skip, count = request
        _answer(out, clock, open_file, settings, file, skip, count)


def _request(stream: BinaryIO) -> Any:
    header = stream.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        return None
    return pickle.loads(stream.read(_LENGTH.unpack(header)[0]))


def _limit_memory(limit: int) -> None:
    """Make an allocation beyond the limit fail instead of the machine."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    except (ImportError, ValueError, OSError):
        pass  # not on this system: the other limits remain


def _answer(
    out: int,
    clock: _Clock,
    open_file: Callable[[str], BinaryIO],
    settings: ParseSettings,
    file: InputFile,
    skip: int,
    count: int | None,
) -> None:
    """Send the items of ``file`` after the first ``skip``, at most ``count`` of them."""
    batch: list[Item] = []
    size, sent = 0, time.monotonic()

    def flush() -> None:
        nonlocal size, sent
        clock.stop()
        if batch:
            body = pickle.dumps(batch, protocol=5)
            _write_all(out, _LENGTH.pack(len(body)) + body)
            batch.clear()
        size, sent = 0, time.monotonic()

    clock.items = 0
    clock.begin()
    items = _items(file, open_file, settings, clock, skip)
    for number, item in enumerate(items, start=1):
        if number > skip:
            batch.append(item)
            size += 500 + 2 * len(item.text) if isinstance(item, Article) else 500
        if size > _BATCH_BYTES or time.monotonic() - sent > _BATCH_SECONDS:
            flush()
        if count is not None and number >= skip + count:
            break
        clock.begin()
    flush()
    _write_all(out, _LENGTH.pack(len(_END)) + _END)


def _items(
    file: InputFile,
    open_file: Callable[[str], BinaryIO],
    settings: ParseSettings,
    clock: _Clock,
    skip: int,
) -> Iterator[Item]:
    """Yield the articles and rejects of ``file``; of the first ``skip`` only their number matters."""
    from transforms.formats.reading import parse_document, read_documents

    try:
        stream = open_file(file.uri)
    except OSError as error:
        yield _unreadable(file, error)
        return
    with contextlib.closing(stream):
        try:
            documents = read_documents(file, _Ticking(stream, clock), settings)  # type: ignore[arg-type]
            for number, document in enumerate(documents, start=1):
                if isinstance(document, Reject) or number <= skip:
                    yield document  # type: ignore[misc]
                    continue
                yield _article(document, settings, parse_document)
        except Exception as error:  # a fault of ours in a reader: it costs the rest of the file, and is reported as ours
            yield _fault(file.uri, None, None, error, "read")


def _article(
    document: RawDocument,
    settings: ParseSettings,
    parse_document: Callable[[RawDocument, ParseSettings], Article],
) -> Item:
    """Return the article of ``document``, or why there is none."""
    try:
        return parse_document(document, settings)
    except DocumentError as error:
        return Reject(
            stage="parse",
            uri=document.uri,
            member=document.member,
            record_offset=document.record_offset,
            reason=error.reason,
            message=error.message[:1000],
            error=type(error.__cause__).__name__ if error.__cause__ else None,
        )
    except (
        Exception
    ) as error:  # a fault of ours: the traceback goes with the reject, the archive goes on
        return _fault(document.uri, document.member, document.record_offset, error, "parse")


def _fault(
    uri: str, member: str | None, offset: int | None, error: Exception, stage: str
) -> Reject:
    return Reject(
        stage=stage,
        uri=uri,
        member=member,
        record_offset=offset,
        reason="crash",
        message=f"{type(error).__name__}: {error}"[:1000],
        error=type(error).__name__,
        traceback="".join(traceback.format_exception(error))[-5000:],
    )


def _unreadable(file: InputFile, error: OSError) -> Reject:
    return Reject(
        stage="read",
        uri=file.uri,
        reason="unreadable",
        message=str(error)[:1000],
        error=type(error).__name__,
    )
