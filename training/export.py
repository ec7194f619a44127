"""Make the files that ship of a training checkpoint: ONNX graphs, weights in 8 bits, tables, labels.

    python -m training.export --corpora FOLDER --work FOLDER --out FOLDER

Both graphs (``reader.int8.onnx`` and ``reader.f32.onnx``) read the same ``weights.bin``: weights in 8 bits with one
scale a column. The first multiplies integers, its activations rounded by a scale of the window at hand; the second
turns the weights back into floats when it is loaded. The range of the weights is 7 bits: processors without VNNI add
pairs of products in 16 bits, which full 8 bits overflow. ``relations.onnx`` labels arcs once their heads are chosen,
``feats.onnx`` reads the morphology from the states of words where somebody asks for it.

The embedding tables stay outside the graph (``words.npy`` and its scales, ``tables.npz``), so that worker processes
share them through the page cache and no time goes into a Gather that also unpacks.
"""

from __future__ import annotations

import argparse
import collections
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper

from training.corpora import read_trees
from training.minilm import ATTENTION_HEADS, LAYERS, WIDTH, Labels, Reader, pretrained_folder
from transforms.nlp.lemmas import learn_rules

HEADS = ("names", "tags", "xpos", "sentence", "events")
"""Heads whose scores the main graph gives, side by side; features have a graph of their own, as tables need none."""
ATTENDING = ("query", "key", "value")
OPSET = 17
WEIGHT_RANGE = 63


class Weights:
    """The file that both graphs read their weights from."""

    def __init__(self) -> None:
        """Set up."""
        self.data = bytearray()
        self.places: dict[str, tuple[int, int, tuple[int, ...], int]] = {}

    def add(self, name: str, values: NDArray[Any]) -> None:
        """Append an array, aligned to 64 bytes so that it can be used where it lies."""
        self.data += b"\0" * (-len(self.data) % 64)
        kind = helper.np_dtype_to_tensor_dtype(values.dtype)
        raw = np.ascontiguousarray(values).tobytes()
        self.places[name] = (len(self.data), len(raw), values.shape, kind)
        self.data += raw

    def tensor(self, name: str) -> onnx.TensorProto:
        """Return the reference that a graph holds."""
        offset, length, shape, kind = self.places[name]
        tensor = onnx.TensorProto(
            name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL
        )
        for key, value in (("location", "weights.bin"), ("offset", offset), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))
        return tensor


class Graph:
    """A graph under construction; every method adds nodes and returns the name of their output."""

    def __init__(self, weights: Weights, *, integers: bool) -> None:
        """Set up."""
        self.weights = weights
        self.integers = integers
        self.nodes: list[onnx.NodeProto] = []
        self.used: dict[str, onnx.TensorProto] = {}

    def node(self, kind: str, inputs: list[str], outputs: int = 1, **attributes: Any) -> Any:
        """Add a node."""
        names = [f"v{len(self.nodes)}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add a small constant that the graph holds itself."""
        self.used.setdefault(name, onnx.numpy_helper.from_array(np.asarray(values), name))
        return name

    def stored(self, name: str) -> str:
        """Use an array of the weights file."""
        self.used.setdefault(name, self.weights.tensor(name))
        return name

    def linear(self, value: str, name: str) -> str:
        """Multiply by a weight and add its bias."""
        weight, scale, bias = (
            self.stored(f"{name}.{part}") for part in ("weight", "scale", "bias")
        )
        zero = self.constant("zero", np.array(0, np.int8))
        if self.integers:
            rounded, step, middle = self.node("DynamicQuantizeLinear", [value], 3)
            product = self.node("MatMulInteger", [rounded, weight, middle, zero])
            product = self.node("Cast", [product], to=TensorProto.FLOAT)
            product = self.node("Mul", [product, self.node("Mul", [step, scale])])
        else:
            columns = self.weights.places[f"{name}.weight"][2][1]
            zeros = self.constant(f"zeros{columns}", np.zeros(columns, np.int8))
            floats = self.node("DequantizeLinear", [weight, scale, zeros], axis=1)
            product = self.node("MatMul", [value, floats])
        return str(self.node("Add", [product, bias]))

    def norm(self, value: str, name: str) -> str:
        """Normalise a layer."""
        parts = [self.stored(f"{name}.{part}") for part in ("weight", "bias")]
        return str(self.node("LayerNormalization", [value, *parts], axis=-1, epsilon=1e-12))

    def gelu(self, value: str) -> str:
        """Apply the Gaussian error unit."""
        scaled = self.node("Div", [value, self.constant("root2", np.array(np.sqrt(2), np.float32))])
        shifted = self.node(
            "Add", [self.node("Erf", [scaled]), self.constant("one", np.array(1, np.float32))]
        )
        product = self.node("Mul", [value, shifted])
        return str(self.node("Mul", [product, self.constant("half", np.array(0.5, np.float32))]))

    def layer(self, hidden: str, number: int) -> str:
        """Add one layer of the encoder; the input is ``[pieces, width]``."""
        name = f"layers.{number}"
        size = WIDTH // ATTENTION_HEADS
        shape = self.constant("heads_shape", np.array([-1, ATTENTION_HEADS, size]))
        query, key, value = (
            self.node("Reshape", [self.linear(hidden, f"{name}.{part}"), shape])
            for part in ATTENDING  # parting one product afterwards would copy it
        )
        query = self.node("Transpose", [query], perm=[1, 0, 2])
        key = self.node("Transpose", [key], perm=[1, 2, 0])
        value = self.node("Transpose", [value], perm=[1, 0, 2])
        scores = self.node("MatMul", [query, key])
        scores = self.node(
            "Mul", [scores, self.constant("attention", np.array(size**-0.5, np.float32))]
        )
        mixed = self.node("MatMul", [self.node("Softmax", [scores], axis=-1), value])
        mixed = self.node("Transpose", [mixed], perm=[1, 0, 2])
        mixed = self.node("Reshape", [mixed, self.constant("flat_shape", np.array([-1, WIDTH]))])
        hidden = self.norm(
            str(self.node("Add", [hidden, self.linear(mixed, f"{name}.out")])), f"{name}.norm1"
        )
        inner = self.gelu(self.linear(hidden, f"{name}.up"))
        return self.norm(
            str(self.node("Add", [hidden, self.linear(inner, f"{name}.down")])), f"{name}.norm2"
        )

    def rename(self, value: str, name: str) -> None:
        """Give the graph's output its name."""
        self.nodes.append(helper.make_node("Identity", [value], [name]))


def build(weights: Weights, labels: Labels, *, integers: bool) -> onnx.ModelProto:
    """Build the graph: embedded pieces and the places of words in; scores of words and arcs out."""
    graph = Graph(weights, integers=integers)
    hidden = graph.norm("embedded", "norm")
    for number in range(LAYERS):
        hidden = graph.layer(hidden, number)
    states = str(graph.node("Gather", [hidden, "places"], axis=0))
    graph.rename(states, "states")
    graph.rename(graph.linear(states, "scores"), "scores")
    parts = graph.linear(states, "arcs")
    sizes = graph.constant("arc_sizes", np.array([256, 256, 256, 256]))
    dependent, head, label_dependent, label_head = graph.node("Split", [parts, sizes], 4, axis=1)
    dependent, head = graph.gelu(dependent), graph.gelu(head)
    turned = graph.node("MatMul", [dependent, graph.stored("arc_bilinear")])
    # one more column: what the head alone is worth, and the word as root
    arcs = graph.node("MatMul", [turned, graph.node("Transpose", [head], perm=[1, 0])])
    worth = graph.node("MatMul", [head, graph.stored("arc_bias")])
    arcs = graph.node("Add", [arcs, graph.node("Transpose", [worth], perm=[1, 0])])
    graph.rename(arcs, "arcs")
    graph.rename(graph.node("MatMul", [dependent, graph.stored("arc_root")]), "roots")
    graph.rename(label_dependent, "label_dependent")
    graph.rename(label_head, "label_head")
    width = sum(_sizes(labels).values())
    made = helper.make_graph(
        graph.nodes,
        "reader",
        [
            helper.make_tensor_value_info("embedded", TensorProto.FLOAT, ["pieces", WIDTH]),
            helper.make_tensor_value_info("places", TensorProto.INT64, ["words"]),
        ],
        [
            helper.make_tensor_value_info("states", TensorProto.FLOAT, ["words", WIDTH]),
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["words", width]),
            helper.make_tensor_value_info("arcs", TensorProto.FLOAT, ["words", "words"]),
            helper.make_tensor_value_info("roots", TensorProto.FLOAT, ["words", 1]),
            helper.make_tensor_value_info("label_dependent", TensorProto.FLOAT, ["words", 256]),
            helper.make_tensor_value_info("label_head", TensorProto.FLOAT, ["words", 256]),
        ],
        list(graph.used.values()),
    )
    return _model(made)


def build_relations(state: dict[str, torch.Tensor], labels: Labels) -> onnx.ModelProto:
    """Build the graph that labels arcs: what words give as dependents and as heads, and their heads; labels out.

    ``root`` is never the best label: it is what the caller gives to roots.
    """
    bias = state["label_out.bias"].numpy().copy()
    bias[labels.relations.index("root")] = -np.inf
    constants = {"weight": state["label_out.weight"].numpy().T, "bias": bias}
    nodes = [
        helper.make_node("Gather", ["head", "heads"], ["heads_own"], axis=0),
        helper.make_node("Add", ["dependent", "heads_own"], ["sum"]),
        helper.make_node("Relu", ["sum"], ["positive"]),
        helper.make_node("Mul", ["dependent", "heads_own"], ["product"]),
        helper.make_node("Concat", ["positive", "product"], ["joined"], axis=1),
        helper.make_node("Gemm", ["joined", "weight", "bias"], ["scores"]),
        helper.make_node("ArgMax", ["scores"], ["relations"], axis=1, keepdims=0),
    ]
    made = helper.make_graph(
        nodes,
        "relations",
        [
            helper.make_tensor_value_info("dependent", TensorProto.FLOAT, ["words", 256]),
            helper.make_tensor_value_info("head", TensorProto.FLOAT, ["all", 256]),
            helper.make_tensor_value_info("heads", TensorProto.INT64, ["words"]),
        ],
        [helper.make_tensor_value_info("relations", TensorProto.INT64, ["words"])],
        [
            onnx.numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name)
            for name, values in constants.items()
        ],
    )
    return _model(made)


def build_feats(weights: Weights) -> onnx.ModelProto:
    """Build the graph of the morphology, in 32 bits: states of words in, the best features out."""
    graph = Graph(weights, integers=False)
    best = graph.node("ArgMax", [graph.linear("states", "feats")], axis=1, keepdims=0)
    graph.rename(best, "best")
    made = helper.make_graph(
        graph.nodes,
        "feats",
        [helper.make_tensor_value_info("states", TensorProto.FLOAT, ["words", WIDTH])],
        [helper.make_tensor_value_info("best", TensorProto.INT64, ["words"])],
        list(graph.used.values()),
    )
    return _model(made)


def _model(made: onnx.GraphProto) -> onnx.ModelProto:
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="dateline"
    )
    model.ir_version = 9
    return model


def collect(state: dict[str, torch.Tensor]) -> Weights:
    """Round the weights of all large multiplications; a weight of torch is stored turned, inputs by outputs."""
    weights = Weights()
    arrays = {name: value.float().numpy() for name, value in state.items()}

    def add_linear(name: str, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        turned = weight.T
        scale = np.abs(turned).max(axis=0) / WEIGHT_RANGE
        scale[scale == 0] = 1
        weights.add(f"{name}.weight", np.round(turned / scale).astype(np.int8))
        weights.add(f"{name}.scale", scale.astype(np.float32))
        weights.add(f"{name}.bias", bias)

    for name in (
        "norm",
        *(f"layers.{number}.norm{half}" for number in range(LAYERS) for half in (1, 2)),
    ):
        for part in ("weight", "bias"):
            weights.add(f"{name}.{part}", arrays[f"{name}.{part}"])
    for number in range(LAYERS):
        name = f"layers.{number}"
        thirds = (np.split(arrays[f"{name}.qkv.{kind}"], 3) for kind in ("weight", "bias"))
        for part, weight, bias in zip(ATTENDING, *thirds, strict=True):
            add_linear(f"{name}.{part}", weight, bias)
        for part in ("out", "up", "down"):
            add_linear(
                f"{name}.{part}", arrays[f"{name}.{part}.weight"], arrays[f"{name}.{part}.bias"]
            )
    for name, parts in (
        ("scores", [f"head_{head}" for head in HEADS]),
        ("feats", ["head_feats"]),
        ("arcs", ["arc_dependent", "arc_head", "label_dependent", "label_head"]),
    ):
        joined = [
            np.concatenate([arrays[f"{part}.{kind}"] for part in parts])
            for kind in ("weight", "bias")
        ]
        add_linear(name, *joined)
    weights.add("arc_bilinear", arrays["arc_bilinear.weight"].T)
    weights.add("arc_bias", arrays["arc_bias.weight"].T)
    weights.add("arc_root", arrays["arc_root.weight"].T)
    return weights


def _sizes(labels: Labels) -> dict[str, int]:
    counted = (labels.names, labels.tags, labels.xpos, ("opens",), labels.events)
    return {head: len(values) for head, values in zip(HEADS, counted, strict=True)}


def write_tables(state: dict[str, torch.Tensor], vocabulary: Path, out: Path) -> None:
    """Write the embedding tables, the small matrices that numpy multiplies, and the vocabulary."""
    words = state["words.weight"].float().numpy()
    scale = np.abs(words).max(axis=1) / 127
    np.save(out / "words.npy", np.round(words / scale[:, None]).astype(np.int8))
    np.savez(
        out / "tables.npz",
        word_scale=scale.astype(np.float32),
        positions=state["positions.weight"].numpy().astype(np.float16),
        shapes=state["shapes.weight"].numpy(),
        word_shapes=state["word_shapes.weight"].numpy(),
        arc_root_bias=state["arc_root.bias"].numpy(),
    )
    shutil.copyfile(vocabulary, out / "vocab.txt")


def write_words(corpora: Path, out: Path) -> None:
    """Write the lemma table."""
    counts: collections.Counter[tuple[str, str, str]] = collections.Counter()
    for document in read_trees(corpora / "syntax_train.conllu.xz"):
        for tree in document.trees:
            counts.update(zip(tree.words, tree.xpos, tree.lemmas, strict=True))
    (out / "lemmas.json").write_text(
        json.dumps(learn_rules(counts), ensure_ascii=False, indent=0), encoding="utf-8"
    )


def main() -> None:
    """Write all files of the reader."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument(
        "--work", type=Path, required=True, help="where training left checkpoint.pt and labels.json"
    )
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    labels = Labels(**json.loads((options.work / "labels.json").read_text(encoding="utf-8")))
    model = Reader(labels)
    model.load_state_dict(torch.load(options.work / "checkpoint.pt", weights_only=True))
    state = {name: value.detach() for name, value in model.state_dict().items()}
    weights = collect(state)
    (options.out / "weights.bin").write_bytes(weights.data)
    for name, integers in (("int8", True), ("f32", False)):
        onnx.save(build(weights, labels, integers=integers), options.out / f"reader.{name}.onnx")
    onnx.save(build_relations(state, labels), options.out / "relations.onnx")
    onnx.save(build_feats(weights), options.out / "feats.onnx")
    write_tables(state, pretrained_folder() / "vocab.txt", options.out)
    write_words(options.corpora, options.out)
    outputs = {
        **{head: list(getattr(labels, head)) for head in (*HEADS, "feats") if head != "sentence"},
        "relations": list(labels.relations),
    }
    (options.out / "labels.json").write_text(json.dumps(outputs, indent=0), encoding="utf-8")


if __name__ == "__main__":
    main()
