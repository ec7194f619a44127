"""Flink, Spark and Prism: the job server that takes a pipeline, and the worker processes that do its Python part.

``--runner FlinkRunner`` alone starts an embedded cluster on this machine with ``--workers`` task slots, and as many SDK
workers as processes. With ``-- --flink_master=HOST:PORT`` the job goes to a cluster, with ``-- --job_endpoint=HOST:PORT``
to a job server that runs already; workers elsewhere are named by ``--environment_type`` and ``--environment_config``. What
was started here ends with the command, however that ends. Runners that need none of this (Dataflow) get their flags as
they were given. docs/engines.md has the commands.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipelines.options import RunConfig, UsageError
from pipelines.supervise import RunStoppedError
from transforms.imports import quietly

if TYPE_CHECKING:
    from pipelines.harness import WorkerPool

logger = logging.getLogger(__name__)

_START_SECONDS: Final = 120.0
"""A job server is up after 4 to 10 seconds; on a machine that does other things it has taken 30."""

_REACH_SECONDS: Final = 15.0
"""How long a job server that should be there may take to answer."""

_WORKERS_PER_SLOT: Final = 2
"""Engines deal worker processes out to the slots of all stages in turn, and a job has two stages: one lists the units, the
other does them. With two processes for each slot no two slots that work share one while another is idle; those that are
not needed have forked from the same memory and wait. (``--load_balance_bundles`` would do it with half as many, and stands
still for ever when both stages wait for the same process.)"""

_LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "[::1]")

_DIE_WITH_PARENT: Final = (
    "import ctypes, os, sys\n"
    "parent = int(sys.argv[1])\n"
    "getattr(ctypes.CDLL(None), 'prctl', lambda *_: 0)(1, 9)\n"  # PR_SET_PDEATHSIG, SIGKILL
    "os.getppid() == parent or sys.exit(1)\n"
    "os.execvp(sys.argv[2], sys.argv[2:])\n"
)
"""Becomes a program that ends when the driver is killed; the setting survives ``exec``."""

_JVM: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
"""A local cluster moves a few kilobytes for each unit: compiling it well and collecting in parallel costs more than it
saves (12 s of CPU instead of 23 for a small job)."""


class EngineError(RunStoppedError):
    """An engine cannot be used; the message is one sentence with the fix."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Kind:
    """An engine that Dateline starts here: its flags, where its program is, which Java it runs on (oldest, newest)."""

    name: str
    master_flag: str
    program_flag: str
    program: str
    java: tuple[int, int] | None
    command: Callable[[str, str, int, str], list[str]]


def _java_command(master_argument: str) -> Callable[[str, str, int, str], list[str]]:
    def command(program: str, master: str, port: int, folder: str) -> list[str]:
        return [
            *(["-jar", program, master_argument, master, "--artifacts-dir", folder]),
            *(["--job-port", str(port), "--artifact-port", "0", "--expansion-port", "0"]),
        ]

    return command


def _prism_command(program: str, _master: str, port: int, _folder: str) -> list[str]:
    return [program, f"--job_port={port}", "--serve_http=false", "--log_level=warn"]


_KINDS: Final = {
    "flink": _Kind(
        name="Flink",
        master_flag="flink_master",
        program_flag="flink_job_server_jar",
        program="flink/flink-job-server.jar",
        java=(8, 21),
        command=_java_command("--flink-master"),
    ),
    "spark": _Kind(
        name="Spark",
        master_flag="spark_master_url",
        program_flag="spark_job_server_jar",
        program="spark/spark-job-server.jar",
        java=(8, 17),
        command=_java_command("--spark-master-url"),
    ),
    "prism": _Kind(
        name="Prism",
        master_flag="",
        program_flag="prism_location",
        program="prism/prism",
        java=None,
        command=_prism_command,
    ),
}


def cache_folder() -> Path:
    """Return where the scripts of ``deploy/`` put what they build."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "dateline"


class Engine:
    """A runner with what it needs; ``flags`` go to Beam, ``workers`` is how much it does at a time here."""

    def __init__(self, config: RunConfig) -> None:
        """Start what is missing.

        Raises:
          UsageError: the flags do not say enough.
          EngineError: Java, a jar, or the job server is not there.
        """
        self._closing = contextlib.ExitStack()
        self.workers = config.workers
        self.pool: WorkerPool | None = None
        self._folder: Path | None = None
        name = config.runner.lower().removesuffix("runner")
        self.kind = _KINDS.get(name)
        self.flags = [f"--runner={config.runner}", *config.beam_flags]
        if self.kind is None and name != "portable":
            return
        try:
            self._prepare(config)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the workers and the job server."""
        self._closing.close()

    # ------------------------------------------------------------------------------------------ flags

    def _prepare(self, config: RunConfig) -> None:
        options = _all_options(config.beam_flags)
        endpoint = options.get("job_endpoint")
        master = options.get(self.kind.master_flag) if self.kind else None
        here = not endpoint and (master is None or _MAGIC_MASTER.fullmatch(str(master)) is not None)
        near = here or _host(endpoint or master) in _LOCAL_HOSTS
        if not options.get("environment_type") and not near:
            raise UsageError(
                f"{config.runner} at {endpoint or master}: say where its SDK workers are, with "
                "-- --environment_type=EXTERNAL --environment_config=HOST:PORT (a worker pool) or =DOCKER (docs/engines.md)"
            )
        if endpoint:
            _await(str(endpoint), None, float(options.get("job_server_timeout") or _REACH_SECONDS))
        elif self.kind is None:
            raise UsageError(
                f"{config.runner}: say where the job server is, with -- --job_endpoint=HOST:PORT"
            )
        else:
            if master is None:
                master = {"Flink": "[local]", "Spark": f"local[{config.workers}]"}.get(
                    self.kind.name, ""
                )
            self._start_server(self.kind, str(master), options)
            if self.kind.master_flag and options.get(self.kind.master_flag) is None:
                self.flags.append(f"--{self.kind.master_flag}={master}")
        if not options.get("environment_type"):
            self._start_pool()
        if not options.get("job_server_timeout"):
            # Prism ends its streams of messages after this time, and with them the job.
            self.flags.append(f"--job_server_timeout={10**7}")
        if here and self.kind is not None and self.kind.java is not None:
            defaults = {"sdk_worker_parallelism": str(_WORKERS_PER_SLOT * config.workers)}
            if self.kind.name == "Flink":
                defaults["parallelism"] = str(config.workers)
            self.flags += [
                f"--{flag}={value}" for flag, value in defaults.items() if flag not in options
            ]

    # ------------------------------------------------------------------------------------------ processes

    def _home(self) -> Path:
        if self._folder is None:
            self._folder = Path(
                self._closing.enter_context(tempfile.TemporaryDirectory(prefix="dateline-engine-"))
            )
        return self._folder

    def _start_pool(self) -> None:
        from pipelines.harness import WorkerPool

        self.pool = WorkerPool(self._home() / "workers.log")
        self._closing.callback(self.pool.close)
        self.flags += [
            "--environment_type=EXTERNAL",
            f"--environment_config={self.pool.address}",
        ]

    def _start_server(self, kind: _Kind, master: str, options: dict[str, Any]) -> None:
        command: list[str] = []
        if kind.java is not None:
            java = find_java(kind, str(options.get("job_server_java_launcher") or ""))
            command = [java, *_JVM, *(options.get("job_server_jvm_properties") or ())]
        program = _find_program(kind, options.get(kind.program_flag))
        port = int(options.get("job_port") or 0) or _free_port()
        artifacts = str(options.get("artifacts_dir") or self._home() / "artifacts")
        command += kind.command(program, master, port, artifacts)
        log = self._home() / "job-server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", _DIE_WITH_PARENT, str(os.getpid()), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is the driver's business
            )
        self._closing.callback(_end, process)
        logger.info("%s job server: %s", kind.name, " ".join(command))
        endpoint = f"localhost:{port}"
        _await(endpoint, process, _START_SECONDS, log)
        self.flags.append(f"--job_endpoint={endpoint}")


_MAGIC_MASTER: Final = re.compile(r"\[(local|auto)\]|local(\[.*\])?")


def _all_options(flags: Sequence[str]) -> dict[str, Any]:
    """Return what was given on the command line, by name, without Beam's defaults."""
    with quietly():
        from apache_beam.options.pipeline_options import PipelineOptions

    given = {flag.split("=")[0].removeprefix("--") for flag in flags if flag.startswith("--")}
    known = PipelineOptions(list(flags)).get_all_options(retain_unknown_options=True)
    return {name: known.get(name) for name in given}


def _host(address: object) -> str:
    text = re.sub(r"^[a-z+]+://", "", str(address))
    return text.rsplit(":", 1)[0] if ":" in text else text


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    for action in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(action)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5.0)
            return


def _await(
    endpoint: str,
    process: subprocess.Popen[bytes] | None,
    seconds: float,
    log: Path | None = None,
) -> None:
    """Wait until a job server answers.

    Raises:
      EngineError: it ended, or does not answer in time.
    """
    import grpc

    deadline = time.monotonic() + seconds
    with grpc.insecure_channel(endpoint) as channel:
        ready = grpc.channel_ready_future(channel)
        while True:
            with contextlib.suppress(grpc.FutureTimeoutError):
                ready.result(timeout=0.2)
                return
            if process is not None and process.poll() is not None:
                raise EngineError(
                    f"the job server ended at once (exit code {process.returncode}): {_last_words(log)}"
                )
            if time.monotonic() > deadline:
                ready.cancel()
                raise EngineError(
                    f"no job server answers at {endpoint} within {seconds:g} s; start one "
                    "(docs/engines.md) or correct --job_endpoint"
                )


def _last_words(log: Path | None) -> str:
    lines = log.read_text(errors="replace").splitlines() if log and log.is_file() else []
    told = [
        line.strip()
        for line in lines
        if re.search(r"Error|Exception|cannot|unable|invalid", line, re.IGNORECASE)
    ]
    return (told or [line for line in lines if line.strip()] or ["it said nothing"])[0][:300]


def _find_program(kind: _Kind, given: object) -> str:
    """Return the path of a jar or binary.

    Raises:
      EngineError: it is not there.
    """
    script = f"deploy/install.sh {kind.name.lower()}"
    if given:
        path = Path(str(given)).expanduser()
        if not path.is_file():
            raise EngineError(
                f"--{kind.program_flag} {given}: no such file; leave the flag out after running {script}"
            )
        return str(path.absolute())
    path = cache_folder() / kind.program
    if path.is_file():
        return str(path)
    if kind.java is None and (found := shutil.which(path.name)):
        return found
    what = "job server jar" if kind.java else "binary"
    raise EngineError(
        f"no {what} for {kind.name} at {path}; make it with {script}, or name one with -- --{kind.program_flag}=PATH"
    )


def find_java(kind: _Kind, launcher: str = "") -> str:
    """Return the Java to use: the launcher that was named, that of JAVA_HOME, or the one in the path.

    Raises:
      EngineError: there is none, or the engine does not run on its version.
    """
    assert kind.java is not None
    oldest, newest = kind.java
    home = os.environ.get("JAVA_HOME")
    wanted = launcher if launcher not in ("", "java") else ""
    candidate = wanted or (f"{home}/bin/java" if home else "java")
    path = shutil.which(candidate)
    if path is None:
        where = f"{candidate} is not there" if wanted or home else "no java was found in the path"
        raise EngineError(
            f"{kind.name} needs Java {oldest} to {newest}, and {where}; install one (Debian: apt install "
            "openjdk-17-jre-headless) or set JAVA_HOME"
        )
    told = subprocess.run([path, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(?:1\.)?(\d+)', told.stderr + told.stdout)
    if found is None:
        raise EngineError(
            f"{path} -version does not tell a version; set JAVA_HOME to a Java {oldest} to {newest}"
        )
    if not oldest <= int(found[1]) <= newest:
        raise EngineError(
            f"{kind.name} needs Java {oldest} to {newest}, and {path} is Java {found[1]}; set JAVA_HOME to one of those"
        )
    return path
