"""Entry point of the Dataflow flex template: its parameters, given as flags, become a ``dateline run``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence


def command_of(arguments: Sequence[str]) -> list[str]:
    """Return the command line of ``dateline``; flags that are not ours go to Beam as they are."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--input", required=True)
    parser.add_argument("--lake", required=True)
    parser.add_argument("--model")
    parser.add_argument("--max_reject_ratio")
    parser.add_argument("--runner", default="DataflowRunner")
    ours, beam = parser.parse_known_args(arguments)
    command = ["run", *ours.input.split(","), "--lake", ours.lake, "--runner", ours.runner]
    if ours.model:
        command += ["--model", ours.model]
    if ours.max_reject_ratio:
        command += ["--max-reject-ratio", ours.max_reject_ratio]
    return [*command, "--log", "json", "--", *beam]


if __name__ == "__main__":
    from pipelines.cli import main

    sys.exit(main(command_of(sys.argv[1:])))
