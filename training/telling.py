"""Fit the head that hears events to an encoder that stays as it is.

    python -m training.telling --work FOLDER --corpora FOLDER --events training/events tests/golden/sentences

``training.minilm --events`` teaches encoder and head together; the average of its weights with those before keeps more
of the trees and names, but its head no longer fits. This fits the head again to ``checkpoint.pt`` of ``--work``, in a
minute: the states of all verbs, nouns and adjectives of the labelled sentences are read once, single and in
paragraphs, with 150 documents of quiet genres that are taken to tell no event.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from training import minilm
from training.corpora import read_event_sentences, read_trees
from training.minilm import Data, Example, Labels, Reader
from transforms.coding import ontology
from transforms.nlp.pieces import Pieces

QUIET_DOCUMENTS = 150
EPOCHS, SENTENCES, RATE, DROPPED = 12, 128, 5e-3, 0.1
BATCH_PIECES = 4096


class Sentences:
    """The states of the telling words of each sentence, what it tells, and its weight."""

    def __init__(self) -> None:
        """Begin empty."""
        self.states: list[Tensor] = []
        self.types: list[Tensor] = []
        self.weights: list[float] = []

    @torch.no_grad()
    def read(self, model: Reader, examples: Sequence[Example], weight: float) -> None:
        """Add the sentences of windows."""
        for batch in minilm.batches_of(examples):
            states = minilm.states_of(model, batch, None)
            telling = torch.isin(model.head_tags(states).argmax(-1), model.telling)
            for row, example in enumerate(batch):
                for number, types in enumerate(example.events):
                    words = [
                        place
                        for place, sentence in enumerate(example.sentences)
                        if sentence == number and telling[row, place]
                    ]
                    if words:
                        told = torch.zeros(len(ontology.TYPES))
                        told[[kind - 1 for kind in types]] = 1
                        self.states.append(states[row, words].half())
                        self.types.append(told)
                        self.weights.append(weight)


def loss_of(head: nn.Linear, sentences: Sentences, chosen: Sequence[int]) -> Tensor:
    """Return the loss of sentences: as ``minilm.events_loss``, on states that are read already."""
    states = torch.cat([sentences.states[n] for n in chosen]).float()
    states = functional.dropout(states, DROPPED)
    lengths = torch.tensor([len(sentences.states[n]) for n in chosen])
    of = torch.repeat_interleave(torch.arange(len(chosen)), lengths)
    wanted = torch.stack([sentences.types[n] for n in chosen])
    joined = torch.zeros_like(wanted).index_add(0, of, minilm.silences(head(states)))
    weights = torch.tensor([sentences.weights[n] for n in chosen])
    return (minilm.told_losses(joined, wanted) * weights).mean()


def fit(head: nn.Linear, sentences: Sentences) -> None:
    """Fit the head from where it is."""
    optimizer = torch.optim.AdamW(head.parameters(), RATE, weight_decay=0.02)
    order = list(range(len(sentences.states)))
    steps = EPOCHS * (len(order) // SENTENCES + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps + 1)
    for epoch in range(EPOCHS):
        random.shuffle(order)
        total = 0.0
        for low in range(0, len(order), SENTENCES):
            loss = loss_of(head, sentences, order[low : low + SENTENCES])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch} loss {total * SENTENCES / len(order):.3f}", flush=True)


def main() -> None:
    """Read the options and fit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--events", type=Path, nargs="+", required=True)
    options = parser.parse_args()
    torch.manual_seed(0)
    random.seed(0)
    labels = Labels(**json.loads((options.work / "labels.json").read_text(encoding="utf-8")))
    model = Reader(labels)
    checkpoint = options.work / "checkpoint.pt"
    weights = torch.load(checkpoint, weights_only=True)
    model.load_state_dict(weights)
    model.eval()
    pieces = Pieces.from_file(minilm.pretrained_folder() / "vocab.txt")
    files = [file for path in options.events for file in minilm.tables_of(path)]
    data = Data(pieces, labels, [], [], [s for file in files for s in read_event_sentences(file)])
    trees = read_trees(options.corpora / "syntax_train.conllu.xz")
    quiet = [document for document in trees if document.genre in minilm.QUIET_GENRES]
    random.shuffle(quiet)
    quiet_data = Data(pieces, labels, [], quiet[:QUIET_DOCUMENTS])
    minilm.BATCH_PIECES = BATCH_PIECES
    sentences = Sentences()
    sentences.read(model, list(data.event_examples()), 1.0)
    sentences.read(model, list(data.event_examples(random.Random(2))), 1.0)
    sentences.read(model, list(quiet_data.tree_examples()), minilm.QUIET)
    fit(model.head_events, sentences)
    for name, value in model.head_events.state_dict().items():
        weights[f"head_events.{name}"] = value.detach().clone()
    torch.save(weights, checkpoint)


if __name__ == "__main__":
    main()
