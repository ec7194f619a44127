"""stream: articles from a Kafka topic become tables, a small run every few minutes, each message exactly once.

A batch is read by the driver, laid into the staging folder as one file per message, and goes through ingest, annotate and
link like any other input, on whatever runner there is. Where to go on is in the lake, not in Kafka: the run record of the
ingest commit says which offset of each partition comes next, so articles and offsets change in one rename. A stream that is
killed reads again what it had not committed; a message has a uri of its own (``kafka://CLUSTER/TOPIC/PARTITION/OFFSET``),
so even one that came twice would be known. Whether a message is one article or a list of them, its id depends on the uri
alone and not on how messages fell into batches.

The client is confluent-kafka. Beam's own connector was tried and left, for what docs/engines.md says under *Kafka*.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pipelines import annotate, dating, ingest, link
from pipelines.execute import Execution, StageResult
from pipelines.lake import Lake
from pipelines.options import AnnotateConfig, IngestConfig, UsageError
from pipelines.supervise import RunStoppedError
from schemas.documents import InputFile
from transforms.files import spool_path, spooled

logger = logging.getLogger(__name__)

DEFAULT_EVERY_SECONDS: Final = 120.0
DEFAULT_MAX_ARTICLES: Final = 5_000

_ANSWER_SECONDS: Final = 15.0
"""How long a broker may take to answer a question about a topic."""

PATIENCE_SECONDS = 60.0
"""How long a broker may be away: a restart, or another one taking its partitions over, is done in that time."""


class StreamError(RunStoppedError):
    """The topic cannot be read; the message is one sentence with the fix."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class StreamConfig:
    """What is followed and how much goes into a run.

    A run is made when ``every_seconds`` have passed since its first message, or it has ``max_articles`` messages. With
    ``drain`` the stream ends when everything is committed that was in the topic at the start. ``client`` are further
    settings of the client. ``skip_lost`` goes on behind messages that the broker has deleted before they were read.
    """

    brokers: str
    topic: str
    every_seconds: float = DEFAULT_EVERY_SECONDS
    max_articles: int = DEFAULT_MAX_ARTICLES
    drain: bool = False
    skip_lost: bool = False
    client: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Check.

        Raises:
          UsageError: a value is out of range.
        """
        if not self.brokers.strip():
            raise UsageError("--kafka is empty: expected HOST:PORT, several with commas between")
        if not self.topic.strip():
            raise UsageError("--topic is empty: expected the name of a topic")
        if not 0 < self.every_seconds < float("inf"):
            raise UsageError(f"--every {self.every_seconds:g}: expected more than 0 seconds")
        if self.max_articles < 1:
            raise UsageError(f"--max-articles {self.max_articles}: expected 1 or more")


def read_client_settings(path: str) -> tuple[tuple[str, str], ...]:
    """Read ``name=value`` lines, as Kafka's own properties files have them.

    Raises:
      UsageError: the file cannot be read, or a line is none of these.
    """
    try:
        lines = Path(path).expanduser().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--kafka-config {path} cannot be read: {error}") from error
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals:
            raise UsageError(f"--kafka-config {path}, line {number}: expected NAME=VALUE")
        found.append((name.strip(), value.strip()))
    return tuple(found)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Message:
    """One message: where it is in its topic, its bytes, and its time in seconds since 1970, if it has one."""

    partition: int
    offset: int
    value: bytes
    timestamp: float | None


class Topic:
    """A topic being read from given offsets; nothing is ever committed to Kafka."""

    def __init__(self, config: StreamConfig) -> None:
        """Find the topic.

        Raises:
          StreamError: the client is not installed, no broker answers, or there is no such topic.
          UsageError: the client does not know a setting.
        """
        try:
            import confluent_kafka
        except ImportError as error:
            raise StreamError(
                "dateline stream needs the Kafka client; pip install 'dateline-news[kafka]'"
            ) from error
        self._kafka = confluent_kafka
        self._config = config
        self._away_since: float | None = None
        self._ends: dict[int, int] = {}
        self.next: dict[int, int] = {}
        settings: dict[str, Any] = {
            "group.id": "dateline",  # the client insists; offsets are kept in the lake
            **dict(config.client),
            "bootstrap.servers": config.brokers,
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
            "error_cb": self._on_error,
        }
        try:
            self._consumer = confluent_kafka.Consumer(settings, logger=logger)
        except confluent_kafka.KafkaException as error:
            raise UsageError(f"--kafka-config: {error.args[0].str()}") from error
        try:
            self.cluster = str(self._metadata().cluster_id)
        except BaseException:
            self._consumer.close()
            raise

    @property
    def name(self) -> str:
        """Return what the run record calls this topic."""
        return f"{self.cluster}/{self._config.topic}"

    def close(self) -> None:
        """Let go of the broker."""
        self._consumer.close()

    def _on_error(self, error: Any) -> None:
        codes = (self._kafka.KafkaError._ALL_BROKERS_DOWN, self._kafka.KafkaError._TRANSPORT)
        if error.code() in codes and self._away_since is None:
            self._away_since = time.monotonic()

    def _metadata(self) -> Any:
        topic, brokers = self._config.topic, self._config.brokers
        try:
            found = self._consumer.list_topics(topic, timeout=_ANSWER_SECONDS)
        except self._kafka.KafkaException as error:
            raise StreamError(
                f"no Kafka broker answers at {brokers} ({error.args[0].str()}); start it, or correct --kafka"
            ) from error
        problem = found.topics[topic].error
        if problem is not None:
            raise StreamError(
                f"topic {topic!r} at {brokers} cannot be read ({problem.str()}); create it, or correct --topic"
            )
        return found

    def start(self, offsets: Mapping[str, int]) -> None:
        """Go to these offsets, by partition; one that is not named is read from its beginning.

        Raises:
          StreamError: the broker does not have what comes next, or does not answer.
        """
        self.next = {}
        for partition in sorted(self._metadata().topics[self._config.topic].partitions):
            self._add(partition, offsets.get(str(partition)))
        self._assign()

    def _add(self, partition: int, wanted: int | None) -> None:
        topic = self._config.topic
        place = self._kafka.TopicPartition(topic, partition)
        try:
            low, high = self._consumer.get_watermark_offsets(place, timeout=_ANSWER_SECONDS)
        except self._kafka.KafkaException as error:
            raise StreamError(
                f"the Kafka broker at {self._config.brokers} went away ({error.args[0].str()}); nothing of this batch was "
                "published, run the same command again when it is back"
            ) from error
        here = low if wanted is None else wanted
        if here > high:
            raise StreamError(
                f"partition {partition} of {topic} ends at {high:,}, and this lake has read it to {here:,}: the topic was "
                "made anew; stream it into another lake, or under another name"
            )
        if here < low:
            text = f"messages {here:,} to {low - 1:,} of partition {partition} of {topic} were deleted before they were read"
            if not self._config.skip_lost:
                raise StreamError(f"{text}; go on behind them with --skip-lost")
            logger.warning("%s", text)
            here = low
        self.next[partition] = here
        self._ends[partition] = high

    def _assign(self) -> None:
        places = [
            self._kafka.TopicPartition(self._config.topic, partition, offset)
            for partition, offset in sorted(self.next.items())
        ]
        self._consumer.assign(places)

    def look_for_partitions(self) -> None:
        """Read partitions that the topic got since the start too.

        Raises:
          StreamError: the broker does not answer.
        """
        found = set(self._metadata().topics[self._config.topic].partitions) - set(self.next)
        for partition in sorted(found):
            self._add(partition, None)
        if found:
            self._assign()

    @property
    def drained(self) -> bool:
        """Tell whether everything has been read that was there at the start."""
        return all(self.next[partition] >= end for partition, end in self._ends.items())

    def read(self) -> Iterator[Message]:
        """Yield the messages of one batch; ``next`` moves on behind each, and behind what holds no message.

        Raises:
          StreamError: the broker is away for too long, or refuses.
        """
        deadline: float | None = None
        count = 0
        while count < self._config.max_articles and not (self._config.drain and self.drained):
            wait = 1.0 if deadline is None else min(1.0, deadline - time.monotonic())
            if wait <= 0:
                return
            most = min(500, self._config.max_articles - count)
            for item in self._consumer.consume(num_messages=most, timeout=wait):
                message = self._message(item)
                if message is not None:
                    count += 1
                    deadline = deadline or time.monotonic() + self._config.every_seconds
                    yield message
            self._check_broker()
            if deadline is None and count == 0 and not self._config.drain:
                deadline = time.monotonic() + self._config.every_seconds

    def _message(self, item: Any) -> Message | None:
        """Return what an item holds: nothing for the end of a partition and for a tombstone."""
        error = item.error()
        if error is not None:
            if error.code() == self._kafka.KafkaError._PARTITION_EOF:
                self._away_since = None
                self._move(item)
                return None
            if error.retriable() or error.code() == self._kafka.KafkaError._ALL_BROKERS_DOWN:
                return None
            raise StreamError(f"topic {self._config.topic!r} cannot be read on: {error.str()}")
        self._away_since = None
        self._move(item, behind=1)
        value = item.value()
        if value is None:
            return None
        kind, milliseconds = item.timestamp()
        known = kind != self._kafka.TIMESTAMP_NOT_AVAILABLE
        return Message(
            partition=item.partition(),
            offset=item.offset(),
            value=value,
            timestamp=milliseconds / 1000 if known else None,
        )

    def _move(self, item: Any, behind: int = 0) -> None:
        partition, offset = item.partition(), item.offset() + behind
        self.next[partition] = max(self.next[partition], offset)

    def _check_broker(self) -> None:
        if self._away_since is None:
            return
        if time.monotonic() - self._away_since < PATIENCE_SECONDS:
            return
        try:
            self._metadata()
        except StreamError as error:
            raise StreamError(
                f"the Kafka broker at {self._config.brokers} went away; nothing of this batch was published, run the same "
                "command again when it is back"
            ) from error
        self._away_since = None


def follow(
    lake: Lake,
    execution: Execution,
    config: StreamConfig,
    reading: IngestConfig,
    saying: AnnotateConfig,
    tell: Callable[[list[StageResult], float], None],
) -> bool:
    """Read the topic until it is drained, or for ever; return whether all work units succeeded.

    ``tell`` hears what each batch gave and how long it took. A stage that rejected too much, or in which units failed,
    ends the stream: their messages are not behind the offsets and are read again.

    Raises:
      StreamError: the topic cannot be read.
      RunStoppedError: no unit can succeed.
      LakeError: the lake cannot be read or written.
    """
    topic = Topic(config)
    with contextlib.closing(topic), _spool(lake) as folder:
        known = lake.state.streams
        _same_cluster(known, topic, config)
        topic.start(known.get(topic.name, {}))
        if not _finish(lake, execution, saying, tell):
            return False
        while not (config.drain and topic.drained):
            topic.look_for_partitions()
            with lake.writing():
                files = [_lay_down(folder, topic.name, message) for message in topic.read()]
            if not files:
                continue
            started = time.monotonic()
            offsets = {str(partition): offset for partition, offset in topic.next.items()}
            result = ingest.main(lake, execution, reading, files, [], streams={topic.name: offsets})
            good = not result.failures and not result.too_many_rejects
            results = [result]
            if not result.too_many_rejects:
                results += _annotate_and_link(lake, execution, saying)
            tell(results, time.monotonic() - started)
            if not good or any(item.failures or item.too_many_rejects for item in results):
                return False
            _empty(folder)
        return True


def _finish(
    lake: Lake,
    execution: Execution,
    saying: AnnotateConfig,
    tell: Callable[[list[StageResult], float], None],
) -> bool:
    """Do what a killed stream had read and not yet annotated."""
    started = time.monotonic()
    results = _annotate_and_link(lake, execution, saying)
    if any(result.run_id for result in results):
        tell(results, time.monotonic() - started)
    return not any(result.failures or result.too_many_rejects for result in results)


def _annotate_and_link(
    lake: Lake, execution: Execution, saying: AnnotateConfig
) -> list[StageResult]:
    annotated = annotate.main(lake, execution, saying)
    if annotated.too_many_rejects:
        return [annotated]
    return [annotated, link.main(lake, execution), dating.main(lake, execution, saying)]


def _same_cluster(known: Mapping[str, Any], topic: Topic, config: StreamConfig) -> None:
    """Refuse a topic that this lake read from another cluster: its offsets mean nothing here."""
    others = [name for name in known if name.split("/", 1)[1] == config.topic]
    if others and topic.name not in known:
        raise StreamError(
            f"this lake has read topic {config.topic!r} from the Kafka cluster {others[0].split('/', 1)[0]}, and "
            f"{config.brokers} is cluster {topic.cluster}; stream it into another lake"
        )


@contextlib.contextmanager
def _spool(lake: Lake) -> Iterator[Path]:
    folder = spool_path(str(lake.root))
    with lake.writing():
        _empty(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _lay_down(folder: Path, topic: str, message: Message) -> InputFile:
    """Write a message to the spool; not synced, because the topic still has it."""
    uri = f"kafka://{topic}/{message.partition}/{message.offset}"
    place = spooled(folder, uri)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(message.value)
    return InputFile(uri=uri, size=len(message.value), modified=message.timestamp)
