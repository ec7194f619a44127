"""Train the small spaCy CNN pipeline that the shipped model is measured against.

    python -m training.cnn --corpora FOLDER --out FOLDER [--steps 5000]

Two encoders of width 96 and depth 4: one is shared by tagger, morphologizer and parser and learns from trees, one is
the name finder's and learns from news articles. They are trained apart (in two processes, so two cores are enough) and
put together at the end; what stands in ``--out`` is an ordinary spaCy pipeline.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import multiprocessing
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as train_loop
from spacy.util import load_config

from training.corpora import NewsDocument, TreeDocument, read_news, read_trees
from transforms.nlp import components  # registers the component "paragraphs"

PARTS = ("syntax", "names")
SENTENCES_PER_DOC = 12
"""Trees of one training document: enough to learn where sentences end, few enough to shuffle well."""

ENCODER: dict[str, Any] = {
    "@architectures": "spacy.Tok2Vec.v2",
    "embed": {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": 96,
        "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"],
        "rows": [5000, 1000, 2500, 2500, 50, 50],
        "include_static_vectors": False,
    },
    "encode": {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": 96,
        "depth": 4,
        "window_size": 1,
        "maxout_pieces": 3,
    },
}


def tree_docs(document: TreeDocument, nlp: Language) -> Iterator[Doc]:
    """Give the trees of a document as spaCy documents of a few sentences, white space between paragraphs."""
    for first in range(0, len(document.trees), SENTENCES_PER_DOC):
        words, spaces, tags, pos, morphs, heads, relations, starts = [], [], [], [], [], [], [], []
        for tree in document.trees[first : first + SENTENCES_PER_DOC]:
            if words and tree.opens_paragraph:
                spaces[-1] = False
                words.append("\n\n")
                spaces.append(False)
                tags.append("_SP")
                pos.append("SPACE")
                morphs.append("")
                heads.append(len(words) - 2)
                relations.append("dep")
                starts.append(False)
            offset = len(words)
            words += tree.words
            spaces += tree.spaces
            tags += tree.xpos
            pos += tree.tags
            morphs += ["" if feats == "_" else feats for feats in tree.feats]
            heads += [offset + head for head in tree.heads]
            relations += ["ROOT" if relation == "root" else relation for relation in tree.relations]
            starts += [place == 0 for place in range(len(tree.words))]
        yield Doc(
            nlp.vocab,
            words=words,
            spaces=spaces,
            tags=tags,
            pos=pos,
            morphs=morphs,
            heads=heads,
            deps=relations,
        )


def news_doc(document: NewsDocument, nlp: Language) -> Doc:
    """Give an article as a spaCy document; a span that does not end at a word grows to the word."""
    doc = nlp.make_doc(document.text)
    spans: list[Span] = []
    for start, end, label in sorted(document.spans):
        span = doc.char_span(start, end, label=label, alignment_mode="expand")
        if span is not None and (not spans or spans[-1].end <= span.start):
            spans.append(span)
    doc.set_ents(spans)
    return doc


def write_docs(corpora: Path, folder: Path) -> None:
    """Write the four binary files that training reads."""
    nlp = spacy.blank("en")
    for split in ("train", "dev"):
        trees = DocBin(attrs=["TAG", "POS", "MORPH", "HEAD", "DEP", "SENT_START"])
        for document in read_trees(corpora / f"syntax_{split}.conllu.xz"):
            for doc in tree_docs(document, nlp):
                trees.add(doc)
        trees.to_disk(folder / f"syntax.{split}.spacy")
        names = DocBin(attrs=["ENT_IOB", "ENT_TYPE"])
        for news in read_news(corpora / f"ner_newswire_{split}.jsonl.xz"):
            doc = news_doc(news, nlp)
            cuts = (
                [0, *range(400, len(doc) - 200, 400), len(doc)]
                if split == "train"
                else [0, len(doc)]
            )
            for first, last in itertools.pairwise(cuts):
                names.add(doc[first:last].as_doc())
        names.to_disk(folder / f"names.{split}.spacy")


def part_config(part: str, folder: Path, steps: int) -> dict[str, Any]:
    """Return the settings for one half of the pipeline."""
    config = load_config(Path(__file__).with_name("cnn.cfg"))
    config["paths"] = {split: str(folder / f"{part}.{split}.spacy") for split in ("train", "dev")}
    config["training"]["max_steps"] = steps
    encoder = {"factory": "tok2vec", "model": copy.deepcopy(ENCODER)}
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96}
    tagging = {"@architectures": "spacy.Tagger.v2", "tok2vec": listener}
    transition = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
    }
    if part == "names":
        names = {
            **transition,
            "state_type": "ner",
            "extra_state_tokens": False,
            "tok2vec": copy.deepcopy(ENCODER),
        }
        config["nlp"]["pipeline"] = ["ner"]
        config["components"] = {"ner": {"factory": "ner", "model": names}}
        config["training"]["score_weights"] = {"ents_f": 1.0}
        return config
    trees = {**transition, "state_type": "parser", "extra_state_tokens": False, "tok2vec": listener}
    config["nlp"]["pipeline"] = ["tok2vec", "tagger", "morphologizer", "parser"]
    config["components"] = {
        "tok2vec": encoder,
        "tagger": {"factory": "tagger", "model": tagging},
        "morphologizer": {"factory": "morphologizer", "model": copy.deepcopy(tagging)},
        "parser": {"factory": "parser", "model": trees},
    }
    config["training"]["score_weights"] = {
        "dep_las": 0.7,
        "pos_acc": 0.1,
        "tag_acc": 0.1,
        "sents_f": 0.1,
    }
    return config


def train_part(part: str, folder: Path, steps: int) -> None:
    """Train one half; the best pipeline on development data so far stands in ``folder/part/model-best``."""
    (folder / part).mkdir(exist_ok=True)
    nlp = init_nlp(load_config_with(part_config(part, folder, steps)))
    train_loop(nlp, folder / part)


def load_config_with(settings: dict[str, Any]) -> Any:
    """Return settings as spaCy's own kind of configuration."""
    config = load_config(Path(__file__).with_name("cnn.cfg"))
    config.update(settings)
    return config


def assemble(folder: Path, out: Path, version: str) -> Language:
    """Put the two halves together and write the pipeline, without the weights that no step needs at run time."""
    nlp = spacy.load(folder / "syntax" / "model-best")
    names = spacy.load(folder / "names" / "model-best")
    nlp.add_pipe("ner", source=names)
    nlp.add_pipe(components.PARAGRAPHS, before="parser")
    nlp.meta.update(
        name="dateline_cnn",
        version=version,
        license="CC BY-SA 4.0",
        author="Dateline",
        description="Small convolutional pipeline: tags, Universal Dependencies, names of news.",
        sources=[
            {"name": "UD English EWT, UD English GUM"},
            {"name": "Worldwide English newswire"},
        ],
    )
    nlp.meta.pop("performance", None)
    shutil.rmtree(out, ignore_errors=True)
    nlp.to_disk(out)
    return nlp


def main() -> None:
    """Train both halves side by side and write the pipeline."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument(
        "--work", type=Path, required=True, help="folder for binary data and checkpoints"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--version", default="1.0.0")
    parser.add_argument(
        "--assemble-only", action="store_true", help="put together what an earlier run trained"
    )
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    if not options.assemble_only:
        write_docs(options.corpora, options.work)
        context = multiprocessing.get_context("spawn")
        runs = [
            context.Process(target=train_part, args=(part, options.work, options.steps))
            for part in PARTS
        ]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
    assemble(options.work, options.out, options.version)


if __name__ == "__main__":
    main()
