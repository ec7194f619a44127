"""What the fork server of ``annotate``'s workers loads once, so that each of them begins with everything in memory.

Imported there and nowhere else, with the settings in the environment. The workers are forked from it: they start in a
tenth of a second and share the memory of the model, the lexicon and the gazetteers. Whatever cannot be loaded here is
left to the workers, who say what is wrong.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os

from pipelines.processes import WARM


def _load() -> None:
    settings = json.loads(os.environ[WARM])
    lexicons, knowledge = tuple(settings["lexicons"]), tuple(settings["knowledge"])
    from transforms.imports import import_spacy, quietly

    with quietly():
        import apache_beam  # noqa: F401
        from apache_beam.runners.portability.fn_api_runner import FnApiRunner  # noqa: F401

        import_spacy()
        from pipelines import stages  # noqa: F401
        from transforms import read, write  # noqa: F401
        from transforms.annotate import model_of
        from transforms.code_events import coder_of
        from transforms.resolve import knowledge_of

        knowledge_of(knowledge)
        coder_of(lexicons, settings["keep_unresolved"], knowledge)
        model_of(settings["model"], settings["precision"])


gc.disable()  # nearly all that is made stays: looking for what does not took a tenth of the time and found nothing
with contextlib.suppress(Exception):
    _load()
gc.freeze()
gc.enable()
