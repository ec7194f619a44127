from __future__ import annotations

import pytest

from pipelines import ingest, options
from pipelines.options import AnnotateConfig, IngestConfig, RunConfig, UsageError
from transforms.formats.settings import ParseSettings


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: IngestConfig(min_words=-1),
        lambda: IngestConfig(timeout_seconds=0),
        lambda: IngestConfig(timeout_seconds=float("nan")),
        lambda: IngestConfig(timeout_seconds=float("inf")),
        lambda: IngestConfig(max_bytes=0),
        lambda: IngestConfig(fields=(("headline", "title"),)),
        lambda: IngestConfig(limits=(("max_depht", 3),)),
        lambda: IngestConfig(limits=(("max_depth", 0),)),
        lambda: options.pairs("--map", ["title"]),
        lambda: options.limits(["max_depth=many"]),
        lambda: AnnotateConfig(knowledge=("/no/such/file",)),
        lambda: AnnotateConfig(lexicons=("/no/such/file",)),
        lambda: RunConfig(workers=0),
        lambda: RunConfig(max_reject_ratio=1.5),
        lambda: RunConfig(max_reject_ratio=float("nan")),
        lambda: RunConfig(beam_flags=("--direct_num_workers=4",)),
        lambda: RunConfig(beam_flags=("--runner=FlinkRunner",)),
    ],
)
def test_a_wrong_setting_is_one_sentence(wrong):
    with pytest.raises(UsageError) as caught:
        wrong()
    assert "\n" not in str(caught.value)
    assert "--" in str(caught.value)


def test_defaults_are_those_of_the_readers():
    config, settings = IngestConfig(), ParseSettings()
    assert (config.min_words, config.timeout_seconds, config.max_bytes) == (
        settings.min_words,
        settings.timeout_seconds,
        settings.max_bytes,
    )


def test_limits_and_field_names_reach_the_readers():
    config = IngestConfig(
        fields=options.pairs("--map", ["title=slug", "text = prose"]),
        limits=options.limits(["max-depth=5", "max_unpack_ratio=2.5"]),
    )
    settings = ParseSettings(**ingest._readers_settings(config))
    assert settings.fields == (("title", "slug"), ("text", "prose"))
    assert (settings.max_depth, settings.max_unpack_ratio) == (5, 2.5)
    assert ingest.signature_of(config) != ingest.signature_of(IngestConfig())


def test_there_is_at_least_one_worker_and_no_more_than_cores():
    import os

    assert 1 <= options.default_workers() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(
    "name", ["DirectRunner", "FlinkRunner", "flink", "PortableRunner", "my.module.Runner"]
)
def test_runners_that_beam_knows_are_accepted(name):
    options.check_beam(RunConfig(runner=name, beam_flags=()))


def test_a_runner_that_beam_does_not_know_is_refused_with_a_suggestion():
    with pytest.raises(UsageError, match="did you mean FlinkRunner"):
        options.check_beam(RunConfig(runner="FlinkRuner"))


def test_a_flag_that_beam_does_not_know_is_refused_with_a_suggestion():
    options.check_beam(RunConfig(beam_flags=("--temp_location=/tmp",)))
    with pytest.raises(UsageError, match="did you mean --temp_location"):
        options.check_beam(RunConfig(beam_flags=("--temp_locatoin=/tmp",)))


def test_flags_of_a_job_server_are_left_to_it():
    options.check_beam(RunConfig(runner="FlinkRunner", beam_flags=("--whatever_flink_knows=1",)))
