"""Reading our tables, and the user's: tab-separated UTF-8 with a header; lines that start with ``#`` are comments."""

from __future__ import annotations

import gzip
import pathlib
from collections.abc import Iterable, Iterator, Sequence

DATA = pathlib.Path(__file__).parent / "data"


class KnowledgeError(ValueError):
    """A knowledge file cannot be used; the message names the file, the line and the column."""


def read_lines(path: pathlib.Path) -> list[str]:
    """Return the lines of a text file, unpacked where its name ends in ``.gz``.

    Raises:
      KnowledgeError: the file cannot be read or is no UTF-8.
    """
    try:
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
        return data.decode("utf-8-sig").splitlines()
    except (OSError, EOFError) as error:
        raise KnowledgeError(f"{path}: cannot be read: {error}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise KnowledgeError(f"{path}:{line}: not UTF-8 text at byte {error.start}") from error


def read_rows(
    path: pathlib.Path, required: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield ``(line number, row)``; cells are stripped, optional columns that are missing are empty.

    Raises:
      KnowledgeError: no header, an unknown or missing column, a row with too many or too few cells.
    """
    columns: list[str] | None = None
    for number, line in enumerate(read_lines(path), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if columns is None:
            columns = cells
            _check_header(path, number, columns, required, optional)
            continue
        if len(cells) > len(columns):
            raise KnowledgeError(
                f"{path}:{number}: column {len(columns) + 1}: {len(cells)} cells, "
                f"expected {len(columns)} ({', '.join(columns)})"
            )
        if len(cells) < len(columns):
            cells += [""] * (len(columns) - len(cells))
        row = dict(zip(columns, cells, strict=True))
        for name in optional:
            row.setdefault(name, "")
        yield number, row
    if columns is None:
        raise KnowledgeError(
            f"{path}:1: no header line; expected the columns {', '.join(required)}"
        )


def _check_header(
    path: pathlib.Path,
    number: int,
    columns: Sequence[str],
    required: Iterable[str],
    optional: Iterable[str],
) -> None:
    for name in required:
        if name not in columns:
            raise KnowledgeError(f"{path}:{number}: column {name!r} is missing from the header")
    known = {*required, *optional}
    for position, name in enumerate(columns, 1):
        if name not in known:
            raise KnowledgeError(
                f"{path}:{number}: column {position}: {name!r} is unknown; "
                f"expected {', '.join([*required, *optional])}"
            )
