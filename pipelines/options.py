"""Settings: what the flags become, checked once, frozen, and handed to steps as values.

Flags are declared in cli.py. What stands after ``--`` on the command line goes to Beam; Beam itself accepts unknown flags
without a word, so they are refused here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from transforms.imports import quietly

LOCAL_RUNNER: Final = "DirectRunner"

DEFAULT_MODEL: Final = "default"
DEFAULT_MIN_WORDS: Final = 20
DEFAULT_TIMEOUT_SECONDS: Final = 30.0
DEFAULT_MAX_BYTES: Final = 20_000_000
DEFAULT_WORKER_ARTICLES: Final = 100_000
DEFAULT_WORKER_MB: Final = 1_200

_WORKER_BYTES: Final = (
    1_500_000_000  # what a worker may take, with its reader; measured peak is under 1.2 GB
)


class UsageError(ValueError):
    """A setting is wrong; the message is one sentence."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class IngestConfig:
    """What decides how files become articles.

    ``min_words`` applies to articles, not to JSON records with text; ``max_bytes`` to a document, unpacked;
    ``timeout_seconds`` to one document. ``fields`` are pairs of our name for a field of records and the archive's
    (``("title", "headline")``), ``limits`` other limits of the readers by the name that rejects give them.
    """

    min_words: int = DEFAULT_MIN_WORDS
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    max_bytes: int = DEFAULT_MAX_BYTES
    fields: tuple[tuple[str, str], ...] = ()
    limits: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        """Check.

        Raises:
          UsageError: a value is out of range.
        """
        if self.min_words < 0:
            raise UsageError(f"--min-words {self.min_words}: expected 0 or more")
        if not 0 < self.timeout_seconds < float("inf"):
            raise UsageError(f"--timeout-seconds {self.timeout_seconds}: expected more than 0")
        if self.max_bytes < 1:
            raise UsageError(f"--max-bytes {self.max_bytes}: expected 1 or more")
        if self.fields or self.limits:  # costs the import of the readers
            _check_readers(self)


def _check_readers(config: IngestConfig) -> None:
    """Refuse a field or a limit that the readers do not have.

    Raises:
      UsageError: naming it, with those that there are.
    """
    from transforms.formats.fields import FIELDS
    from transforms.formats.settings import ParseSettings

    for ours, theirs in config.fields:
        if ours not in FIELDS or not theirs.strip():
            names = ", ".join(sorted(FIELDS))
            raise UsageError(
                f"--map {ours}={theirs}: expected FIELD=NAME with FIELD one of {names}"
            )
    known = sorted(
        field.name
        for field in dataclasses.fields(ParseSettings)
        if field.name.startswith("max_") and field.name != "max_bytes"
    )
    for name, value in config.limits:
        if name not in known:
            raise UsageError(f"--limit {name}: expected one of {', '.join(known)}")
        if not 1 <= value < float("inf"):
            raise UsageError(f"--limit {name}={value:g}: expected 1 or more")


def pairs(flag: str, values: Sequence[str] | None) -> tuple[tuple[str, str], ...]:
    """Return the NAME=VALUE pairs of a flag that may be repeated.

    Raises:
      UsageError: one has no equals sign.
    """
    found = []
    for value in values or ():
        name, equals, rest = value.partition("=")
        if not equals or not name.strip() or not rest.strip():
            raise UsageError(f"{flag} {value}: expected NAME=VALUE")
        found.append((name.strip().replace("-", "_"), rest.strip()))
    return tuple(found)


def limits(values: Sequence[str] | None) -> tuple[tuple[str, float], ...]:
    """Return what ``--limit`` says.

    Raises:
      UsageError: a value is no number.
    """
    found = []
    for name, text in pairs("--limit", values):
        try:
            value = float(text.replace("_", ""))
        except ValueError as error:
            raise UsageError(f"--limit {name}={text}: expected a number") from error
        found.append((name, value))
    return tuple(found)


PRECISIONS = ("auto", "int8", "f32", "bf16")


@dataclasses.dataclass(frozen=True, kw_only=True)
class AnnotateConfig:
    """What decides what is said of articles: model, the user's knowledge and lexicon files."""

    model: str = DEFAULT_MODEL
    precision: str = "auto"
    knowledge: tuple[str, ...] = ()
    lexicons: tuple[str, ...] = ()
    keep_unresolved: bool = False

    def __post_init__(self) -> None:
        """Check.

        Raises:
          UsageError: an unknown precision, or a file does not exist.
        """
        if self.precision not in PRECISIONS:
            raise UsageError(
                f"--precision {self.precision}: expected one of {', '.join(PRECISIONS)}"
            )
        for flag, paths in (("--knowledge", self.knowledge), ("--lexicon", self.lexicons)):
            for path in paths:
                if not Path(path).exists():
                    raise UsageError(f"{flag} {path}: no such file")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scope:
    """Which part of an archive a run looks at, and what it does again although it is done.

    ``since`` and ``until`` are days of publication, both included, and ``only`` are globs for uris: what is known is
    looked at if it lies within all of them; an input that is new or has changed has no day yet, so only ``only`` counts.
    ``max_prune_ratio`` is the part of the known inputs that ``prune`` may take away.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    only: tuple[str, ...] = ()
    reparse: bool = False
    reannotate: bool = False
    retry_rejects: bool = False
    prune: bool = False
    max_prune_ratio: float = 0.5

    def __post_init__(self) -> None:
        """Check.

        Raises:
          UsageError: the range is empty, or the ratio out of range.
        """
        if self.since and self.until and self.since > self.until:
            raise UsageError(f"--since {self.since} is after --until {self.until}")
        if not 0 <= self.max_prune_ratio <= 1:
            raise UsageError(
                f"--max-prune-ratio {self.max_prune_ratio}: expected a number from 0 to 1"
            )

    @property
    def dated(self) -> bool:
        """Tell whether days matter."""
        return self.since is not None or self.until is not None

    @property
    def whole(self) -> bool:
        """Tell whether all of the archive is looked at."""
        return not (self.dated or self.only)


WHOLE: Final = Scope()


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunConfig:
    """How a command runs: where, with how many processes, and when it gives up.

    A local process is replaced by a fresh one after ``worker_articles`` or above ``worker_mb`` megabytes; 0 is never.
    """

    runner: str = LOCAL_RUNNER
    workers: int = 1
    max_reject_ratio: float = 1.0
    stall_seconds: float = 600.0
    worker_articles: int = DEFAULT_WORKER_ARTICLES
    worker_mb: int = DEFAULT_WORKER_MB
    beam_flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check.

        Raises:
          UsageError: a value is out of range.
        """
        if self.workers < 1:
            raise UsageError(f"--workers {self.workers}: expected 1 or more")
        if not 0 <= self.max_reject_ratio <= 1:
            raise UsageError(
                f"--max-reject-ratio {self.max_reject_ratio}: expected a number from 0 to 1"
            )
        if self.worker_articles < 0:
            raise UsageError(f"--worker-articles {self.worker_articles}: expected 0 or more")
        if self.worker_mb < 0:
            raise UsageError(f"--worker-mb {self.worker_mb}: expected 0 or more")
        for flag in self.beam_flags:
            name = flag.split("=")[0]
            if name == "--runner":
                raise UsageError("--runner goes before the --, among Dateline's own flags")
            if self.local and name in ("--direct_num_workers", "--direct_running_mode"):
                raise UsageError(f"{name}: local processes are started by --workers")

    @property
    def local(self) -> bool:
        """Tell whether this machine does the work, in processes of ours."""
        return self.runner == LOCAL_RUNNER


def default_workers() -> int:
    """Return the processors this process may use, fewer where memory is short."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        cores = os.cpu_count() or 1
    quota = Path("/sys/fs/cgroup/cpu.max")
    if quota.is_file():
        limit, period = quota.read_text().split()[:2]
        if limit != "max":
            cores = min(cores, max(1, int(limit) // int(period)))
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):  # macOS
        return cores
    return max(1, min(cores, free // _WORKER_BYTES))


def check_beam(config: RunConfig) -> None:
    """Refuse a runner or a flag that Beam does not know; costs the import of Beam.

    Raises:
      UsageError: naming it, with what it may have been meant to be.
    """
    if config.local and not config.beam_flags:
        return
    with quietly():
        from apache_beam.options.pipeline_options import (
            PipelineOptions,
            StandardOptions,
            _BeamArgumentParser,
        )

    if "." not in config.runner:
        names = sorted({name.rsplit(".", 1)[-1] for name in StandardOptions.ALL_KNOWN_RUNNERS})
        if config.runner.lower() not in {
            form for name in names for form in (name.lower(), name.lower()[:-6])
        }:
            raise UsageError(
                f"--runner {config.runner}: Beam has no such runner{near(config.runner, names)}"
            )
    if config.local:
        # Portable runners learn of more flags from their job server, so only here can an unknown one be told.
        parser = _BeamArgumentParser(allow_abbrev=False, add_help=False)
        for group in PipelineOptions.__subclasses__():
            group._add_argparse_args(parser)
        known = [option for action in parser._actions for option in action.option_strings]
        for flag in config.beam_flags:
            if flag.startswith("--") and flag.split("=")[0] not in known:
                raise UsageError(
                    f"Beam has no flag {flag.split('=')[0]}{near(flag.split('=')[0], known)}"
                )


def near(word: str, known: Sequence[str]) -> str:
    """Return ``; did you mean ...?`` if a known word is close."""
    found = difflib.get_close_matches(word, known, 1)
    return f"; did you mean {found[0]}?" if found else ""
