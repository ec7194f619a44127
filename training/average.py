"""Average the weights of checkpoints of one training, or of one resumed from the other.

    python -m training.average OUT CHECKPOINT.pt CHECKPOINT.pt... [--weights 1 2]

The average of a model and of what it became after more training is often better than either. ``OUT`` becomes a folder
like ``training.minilm``'s, with the labels of the first checkpoint's.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

import torch


def average(checkpoints: Sequence[Path], weights: Sequence[float]) -> dict[str, torch.Tensor]:
    """Return the weighted mean of each tensor; a head that only some checkpoints have is taken from those.

    Raises:
      ValueError: the checkpoints are of models of different shapes.
    """
    states = [torch.load(path, weights_only=True) for path in checkpoints]
    mean = {}
    for name, first in states[0].items():
        shared = [(w, s) for w, s in zip(weights, states, strict=True) if name in s]
        shapes = [tuple(state[name].shape) for _, state in shared]
        if shapes != [tuple(first.shape)] * len(shared):
            raise ValueError(f"{name}: expected the same shape in every checkpoint, found {shapes}")
        if first.is_floating_point():
            total = sum(weight for weight, _ in shared)
            parts = (weight / total * state[name] for weight, state in shared)
            mean[name] = sum(parts, torch.zeros_like(first))
        else:
            mean[name] = first
    return mean


def main() -> None:
    """Read the options and average."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--weights", type=float, nargs="+")
    options = parser.parse_args()
    weights = options.weights or [1.0] * len(options.checkpoints)
    if len(weights) != len(options.checkpoints):
        parser.error(f"{len(weights)} weights for {len(options.checkpoints)} checkpoints")
    options.out.mkdir(parents=True, exist_ok=True)
    torch.save(average(options.checkpoints, weights), options.out / "checkpoint.pt")
    shutil.copyfile(options.checkpoints[0].parent / "labels.json", options.out / "labels.json")


if __name__ == "__main__":
    main()
