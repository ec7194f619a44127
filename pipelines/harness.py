"""SDK workers as processes: the pool an engine asks for them, and what runs in each of them.

An engine (Flink, Spark, Prism) runs the Python part of a pipeline in workers that it asks a pool for, over gRPC. Beam's own
pool starts ``python`` from the path, lets it outlive a killed driver and shows its output; this one starts the same
interpreter with the settings of a local worker, ends with the driver, and keeps what the workers print in a file, for the
sentence that says what went wrong. ``python -m pipelines.harness --port 50000`` is a pool by itself, for a machine of a
cluster; ``python -m pipelines.harness CONTROL ID`` is one worker.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipelines.supervise import SINGLE_THREADED
from transforms.files import quietly

with quietly():
    import grpc
    from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc
    from apache_beam.utils.thread_pool_executor import shared_unbounded_instance

logger = logging.getLogger(__name__)

_STOP_SECONDS = 5.0
"""How long a worker may take to end when asked to; it has nothing to save."""


class WorkerPool(beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolServicer):
    """Starts and ends workers for an engine; ``address`` is what ``--environment_config`` takes."""

    def __init__(self, log: Path | None = None, port: int = 0, host: str = "localhost") -> None:
        """Listen on ``port``, a free one for 0; what workers print goes to ``log``, by default to standard error.

        Raises:
          RuntimeError: the port is taken.
        """
        self._log = log
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._server = grpc.server(
            shared_unbounded_instance(),
            options=[("grpc.http2.max_pings_without_data", 0), ("grpc.http2.max_ping_strikes", 0)],
        )
        beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(self, self._server)
        self.address = f"localhost:{self._server.add_insecure_port(f'{host}:{port}')}"
        self._server.start()

    def StartWorker(self, request: Any, _context: Any) -> Any:  # noqa: N802 - gRPC's name
        """Start a worker process that connects to the engine."""
        command = [
            sys.executable,
            "-m",
            "pipelines.harness",
            request.control_endpoint.url,
            request.worker_id,
        ]
        try:
            with self._lock:
                if self._closed:
                    return beam_fn_api_pb2.StartWorkerResponse(error="the pool is closing")
                self._processes[request.worker_id] = self._start(command)
        except OSError as error:
            return beam_fn_api_pb2.StartWorkerResponse(error=f"a worker cannot be started: {error}")
        return beam_fn_api_pb2.StartWorkerResponse()

    def _start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        here = str(Path(__file__).resolve().parents[1])
        paths = [here, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        environment = {**os.environ, **SINGLE_THREADED, "PYTHONPATH": os.pathsep.join(paths)}
        if self._log is None:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment)
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment
            )

    def StopWorker(self, request: Any, _context: Any) -> Any:  # noqa: N802 - gRPC's name
        """End a worker process; one that is not known has ended before."""
        with self._lock:
            process = self._processes.pop(request.worker_id, None)
        if process is not None:
            _end(process)
        return beam_fn_api_pb2.StopWorkerResponse()

    @property
    def pids(self) -> list[int]:
        """Return the process ids of the workers that live."""
        with self._lock:
            return [process.pid for process in self._processes.values() if process.poll() is None]

    def close(self) -> None:
        """End all workers and stop listening."""
        with self._lock:
            self._closed = True
            processes = list(self._processes.values())
            self._processes.clear()
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()
        self._server.stop(0)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run_worker(control: str, worker_id: str) -> None:
    """Be one worker of an engine until it says that this is over."""
    _end_with_parent()
    import pyarrow as pa

    pa.set_cpu_count(1)
    with quietly():
        from apache_beam.runners.worker.sdk_worker import SdkHarness

    logging.basicConfig(level=logging.WARNING, force=True)
    # A bundle is a whole job's units, so Beam would call it stuck every five minutes.
    logging.getLogger("apache_beam.runners.worker.worker_status").setLevel(logging.ERROR)
    SdkHarness(control, worker_id=worker_id).run()


def _end_with_parent() -> None:
    """End this process when its pool has died.

    By looking, not by PR_SET_PDEATHSIG: that signal comes when the *thread* that started us ends, and ours is a thread
    of a gRPC server.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def main(arguments: Sequence[str] | None = None) -> None:
    """Be a pool, or one worker; see the module."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.harness", description=__doc__)
    parser.add_argument("control", nargs="?", help="the engine's control endpoint, HOST:PORT")
    parser.add_argument("worker_id", nargs="?", help="the name the engine gave this worker")
    parser.add_argument("--port", type=int, default=50000, help="where the pool listens")
    parser.add_argument("--host", default="[::]", help="on which address the pool listens")
    chosen = parser.parse_args(arguments)
    if chosen.worker_id is not None:
        run_worker(chosen.control, chosen.worker_id)
        return
    if chosen.control is not None:
        parser.error("a worker needs its name too: CONTROL ID")
    pool = WorkerPool(port=chosen.port, host=chosen.host)
    sys.stderr.write(f"worker pool: listening at {pool.address}\n")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        pool.close()


if __name__ == "__main__":
    main()
