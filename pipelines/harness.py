"""SDK workers as processes: the pool an engine asks for them, and what runs in each of them.

An engine (Flink, Spark, Prism) runs the Python part of a pipeline in workers that it asks a pool for, over gRPC. Beam's own
pool starts ``python`` from the path, lets it outlive a killed driver and shows its output; this one forks workers from the
server that has loaded the model (see ``processes.warm``) or starts fresh ones, ends them with the driver, and keeps what
they print in a file. ``python -m pipelines.harness --port 50000`` is a pool by itself, for a machine of a cluster.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipelines.processes import Server, end_with_parent, start_process
from transforms.imports import quietly

with quietly():
    import grpc
    from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc
    from apache_beam.utils.thread_pool_executor import shared_unbounded_instance

logger = logging.getLogger(__name__)

_STOP_SECONDS = 5.0
"""How long a worker may take to end when asked to; it has nothing to save."""


class WorkerPool(beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolServicer):
    """Starts and ends workers for an engine; ``address`` is what ``--environment_config`` takes.

    With ``server`` set workers come from that fork server, which ``processes.warm`` has started.
    """

    def __init__(self, log: Path | None = None, port: int = 0, host: str = "localhost") -> None:
        """Listen on ``port``, a free one for 0; what workers print goes to ``log``, by default to standard error.

        Raises:
          RuntimeError: the port is taken.
        """
        self.server: Server | None = None
        self._log = log
        self._processes: dict[str, Any] = {}
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
        try:
            with self._lock:
                if self._closed:
                    return beam_fn_api_pb2.StartWorkerResponse(error="the pool is closing")
                self._processes[request.worker_id] = start_process(
                    run_worker,
                    (
                        request.control_endpoint.url,
                        request.worker_id,
                        str(self._log) if self._log else None,
                    ),
                    name=f"dateline-worker-{request.worker_id}",
                    server=self.server,
                    daemon=True,
                )
        except (OSError, EOFError) as error:
            return beam_fn_api_pb2.StartWorkerResponse(error=f"a worker cannot be started: {error}")
        return beam_fn_api_pb2.StartWorkerResponse()

    def StopWorker(self, request: Any, _context: Any) -> Any:  # noqa: N802 - gRPC's name
        """End a worker process; one that is not known has ended before."""
        with self._lock:
            process = self._processes.pop(request.worker_id, None)
        if process is not None:
            process.terminate()
            process.join(_STOP_SECONDS)
            if process.is_alive():
                process.kill()
                process.join()
        return beam_fn_api_pb2.StopWorkerResponse()

    @property
    def pids(self) -> list[int]:
        """Return the process ids of the workers that live."""
        with self._lock:
            return [process.pid for process in self._processes.values() if process.is_alive()]

    def close(self) -> None:
        """End all workers and stop listening."""
        with self._lock:
            self._closed = True
            processes = list(self._processes.values())
            self._processes.clear()
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
        self._server.stop(0)


def run_worker(control: str, worker_id: str, log: str | None) -> None:
    """Be one worker of an engine until it says that this is over."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's business
    # Not by PR_SET_PDEATHSIG: that comes when the *thread* that started us ends, and it is one of a gRPC server.
    end_with_parent()
    if log is not None:
        handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
    import pyarrow as pa

    pa.set_cpu_count(1)
    with quietly():
        from apache_beam.runners.worker.sdk_worker import SdkHarness

    logging.basicConfig(level=logging.WARNING, force=True)
    # A bundle is a whole job's units, so Beam would call it stuck every five minutes.
    logging.getLogger("apache_beam.runners.worker.worker_status").setLevel(logging.ERROR)
    SdkHarness(control, worker_id=worker_id).run()


def main(arguments: Sequence[str] | None = None) -> None:
    """Be a pool until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.harness", description=__doc__)
    parser.add_argument("--port", type=int, default=50000, help="where the pool listens")
    parser.add_argument("--host", default="[::]", help="on which address the pool listens")
    chosen = parser.parse_args(arguments)
    pool = WorkerPool(port=chosen.port, host=chosen.host)
    sys.stderr.write(f"worker pool: listening at {pool.address}\n")
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    over.wait()
    pool.close()


if __name__ == "__main__":
    # by its name: a worker process has to find run_worker where this one says it is
    from pipelines import harness

    harness.main()
