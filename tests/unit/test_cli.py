"""The command line as a contract: exit codes, one clear sentence, JSON. Real worker processes, fake language."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.matchers import lake_rows, row_counts

ROOT = Path(__file__).resolve().parents[2]


def dateline(*arguments: object, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), **settings(changes), capture_output=True, text=True, timeout=170
    )


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "tests.fake_dateline", *map(str, arguments)]


def settings(changes):
    return {"cwd": ROOT, "env": {**os.environ, "PYTHONPATH": str(ROOT), **changes}}


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("in")
    for number in range(12):
        text = f"The army of Nation{number} met Germany and Austria, and all of them were very glad that they had met there."
        (folder / f"{number:02d}-2024-05-{number + 1:02d}.txt").write_text(
            f"Title {number}\n{text * 3}"
        )
    (folder / "copy-2024-05-20.txt").write_text((folder / "03-2024-05-04.txt").read_text())
    (folder / "binary.txt").write_bytes(b"a\0b")
    return folder


@pytest.fixture(scope="module")
def lake(archive, tmp_path_factory):
    place = tmp_path_factory.mktemp("lakes") / "one"
    done = dateline("run", archive, "--lake", place, "--workers", 1, "--json")
    assert done.returncode == 0, done.stderr
    return place


def test_a_run_prints_what_it_did(archive, tmp_path):
    done = dateline("run", archive, "--lake", tmp_path / "lake", "--workers", 2)
    assert done.returncode == 0, done.stderr
    assert "13 articles" in done.stdout
    assert "1 rejects: 1 binary" in done.stdout
    assert "1 copies" in done.stdout
    again = dateline("run", archive, "--lake", tmp_path / "lake", "--json")
    assert [stage["run_id"] for stage in json.loads(again.stdout)["stages"]] == [None, None, None]


def test_nothing_new_is_said_within_seconds_and_without_beam(archive, lake):
    started = time.process_time(), time.monotonic()
    code = (
        "import sys, tests.fake_dateline as d\n"
        f"code = d.cli.main(['run', {str(archive)!r}, '--lake', {str(lake)!r}])\n"
        "assert code == 0 and not {'apache_beam', 'spacy'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], **settings({}), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Nothing new to do" in done.stdout
    assert time.monotonic() - started[1] < 5


def test_stages_one_by_one_give_what_run_gives(archive, lake, tmp_path):
    place = tmp_path / "lake"
    for arguments in (["ingest", archive], ["annotate", "--workers", 1], ["link"]):
        done = dateline(*arguments, "--lake", place)
        assert done.returncode == 0, done.stderr
    assert lake_rows(place) == lake_rows(lake)


WRONG = (
    (["run", "IN", "--lake", "LAKE", "--modle", "x"], 2, "--model"),
    (["run", "IN", "--lake", "LAKE", "--ouput", "x"], 2, "--ouput"),
    (["rum"], 2, "run"),
    (["run", "IN"], 2, "--lake"),
    (["run", "--lake", "LAKE"], 2, "INPUT"),
    (["run", "IN/nothing*", "--lake", "LAKE"], 2, "matches no file"),
    (["run", "IN", "--lake", "LAKE", "--model", "none"], 2, "no such model"),
    (["run", "IN", "--lake", "LAKE", "--workers", "0"], 2, "--workers"),
    (["run", "IN", "--lake", "LAKE", "--workers", "two"], 2, "--workers"),
    (["run", "IN", "--lake", "LAKE", "--min-words", "-1"], 2, "--min-words"),
    (["run", "IN", "--lake", "LAKE", "--knowledge", "/no/file"], 2, "/no/file"),
    (["run", "IN", "--lake", "LAKE", "--", "--temp_locatoin=x"], 2, "--temp_location"),
    (["run", "IN", "--lake", "LAKE", "--runner", "FlinkRuner"], 2, "FlinkRunner"),
    (["run", "IN", "--lake", "s3://bucket/lake"], 1, "local"),
    (["run", "IN", "--lake", "IN"], 1, "not empty"),
    (["run", "IN", "--lake", "/proc/lake"], 1, "cannot be written"),
    (["annotate", "--lake", "LAKE"], 1, "is no lake"),
    (["status", "--lake", "LAKE"], 1, "is no lake"),
    (["verify", "--lake", "LAKE"], 1, "is no lake"),
    (["query", "--lake", "LAKE"], 1, "is no lake"),
    (["schema", "event"], 2, "events"),
)

MANY = """
import contextlib, io, json, sys
import tests.fake_dateline as fake
found = []
for arguments in json.load(sys.stdin):
    heard = io.StringIO()
    with contextlib.redirect_stderr(heard):
        code = fake.cli.main(arguments)
    found.append((code, heard.getvalue()))
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def said(archive, tmp_path_factory):
    """What each wrong command line says, all in one process: each start would take a second."""
    lake = tmp_path_factory.mktemp("none") / "lake"

    def fill(word):
        return re.sub("^IN", str(archive), word).replace("LAKE", str(lake))

    questions = json.dumps([[fill(word) for word in arguments] for arguments, _, _ in WRONG])
    done = subprocess.run(
        [sys.executable, "-c", MANY],
        **settings({}),
        input=questions,
        capture_output=True,
        text=True,
        check=True,
    )
    return lake, json.loads(done.stdout)


@pytest.mark.parametrize(
    "number", range(len(WRONG)), ids=[" ".join(arguments) for arguments, _, _ in WRONG]
)
def test_what_cannot_be_is_one_sentence_and_leaves_no_lake(said, number):
    lake, answers = said
    _, wanted, sentence = WRONG[number]
    code, heard = answers[number]
    assert code == wanted, heard
    (line,) = heard.strip().splitlines()
    assert sentence in line
    assert line.startswith("dateline: ")
    assert not lake.exists()


def test_too_many_rejects_are_exit_code_4(archive, tmp_path):
    done = dateline(
        "run", archive, "--lake", tmp_path / "lake", "--max-reject-ratio", "0.01", "--workers", 1
    )
    assert done.returncode == 4
    assert "too many rejects" in done.stderr
    assert row_counts(tmp_path / "lake")["articles"] == 0


def test_a_held_lake_is_exit_code_3(archive, lake):
    code = (
        "import sys; from pipelines.lake import Lake\n"
        f"with Lake({str(lake)!r}).hold('first'): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        done = dateline("run", archive, "--lake", lake)
        assert done.returncode == 3
        assert f"process {holder.pid}" in done.stderr
    finally:
        holder.kill()
        holder.wait()


def test_a_bug_is_exit_code_1_and_costs_one_article(archive, tmp_path, lake):
    folder = with_poison(archive, tmp_path / "in", bug="!bug")
    done = dateline("run", folder, "--lake", tmp_path / "lake", "--workers", 1)
    assert done.returncode == 1
    assert "1 documents met a bug" in done.stderr
    counts = row_counts(tmp_path / "lake")
    assert counts["events"] == row_counts(lake)["events"]
    assert counts["rejects"] == 2
    found = dateline(
        "query", "--lake", tmp_path / "lake", "SELECT traceback FROM rejects WHERE reason = 'crash'"
    )
    assert "a bug of the model's" in found.stdout


def with_poison(archive, folder, **poisons):
    folder.mkdir()
    for path in archive.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    for name, word in poisons.items():
        (folder / f"{name}-2024-05-05.txt").write_text(
            f"Title {name}\nFrance {word} " + "word " * 30
        )
    return folder


def test_articles_that_kill_or_hang_a_worker_cost_themselves(archive, tmp_path, lake):
    folder = with_poison(archive, tmp_path / "in", poison="!crash", endless="!hang")
    place = tmp_path / "lake"
    done = dateline("run", folder, "--lake", place, "--workers", 2, STALL_SECONDS="4")
    assert done.returncode == 0, done.stderr
    sql = "SELECT stage, reason, parse_filename(uri) AS file FROM rejects WHERE stage = 'annotate' ORDER BY reason"
    assert json.loads(dateline("query", "--lake", place, "--json", sql).stdout) == [
        {"stage": "annotate", "reason": "crash", "file": "poison-2024-05-05.txt"},
        {"stage": "annotate", "reason": "timeout", "file": "endless-2024-05-05.txt"},
    ]
    assert row_counts(place)["events"] == row_counts(lake)["events"]
    assert "Nothing new" in dateline("run", folder, "--lake", place).stdout
    assert dateline("verify", "--lake", place).returncode == 0


def test_a_file_that_kills_the_worker_and_one_that_meets_a_bug_cost_themselves(
    archive, tmp_path, lake
):
    folder = with_poison(archive, tmp_path / "in", poison="!crash-reader", bug="!bug-reader")
    place = tmp_path / "lake"
    done = dateline("run", folder, "--lake", place, "--workers", 1)
    assert done.returncode == 1
    assert row_counts(place)["events"] == row_counts(lake)["events"]
    sql = "SELECT parse_filename(uri) AS file, reason, traceback IS NOT NULL AS ours FROM rejects WHERE reason = 'crash'"
    found = json.loads(dateline("query", "--lake", place, "--json", sql + " ORDER BY 1").stdout)
    assert found == [
        {"file": "bug-2024-05-05.txt", "reason": "crash", "ours": True},
        {"file": "poison-2024-05-05.txt", "reason": "crash", "ours": False},
    ]


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_clean_and_the_next_run_goes_on(archive, tmp_path, lake, name):
    place = tmp_path / "lake"
    running = subprocess.Popen(
        command("run", archive, "--lake", place, "--workers", 2),
        **settings({"FAKE_MODEL_SECONDS": "2"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(lambda: list(place.glob("articles/*/*.parquet")) and workers_of(running.pid))
    time.sleep(1)
    if name is signal.SIGINT:
        os.killpg(running.pid, name)  # as a terminal does
    else:
        running.send_signal(name)
    _, stderr = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "stopped" in stderr
    assert "Traceback" not in stderr
    wait_for(lambda: not workers_of(running.pid))
    done = dateline("run", archive, "--lake", place, "--workers", 1)
    assert done.returncode == 0
    assert lake_rows(place) == lake_rows(lake)


def wait_for(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.05)


def workers_of(pid):
    """Return the processes of a session, other than its leader."""
    found = subprocess.run(
        ["ps", "-o", "pid=", "-g", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(item) for item in found.stdout.split() if int(item) != pid]


def test_killed_for_good_it_leaves_no_worker_behind(archive, tmp_path):
    place = tmp_path / "lake"
    running = subprocess.Popen(
        command("run", archive, "--lake", place, "--workers", 2),
        **settings({"FAKE_MODEL_SECONDS": "2"}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_for(lambda: workers_of(running.pid))
    running.kill()
    running.wait()
    wait_for(lambda: not workers_of(running.pid), 15)


def test_status_and_query_speak_json(lake):
    found = json.loads(dateline("status", "--lake", lake, "--json").stdout)
    assert (found["inputs"], found["articles"], found["annotated"]) == (14, 13, 12)
    assert found["rejects"] == {"binary": 1}
    assert [run["stage"] for run in found["runs"]] == ["ingest", "annotate", "link"]
    rows = json.loads(
        dateline(
            "query",
            "--lake",
            lake,
            "--json",
            "SELECT event_type, count(*) AS n FROM events GROUP BY 1",
        ).stdout
    )
    assert rows == [{"event_type": "AGREE", "n": 72}]
    views = json.loads(dateline("query", "--lake", lake, "--json").stdout)
    assert {view["view"] for view in views} >= {"articles", "events", "event_pairs"}


def test_plain_results_are_lines_with_tabs(lake):
    done = dateline("query", "--lake", lake, "SELECT 1 AS a, 'x\ty' AS b, [1, 2] AS c, NULL AS d")
    assert done.stdout == "a\tb\tc\td\n1\tx y\t[1, 2]\t\n"
    status = dateline("status", "--lake", lake).stdout
    assert "articles\t13" in status


def test_a_wrong_query_is_what_duckdb_says_of_it(lake):
    done = dateline("query", "--lake", lake, "SELECT nothing FROM articles")
    assert done.returncode == 1
    assert "nothing" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_schema_is_shown_for_people_and_machines():
    assert "articles" in dateline("schema").stdout
    shown = dateline("schema", "events").stdout
    assert "actor.country" in shown
    found = json.loads(dateline("schema", "--json").stdout)
    assert [table["name"] for table in found["tables"]][:2] == ["articles", "mentions"]
    assert json.loads(dateline("schema", "events", "--json").stdout)["name"] == "events"


def test_views_sql_works_in_duckdb_alone(lake):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET VARIABLE dateline_lake = ?", [str(lake)])
    connection.execute((lake / "_dateline" / "views.sql").read_text())
    assert connection.execute("SELECT count(*), min(published_month) FROM events").fetchall() == [
        (72, "2024-05")
    ]
    pairs = connection.execute(
        "SELECT count(*) FROM event_pairs WHERE actor_code = 'FRA'"
    ).fetchall()
    assert pairs == [(72,)]
    plain = connection.execute(
        f"SELECT count(*) FROM read_parquet('{lake}/events/**/*.parquet', hive_partitioning = true)"
    ).fetchall()
    assert plain == [(72,)]


def test_json_logs_are_one_object_a_line(archive, tmp_path):
    done = dateline(
        "run", archive, "--lake", tmp_path / "lake", "--log", "json", "--workers", 1, "--json"
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert any("publishing" in line["message"] for line in lines)
    assert {"time", "level", "logger", "message"} <= set(lines[0])


def test_help_names_every_command_and_the_exit_codes():
    shown = dateline("--help").stdout
    for name in ("run", "ingest", "annotate", "link", "status", "verify", "query", "schema"):
        assert f" {name} " in shown
    assert "Exit codes" in shown


# --------------------------------------------------------------------------------------------------- nightly


def test_metrics_and_attempts_say_how_a_command_ended(archive, tmp_path):
    lake, metrics = tmp_path / "lake", tmp_path / "out" / "dateline.prom"
    flags = ("--lake", lake, "--workers", 1, "--metrics", metrics)
    assert dateline("run", archive, *flags).returncode == 0
    samples = dict(line.rsplit(" ", 1) for line in _samples(metrics))
    assert samples["dateline_last_attempt_exit_code"] == "0"
    assert samples['dateline_table_rows{table="articles"}'] == "13"
    assert samples['dateline_rejects{reason="binary"}'] == "1"
    assert samples["dateline_articles_waiting"] == "0"
    assert dateline("run", tmp_path / "nowhere", *flags).returncode == 2
    samples = dict(line.rsplit(" ", 1) for line in _samples(metrics))
    assert samples["dateline_last_attempt_exit_code"] == "2"
    assert float(samples["dateline_last_success_timestamp_seconds"]) <= float(
        samples["dateline_last_attempt_timestamp_seconds"]
    )
    found = json.loads(dateline("status", "--lake", lake, "--json").stdout)
    assert [item["exit_code"] for item in found["attempts"]] == [0, 2]
    assert "matches no file" in found["attempts"][-1]["message"]
    assert found["growth"][0]["read"] == 13
    assert found["waiting"] == 0


def _samples(path):
    """Check the Prometheus text format line by line; return the samples."""
    lines = path.read_text().splitlines()
    label = r'[a-z_]+="(?:[^"\\]|\\.)*"'
    pattern = re.compile(rf"[a-z_]+(?:\{{{label}(?:,{label})*\}})? -?[0-9.e+]+")
    samples = [line for line in lines if not line.startswith("#")]
    assert all(pattern.fullmatch(line) for line in samples), samples
    typed = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert {re.split(r"[{ ]", line)[0] for line in samples} == typed
    return samples


def test_json_logs_are_json_and_end_with_what_was_done(archive, tmp_path):
    done = dateline("run", archive, "--lake", tmp_path / "lake", "--workers", 1, "--log", "json")
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stderr.splitlines()]
    assert records[-1]["event"] == "end"
    assert records[-1]["exit_code"] == 0
    assert [stage["articles"] for stage in records[-1]["stages"]] == [13, 12, 0]


def test_watch_does_the_job_again_and_again_until_it_is_stopped(archive, tmp_path):
    folder, lake = tmp_path / "in", tmp_path / "lake"
    folder.mkdir()
    (folder / "first.txt").write_text((archive / "00-2024-05-01.txt").read_text())
    running = subprocess.Popen(
        command("watch", folder, "--every", "1s", "--lake", lake, "--workers", 1),
        **settings({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        _wait_for(lambda: row_counts(lake)["events"] == 6)
        (folder / "second.txt").write_text((archive / "01-2024-05-02.txt").read_text())
        _wait_for(lambda: row_counts(lake)["events"] == 12)
        _wait_for(lambda: not (lake / "_dateline" / "lock").read_text())
        running.send_signal(signal.SIGINT)
        stdout, stderr = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode in (0, 130), stderr  # 130 if a round was under way
    attempts = json.loads((lake / "_dateline" / "attempts.json").read_text())
    assert sum(bool(attempt.get("idle")) for attempt in attempts) <= 2, "only the last of a row"
    assert stdout.count("1 articles of") == 2
    assert "Nothing new" not in stdout
    assert "Traceback" not in stderr


def test_watch_stops_in_the_middle_of_a_round(tmp_path):
    folder, lake = tmp_path / "in", tmp_path / "lake"
    folder.mkdir()
    text = "The army of France met Germany, and all of them were glad that they had met there. " * 3
    (folder / "a.txt").write_text(f"Title\n{text}\n!hang\n")
    running = subprocess.Popen(
        command("watch", folder, "--every", "1s", "--lake", lake, "--workers", 1),
        **settings({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        _wait_for(lambda: next((lake / "_dateline" / "staging").glob("*.annotate/*/items.json")))
        running.send_signal(signal.SIGTERM)
        _, stderr = running.communicate(timeout=20)
    finally:
        running.kill()
    assert running.returncode == 130
    assert "what was finished is kept" in stderr
    found = json.loads(dateline("status", "--lake", lake, "--json").stdout)
    assert found["attempts"][-1]["exit_code"] == 130
    assert found["waiting"] == 1


def test_each_batch_of_a_stream_is_an_attempt_and_writes_the_metrics(lake, tmp_path):
    place, metrics = tmp_path / "lake", tmp_path / "dateline.prom"
    shutil.copytree(lake, place)
    code = (
        "import sys, tests.fake_dateline as d\n"
        "from pathlib import Path\n"
        "from pipelines import stream\n"
        "from pipelines.execute import StageResult\n"
        "def follow(lake, execution, config, reading, saying, tell):\n"
        "    for number in (1, 2):\n"
        "        tell([StageResult(stage='ingest', run_id='r', listed=1, skipped=0, articles=number)], 0.5)\n"
        f"        text = Path({str(metrics)!r}).read_text()\n"
        "        assert f'dateline_stage_articles{{stage=\"ingest\"}} {number}' in text\n"
        "    raise stream.StreamError('the broker went away')\n"
        "stream.follow = follow\n"
        f"sys.exit(d.cli.main(['stream', '--kafka', 'b:1', '--topic', 't', '--lake', {str(place)!r}, '--metrics', {str(metrics)!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], **settings({}), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    samples = dict(line.rsplit(" ", 1) for line in _samples(metrics))
    assert samples["dateline_last_attempt_exit_code"] == "1"
    found = json.loads(dateline("status", "--lake", place, "--json").stdout)
    ended = [(item["command"], item["exit_code"]) for item in found["attempts"][-3:]]
    assert ended == [("stream", 0), ("stream", 0), ("stream", 1)]
    assert found["attempts"][-1]["message"] == "the broker went away"


def test_metrics_tell_of_a_command_that_the_lake_could_not_keep(archive, tmp_path):
    blocked, metrics = tmp_path / "file", tmp_path / "dateline.prom"
    blocked.write_text("in the way")
    done = dateline("run", archive, "--lake", blocked / "lake", "--metrics", metrics)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    samples = dict(line.rsplit(" ", 1) for line in _samples(metrics))
    assert samples["dateline_last_attempt_exit_code"] == "1"


def _wait_for(happened, seconds=90):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if happened():
                return
        except Exception:  # files come and go while they are looked at
            pass
        time.sleep(0.2)
    raise AssertionError("it did not happen")


def test_watch_refuses_what_run_refuses(archive, tmp_path):
    done = dateline("watch", archive, "--lake", tmp_path / "lake", "--every", "1s", "--wrokers", 1)
    assert done.returncode == 2
    assert "--wrokers" in done.stderr
    assert dateline("watch", archive, "--lake", tmp_path / "lake", "--every", "no").returncode == 2


def test_verify_repair_says_what_it_did(archive, lake, tmp_path):
    damaged = tmp_path / "lake"
    shutil.copytree(lake, damaged)
    next((damaged / "events").rglob("*.parquet")).unlink()
    assert dateline("verify", "--lake", damaged).returncode == 1
    refused = dateline("run", archive, "--lake", damaged, "--workers", 1)
    assert refused.returncode == 1
    assert "is gone; run `dateline verify --repair`" in refused.stderr
    mended = dateline("verify", "--lake", damaged, "--repair")
    assert mended.returncode == 0, mended.stdout
    assert "1 file missing" in mended.stdout
    assert dateline("run", archive, "--lake", damaged, "--workers", 1).returncode == 0
    assert lake_rows(damaged) == lake_rows(lake)


def test_compact_is_one_commit_and_says_what_it_did(lake, tmp_path):
    place = tmp_path / "lake"
    shutil.copytree(lake, place)
    first = dateline("compact", "--lake", place)
    assert first.returncode == 0, first.stderr
    assert lake_rows(place) == lake_rows(lake)
    assert "up to date" in dateline("compact", "--lake", place).stdout
    assert dateline("verify", "--lake", place).returncode == 0
