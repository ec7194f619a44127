"""Running the encoder: one window of word pieces in, scores out.

Two ways to run one set of 8-bit weights: ``int8`` multiplies integers (onnxruntime), ``f32`` unpacks the weights to
floats when the model is loaded (onnxruntime, or OpenVINO, which may compute in bf16 where the processor has matrix
units for it: ``bf16``). ``auto`` takes what is fastest on the machine at hand.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from transforms.nlp.pieces import Window

PRECISIONS = ("auto", "int8", "f32", "bf16")
FILES = (
    *("weights.bin", "words.npy", "tables.npz"),
    *("reader.int8.onnx", "reader.f32.onnx", "relations.onnx", "feats.onnx"),
)

_RELATION_ROWS = 256
"""Arcs labelled at a time: what they need stays in a core's own cache."""


class EncoderError(ValueError):
    """The encoder cannot run as asked; the message is one sentence."""


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """What the model says of a window: rows are words.

    ``states`` are what the last layer gives; ``scores`` holds the label scores of all heads side by side; ``arcs[i, j]`` scores word j as head of word i;
    ``roots`` what is added where a word is its own; the last two are what a word contributes to the label of its own
    arc, and to those of its dependents.
    """

    states: NDArray[np.float32]
    scores: NDArray[np.float32]
    arcs: NDArray[np.float32]
    roots: NDArray[np.float32]
    label_dependent: NDArray[np.float32]
    label_head: NDArray[np.float32]


class Encoder:
    """The embedding tables and a graph, whoever runs it."""

    def __init__(self, folder: Path, run: Any, description: str) -> None:
        """Map the tables of ``folder``; ``run`` takes embedded pieces and places and returns the graph's outputs."""
        self.description = description
        self._run = run
        # the plain view of the map: a memmap's own slicing costs more than what it returns
        self._words = np.asarray(np.load(folder / "words.npy", mmap_mode="r"))
        with np.load(folder / "tables.npz") as tables:
            self._scale = tables["word_scale"][:, None]
            self._positions = tables["positions"].astype(np.float32)
            self._shapes = tables["shapes"]
            self._word_shapes = tables["word_shapes"]
            self._root_bias = tables["arc_root_bias"]
        self._relations = _session(folder / "relations.onnx", _settings())
        self._feats_file = folder / "feats.onnx"

    def run(self, window: Window) -> Found:
        """Read a window."""
        pieces = np.array(window.pieces)
        embedded = self._words[pieces] * self._scale[pieces]
        embedded += self._positions[: len(pieces)]
        embedded += self._shapes[window.shapes]
        embedded += self._word_shapes[window.word_shapes]
        found = Found(*self._run(embedded, np.array(window.places, np.int64)))
        np.add(found.roots, self._root_bias, out=found.roots)
        return found

    @functools.cached_property
    def _feats(self) -> Callable[[dict[str, NDArray[Any]]], list[NDArray[Any]]]:
        return _session(self._feats_file, _in_floats())

    def feats(self, found: Sequence[Found]) -> NDArray[np.int64]:
        """Return the best morphological features of each word."""
        (best,) = self._feats({"states": np.concatenate([window.states for window in found])})
        return best

    def relations(
        self, found: Sequence[Found], heads: NDArray[np.int64], root: int
    ) -> NDArray[np.int64]:
        """Return the best label of each word's arc; ``root`` for roots and for nothing else.

        ``heads`` are places of words, counted over all windows ``found``.
        """
        dependent = np.concatenate([window.label_dependent for window in found])
        head = np.concatenate([window.label_head for window in found])
        parts = [
            self._relations({"dependent": dependent[rows], "head": head, "heads": heads[rows]})[0]
            for low in range(0, len(heads), _RELATION_ROWS)
            for rows in [slice(low, low + _RELATION_ROWS)]
        ]
        best: NDArray[np.int64] = np.concatenate(parts)
        best[heads == np.arange(len(heads))] = root
        return best


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """How this machine will run the encoder; ``note`` says in one sentence where that is not what was asked for."""

    runner: str
    precision: str
    note: str | None = None


def choose(precision: str = "auto") -> Choice:
    """Decide how to run the encoder, without loading anything.

    Raises:
      EncoderError: an unknown precision.
    """
    if precision not in PRECISIONS:
        expected = ", ".join(PRECISIONS)
        raise EncoderError(f"unknown precision {precision!r}; expected one of {expected}")
    if precision in ("int8", "f32") or (precision == "auto" and not _has_matrix_units()):
        return Choice("onnxruntime", "f32" if precision == "f32" else "int8")
    if not _has_matrix_units():
        return Choice(
            "onnxruntime",
            "int8",
            "this processor has no AMX, which bf16 needs; computing in int8 instead",
        )
    if importlib.util.find_spec("openvino") is None:
        note = "OpenVINO is not installed, which bf16 on this processor needs; computing in int8 instead, at half the speed"
        return Choice("onnxruntime", "int8", note)
    return Choice("openvino", "bf16")


def open_encoder(folder: Path, precision: str = "auto") -> Encoder:
    """Open the model in ``folder``, run as ``choose`` decides.

    Raises:
      EncoderError: an unknown precision, or files are missing.
    """
    choice = choose(precision)
    for name in FILES:
        if not (folder / name).is_file():
            raise EncoderError(f"the model in {folder} is incomplete: {name} is missing")
    if choice.runner == "openvino":
        return _openvino(folder)
    return _onnxruntime(folder, choice.precision)


def _onnxruntime(folder: Path, precision: str) -> Encoder:
    import onnxruntime

    settings = _in_floats() if precision == "f32" else _settings()
    outputs = _session(folder / f"reader.{precision}.onnx", settings)

    def run(embedded: NDArray[np.float32], places: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        return outputs({"embedded": embedded, "places": places})

    return Encoder(folder, run, f"onnxruntime {onnxruntime.__version__} {precision}")


def _settings() -> Any:
    """Return settings of onnxruntime for one thread."""
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.inter_op_num_threads = 1
    settings.log_severity_level = 3
    return settings


def _in_floats() -> Any:
    """Return settings that keep onnxruntime from fusing the unpacking of weights into products of 8-bit integers."""
    settings = _settings()
    settings.add_session_config_entry("session.disable_quant_qdq", "1")
    return settings


def _session(path: Path, settings: Any) -> Callable[[dict[str, NDArray[Any]]], list[NDArray[Any]]]:
    """Open a graph: inputs by their names to outputs in the graph's order."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return functools.partial(session.run, names)


def _openvino(folder: Path) -> Encoder:
    import openvino

    core = openvino.Core()
    settings = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "bf16"}
    compiled = core.compile_model(core.read_model(folder / "reader.f32.onnx"), "CPU", settings)
    request = compiled.create_infer_request()
    outputs = list(compiled.outputs)

    def run(embedded: NDArray[np.float32], places: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        found = request.infer({"embedded": embedded, "places": places})
        return [np.array(found[output]) for output in outputs]

    return Encoder(folder, run, f"openvino {openvino.__version__} bf16")


def _has_matrix_units() -> bool:
    """Tell whether the processor multiplies matrices in bf16 (AMX); only Linux says so, elsewhere the answer is no."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "amx_bf16" in flags
