"""Score the parsing of articles against the labelled development data.

    python -m benchmarks.parsing [SHARED] [--verbose] [--only text|html|samples|hostile]

Prints a table: plain text (title, first and last sentence, datelines, boilerplate), HTML (body F1 by the shingle
measure of the article-extraction-benchmark, titles, dates, authors, pages a second; trafilatura alone beside it), the
real files of every format (read, or rejected for the reason they should be), and the hostile inputs of
``make_torture.py`` (documents, reasons, dates, time and memory against what is expected). SHARED is the folder with
``gold``, ``samples`` and ``seeds``, by default ``../shared``. ``tests/fuzz`` runs every parser on damaged input.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import gzip
import json
import logging
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from schemas.documents import Article, InputFile
from schemas.outcomes import DocumentError, Reject
from transforms.files import list_inputs, open_uri, uri_of
from transforms.formats import html
from transforms.formats.isolate import DocumentWorker
from transforms.formats.reading import parse_document, read_documents
from transforms.formats.settings import ParseSettings
from transforms.text import datelines
from transforms.text.dates import Moment
from transforms.text.dates import parse as parse_date
from transforms.text.decoding import declared_charset, decode

SETTINGS = ParseSettings()


def squeeze(text: str | None) -> str:
    return " ".join((text or "").split())


def read_file(path: str) -> list[Article | Reject]:
    """Return what becomes of one file, read in this process."""
    found: list[Article | Reject] = []
    with Path(path).open("rb") as stream:
        for document in read_documents(
            InputFile(uri=path, size=Path(path).stat().st_size), stream, SETTINGS
        ):
            if isinstance(document, Reject):
                found.append(document)
                continue
            try:
                found.append(parse_document(document, SETTINGS))
            except DocumentError as error:
                found.append(
                    Reject(stage="parse", uri=path, reason=error.reason, message=error.message)
                )
    return found


# --- plain text ----------------------------------------------------------------------------------------------------


def plain_text(shared: Path, verbose: bool) -> None:
    rows = []
    for name in ("seeds_parse_gold", "newswire_parse_dev"):
        rows += [json.loads(line) for line in (shared / "gold" / f"{name}.jsonl").open()]
    right = found = stated = false = leaked = agencies = 0
    for row in rows:
        inner = (
            Path("samples/txt/newswire") / row["id"]
            if "text_file" in row
            else Path("seeds") / f"{row['id']}.txt"
        )
        (article,) = read_file(str(shared / inner))
        if isinstance(article, Reject):
            print("   rejected:", row["id"], article.reason)
            continue
        body = squeeze(article.text)
        problems = [
            name
            for name, fine in (
                ("title", squeeze(article.title) == squeeze(row["title"])),
                ("first sentence", body.startswith(squeeze(row["first_sentence"]))),
                ("last sentence", body.endswith(squeeze(row["last_sentence"]))),
            )
            if not fine
        ]
        right += not problems
        place = article.dateline_place
        stated += bool(row["dateline_place"])
        found += bool(place) and place == row["dateline_place"]
        false += bool(place) and place != row["dateline_place"]
        lines = {squeeze(p) for p in article.text.split("\n\n")}
        kinds = ("boilerplate_lines", "caption_lines", "credit_lines", "subheadings")
        leaks = [x for k in kinds for x in row[k] if squeeze(x) in lines]
        leaked += len(leaks)
        agencies += squeeze(article.agency) == squeeze(row["agency"])
        if verbose and (problems or leaks):
            print("   ", row["id"], problems, leaks)
    print(f"plain text   title, first and last sentence exact {right}/{len(rows)}; datelines {found}/{stated}, {false} false; "
          f"agencies {agencies}/{len(rows)}; boilerplate lines in bodies {leaked}")  # fmt: skip


# --- HTML ----------------------------------------------------------------------------------------------------------
# The measure of github.com/scrapinghub/article-extraction-benchmark: shingles of four words, counted, each page with
# equal weight; F1 of the mean precision and the mean recall.


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text or "")
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3)) if words)


def overlap(true: str, predicted: str) -> tuple[float, float]:
    """Return precision and recall of one page."""
    a, b = shingles(true), shingles(predicted)
    both, extra, missed = ((a & b).total(), (b - a).total(), (a - b).total())
    if extra == missed == 0:
        return 1.0, 1.0
    return (both / (both + extra) if both else 0.0), (both / (both + missed) if both else 0.0)


def f1(pages: list[tuple[float, float]]) -> float:
    precision, recall = (statistics.mean(p[i] for p in pages) for i in (0, 1))
    return 2 * precision * recall / (precision + recall)


def pages_of(shared: Path, name: str) -> Iterator[tuple[str, bytes, str, dict[str, Any]]]:
    folder = shared / "samples" / "html" / name
    if name == "aeb":
        for key, row in json.loads((folder / "ground-truth.json").read_text()).items():
            yield (
                key,
                gzip.decompress((folder / f"{key}.html.gz").read_bytes()),
                row["articleBody"],
                {},
            )
        return
    for gold in sorted(folder.glob("*.gold.json")):
        path = str(gold)
        row = json.loads(gold.read_text())
        body = row["body"]
        lines = list(body.get("summary", ()))
        for section in body.get("sections", ()):
            lines += [*section["headline"], *section["paragraphs"]]
        yield (
            Path(path).name,
            gzip.decompress(Path(path.replace(".gold.json", ".html.gz")).read_bytes()),
            "\n".join(lines),
            row,
        )


def same_day(found: Moment | None, stated: str | None) -> bool:
    """Tell whether two dates are the same day where the stated one was written."""
    if found is None or not stated:
        return False
    gold = dt.datetime.fromisoformat(stated)
    time_found = found.time if found.precision != "second" else found.time.astimezone(gold.tzinfo)
    return time_found.date() == gold.date()


def cpu_seconds(*functions: Callable[[], object]) -> list[float]:
    """Return the CPU seconds that each function takes at best, called in turn three times: machines are noisy."""
    seconds = [float("inf")] * len(functions)
    for _ in range(3):
        for number, function in enumerate(functions):
            begun = time.process_time()
            function()
            seconds[number] = min(seconds[number], time.process_time() - begun)
    return seconds


@dataclasses.dataclass
class Facts:
    """How often the title, the date and the names of pages were found, and how often there were any."""

    pages: int = 0
    titles: int = 0
    dated: int = 0
    dates: int = 0
    other_dates: int = 0
    names: int = 0
    named: int = 0
    right_names: int = 0

    def add(
        self, gold: dict[str, Any], title: str | None, date: Moment | None, authors: Iterable[str]
    ) -> None:
        self.pages += 1
        self.titles += squeeze(title) == squeeze(gold.get("title"))
        stated = gold.get("publishing_date")
        same = same_day(date, stated)
        self.dated += bool(stated)
        self.dates += same
        self.other_dates += date is not None and not same
        written, found = set(gold.get("authors") or ()), set(authors)
        self.names += len(written)
        self.named += len(found)
        self.right_names += len(written & found)

    def __str__(self) -> str:
        return (
            f"titles {self.titles}/{self.pages}; dates {self.dates}/{self.dated}, {self.other_dates} other; "
            f"authors {self.right_names}/{self.named} of {self.names}"
        )


def web_pages(shared: Path, verbose: bool) -> None:
    import trafilatura

    for name in ("aeb", "fundus"):
        ours: list[tuple[float, float]] = []
        theirs: list[tuple[float, float]] = []
        facts, their_facts = Facts(), Facts()
        seconds = other_seconds = 0.0
        pages = list(pages_of(shared, name))
        _, payload, _, _ = pages[0]
        html.page_draft(decode(payload, declared_charset(payload)).text, None, SETTINGS)  # imports
        datelines.find("PARIS - The")  # the gazetteer
        for key, payload, body, row in pages:
            text = decode(payload, declared_charset(payload)).text
            try:
                draft = html.page_draft(text, None, SETTINGS)
            except DocumentError as error:
                print("   rejected:", key, error.reason)
                ours.append((0.0, 0.0))
                continue
            mine, others = cpu_seconds(
                lambda page=payload: html.page_draft(
                    decode(page, declared_charset(page)).text, None, SETTINGS
                ),
                lambda page=text: trafilatura.bare_extraction(
                    page, include_comments=False, with_metadata=True
                ),
            )
            seconds, other_seconds = seconds + mine, other_seconds + others
            ours.append(overlap(body, "\n".join(draft.paragraphs)))
            alone = trafilatura.extract(text, include_comments=False)
            theirs.append(overlap(body, alone or ""))
            if verbose and min(ours[-1]) < 0.9:
                scores = [[round(x, 3) for x in pair] for pair in (ours[-1], theirs[-1])]
                print("   ", key, scores[0], "trafilatura alone", scores[1])
            if row:
                facts.add(row, draft.title, draft.published, draft.authors)
                found = trafilatura.extract_metadata(text)
                people = (found.author or "").split("; ")
                their_facts.add(row, found.title, parse_date(found.date), filter(None, people))
        line = f"HTML {name:7} body F1 {f1(ours):.4f} (trafilatura alone {f1(theirs):.4f}); "
        line += f"{len(pages) / seconds:.0f} pages a CPU second with metadata (alone {len(pages) / other_seconds:.0f})"
        if facts.pages:
            line += f"; {facts} (alone {their_facts})"
        print(line)


# --- real files of every format ------------------------------------------------------------------------------------

REJECTED = {
    "warc/resiliparse/clipped.warc.gz": Counter(truncated=1),  # a clipped stream, by its README
    "warc/ukwa/IAH-urls-wget.warc.gz": Counter(too_short=2),  # two test pages of a dozen words
    "wire/iptc/LISTING_1_A_NewsML-G2_News_Item.xml": Counter(no_article=1),  # a picture
    "wire/iptc/LISTING_6_Simple_NewsML-G2_Package.xml": Counter(no_article=1),  # a list of items
}
"""Samples with something to reject, and why; all others are read whole."""


def samples(shared: Path, verbose: bool) -> None:
    folder = shared / "samples"
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name != "README.md"
        and not path.name.endswith((".gold.json", "ground-truth.json", ".expected-metadata.json"))
    ]
    right = articles = 0
    for path in files:
        name = path.relative_to(folder).as_posix()
        found = read_file(str(path))
        rejects = Counter(x.reason for x in found if isinstance(x, Reject))
        articles += len(found) - rejects.total()
        expected = REJECTED.get(name, Counter())
        fine = rejects == expected and (len(found) > rejects.total() or bool(expected))
        right += fine
        if verbose and not fine:
            print("   ", name, dict(rejects))
    print(f"samples      {right}/{len(files)} read or rejected as they should; {articles} articles")


# --- hostile input -------------------------------------------------------------------------------------------------


OURS = {
    "empty": {"empty"},
    "no_body": {"no_article", "too_short", "empty"},
    "truncated_stream": {"truncated"},
    "corrupt_stream": {"bad_format", "truncated"},
    "encrypted": {"encrypted"},
    "decompression_bomb": {"too_large"},
    "nested_archive_limit": {"too_deep"},
    "line_too_long": {"too_large"},
    "too_deep": {"too_deep", "too_complex"},
    "binary_not_text": {"binary"},
    "unsupported_type": {"unsupported", "binary"},
    "ignored": {"(not listed)"},
    "xml_entity_forbidden": {"unsafe"},
    "xml_not_well_formed": {"bad_format", "truncated", "bad_encoding"},
    "invalid_json": {"bad_format", "bad_record", "truncated"},
    "json_too_deep": {"too_deep"},
    "schema": {"bad_record", "no_article"},
    "csv_malformed_row": {"bad_record"},
    "symlink_loop": {"unsafe"},
    "not_found": {"unreadable"},
    "outside_root": {"unsafe"},
    "path_traversal": {"unsafe"},
    "permission_denied": {"unreadable"},
}
"""What the expectations call a reason, and what we may call it."""

DISAGREEMENTS = {
    "11_values/date_garbage": "n/a is no date and says nothing against the day in the address: given, with basis url",
}
"""Cases in which we hold the expectation for wrong, by the beginning of their path, and why. Only dates are excused."""


@dataclasses.dataclass
class Case:
    """What became of one hostile input."""

    articles: list[Article]
    reasons: set[str]
    seconds: float = 0.0
    grown_mb: float = 0.0


def peak_mb(pid: int) -> float:
    """Return the most memory that a process has held since its mark was last taken away."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def problems_of(case: dict[str, Any], got: Case) -> list[str]:
    """Return how ``got`` differs from what ``case`` expects."""
    low, high = case["docs"] if isinstance(case["docs"], list) else (case["docs"], case["docs"])
    found = []
    if not low <= len(got.articles) <= high:
        found.append(f"{len(got.articles)} documents, expected {case['docs']}")
    text = " ".join(f"{a.title} {a.text}" for a in got.articles)
    if got.articles:
        found += [f"misses {x!r}" for x in case.get("contains", ()) if x not in text]
        if case.get("title") and case["title"] not in {a.title for a in got.articles}:
            found.append(f"title {got.articles[0].title!r}")
        if case.get("language") and case["language"] != got.articles[0].language:
            found.append(f"language {got.articles[0].language}")
    found += [f"has {x!r}" for x in case.get("absent", ()) if x in text]
    found += _date_problems(case, got)
    delivers_all = len(got.articles) == high and case["outcome"] != "rejected"
    if case["reason"] and not delivers_all and not got.reasons & OURS[case["reason"]]:
        found.append(f"reasons {sorted(got.reasons)}, expected {case['reason']}")
    if case["outcome"] == "ok" and low == high and got.reasons:
        found.append(f"reasons {sorted(got.reasons)}, expected none")
    if "crash" in got.reasons:
        found.append("a fault of ours")
    limits = case.get("limits", {})
    if got.seconds > limits.get("seconds", SETTINGS.timeout_seconds) + 2:
        found.append(f"{got.seconds:.1f} s")
    if got.grown_mb > limits.get("rss_mb", 1500):
        found.append(f"{got.grown_mb:.0f} MB more than the idle reader")
    return found


def _date_problems(case: dict[str, Any], got: Case) -> list[str]:
    if "date" not in case:
        return []
    days = case["date"] if isinstance(case["date"], list) else [case["date"]]
    found = {a.published_at.date().isoformat() if a.published_at else None for a in got.articles}
    return [f"date {x}, expected {case['date']}" for x in found if x not in days]


def torture(shared: Path, verbose: bool, *, small: bool = False) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        subprocess.run(
            [
                sys.executable,
                str(shared / "make_torture.py"),
                str(out),
                *(["--small"] if small else []),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        cases = json.loads((out / "expectations.json").read_text())["cases"]
        if small:  # two megabytes in one line are no reason to refuse anything
            cases = [case for case in cases if "one_line" not in case["path"]]
        before = tree_of(Path(folder))
        files, refused = list_inputs([str(out)])
        results = _read_all(files)
        for reject in refused:
            results[reject.uri] = Case([], {reject.reason})
        as_expected = excused = 0
        for case in cases:
            if case.get("skip_if") == "root" and os.geteuid() == 0:
                as_expected += 1  # nothing is forbidden to root
                continue
            got = results.get(uri_of(str(out / case["path"])), Case([], {"(not listed)"}))
            problems = problems_of(case, got)
            why = next((w for k, w in DISAGREEMENTS.items() if case["path"].startswith(k)), None)
            if problems and why and all(p.startswith("date ") for p in problems):
                excused += 1
                problems = [*problems, why]
            as_expected += not problems
            if problems and verbose:
                print("   ", case["path"], problems)
        touched = tree_of(Path(folder)) != before
        slowest = max(got.seconds for got in results.values())
        grown = max(got.grown_mb for got in results.values())
        print(
            f"hostile      {as_expected}/{len(cases)} as expected, {excused} excused; slowest {slowest:.1f} s; "
            f"peak {grown:.0f} MB over the idle reader; files touched: {'some' if touched else 'none'}"
        )


def tree_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of everything below a folder."""
    found = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        found[str(path)] = (status.st_size, status.st_mtime_ns)
    return found


def open_watched(uri: str) -> BinaryIO:
    """Open a file in a reader's process that ends when it reaches for a network, a secret, or a file to write."""
    global _watched
    if not _watched:
        sys.addaudithook(_watch)
        _watched = True
    return open_uri(uri)


_watched = False
_TEMPORARY = tempfile.gettempdir()  # asked now: inside the hook it would wait for itself


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in (
        "socket.connect",
        "socket.getaddrinfo",
        "socket.sendto",
        "os.system",
        "subprocess.Popen",
    ):
        os._exit(77)
    if event == "open" and isinstance(arguments[0], str):
        writes = bool((arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        if arguments[0] == "/etc/passwd" or (
            writes and not arguments[0].startswith((_TEMPORARY, "/dev/null"))
        ):
            os._exit(78)


def _read_all(files: list[InputFile]) -> dict[str, Case]:
    """Read each file with one worker; time and memory are those of its child."""
    results = {}
    with DocumentWorker(open_watched, SETTINGS) as worker:
        for file in files:
            worker.start()
            assert worker._child is not None
            pid = worker._child.pid
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # the mark of the peak goes to now
            idle, peak = peak_mb(pid), 0.0
            begun = time.monotonic()
            found = []
            for item in worker.articles(file):
                found.append(item)
                if len(found) % 500 == 1:
                    peak = max(peak, _peak_of(worker))
            seconds = time.monotonic() - begun
            peak = max(peak, _peak_of(worker))
            results[file.uri] = Case(
                [x for x in found if isinstance(x, Article)],
                {x.reason for x in found if isinstance(x, Reject)},
                seconds,
                max(0.0, peak - idle),
            )
    return results


def _peak_of(worker: DocumentWorker) -> float:
    child = worker._child
    return peak_mb(child.pid) if child is not None and child.poll() is None else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "shared", nargs="?", default=str(Path(__file__).resolve().parents[2] / "shared")
    )
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument(
        "--only", choices=("text", "html", "samples", "hostile"), help="one part alone"
    )
    arguments = parser.parse_args()
    logging.disable(logging.ERROR)
    shared = Path(arguments.shared)
    for name, part in (
        ("text", plain_text),
        ("html", web_pages),
        ("samples", samples),
        ("hostile", torture),
    ):
        if arguments.only in (None, name):
            part(shared, arguments.verbose)


if __name__ == "__main__":
    from benchmarks import parsing  # by its name: the child process imports this module

    parsing.main()
