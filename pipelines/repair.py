"""``dateline verify --repair``: mends what can be mended and says what it did.

Nothing is guessed: what is not what it should be goes aside (``_dateline/quarantine``), with all that depends on it, and
is forgotten by the ledger in one commit; the next run makes it again from the archive. Only where the archive no longer
has an input are its articles lost, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines import ledger
from pipelines.commit import COMPACTED, INPUT_STAGES, Change
from pipelines.lake import Lake
from pipelines.ledger import ANNOTATIONS, ARTICLES, FILES, INPUTS, KINDS, Kind, LedgerFile
from pipelines.records import LakeDamagedError, State, read_sealed
from pipelines.verify import Problem, verify
from transforms import parquet
from transforms.files import is_readable, is_url
from transforms.parquet import file_digest, row_hashes

STAGE: Final = "repair"


def repair(lake: Lake) -> tuple[list[str], list[Problem]]:
    """Mend a lake; return what was done, a sentence each, and what is still wrong. The caller holds the lake.

    Raises:
      LakeError: the lake cannot be written.
    """
    lake.check()
    deeds: list[str] = []
    with lake.writing():
        _finish(lake, deeds)
        _settle_records(lake, deeds)
        _settle_files(lake, deeds)
        problems = verify(lake)
        if any(problem.articles for problem in problems):
            _redo(lake, {name for problem in problems for name in problem.articles}, deeds)
            problems = verify(lake)
        lake.write_views()
    return deeds, problems


def _finish(lake: Lake, deeds: list[str]) -> None:
    """Carry out a commit that was cut short, or set it aside where that cannot be done."""
    path = lake.home / "intent.json"
    if not path.is_file():
        lake.recover()
        return
    try:
        lake.recover()
        deeds.append("a commit that was cut short was carried out")
    except LakeDamagedError as error:
        _set_aside(lake, ["_dateline/intent.json"])
        deeds.append(
            f"a commit that was cut short cannot be carried out and was set aside: {error}"
        )
        lake.recover()


def _set_aside(lake: Lake, paths: Iterable[str]) -> None:
    for path in paths:
        target = lake.home / "quarantine" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        number = 1
        while target.exists():
            target = target.with_name(f"{Path(path).name}.{number}")
            number += 1
        parquet.fault("repair.aside")
        (lake.root / path).replace(target)


# ------------------------------------------------------------------------------------- records and ledger


def _settle_records(lake: Lake, deeds: list[str]) -> None:
    """Set aside records that are damaged or of another lake; then make the ledger whole."""
    owner = lake.marker()["lake_id"]
    bad: list[Path] = []
    unreadable, newest = "", ""
    for path in lake.run_records():
        try:
            if read_sealed(path).get("lake_id", owner) == owner:
                newest = path.name
                continue
        except LakeDamagedError:
            unreadable = path.name
        bad.append(path)
    if bad:
        names = [str(path.relative_to(lake.root)) for path in bad]
        _set_aside(lake, names)
        deeds.append(f"{_count(len(bad), 'run record')} set aside: {', '.join(names[:3])}")
    lake.forget()
    damaged = [kind for kind in KINDS.values() if not _is_whole(lake, kind)]
    if unreadable > newest and (damaged or _unlisted(lake)):
        _rebuild(lake, list(KINDS.values()), deeds, newest_lost=True)
    elif damaged:
        _rebuild(lake, damaged, deeds, newest_lost=False)


def _is_whole(lake: Lake, kind: Kind) -> bool:
    return all(
        (lake.root / file.path).is_file() and file_digest(lake.root / file.path) == file.sha256
        for file in lake.state.ledger
        if file.kind == kind.name
    )


def _unlisted(lake: Lake) -> list[str]:
    """Return the ledger files that the last readable record does not list, oldest first."""
    listed = {file.path for file in lake.state.ledger}
    found = sorted((lake.home / "ledger").glob("*.parquet"), key=_run_of)
    return [path for place in found if (path := str(place.relative_to(lake.root))) not in listed]


def _run_of(path: Path) -> str:
    """Return the run that wrote a ledger file: ``inputs-r000001-20240501T000000Z.parquet``."""
    return path.stem.partition("-")[2]


def _rebuild(lake: Lake, damaged: Sequence[Kind], deeds: list[str], *, newest_lost: bool) -> None:
    """Make tables of the ledger again, and with them a record.

    ``newest_lost``: the last record is unreadable. The ledger files that lie there are then the state it named, since
    those it replaced were removed. Else, and where they cannot be read, the tables of the lake have to tell.
    """
    state = lake.state
    there = sorted((lake.home / "ledger").glob("*.parquet"), key=_run_of)
    found: dict[str, pa.Table] = {}
    guessed = []
    for kind in KINDS.values():
        if kind not in damaged:
            found[kind.name] = state.table(kind)
            continue
        files = [
            LedgerFile(kind=kind.name, path=str(path.relative_to(lake.root)), rows=0, sha256="")
            for path in there
            if path.name.startswith(f"{kind.name}-")
        ]
        try:
            if not newest_lost:
                raise OSError("its checksum is wrong")
            found[kind.name] = ledger.read_kind(lake.root, kind, files)
        except (OSError, pa.ArrowException):
            guessed.append(kind.name)
    if guessed:
        found.update(_from_tables(lake, guessed, found))
    aside = lake.home / "quarantine" / "_dateline" / "runs"
    names = [_run_of(path) for path in there] + [path.name for path in aside.glob("r*")]
    seq = max([state.seq, *(int(name[1:7]) for name in names if name[1:7].isdigit())])
    lake.assume(State(lake.root, {"seq": seq, "articles_version": seq, "linked_version": -1}))
    rebuilt = sorted(kind.name for kind in damaged)
    lake.commit(lake.begin(STAGE), Change(facts={"rebuilt": rebuilt}, ledger=found))
    _set_aside(lake, _unlisted(lake))
    how = (
        f"; {', '.join(guessed)} from the tables, so the next run does again what they do not tell"
        if guessed
        else ""
    )
    deeds.append(f"the ledger was made again: {', '.join(rebuilt)}{how}")


def _from_tables(
    lake: Lake, names: Sequence[str], known: dict[str, pa.Table]
) -> dict[str, pa.Table]:
    """Read from the Parquet files what the ledger said of them; what they do not say is left to be done again."""
    found: dict[str, pa.Table] = {}
    places = _published(lake)
    files, articles = [], []
    uris: list[tuple[str, str]] = []  # with the units whose files they are in
    annotations: list[tuple[str, str]] = []
    for path, unit_id in places.items():
        table = path.split("/")[0]
        place = lake.root / path
        try:
            with pq.ParquetFile(place) as file:
                rows = file.metadata.num_rows
                if table == "articles":
                    part = file.read()
                    articles.append(_article_rows(part, path))
                    uris += [(uri, unit_id) for uri in part["uri"].to_pylist()]
                elif table == "rejects":
                    for row in file.read(columns=["stage", "uri", "article_id"]).to_pylist():
                        if row["stage"] in INPUT_STAGES:
                            uris.append((row["uri"], unit_id))
                        elif row["article_id"] is not None:
                            annotations.append((row["article_id"], unit_id))
                elif table in ("mentions", "entities", "events", "date_clues"):
                    ids = pc.unique(
                        file.read(columns=["article_id"])["article_id"].cast(pa.string())
                    )
                    annotations += [(name, unit_id) for name in ids.to_pylist()]
        except (OSError, pa.ArrowException):
            continue  # the files are looked at next
        files.append(
            {
                "path": path,
                "table": table,
                "unit_id": unit_id,
                "run_id": "-".join(path.rsplit("/", 1)[1].split("-")[1:3]),
                "rows": rows,
                "size": place.stat().st_size,
                "sha256": file_digest(place),
            }
        )
    if "files" in names:
        found["files"] = FILES.rows(files)
    if "articles" in names:
        found["articles"] = ledger.fold(ARTICLES, articles)
    if "inputs" in names:
        # Nothing is known of them but that they were read: read again, they replace their rows.
        found["inputs"] = INPUTS.rows(
            [
                {"uri": uri, "size": -2, "signature": "", "limits": "", "unit_id": unit_id}
                for uri, unit_id in sorted(_own_units(uris).items())
            ]
        )
    if "annotations" in names:
        table_ = ANNOTATIONS.rows(
            [
                {"article_id": name, "signature": "", "unit_id": unit_id}
                for name, unit_id in sorted(_own_units(annotations).items())
            ]
        )
        alive = found.get("articles", known.get("articles"))
        if alive is not None:
            here = pc.is_in(table_["article_id"], value_set=_whole(alive["article_id"]))
            table_ = table_.filter(here)
        found["annotations"] = table_
    return found


def _own_units(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Return the unit of each key: rather the one that made it than a compaction, whose files are found anyway."""
    return dict(sorted(pairs, key=lambda pair: not pair[1].startswith(COMPACTED)))


def _published(lake: Lake) -> dict[str, str]:
    """Return the files that the run records say are there, with their units; all of ours where none says so."""
    paths: dict[str, None] = {}
    for record in lake.run_records():
        content = read_sealed(record)
        for path in content.get("removed", ()):
            paths.pop(path, None)
        for item in content.get("added", ()):
            paths[item["path"]] = None
    there = lake.found_files()
    if not paths:
        paths = dict.fromkeys(there)
    return {path: path.rsplit("/", 1)[1].split("-")[0] for path in sorted(paths) if path in there}


def _article_rows(part: pa.Table, path: str) -> pa.Table:
    rows = part.select(["article_id", "uri", "content_hash", "published_at", "word_count"])
    count = part.num_rows
    rows = rows.append_column("path", pa.array([path] * count, pa.string()))
    rows = rows.append_column("row", pa.array(np.arange(count, dtype=np.int32)))
    rows = rows.append_column("row_hash", pa.array(row_hashes(part), pa.string()))
    return ARTICLES.conform(rows.append_column("gone", pa.array([False] * count, pa.bool_())))


# -------------------------------------------------------------------------------------------------- files


def _settle_files(lake: Lake, deeds: list[str]) -> None:
    """Set aside files that are nobody's or not what they were, and forget what was in the lost ones."""
    files = lake.state.table(FILES)
    there = lake.found_files()
    lost: list[str] = []
    changed: list[str] = []
    for item in files.to_pylist():
        path = item["path"]
        if path not in there:
            lost.append(path)
        elif not _is_as_written(lake.root / path, item):
            changed.append(path)
    orphans = sorted(set(there) - set(files["path"].to_pylist()))
    if orphans:
        _set_aside(lake, orphans)
        deeds.append(
            f"{_count(len(orphans), 'file')} that no run published set aside: {', '.join(orphans[:3])}"
        )
    if not lost and not changed:
        return
    change = _without(lake, [*lost, *changed])
    _set_aside(lake, changed)
    gone = [uri for uri in change.stale_uris if not is_url(uri) and not is_readable(uri)]
    lake.commit(lake.begin(STAGE), change)
    for paths, what in ((lost, "missing"), (changed, "changed")):
        if paths:
            deeds.append(
                f"{_count(len(paths), 'file')} {what}, what was in it is made again by the next run: {', '.join(paths[:3])}"
            )
    if gone:
        deeds.append(
            f"{_count(len(gone), 'input')} of lost articles no longer there, these articles are lost: {', '.join(gone[:3])}"
        )


def _is_as_written(place: Path, item: dict[str, Any]) -> bool:
    return bool(place.stat().st_size == item["size"] and file_digest(place) == item["sha256"])


def _without(lake: Lake, lost: Sequence[str]) -> Change:
    """Return the change that forgets files, and marks for the next run what was in them."""
    state = lake.state
    files = state.table(FILES)
    gone = files.filter(pc.is_in(files["path"], value_set=pa.array(lost, pa.string())))
    annotations = state.table(ANNOTATIONS)
    articles = state.table(ARTICLES)
    inputs = state.table(INPUTS)
    dropped: set[str] = set()
    stale: set[str] = set()
    relink = redate = False
    for path, table, unit_id in zip(
        *(gone[name].to_pylist() for name in ("path", "table", "unit_id")), strict=True
    ):
        if table == "articles":
            mine = articles.filter(pc.equal(articles["path"], path))
            stale.update(mine["uri"].to_pylist())
        elif table == "duplicates":
            relink = True
        elif table == "inferred_dates":
            redate = True
        elif table == "rejects":
            ours = pc.greater(pc.fill_null(inputs["rejects"], 0), 0)
            theirs = pc.fill_null(annotations["rejected"], False)
            if not unit_id.startswith(COMPACTED):
                ours = pc.and_(ours, pc.equal(inputs["unit_id"], unit_id))
                theirs = pc.and_(theirs, pc.equal(annotations["unit_id"], unit_id))
            stale.update(inputs.filter(ours)["uri"].to_pylist())
            dropped.update(annotations.filter(theirs)["article_id"].to_pylist())
        elif unit_id.startswith(COMPACTED):
            month = path.split("/")[1]
            here = articles.filter(pc.starts_with(articles["path"], pattern=f"articles/{month}/"))
            dropped.update(here["article_id"].to_pylist())
        else:
            mine = annotations.filter(pc.equal(annotations["unit_id"], unit_id))
            dropped.update(mine["article_id"].to_pylist())
    return Change(
        lost=tuple(lost),
        dropped=sorted(dropped),
        stale_uris=sorted(stale),
        replaced_tables=["duplicates"] * relink + ["inferred_dates"] * redate,
        relink=relink,
        dated_from="" if redate else None,
        facts={"lost": list(lost)},
    )


def _redo(lake: Lake, article_ids: set[str], deeds: list[str]) -> None:
    """Forget the annotations of articles whose rows are wrong, and read their inputs again."""
    state = lake.state
    wanted = pa.array(sorted(article_ids), pa.string())
    articles = state.table(ARTICLES)
    mine = articles.filter(pc.is_in(articles["article_id"], value_set=wanted))
    lake.commit(
        lake.begin(STAGE),
        Change(
            dropped=sorted(article_ids),
            stale_uris=sorted(set(mine["uri"].to_pylist())),
            facts={"articles": len(article_ids)},
        ),
    )
    deeds.append(
        f"the rows of {_count(len(article_ids), 'article')} contradict one another; the next run makes them again"
    )


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays([*column.chunks, pa.array([], column.type)])


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
