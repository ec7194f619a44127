"""PLOVER as data: event types, modes, contexts, quad codes and scores, with CAMEO roots and Goldstein values.

``ontology.json`` holds the facts with their sources and our decisions where the published manual contradicts itself.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Final


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One of the sixteen types. ``scores`` and ``roots`` are by mode, ``None`` being the type itself."""

    name: str
    description: str
    quad_code: int
    requires_recipient: bool
    modes: tuple[str, ...]
    scores: dict[str | None, float]
    roots: dict[str | None, str]

    def score(self, mode: str | None) -> float:
        """Return the PLOVER score, -10 to 10."""
        return self.scores.get(mode, self.scores[None])

    def root(self, mode: str | None) -> str:
        """Return the CAMEO root code, two digits."""
        return self.roots.get(mode, self.roots[None])


_DATA: Final = json.loads(Path(__file__).with_name("ontology.json").read_text("utf-8"))

VERSION: Final[str] = f"PLOVER {_DATA['version']}"
TYPES: Final[dict[str, EventType]] = {
    name: EventType(
        name=name,
        description=facts["description"],
        quad_code=facts["quad_code"],
        requires_recipient=facts["requires_recipient"],
        modes=tuple(facts["modes"]),
        scores={
            None: float(facts["plover_score"]),
            **{mode: float(m["plover_score"]) for mode, m in facts["modes"].items()},
        },
        roots={
            None: facts["cameo_root"],
            **{
                mode: m.get("cameo_root", facts["cameo_root"]) for mode, m in facts["modes"].items()
            },
        },
    )
    for name, facts in _DATA["event_types"].items()
}
CONTEXTS: Final[dict[str, str]] = _DATA["contexts"]
SECTORS: Final[dict[str, str]] = _DATA["sectors"]
NONSTATE_CODES: Final[dict[str, str]] = _DATA["nonstate_codes"]
AUXILIARY_MODES: Final[tuple[str, ...]] = tuple(_DATA["auxiliary_modes"])
GOLDSTEIN: Final[dict[str, float]] = {
    root: float(facts["goldstein"]) for root, facts in _DATA["cameo_roots"].items()
}
