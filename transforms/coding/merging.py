"""Several reports of one occurrence in an article are one event with all its sentences."""

from __future__ import annotations

import dataclasses

from schemas.facts import Actor, Event


def _keys(side: tuple[Actor, ...]) -> frozenset[str]:
    return frozenset(a.entity_id or a.code or a.text.lower() for a in side)


def _codes(side: tuple[Actor, ...]) -> frozenset[str]:
    return frozenset(a.code for a in side if a.code)


def _same_side(a: tuple[Actor, ...], b: tuple[Actor, ...]) -> bool:
    """Tell whether two sides may be the same people: shared entities, or one names only the country of the other."""
    if not a or not b:
        return not a and not b
    if _keys(a) & _keys(b):
        return True
    if not _codes(a) & _codes(b):
        return False
    generic_a = all(_is_general(x) for x in a)
    generic_b = all(_is_general(x) for x in b)
    return generic_a or generic_b


def _is_general(actor: Actor) -> bool:
    """Tell whether an actor is named by its country alone or by a common noun."""
    return actor.sector in (None, "GOV") or actor.text[:1].islower() or actor.entity_id is None


def same_occurrence(a: Event, b: Event) -> bool:
    """Tell whether two events of one article report the same occurrence.

    Same type and auxiliary mode, modes and days that do not contradict each other, and sides that may be the same.
    """
    if a.event_type != b.event_type or a.auxiliary_mode != b.auxiliary_mode:
        return False
    if a.mode and b.mode and a.mode != b.mode:
        return False
    if _at_other_times(a, b):
        return False
    if a.is_reciprocal and b.is_reciprocal:
        return (
            len(_codes(a.actor) & _codes(b.actor)) >= min(2, len(_codes(a.actor)))
            and _same_side(a.actor, b.actor)
            and (
                len(_keys(a.actor) & _keys(b.actor)) >= 2
                or any(_is_general(x) for x in (*a.actor, *b.actor))
            )
        )
    if a.is_reciprocal != b.is_reciprocal:
        both, one = (a, b) if a.is_reciprocal else (b, a)
        sides = (*one.actor, *one.recipient)
        return (
            bool(one.recipient)
            and _codes(sides) <= _codes(both.actor)
            and _same_side(both.actor, sides)
        )
    if bool(a.recipient) != bool(b.recipient):
        return _same_side(a.actor, b.actor) and a.trigger == b.trigger
    return _same_side(a.actor, b.actor) and _same_side(a.recipient, b.recipient)


def _at_other_times(a: Event, b: Event) -> bool:
    """Tell whether two events have dates that exclude each other; *in 2005* is told of what is not the day's news."""
    if a.event_date is None or b.event_date is None:
        dated = b if a.event_date is None else a
        return dated.event_date is not None and dated.event_date_precision in ("year", "decade")
    if a.event_date_precision == b.event_date_precision:
        return a.event_date != b.event_date
    return (a.event_date_end or a.event_date) < b.event_date or (
        b.event_date_end or b.event_date
    ) < a.event_date


def _better(a: Event, b: Event) -> Event:
    """Return the event that says more; the earlier one if both say as much."""

    def weight(e: Event) -> tuple[int, int, float, int]:
        named = sum(1 for x in (*e.actor, *e.recipient) if x.entity_id)
        return (
            int(bool(e.recipient) or e.is_reciprocal),
            int(e.event_date is not None) + named,
            e.confidence,
            -e.sentence_index,
        )

    return b if weight(b) > weight(a) else a


def merge_events(events: list[Event], body: int) -> tuple[Event, ...]:
    """Return one event for each occurrence, in text order.

    ``body`` is the code point at which captions begin: what one of them tells without a day is left out, and its day
    keeps it apart from all that is told without that day. The date is that of the report that says most; it is not taken from another report, for where the better one has
    none they tend to be two occurrences (none of six right in 850 articles).
    """
    groups: list[list[Event]] = []
    for event in events:
        captioned = event.trigger_start >= body
        if captioned and event.event_date_precision != "day":
            continue
        for group in groups:
            if captioned and all(other.event_date != event.event_date for other in group):
                continue
            if any(same_occurrence(event, other) for other in group) and not any(
                _at_other_times(event, other) for other in group
            ):
                group.append(event)
                break
        else:
            groups.append([event])
    merged = []
    for group in groups:
        best = group[0]
        for other in group[1:]:
            best = _better(best, other)
        if len(group) > 1:
            placed = next((e for e in [best, *group] if e.place), best)
            best = dataclasses.replace(
                best,
                mention_count=len(group),
                sentence_indexes=tuple(sorted({e.sentence_index for e in group})),
                is_root_event=any(e.is_root_event for e in group),
                mode=best.mode or next((e.mode for e in group if e.mode), None),
                place=placed.place,
                dead=_most(e.dead for e in group), injured=_most(e.injured for e in group),
                arrested=_most(e.arrested for e in group), protesters=_most(e.protesters for e in group),
                context=tuple(dict.fromkeys(c for e in group for c in e.context)),
                confidence=round(1 - _product(1 - e.confidence for e in group), 3) if len(group) < 4 else max(e.confidence for e in group),
            )  # fmt: skip
        merged.append(best)
    return tuple(sorted(merged, key=lambda e: (e.sentence_index, e.trigger_start, e.event_type)))


def _most(values: object) -> int | None:
    found = [v for v in values if v is not None]  # type: ignore[attr-defined]
    return max(found) if found else None


def _product(values: object) -> float:
    result = 1.0
    for value in values:  # type: ignore[attr-defined]
        result *= value
    return result
