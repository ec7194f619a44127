"""What the fork servers of workers load once, so that each of them begins with everything in memory.

Imported there and nowhere else, with the settings in the environment. The first server imports Beam and what reads files:
``ingest``'s workers are forked from it, while a second one, which it forks before, loads the model, the lexicon and the
gazetteers for those of ``annotate``. Workers start in a tenth of a second and share the memory of what is loaded. Whatever
cannot be loaded here is left to the workers, who say what is wrong.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import signal
import socket
import sys
import warnings
from multiprocessing import forkserver
from pathlib import Path

from pipelines.processes import WARM, WARM_ADDRESS

SETTINGS = json.loads(os.environ[WARM])
"""Those of annotation; null if nothing is to be annotated."""


def _load_beam() -> None:
    from transforms.imports import quietly

    with quietly():
        import apache_beam  # noqa: F401
        from apache_beam.runners.portability.fn_api_runner import FnApiRunner  # noqa: F401

        from pipelines import stages  # noqa: F401
        from transforms import write  # noqa: F401


def _load_model() -> None:
    from transforms.imports import import_spacy

    settings = SETTINGS
    lexicons, knowledge = tuple(settings["lexicons"]), tuple(settings["knowledge"])
    import_spacy()
    from transforms import read  # noqa: F401
    from transforms.annotate import model_of
    from transforms.code_events import coder_of
    from transforms.resolve import knowledge_of

    knowledge_of(knowledge)
    coder_of(lexicons, settings["keep_unresolved"], knowledge)
    model_of(settings["model"], settings["precision"])


def _serve_model() -> None:
    """Load the model and fork workers for whoever asks, until the server that forked this one is gone."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)  # 1: PR_SET_PDEATHSIG
    listener = socket.socket(socket.AF_UNIX)
    address = os.environ[WARM_ADDRESS]
    with contextlib.suppress(FileNotFoundError):
        Path(address).unlink()
    listener.bind(address)
    listener.listen()
    with contextlib.suppress(Exception):
        _load_model()
    gc.freeze()
    gc.enable()
    life, _ours = os.pipe()  # never closed: it is the death of the first server that ends this one
    forkserver.main(listener.detach(), life, [])


def _end_both(model: int) -> None:
    """End this server and the model's, when told to; in what was forked from it, end just that."""
    own = os.getpid()

    def end(number: int, _frame: object) -> None:
        if os.getpid() != own:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        os.kill(model, signal.SIGKILL)
        os.waitpid(model, 0)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)


gc.disable()  # nearly all that is made stays: looking for what does not took a tenth of the time and found nothing
with contextlib.suppress(Exception):
    _load_beam()
gc.freeze()
if SETTINGS is None or (model := os.fork()):
    if SETTINGS is not None:
        _end_both(model)
    warnings.filterwarnings("ignore", "forkserver: waitpid")  # of the model's server, if it dies
    with contextlib.suppress(Exception):
        from transforms import parse  # noqa: F401
    gc.freeze()
    gc.enable()
else:
    try:
        _serve_model()
    finally:
        sys.stderr.flush()
        os._exit(1)
