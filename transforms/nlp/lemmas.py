"""Dictionary forms of words: a table of what was seen, rules over word endings for the rest.

A rule cuts letters off the end and adds others (``-ies +y``). For each Penn Treebank tag the rules are kept by ending,
the longest ending first; a word whose form the rules would get wrong stands in the table.
"""

from __future__ import annotations

import collections
from collections.abc import Mapping
from typing import Any

LONGEST_ENDING = 5
_MIN_SEEN = 2
"""A rule seen once is a slip more often than a rule."""


def learn_rules(counts: Mapping[tuple[str, str, str], int]) -> dict[str, Any]:
    """Return the tables for counted triples of word, tag and lemma."""
    endings: dict[tuple[str, str], collections.Counter[tuple[int, str]]] = collections.defaultdict(
        collections.Counter
    )
    lemmas: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(
        collections.Counter
    )
    for (word, tag, lemma), count in counts.items():
        if lemma == "_" or _is_name(tag):
            continue
        lower = word.lower()
        lemmas[lower, tag][lemma] += count
        rule = _rule(lower, lemma)
        if rule:
            for size in range(min(LONGEST_ENDING, len(lower)) + 1):
                endings[tag, lower[len(lower) - size :]][rule] += 1
    rules: dict[str, list[Any]] = {}
    for (tag, ending), seen in sorted(endings.items()):
        rule, count = seen.most_common(1)[0]
        if count >= _MIN_SEEN and 2 * count > sum(seen.values()):
            rules[f"{tag} {ending}"] = list(rule)
    rules = _inherit_free(rules)
    exceptions = {}
    lemmatizer = Lemmas({"rules": rules, "exceptions": {}})
    for (lower, tag), forms in sorted(lemmas.items()):
        lemma, count = forms.most_common(1)[0]
        if 2 * count > sum(forms.values()) and lemmatizer(lower, tag) != lemma:
            exceptions[f"{tag} {lower}"] = lemma
    return {"rules": rules, "exceptions": exceptions}


class Lemmas:
    """Looks words up in the tables."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        """Keep the tables as ``learn_rules`` gave them."""
        self._rules: dict[str, tuple[int, str]] = {
            key: (cut, add) for key, (cut, add) in tables["rules"].items()
        }
        self._exceptions: dict[str, str] = dict(tables["exceptions"])

    def __call__(self, word: str, tag: str) -> str:
        """Return the lemma of a word with its Penn Treebank tag; names keep their letters."""
        if _is_name(tag):
            return (
                word[:-1]
                if tag == "NNPS" and word.endswith("s") and not word.endswith("ss")
                else word
            )
        lower = word.lower()
        known = self._exceptions.get(f"{tag} {lower}")
        if known is not None:
            return known
        for size in range(min(LONGEST_ENDING, len(lower)), -1, -1):
            rule = self._rules.get(f"{tag} {lower[len(lower) - size :]}")
            if rule is not None:
                cut, add = rule
                return lower[: len(lower) - cut] + add if cut < len(lower) else lower
        return lower


def _is_name(tag: str) -> bool:
    return tag.startswith("NNP")


def _rule(lower: str, lemma: str) -> tuple[int, str] | None:
    """Return how many letters go and which come; none where the lemma is another word altogether."""
    common = 0
    for ours, theirs in zip(lower, lemma, strict=False):
        if ours != theirs:
            break
        common += 1
    if lower and common == 0:
        return None
    cut = len(lower) - common
    return (cut, lemma[common:]) if cut <= LONGEST_ENDING else None


def _inherit_free(rules: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Drop rules that the next shorter ending gives as well."""
    kept = {}
    for key, rule in rules.items():
        tag, _, ending = key.partition(" ")
        shorter = next(
            (
                rules[k]
                for cut in range(1, len(ending) + 1)
                if (k := f"{tag} {ending[cut:]}") in rules
            ),
            None,
        )
        if rule != shorter:
            kept[key] = rule
    return kept
