"""The events of an article: readings of its sentences with their actors resolved, competed and merged.

``docs/coder.md`` tells the steps with examples. Everything is deterministic and depends on one article alone.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Final

from schemas import ids
from schemas.annotations import Sentence
from schemas.facts import Actor, Event, Place, ResolvedArticle
from transforms.coding import circumstances, ontology
from transforms.coding.circumstances import SAYING
from transforms.coding.clauses import Clauses
from transforms.coding.lexicon import ANY_FORM, Lexicon, lexicon_digest, load_lexicon
from transforms.coding.merging import merge_events
from transforms.coding.phrases import Named, Pair, Party, Phrases, first_pair
from transforms.coding.readings import Reading, SentenceReader
from transforms.knowledge.knowledge import Knowledge
from transforms.knowledge.words import key
from transforms.text import datelines

SECONDED: Final = 1.2
"""What an event counts whose type the language model too takes one of its words to tell, with ``SURE`` at least."""

SURE: Final = 0.6

SILENT: Final = 0.7
"""What an event counts in a sentence in which the language model takes no word to tell any."""

CODER_VERSION: Final = "1"
DEFAULT_THRESHOLD: Final = 0.4
LONGEST_SENTENCE: Final = 250  # tokens; longer ones are lists, tables and lost full stops
_QUIET_DOMAINS: Final = (
    "sport",
    "entertainment",
    "business",
    "obituary",
    "cooking",
    "technology",
    "medicine",
    "weather",
    "domestic",
)
# What the words of a quiet domain say of an article as a whole.
_THEME_OF: Final = {
    "sport": "sport",
    "entertainment": "entertainment",
    "business": "business",
    "obituary": "obituary",
    "technology": "science",
    "medicine": "science",
    "weather": "weather",
    "cooking": "lifestyle",
    "domestic": "lifestyle",
}
_LEAST_STRONG: Final = {"sport": 2, "entertainment": 2, "business": 2, "science": 1, "lifestyle": 1}
# Sectors of the titles that teams, shows and festivals share with armies and parties: captain, organiser.
_TITLES: Final = frozenset({"MIL", "OPP", "LAB", "PTY"})
_PORTRAYING: Final = frozenset(
    "filmed filming depicted depicts portrayed portrays painted paints described describes staged stages recreated".split()
)
_MADE_UP: Final = frozenset({"ASSAULT", "MOBILIZE", "RETREAT", "THREATEN"})  # what plots tell of
_PLAIN_OPERATORS: Final = frozenset({"say", "suppose", "begin", "try"})
_SYMMETRIC: Final = frozenset({"CONSULT", "AGREE", "COOPERATE", "SUPPORT"})
_NEEDS_RECIPIENT: Final = frozenset(
    {"AID", "COOPERATE", "SANCTION", "ACCUSE", "REQUEST", "THREATEN", "SUPPORT"}
)
# What joins two states, and the words before it that say that both are known.
_BONDS: Final = frozenset(
    "alliance alliances ties relations relationship relationships bond bonds partnership cooperation friendship links"
    " exercise exercises drill drills training talks dialogue defence defense".split()
)
_SHARED: Final = frozenset(
    "the our their its joint combined bilateral mutual two-way trilateral shared these this".split()
)
# Words for several persons or parties that the sentences before name.
_BODIES: Final = frozenset({"GOV", "MIL", "COP", "LEG", "JUD", "REB"})
_SPANS_OF_TIME: Final = frozenset(
    "hour hours day days week weeks month months year years minutes later shortly soon long".split()
)
_ONE_OF: Final = frozenset("a an another one".split())
_NEW: Final = frozenset("a an another any each every no other others several some".split())
"""Words that bring somebody new in: *another regime*."""
_STANDING_IN: Final = frozenset({"they", "pair", "duo", "he", "she"})
_PLACE_WORDS: Final = frozenset(
    "town city village area areas region province district camp base south north".split()
)
# What kills in a subject's place without being anybody.
_WEAPONS: Final = frozenset(
    "bomb bombs bombing bombings explosion explosions blast blasts mine mines landmine landmines shell shells rocket"
    " rockets missile missiles grenade grenades attack attacks shooting shootings fire gunfire gunmen assault strike"
    " strikes raid raids clash clashes device ambush shelling bullet bullets mortar mortars violence fighting".split()
)
# What spreads, erupts or paralyses a country without being anybody.
_GATHERINGS: Final = frozenset(
    "protest protests demonstration demonstrations rally rallies march marches strike strikes walkout walkouts stoppage"
    " riot riots rioting unrest sit-in boycott vigil blockade blockades stay-away shutdown".split()
)
_TRUCES: Final = frozenset(
    "truce truces ceasefire ceasefires fire armistice lull calm cessation pause gun guns fighting shelling artillery".split()
)
_NOBODY: Final = {"PROTEST": _GATHERINGS, "RETREAT": _TRUCES}
"""Subjects that are nobody, by type; of other types what kills."""
# What is in the air of a place without being anybody's.
_MOODS: Final = frozenset(
    "calls outrage anger fury uproar outcry backlash demands criticism pressure".split()
)
# "food riots", "an internet shutdown": what modifies an event need not be who does it.
_MODIFYING: Final = ("compound", "amod", "nmod:desc", "nmod:unmarked", "nummod")
# Who speaks and meets in private unless the other side is a state or a party.
_PRIVATE: Final = frozenset({"CVL", "EDU", "BUS", "MED", "JRN", "AGR"})
# How far words among private people of one country still are politics, by type; others in full.
_AMONG_PRIVATE: Final = {
    "CONSULT": 0.5, "SUPPORT": 0.65, "AGREE": 0.7, "COOPERATE": 0.6, "CONCEDE": 0.7, "AID": 0.8, "REQUEST": 0.75,
    "REJECT": 0.75, "RETREAT": 0.75, "ACCUSE": 0.85, "THREATEN": 0.85,
}  # fmt: skip
_OFFICIAL: Final = frozenset({"GOV", "MIL", "COP", "JUD", "LEG", "SPY"})
_ARMED: Final = frozenset({"REB", "UAF", "MIL", "COP", "CRM", "SPY"})
# Who means what is said of him, whatever else the sentence speaks of.
_EARNEST: Final = _ARMED | _OFFICIAL | {"LAB", "OPP", "PTY", "REF"}
_DEALS: Final = frozenset({"AGREE", "COOPERATE", "CONSULT", "SUPPORT"})
_CALLINGS: Final = frozenset(
    "player players star stars coach singer director actor actress champion captain".split()
)
_COURTS: Final = frozenset(
    "court courts tribunal judge judges prosecutor prosecutors police jury prison jail jailed".split()
)
_CONDITIONS: Final = frozenset({"if", "unless"})
_NEGATING: Final = frozenset({"not", "no", "never"})
# What opens a sentence about a story.
_STORIES: Final = frozenset(
    "series film movie novel play book episode drama opera sitcom thriller comedy show documentary story sequel".split()
)
# What is mostly the reason of another event where it is no subject or object: "complained over two raids".
_OFTEN_CAUSES: Final = frozenset({"ASSAULT", "COERCE", "PROTEST"})
_CORE: Final = ("nsubj", "nsubj:pass", "obj", "root")
_LIFTING: Final = ("lift", "eas", "end", "revo", "resc", "relax", "repeal", "abol", "scrap")
# Who is held by somebody else than a state, and by whom.
_CAPTIVES: Final = frozenset(
    "hostage hostages captive captives kidnapped abducted schoolgirls schoolboys".split()
)
_CAPTORS: Final = frozenset(
    "gunmen kidnappers abductors captors militants bandits pirates rebels insurgents ransom kidnapped abducted"
    " hostage hostages".split()
)
_DOMESTIC_FORCE: Final = frozenset({"COP", "UAF", "CRM", "CVL", "REB"})
# What bodies of one state do to another state.
_BETWEEN_STATES: Final = frozenset(
    "AGREE CONSULT SUPPORT COOPERATE AID REQUEST ACCUSE REJECT THREATEN SANCTION MOBILIZE".split()
)
_ENVOYS: Final = frozenset(
    "ambassador ambassadors envoy envoys diplomat diplomats consul consuls attache attaches attach\u00e9 embassy consulate"
    " nuncio counterpart".split()
)
_IN_THE_COUNTRY: Final = frozenset(
    [("COERCE", "curfew"), ("COERCE", "martial-law"), ("COERCE", "restrict"), ("COERCE", "censor")]
    + [("PROTEST", m) for m in (None, "demo", "strike", "riot", "obstruct")]
)
"""What takes place in the only country that a sentence names, though nobody is said to do it."""
_SPOKEN: Final = frozenset("AGREE THREATEN ACCUSE REJECT SUPPORT CONCEDE".split())
"""What a speaker does by saying it, where nobody else is named."""
_HOME_MODES: Final = (
    (
        "COERCE",
        "GOV",
        ("arrest", "curfew", "martial-law", "censor", "restrict", "seize", "withhold"),
    ),
    ("SANCTION", "GOV", ("convict",)),
    ("ACCUSE", "GOV", ("investigate", "allege")),
    ("RETREAT", "GOV", ("resign",)),
    (
        "PROTEST",
        "CVL",
        (None, "demo", "strike", "riot", "obstruct", "hunger", "vandalize", "boycott"),
    ),
    ("ASSAULT", "UAF", (None, "firearms", "primitive", "beat", "explosives", "destroy", "abduct")),
    ("ASSAULT", "COP", ("crowd-control",)),
    ("MOBILIZE", "COP", ("police",)),
)
_AT_HOME: Final[dict[tuple[str, str | None], str]] = {
    (kind, mode): sector for kind, sector, modes in _HOME_MODES for mode in modes
}
"""What is done at home, and by whom where his name or title says nothing."""
_LOCAL: Final = frozenset({"COP", "JUD", "LEG", "EDU", "MED"})
"""Sectors of bodies that are where things happen: *Liverpool Crown Court*."""
_INSTITUTIONS: Final = frozenset({"GOV", "LEG", "JUD", "PTY", "OPP", "SPY"})
_STATE_SECTORS: Final = frozenset(
    {"GOV", "MIL", "COP", "LEG", "JUD", "SPY", "PTY", "REB", "OPP", "PRM"}
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SentenceExplanation:
    """What the coder saw in one sentence: the events it found and, line by line, what it rejected and why."""

    sentence_index: int
    text: str
    events: tuple[Event, ...]
    notes: tuple[str, ...]


def coder_version(lexicons: tuple[str, ...] = ()) -> str:
    """Return the version of rules and lexicon together, for unit ids and the ``coder_version`` column."""
    return f"{CODER_VERSION}+{lexicon_digest(lexicons)}"


def load_coder(
    lexicons: tuple[str, ...] = (),
    keep_unresolved: bool = False,
    knowledge_files: tuple[str, ...] = (),
    *,
    threshold: float = DEFAULT_THRESHOLD,
    knowledge: Knowledge | None = None,
) -> EventCoder:
    """Load the lexicon (with the user's files over it) and return the coder.

    ``knowledge`` is what the articles were resolved with; without it ``knowledge_files`` are loaded over the shipped
    tables.

    Raises:
      transforms.coding.lexicon.LexiconError: a lexicon file is malformed.
    """
    if knowledge is None:
        from transforms.knowledge.resolve import load_knowledge

        knowledge = load_knowledge(knowledge_files)
    lexicon = load_lexicon(lexicons)
    version = f"{CODER_VERSION}+{lexicon.digest}"
    return EventCoder(lexicon, knowledge, version, keep_unresolved, threshold)


class EventCoder:
    """Codes articles; one instance serves a whole process."""

    def __init__(
        self, lexicon: Lexicon, knowledge: Knowledge, version: str, keep_unresolved: bool = False,
        threshold: float = DEFAULT_THRESHOLD,
    ) -> None:  # fmt: skip
        """Keep the tables; ``threshold`` is the least confidence of an event that is kept."""
        self.lexicon = lexicon
        self.knowledge = knowledge
        self.version = version
        self.keep_unresolved = keep_unresolved
        self.threshold = threshold
        domains = lexicon.domains
        tails = [(w, d) for w, pairs in lexicon.domain_phrases.items() for _, d in pairs]
        marks = [*domains.items(), *tails]
        self._quiet_words = frozenset(w for w, d in marks if d in _QUIET_DOMAINS)
        self._verbs = frozenset(w for w, pos in (*lexicon.events, *lexicon.operators) if pos == "V")
        self._themes = {
            **lexicon.themes,
            **{w: _THEME_OF[d] for w, d in domains.items() if d in _THEME_OF},
        }
        self._leisure = frozenset(w for w, d in marks if d in ("sport", "entertainment"))

    def code(self, resolved: ResolvedArticle) -> tuple[Event, ...]:
        """Return the events of an article, one for each occurrence."""
        events: list[Event] = []
        domains = self._article_domains(resolved)
        view = _View(resolved)
        view.theme = self.article_theme(resolved)
        pair = first_pair(resolved)
        for sentence in resolved.annotated.sentences:
            found = self._sentence_events(resolved, view, sentence, domains, pair, None)
            pair = _next_pair(found) or pair
            events.extend(found)
        article = resolved.annotated.article
        body = len(article.text) - len(article.captions or "")
        return merge_events(events, body)

    def explain(self, resolved: ResolvedArticle) -> tuple[SentenceExplanation, ...]:
        """Return, sentence by sentence, what was coded and what was rejected and why; nothing is merged."""
        text = resolved.annotated.article.text
        domains = self._article_domains(resolved)
        view = _View(resolved)
        view.theme = self.article_theme(resolved)
        explained = []
        pair = first_pair(resolved)
        for sentence in resolved.annotated.sentences:
            notes: list[str] = []
            events = self._sentence_events(resolved, view, sentence, domains, pair, notes)
            pair = _next_pair(events) or pair
            explained.append(
                SentenceExplanation(
                    sentence_index=sentence.index,
                    text=text[sentence.start : sentence.end],
                    events=tuple(events),
                    notes=tuple(notes),
                )
            )
        return tuple(explained)

    # -- domains -------------------------------------------------------------------------------------------------

    def _domain_words(
        self, lowers: list[str], first: int, last: int, marks: frozenset[str]
    ) -> list[tuple[int, str]]:
        """Return token and domain of the words and phrases among ``marks``; a phrase stands at its last word."""
        single, phrases = self.lexicon.domains, self.lexicon.domain_phrases
        found = []
        for i, word in enumerate(lowers[first:last], first):
            if word not in marks:
                continue
            domain = single.get(word)
            if domain is not None:
                found.append((i, domain))
            for phrase, of in phrases.get(word, ()):
                begin = i + 1 - len(phrase)
                if begin >= first and tuple(lowers[begin : i + 1]) == phrase:
                    found.append((i, of))
                    break
        return found

    def _article_domains(self, resolved: ResolvedArticle) -> frozenset[str]:
        """Return the unpolitical domains that an article as a whole belongs to."""
        lowers = resolved.annotated.tokens.lowers
        if self._leisure.isdisjoint(lowers):
            return frozenset()
        counts = Counter(
            d
            for _, d in self._domain_words(lowers, 0, len(lowers), self._leisure)
            if d in ("sport", "entertainment")
        )
        floor = max(4.0, 0.018 * len(lowers))
        return frozenset(d for d, n in counts.items() if n >= floor)

    def article_theme(self, resolved: ResolvedArticle) -> str | None:
        """Return what an article without politics is about, or null: by how many of its words are of one theme.

        A word of a quiet domain counts one, a word that is only common there a half. Eight words of one theme in
        two hundred, four of them different and one or two of them of the domain itself, make an article of it.
        """
        themes, domains = self._themes, self.lexicon.domains
        lowers = resolved.annotated.tokens.lowers
        found = Counter(w for w in lowers if w in themes)
        if len(found) < 4:
            return None
        weights: Counter[str] = Counter()
        kinds: Counter[str] = Counter()
        strong: Counter[str] = Counter()
        for word, n in found.items():
            theme = themes[word]
            own = _THEME_OF.get(domains.get(word, "")) == theme
            weights[theme] += 2 * n if own else n
            kinds[theme] += 1
            strong[theme] += own
        theme, weight = weights.most_common(1)[0]
        if theme == "obituary" and kinds[theme] >= 4 and weight >= max(4.0, 0.035 * len(lowers)):
            return theme
        sure = kinds[theme] >= 4 and strong[theme] >= _LEAST_STRONG.get(theme, 0)
        many = kinds[theme] >= 7
        if (sure and weight >= max(6.0, 0.05 * len(lowers))) or (
            many and weight >= max(7.0, (0.1 if theme == "business" else 0.065) * len(lowers))
        ):
            return theme
        return None

    def _quiet(
        self, graph: Clauses, article_domains: frozenset[str]
    ) -> tuple[str | None, frozenset[int], str | None]:
        """Return why a whole sentence is no politics, or null, its words of sport and entertainment, and a word of any quiet domain."""
        if self._quiet_words.isdisjoint(graph.words):
            return None, frozenset(), None
        counts: dict[str, set[str]] = {}
        marked: set[tuple[int, str]] = set()
        players = set()
        for i, domain in self._domain_words(
            graph.lowers, graph.first, graph.last, self._quiet_words
        ):
            if domain in _QUIET_DOMAINS:
                if not (
                    (i - 1, domain) in marked and graph.lowers[i] in _CALLINGS
                ):  # "a basketball player" is one word of sport
                    counts.setdefault(domain, set()).add(graph.lowers[i])
                marked.add((i, domain))
            if domain in ("sport", "entertainment"):
                players.add(i)
        opening = graph.lowers[graph.first : graph.first + 4]
        if opening[:1] == ["in"] and opening[3:] == [","] and opening[2] in _STORIES:
            listed = f"entertainment: {' '.join(opening)}"
            return listed, frozenset(players), listed
        mark = None
        for domain, words in sorted(counts.items()):
            listed = f"{domain}: {', '.join(sorted(words))}"
            if len(words) >= (1 if domain in article_domains else 2):
                return listed, frozenset(players), listed
            mark = mark or listed
        return None, frozenset(players), mark

    def _vetoed(self, graph: Clauses, reading: Reading, players: frozenset[int]) -> str | None:
        """Return why a trigger is no politics: an idiom around it, or a player or singer as its actor."""
        lowers = graph.lowers
        trigger = reading.trigger
        for i in range(max(graph.first, trigger - 5), trigger + 1):
            for phrase in self.lexicon.idioms.get(lowers[i], ()):
                end = i + len(phrase)
                if end > trigger >= i and end <= graph.last and tuple(lowers[i:end]) == phrase:
                    return f"idiom {' '.join(phrase)!r}"
        if players and ontology.TYPES[reading.event_type].quad_code < 4:
            for token in reading.actors:
                if token in players or not players.isdisjoint(
                    graph.kids_by(token, "compound", "appos", "amod", "nmod:desc")
                ):
                    return f"its actor {graph.tokens.words[token]!r} is of sport or entertainment"
        return None

    # -- one sentence --------------------------------------------------------------------------------------------

    def _sentence_events(
        self,
        resolved: ResolvedArticle,
        view: _View,
        sentence: Sentence,
        domains: frozenset[str],
        pair: Pair,
        notes: list[str] | None,
    ) -> list[Event]:
        tokens = resolved.annotated.tokens
        anchors = self.lexicon.anchors
        lowers = tokens.lowers
        words = lowers[sentence.first : sentence.last]
        told = resolved.annotated.told
        telling = told.keys() & range(sentence.first, sentence.last) if told else ()
        if (
            not telling
            and self.lexicon.triggers.isdisjoint(words)
            and "must" not in words
            and "should" not in words
        ) or not self._has_somebody(resolved, sentence):
            return []
        candidates = [i for i, word in enumerate(words, sentence.first) if word in anchors]
        if sentence.last - sentence.first > LONGEST_SENTENCE:
            if notes is not None:
                notes.append(
                    f"{sentence.last - sentence.first} words: too long for a sentence, not coded"
                )
            return []
        graph = Clauses(tokens, sentence, view.dated, self._verbs)
        candidates = sorted(
            {
                *candidates,
                *telling,
                *(tokens.heads[i] for i in candidates if lowers[i] in ("must", "should")),
            }
        )
        if graph.colon is not None:
            candidates = sorted({*candidates, graph.colon})
        dateline = view.dateline if graph.colon is None else frozenset()  # who speaks is somebody
        phrases = Phrases(graph, resolved, self.knowledge, dateline)
        reader = SentenceReader(
            graph, self.lexicon, _Kinds(graph, phrases, view.labels).is_kind, notes, told or {}
        )
        found = []
        view.is_silent = told is not None and not telling
        sizes: dict[str, int] | None = None
        readings = reader.readings(candidates)
        triggers = frozenset(
            t
            for r in readings
            for t in (r.trigger, *(token for o, token in r.chain if o not in ("say", "suppose")))
        )
        quiet, players, view.mark = (
            self._quiet(graph, domains) if readings else (None, frozenset(), None)
        )
        for reading in readings:
            word = tokens.words[reading.trigger]
            why = None if quiet and _is_tried(graph, reading, quiet) else quiet
            why = why or self._vetoed(graph, reading, players)
            if why is not None:
                if notes is not None:
                    notes.append(
                        f"{word!r}: {reading.event_type} ({reading.entry.source}) is no politics: {why}"
                    )
                continue
            if sizes is None:
                sizes = circumstances.sizes(graph)
            event = self._event(
                resolved,
                view,
                sentence,
                graph,
                phrases,
                reader,
                reading,
                sizes,
                pair,
                triggers,
                notes,
            )
            if event is not None:
                found.append(event)
        return _compete(found, notes)

    def _has_somebody(self, resolved: ResolvedArticle, sentence: Sentence) -> bool:
        """Tell whether a sentence names anybody who could act: without, it is not looked at further."""
        found = resolved.entity_of_token
        if not found.keys().isdisjoint(range(sentence.first, sentence.last)):
            return True
        tokens, role = resolved.annotated.tokens, self.knowledge.role
        for i in range(sentence.first, sentence.last):
            if tokens.tags[i] in ("NOUN", "PROPN", "ADJ") and role(tokens.lowers[i]) is not None:
                return True
        return False

    def _actors(
        self,
        phrases: Phrases,
        heads: tuple[int, ...],
        taken: set[tuple[int, int, str | None]],
        pair: Pair,
        view: _View,
    ) -> list[Named]:
        """Resolve the phrases of one side; *both sides* are the two parties of the story so far."""
        found: list[Named] = []
        for head in heads:
            divided = phrases.divided(head)
            if divided:
                side = phrases.both(head, divided)
                if {named.actor.code for named in side} <= {code for _, _, code in taken}:
                    continue  # "officers of North and South Korea": once
            elif joined := phrases.several(head):
                side = joined
            elif pair and phrases.collective(head):
                side = phrases.both(head, pair)
            else:
                named = phrases.actor(head)
                side = [named] if named is not None else []
                if not side and phrases.graph.lowers[head] in _STANDING_IN:
                    side = phrases.stand_in(head, self._those_before(phrases, view, head))
                elif not side and phrases.graph.lowers[head] in ("we", "our", "i", "my"):
                    side = phrases.stand_in(head, self._speaker_after(phrases, view))
                elif named is not None and named.generic:
                    named = self._of_owner(phrases, view, named)
                    side = [_as_before(phrases, named) if named.generic else named]
            for named in side:
                span = (named.actor.start, named.actor.end, named.actor.code)
                if span in taken or any(_is_part(named, other) for other in found):
                    continue
                taken.add(span)
                found = [other for other in found if not _is_part(other, named)]
                found.append(named)
        return found

    def _others_between(
        self, graph: Clauses, phrases: Phrases, reading: Reading, actors: list[Named],
        taken: set[tuple[int, int, str | None]],
    ) -> list[Named]:  # fmt: skip
        """Return the second party of *talks between A and B* or *with B* where a long list of names came apart."""
        trigger = reading.trigger
        near = range(trigger + 1, min(trigger + 4, graph.last))
        words = ("between", "with") if reading.event_type == "CONSULT" else ("between",)
        start = next((i for i in near if graph.lowers[i] in words), None)
        if start is None:
            return []
        for token in range(start + 1, min(start + 60, graph.last)):
            if graph.tags[token] in ("VERB", "AUX") and graph.relations[token] not in (
                "amod",
                "compound",
            ):
                break
            entity = phrases.entity(token)
            if entity is None or entity.type not in ("GPE", "PERSON", "NORP", "ORG"):
                continue
            named = phrases.actor(token)
            if named is not None and named.actor.code not in {
                None,
                *(n.actor.code for n in actors),
            }:
                taken.add((named.actor.start, named.actor.end, named.actor.code))
                return [named]
        return []

    def _speaker_after(self, phrases: Phrases, view: _View) -> list[Named]:
        """Return who says a quotation that was cut off from its speaker: *"... ironclad,"* | *the minister said*."""
        resolved, graph = phrases.resolved, phrases.graph
        sentences = resolved.annotated.sentences
        here = next(s.index for s in sentences if s.first == graph.first)
        if here + 1 >= len(sentences) or graph.lowers[graph.last - 1] not in ('"', "\u201d", "''"):
            return []
        after = sentences[here + 1]
        lowers = resolved.annotated.tokens.lowers
        if SAYING.isdisjoint(lowers[after.first : min(after.first + 8, after.last)]):
            return []
        following = Phrases(
            Clauses(resolved.annotated.tokens, after, view.dated), resolved, self.knowledge
        )
        return following.single_subject()

    def _those_before(self, phrases: Phrases, view: _View, head: int) -> list[Named]:
        """Return whom *they* or *the pair* means, from the two sentences before."""
        resolved = phrases.resolved
        sentences = resolved.annotated.sentences
        here = next(s.index for s in sentences if s.first == phrases.graph.first)
        for index in range(here - 1, max(here - 3, -1), -1):
            before = sentences[index]
            if before.last - before.first > LONGEST_SENTENCE:
                return []
            graph = Clauses(resolved.annotated.tokens, before, view.dated)
            earlier = Phrases(graph, resolved, self.knowledge, view.dateline)
            word = phrases.graph.lowers[head]
            if word in ("he", "she", "his", "her"):
                found = earlier.single_subject()
                if found or not earlier.goes_on_about_somebody():
                    return found
                continue
            if word == "its":
                return earlier.single_body()
            if word == "their":
                return earlier.plural_subject()
            found = earlier.couple()
            if not found and word == "they":
                found = earlier.plural_subject()
            if found:
                return found
        return []

    def _of_owner(self, phrases: Phrases, view: _View, named: Named) -> Named:
        """Give *its commander* the country of what the sentence before is about."""
        owner = phrases.owned(named.token)
        before = [] if owner is None else self._those_before(phrases, view, owner)
        codes = {(n.actor.code, n.actor.country) for n in before}
        if len(codes) != 1 or None in codes:
            return named
        ((code, country),) = codes
        sector = named.actor.sector
        if sector in (None, "GOV") and before[0].actor.sector not in (None, "MIL", "COP"):
            sector = before[0].actor.sector  # the leaders of a rebel group are rebels
        actor = dataclasses.replace(named.actor, code=code, country=country, sector=sector)
        return dataclasses.replace(named, actor=actor, generic=False)

    def _event(
        self, resolved: ResolvedArticle, view: _View, sentence: Sentence, graph: Clauses, phrases: Phrases, reader: SentenceReader, reading: Reading,
        sizes: dict[str, int], pair: Pair, triggers: frozenset[int], notes: list[str] | None,
    ) -> Event | None:  # fmt: skip
        tokens = resolved.annotated.tokens
        article = resolved.annotated.article
        word = tokens.words[reading.trigger]
        taken: set[tuple[int, int, str | None]] = set()
        actors = self._actors(phrases, reading.actors, taken, pair, view)
        recipients = self._actors(phrases, reading.recipients, taken, pair, view)
        if reading.reciprocal and len({n.actor.code for n in (*actors, *recipients)}) == 1:
            actors += self._others_between(graph, phrases, reading, actors, taken)
        kind, mode = reading.event_type, reading.mode
        confidence = reading.confidence
        if kind == "MOBILIZE" and len({n.actor.country for n in actors if n.actor.country}) > 1:
            kind, mode = (
                "COOPERATE",
                None,
            )  # an exercise of one country is posture, of several cooperation

        if (
            kind == "COERCE"
            and mode == "arrest"
            and len({n.actor.country for n in actors if n.actor.sector == "COP"} - {None}) > 1
        ):
            kind, mode = "COOPERATE", None  # "Dutch and Belgian police smash drug lab"

        if (
            kind == "PROTEST"
            and word.lower().startswith("protest")
            and graph.tags[reading.trigger] == "VERB"
        ):
            named = [n for n in actors if n.actor.code or n.actor.sector]
            if named and all(n.actor.sector in _OFFICIAL or _is_state(resolved, n) for n in named):
                kind, mode = "ACCUSE", "disapprove"  # officials protest in words

        place = circumstances.event_place(
            graph, reading.trigger, reading.covers, resolved,
            frozenset(n.actor.entity_id for n in (*actors, *recipients) if n.actor.entity_id),
        )  # fmt: skip
        actors, recipients = self._localised(view, phrases, kind, mode, actors, recipients, place)
        kept = [
            r for r in recipients if not _same_actor(r, actors) and not _is_own(graph, r, actors)
        ]
        if reading.recipients and not kept:
            kept = self._actors(phrases, reader.elsewhere(reading), taken, pair, view)
            kept = [r for r in kept if not _same_actor(r, actors) and not _is_own(graph, r, actors)]
        recipients = kept
        if kind == "RETREAT":
            # where a side lays down its arms in its own country is no other side
            recipients = [r for r in recipients if not self._is_own_place(phrases, r, actors)]
        if kind == "PROTEST" and not recipients:
            recipients = self._actors(phrases, reader.purpose(reading), taken, pair, view)
            recipients = [r for r in recipients if not _same_actor(r, actors)]
        if not recipients and kind in ("AGREE", "SUPPORT", "COOPERATE", "AID"):
            recipients = self._other_party(graph, phrases, reading, actors, pair)
        if (
            (kind == "MOBILIZE" or mode == "withdraw")
            and not any(n.actor.code for n in actors)
            and graph.is_passive(reading.trigger)
        ):
            # "thousands of police were deployed", "the envoy was withdrawn": those who move act
            moved = (phrases.actor(t) for t in graph.patients(reading.trigger))
            movers = ("GOV",) if kind == "SANCTION" else ("MIL", "COP", "REB")
            actors = [n for n in moved if n is not None and n.actor.sector in movers]
            actors, _ = self._localised(view, phrases, kind, mode, actors, recipients, place)
            recipients = [r for r in recipients if not _same_actor(r, actors)]
        if kind == "ASSAULT" and not actors and graph.tags[reading.trigger] == "VERB":
            doers = _doers_beside(graph, reader, reading)
            actors = self._actors(phrases, doers, taken, pair, view)
            actors, _ = self._localised(view, phrases, kind, mode, actors, recipients, place)
        if (
            not any(n.actor.code for n in actors)
            and not (reading.reciprocal and len({n.actor.code for n in recipients}) > 1)
            and not self._has_subject(graph, reading)
        ):
            home = view.home(phrases)
            if home is None and _is_in_the_country(graph, reading, kind, mode):
                home = view.only_country(phrases)
            implied = self._implied(graph, reading, kind, mode, recipients, place, home, sizes)
            if implied is not None:
                actors = [implied]
                described = kind == "ACCUSE" and graph.relations[reading.trigger] == "acl"
                confidence *= 0.6 if described else 0.8  # "officials accused of abuses"
        if not any(n.actor.code or n.actor.sector for n in actors):
            local = self._local(graph, phrases, view, reading, kind, mode, place)
            if local:
                actors, confidence = local, confidence * 0.85
        recipients = self._at_home(graph, phrases, reading, kind, mode, actors, recipients, place)
        if not actors and reading.reciprocal and len({n.actor.code for n in recipients}) > 1:
            actors, recipients = recipients, []  # "fighting between A and B"
        resolved_actors = [
            n
            for n in actors
            if n.actor.code
            or n.actor.sector in _STATE_SECTORS
            or (n.actor.sector and ontology.TYPES[kind].quad_code == 4)
        ]
        if (
            view.mark is not None
            and word.lower() in self.lexicon.figurative
            and all(n.actor.sector not in _EARNEST for n in resolved_actors)
            and not any(n.actor.sector in _OFFICIAL for n in recipients)
            and (
                len({n.actor.code for n in (*resolved_actors, *recipients) if n.actor.code}) < 2
                or view.mark.startswith(("sport", "entertainment"))
            )
        ):
            if notes is not None:
                notes.append(
                    f"{word!r}: {kind} ({reading.entry.source}) is a figure of speech: {view.mark}"
                )
            return None
        if view.theme is not None and self._is_aside(
            phrases, view.theme, reading.trigger, kind, mode, resolved_actors, recipients
        ):
            if notes is not None:
                notes.append(
                    f"{word!r}: {kind} ({reading.entry.source}) is no politics: the article is of {view.theme}"
                )
            return None
        if not resolved_actors:
            if not self.keep_unresolved:
                if notes is not None:
                    notes.append(
                        f"{word!r}: {kind} ({reading.entry.source}) has no actor that could be resolved"
                    )
                return None
            confidence *= 0.5
        elif not any(n.actor.code for n in resolved_actors):
            confidence *= 0.85
        resolved_recipients = [n for n in recipients if n.actor.code or n.actor.sector]
        if (
            kind in _NEEDS_RECIPIENT
            and not resolved_recipients
            and not reading.reciprocal
            and len({n.actor.country for n in resolved_actors}) < 2  # "Thai-Lao patrols"
        ):
            confidence *= 0.75
        if all(
            n.actor.sector not in _STATE_SECTORS and n.actor.country is None
            for n in resolved_actors
        ):
            confidence *= 0.85

        elif kind in _DEALS and all(
            n.actor.sector == "BUS" for n in (*resolved_actors, *resolved_recipients)
        ):
            confidence *= 0.7  # "deals between Japanese and Thai carmakers"
        elif kind == "CONSULT" and all(
            _is_private(resolved, n) for n in (*resolved_actors, *resolved_recipients)
        ):
            confidence *= _AMONG_PRIVATE[kind]  # of whatever countries
        elif kind in _AMONG_PRIVATE and _all_private(
            resolved, resolved_actors, resolved_recipients
        ):
            confidence *= _AMONG_PRIVATE[kind]
        if (
            kind in _AMONG_PRIVATE
            and all(n.actor.sector == "BUS" for n in resolved_actors)
            and all(
                n.actor.sector == "BUS"
                or (n.actor.sector is None and graph.tags[n.token] == "NOUN")
                for n in resolved_recipients
            )
        ):
            confidence *= 0.6  # firms ask and accuse one another
        if kind == "MOBILIZE" and (
            all(n.actor.sector in _PRIVATE for n in resolved_actors)
            or (graph.relations[reading.trigger] == "acl" and graph.xpos[reading.trigger] == "VBN")
        ):
            # companies mobilise capital, people support; "the forces stationed there" are only described
            confidence *= 0.5
        if kind == "CONSULT" and any(n.actor.sector == "JRN" for n in (*actors, *recipients)):
            confidence *= 0.5  # an interview

        outer = next((t for o, t in reading.chain if o not in ("say", "suppose")), reading.trigger)
        carried = any(o not in ("say", "suppose") for o, _ in reading.chain)
        factor, purpose = circumstances.prominence(
            graph,
            outer,
            carried=carried,
            sided=bool(resolved_actors and resolved_recipients)
            or (
                kind not in _NEEDS_RECIPIENT
                and (kind not in _OFTEN_CAUSES or graph.relations[reading.trigger] in _CORE)
                and _is_inside(graph, reading, resolved_actors)
            )
            or (reading.reciprocal and len({n.actor.code for n in (*actors, *recipients)}) > 1),
            owned=_is_inside(graph, reading, resolved_actors),
            triggers=triggers - {outer},
        )
        confidence *= factor
        aux, kind, mode, confidence = self._modal(
            graph, phrases, reading, resolved_actors, kind, mode, confidence
        )
        if purpose and mode == "investigate":
            confidence = min(1.3 * confidence, reading.confidence)  # "sent a team to look into it"
        elif purpose and aux is None:
            aux = "hypothetical"
        if kind == "-":
            if notes is not None:
                notes.append(
                    f"{word!r}: {reading.event_type} ({reading.entry.source}) is undone by its {aux}"
                )
            return None

        reciprocal = False
        if reading.reciprocal and kind in _SYMMETRIC | {"ASSAULT", "REJECT", "SANCTION", "RETREAT"}:
            if recipients and mode != "visit" and kind in _SYMMETRIC | {"ASSAULT"}:
                actors, recipients = [*actors, *recipients], []
            codes = {n.actor.code or n.actor.text for n in actors}
            entities = {n.actor.entity_id or n.actor.text for n in actors}
            reciprocal = (
                not recipients and len(actors) > 1 and (len(codes) > 1 or len(entities) > 1)
            )
            if not reciprocal and not recipients and kind == "CONSULT" and mode != "multilateral":
                confidence *= 0.6
        elif (
            kind == "CONSULT"
            and not recipients
            and not reading.entry.alone
            and mode != "multilateral"
            and graph.tags[reading.trigger] == "NOUN"
        ):
            confidence *= 0.6
        told = resolved.annotated.told
        if told is not None and reading.entry.form != ANY_FORM:
            own = {reading.trigger, *(token for _, token in reading.chain), *reading.covers}
            heard = (told[token] for token in own if token in told)
            if any(heard_kind == kind and sure >= SURE for heard_kind, sure in heard):
                confidence *= SECONDED
            elif view.is_silent:
                confidence *= SILENT
        if confidence < self.threshold:
            if notes is not None:
                notes.append(
                    f"{word!r}: {kind} ({reading.entry.source}) has confidence {confidence:.2f}, below {self.threshold}"
                )
            return None

        rooted = sentence.index == 0 and graph.relations[reading.trigger] in (
            "root",
            "conj",
            "xcomp",
            "ccomp",
            "obj",
            "parataxis",
        )
        reference = article.published_at.date() if article.published_at else None
        if article.inferred is not None:
            reference = article.inferred[1]
        dated = circumstances.event_date(
            graph, reading.trigger, reading.covers, resolved.dates, kind, reference
        )
        date, basis = dated if dated is not None else (None, None)
        before = circumstances.historical_before(reference)
        if (
            aux is None
            and date is not None
            and before is not None
            and (date.date_end or date.date or before) < before
        ):
            aux = "historical"
        speaker = circumstances.attribution(graph, reading.trigger, reading.covers)
        where = None
        if place is not None:
            token, entity, place_basis = place
            where = circumstances.as_place(entity, self._mention_text(resolved, token), place_basis)
        else:
            where = view.dateline_place(self.knowledge)
        score_type = ontology.TYPES[kind]
        root = score_type.root(mode)
        start, end = tokens.starts[reading.trigger], tokens.ends[reading.trigger]
        casualties = sizes if kind in ("ASSAULT", "COERCE", "PROTEST", "RETREAT") else {}
        return Event(
            event_id=ids.event_id(article.article_id, kind, mode, sentence.index, start),
            article_id=article.article_id,
            sentence_index=sentence.index,
            event_type=kind,
            mode=mode,
            context=self._contexts(graph, reading.context, view),
            quad_code=score_type.quad_code,
            event_scale=score_type.score(mode),
            goldstein=ontology.GOLDSTEIN[root],
            cameo_root=root,
            actor=tuple(n.actor for n in actors),
            recipient=tuple(n.actor for n in recipients),
            is_reciprocal=reciprocal,
            is_root_event=rooted,
            event_text=article.text[sentence.start : sentence.end],
            trigger=article.text[start:end],
            trigger_start=start,
            trigger_end=end,
            rule=_rule(reading, tokens.words),
            auxiliary_mode=aux,
            event_date=date.date if date else None,
            event_date_end=date.date_end if date else None,
            event_date_precision=date.precision if date else "unknown",
            event_date_basis=basis,
            place=where,
            attribution=self._speaker(graph, phrases, speaker),
            dead=casualties.get("dead") if kind == "ASSAULT" else None,
            injured=casualties.get("injured") if kind in ("ASSAULT", "PROTEST") else None,
            arrested=casualties.get("arrested") if kind in ("COERCE", "PROTEST") else None,
            protesters=casualties.get("protesters") if kind == "PROTEST" else None,
            mention_count=1,
            sentence_indexes=(sentence.index,),
            confidence=round(min(confidence, 0.99), 3),
            coder_version=self.version,
            ontology_version=ontology.VERSION,
        )

    def _contexts(self, graph: Clauses, own: tuple[str, ...], view: _View) -> tuple[str, ...]:
        """Return the entry's contexts, those the sentence's words tell, and those the article names three times."""
        table = self.lexicon.contexts
        if view.contexts is None:
            lowers = view.resolved.annotated.tokens.lowers
            counts = Counter(c for w in lowers if w in table for c in table[w])
            view.contexts = tuple(c for c, n in counts.most_common(3) if n >= 3)
        told = [c for w in sorted(table.keys() & graph.words) for c in table[w]]
        return tuple(dict.fromkeys((*own, *told, *view.contexts)))

    def _mention_text(self, resolved: ResolvedArticle, token: int) -> str:
        tokens = resolved.annotated.tokens
        index = resolved.entity_of_token.get(token)
        first = last = token
        while resolved.entity_of_token.get(first - 1) == index and first > 0:
            first -= 1
        while resolved.entity_of_token.get(last + 1) == index:
            last += 1
        return resolved.annotated.article.text[tokens.starts[first] : tokens.ends[last]]

    def _speaker(self, graph: Clauses, phrases: Phrases, head: int | None) -> Actor | None:
        if head is None:
            return None
        named = phrases.actor(head)
        if named is not None:
            return named.actor
        if graph.tags[head] == "PRON":
            return None
        left = graph.phrase_left(head)
        start, end = graph.tokens.starts[left], graph.tokens.ends[head]
        return Actor(text=phrases.text[start:end], start=start, end=end)

    def _is_aside(
        self,
        phrases: Phrases,
        theme: str,
        trigger: int,
        kind: str,
        mode: str | None,
        actors: list[Named],
        recipients: list[Named],
    ) -> bool:
        """Tell whether an event of an article without politics is a figure of speech or private: nobody official takes part.

        States by name count as officials but in sport and entertainment, where they are teams; what a plot tells of is
        no event whoever does it.
        """
        graph = phrases.graph
        if theme == "entertainment":
            governor = graph.governor_of_noun(trigger)
            if kind in _MADE_UP or (governor is not None and graph.lowers[governor] in _PORTRAYING):
                return True
        elif theme in ("accident", "weather") and (kind == "ASSAULT" or mode == "withhold"):
            # "eleven people were killed", "power was cut": nobody did it
            actors = [n for n in actors if n.token != trigger]
        sides = (*actors, *recipients)
        leisure = theme in ("sport", "entertainment")
        earnest = _EARNEST - (_TITLES if leisure else {"LAB"})
        if any(n.actor.sector in earnest for n in sides):
            return False
        return leisure or not any(
            n.actor.sector is None
            and not _only_locates(graph, n.token)
            and (entity := phrases.entity(n.token)) is not None
            and entity.type in ("GPE", "ORG")
            for n in actors
        )

    # -- rules on actors -----------------------------------------------------------------------------------------

    def _localised(
        self, view: _View, phrases: Phrases, kind: str, mode: str | None, actors: list[Named], recipients: list[Named],
        place: tuple[int, object, str] | None,
    ) -> tuple[list[Named], list[Named]]:  # fmt: skip
        """Give groups without a country that of the event's place, of the other side, or of the article.

        Who deals with another state is not of that state: *The Senate approved aid to Ukraine* leaves the Senate without
        a country where neither the dateline nor the article has one.
        """
        if not any(phrases.is_domestic(n) for n in (*actors, *recipients)):
            return actors, recipients
        resolved = view.resolved
        there = place[1].country if place is not None else None  # type: ignore[attr-defined]
        known = next(
            (n.actor.country for n in (*recipients, *actors) if n.actor.country and not n.generic),
            None,
        )

        graph = phrases.graph

        def fill(side: list[Named], foreign: set[str | None]) -> list[Named]:
            filled = []
            for n in side:
                if phrases.is_domestic(n):
                    # the institutions of a state are its own, other people belong to where they are
                    order = [known, there] if n.actor.sector in _INSTITUTIONS else [there, known]
                    order.append(resolved.home_country)
                    if foreign and n.actor.sector in _OFFICIAL:
                        sent = view.dateline_place(self.knowledge)
                        order = [there, sent.country if sent is not None else None, order[-1]]
                        order = [c for c in order if c not in foreign]
                        if any(
                            graph.tags[k] == "PRON" for k in graph.kids_by(n.token, "nmod:poss")
                        ):
                            order = []  # "its ministers": whose, the sentence before does not say
                    country = next((c for c in order if c), None)
                    n = phrases.with_country(n, country, country) if country else n
                filled.append(n)
            return filled

        return (
            fill(actors, {n.actor.country for n in recipients if _is_abroad(graph, kind, mode, n)}),
            fill(recipients, set()),
        )

    def _is_own_place(self, phrases: Phrases, named: Named, actors: list[Named]) -> bool:
        entity = phrases.entity(named.token)
        named_place = entity is not None and entity.type in ("GPE", "LOC", "FAC")
        place = named_place or phrases.graph.lowers[named.token] in _PLACE_WORDS
        return place and any(n.actor.country == named.actor.country for n in actors)

    def _other_party(
        self, graph: Clauses, phrases: Phrases, reading: Reading, actors: list[Named], pair: Pair
    ) -> list[Named]:
        """Return the party that *the alliance* or *our bond* joins the actor to, where the story has two."""
        codes = {n.actor.code for n in actors}
        others = [party for party in pair if party.code not in codes]
        if len(pair) != 2 or len(others) != 1 or len(codes) != 1:
            return []
        _, last = graph.subtree(reading.trigger)
        for token in range(reading.trigger + 1, last):
            if graph.lowers[token] in _BONDS and any(
                graph.lowers[k] in _SHARED
                for k in graph.kids(token)
                if graph.relations[k] in ("det", "nmod:poss", "amod")
            ):
                return phrases.both(token, tuple(others))
        return []

    def _has_subject(self, graph: Clauses, reading: Reading) -> bool:
        """Tell whether the clause names who does it, in words that could not be resolved."""
        return any(
            graph.tags[t] in ("NOUN", "PROPN")
            and graph.lowers[t] not in _NOBODY.get(reading.event_type, _WEAPONS)
            for t in (*reading.actors, *graph.subjects(reading.trigger))
            if t != reading.trigger
            and not (  # "gets life", "walks free"
                "subj" in reading.entry.recipient and t in reading.recipients
            )
            and not (graph.heads[t] == reading.trigger and graph.relations[t] in _MODIFYING)
        )

    def _is_lifted(self, graph: Clauses, reading: Reading) -> bool:
        """Tell whether a rule of the state comes to its end: *the curfew was lifted*, *the easing of the ban*."""
        return graph.lowers[reading.trigger].startswith(_LIFTING) or any(
            operator in ("lift", "end") for operator, _ in reading.chain
        )

    def _implied(
        self, graph: Clauses, reading: Reading, kind: str, mode: str | None, recipients: list[Named],
        place: tuple[int, object, str] | None, home: str | None, sizes: dict[str, int],
    ) -> Named | None:  # fmt: skip
        """Return the actor that the event itself implies: the state in a passive arrest, gunmen of the place in a blast."""
        country = place[1].country if place is not None else None  # type: ignore[attr-defined]
        # "he apologised" has somebody who does it, "he was pardoned" leaves him out
        silent = (
            graph.tags[reading.trigger] != "VERB"
            or graph.is_passive(reading.trigger)
            or "subj" in reading.entry.recipient
        )
        if kind == "ASSAULT" and country is None:
            country = home
        elif country is None:
            country = next((n.actor.country for n in recipients if n.actor.country), None) or home
        at_home = country is not None and _is_in_the_country(graph, reading, kind, mode)
        if not (recipients or place or at_home) or (country is None and kind != "ASSAULT"):
            return None
        if (
            (
                kind == "COERCE"
                and mode
                in (
                    "arrest",
                    "curfew",
                    "martial-law",
                    "censor",
                    "deport",
                    "restrict",
                    "seize",
                    "withhold",
                )
            )
            or (kind == "SANCTION" and mode in ("convict", "expel"))
            or (kind == "ACCUSE" and mode in ("allege", "investigate") and recipients)
            or (
                kind == "CONCEDE"
                and any(n.actor.sector for n in recipients)
                and not graph.subjects(reading.trigger)
            )
            or (kind == "RETREAT" and mode is None and silent and self._is_lifted(graph, reading))
        ):
            sector = "JUD" if kind == "SANCTION" and mode == "convict" else "GOV"
        elif kind == "ASSAULT" and mode == "crowd-control" and country is not None:
            sector = "COP"  # "Tear gas greeted traders in Kampala"
        elif kind == "COOPERATE" and silent and place is not None and recipients:
            sector = "GOV"  # "was handed over to American marshals at Bogota airport"
        elif kind == "RETREAT" and mode == "release" and silent and recipients:
            freed = {t for n in recipients for t in (n.token, *graph.kids(n.token))}
            taken = not _CAPTORS.isdisjoint(graph.words) or any(
                graph.lowers[t] in _CAPTIVES for t in freed
            )
            sector = "UAF" if taken else "GOV"
        elif kind == "MOBILIZE" and country is not None:
            sector = "COP" if mode == "police" else "MIL"
        elif kind == "RETREAT" and mode == "ceasefire" and place is not None:
            sector = "UNK"  # "A truce took hold in eastern Libya": whoever fights there
        elif (
            kind == "RETREAT"
            and any(operator == "lift" for operator, _ in reading.chain)
            and place is not None
            and reading.content is not None
            and reading.content.event_type == "COERCE"
        ):
            sector = "GOV"  # "Curfew eased in Manipur"
        elif (
            kind in ("REQUEST", "ACCUSE")
            and place is not None
            and graph.lowers[reading.trigger] in _MOODS
            and not graph.kids_by(reading.trigger, "nmod:poss")
        ):
            sector = (
                "CVL"  # "Calls grow in Peru for an election", "Outrage in Pakistan over a film"
            )
        elif kind == "PROTEST" and (
            place is not None or at_home or any(n.named for n in recipients)
        ):
            sector = "CVL"
        elif kind == "ASSAULT" and (
            any(n.named or n.actor.sector not in (None, "MIL") for n in recipients) or sizes
        ):
            sector = "UAF"
        else:
            return None
        return _implied_party(graph, reading, country, sector)

    def _local(
        self, graph: Clauses, phrases: Phrases, view: _View, reading: Reading, kind: str, mode: str | None,
        place: tuple[int, object, str] | None,
    ) -> list[Named]:  # fmt: skip
        """Return who does something at home, in words that say no more than that: *Rangers arrested four in Karachi*.

        He is of the only country of the sentence's places; a post with a state's name tells it too: *Costa stepped down
        as Portugal's prime minister*. A bare statement of who says so makes a threat or a deal his.
        """
        found = []
        country = place[1].country if place is not None else None  # type: ignore[attr-defined]
        country = country or view.home(phrases)
        if kind == "RETREAT" and mode == "resign":
            for kid in graph.kids_by(reading.trigger, "obl", "advcl"):
                named = phrases.actor(kid) if "as" in graph.cases(kid) else None
                if named is not None and named.actor.code:
                    country = named.actor.country
        if mode == "allege" and view.mark is not None:
            return []
        if country is not None and (kind, mode) in _AT_HOME:
            for token in reading.actors:
                if graph.tags[token] not in ("NOUN", "PROPN") or (
                    graph.lowers[token] in _NOBODY.get(kind, _WEAPONS)
                ):
                    continue
                entity = phrases.entity(token)
                if entity is not None and (
                    (entity.type == "ORG" and kind != "COERCE")
                    or entity.country not in (None, country)
                ):
                    return []
                if kind in ("ASSAULT", "PROTEST") and view.mark is not None:
                    continue
                if (
                    graph.tags[token] == "NOUN"
                    and self.knowledge.role(graph.lowers[token]) is None
                    and not (kind == "PROTEST" and graph.xpos[token] == "NNS")
                ):
                    continue  # a storm, a vaccine and a wine attack too, an app blocks calls
                named = phrases.whoever(token, country, _AT_HOME[kind, mode])
                if named is not None:
                    found.append(named)
        elif kind in _SPOKEN and all(t == reading.trigger for t in reading.actors):
            speaker = circumstances.attribution(graph, reading.trigger, frozenset())
            named = phrases.actor(speaker) if speaker is not None else None
            if named is not None and named.actor.code:
                found.append(named)
        return found

    def _at_home(
        self, graph: Clauses, phrases: Phrases, reading: Reading, kind: str, mode: str | None, actors: list[Named],
        recipients: list[Named], place: tuple[int, object, str] | None,
    ) -> list[Named]:  # fmt: skip
        """Return the recipients with the country they share with a single actor where the text names none.

        Whom police arrest, courts convict and crowds protest against are of their own country unless it is said; where
        nobody is named at all it is the government (a protest) or the people (everything else) of that country.
        """
        if any(n.actor.code for n in recipients) or (reading.entry.alone and kind == "ASSAULT"):
            return recipients
        countries = {n.actor.country for n in actors if n.actor.code}
        if len(countries) != 1:
            return recipients
        country = countries.pop()
        if place is not None and place[1].country not in (None, country):  # type: ignore[attr-defined]
            return recipients  # abroad nothing is said by who does it
        sectors = {n.actor.sector for n in actors}
        if country is None or not (
            kind in ("COERCE", "PROTEST", "CONCEDE")
            or (kind == "SANCTION" and mode == "convict")
            or (kind == "MOBILIZE" and mode == "police")
            or (kind == "ASSAULT" and sectors <= _DOMESTIC_FORCE)
        ):
            return recipients
        if recipients:
            return [phrases.with_country(n, country, country) for n in recipients]
        return [_implied_party(graph, reading, country, "GOV" if kind == "PROTEST" else "CVL")]

    # -- modality ------------------------------------------------------------------------------------------------

    def _speaks_for_itself(
        self, graph: Clauses, phrases: Phrases, reading: Reading, actors: list[Named]
    ) -> bool:
        """Tell whether a state's own officials say what it might do: *Poland could close its border, Tusk said*."""
        speaker = circumstances.attribution(graph, reading.trigger, reading.covers)
        named = phrases.actor(speaker) if speaker is not None else None
        return (
            named is not None
            and named.actor.code is not None
            and named.actor.sector in _OFFICIAL
            and any(n.actor.code == named.actor.code for n in actors)
        )

    def _modal(
        self,
        graph: Clauses,
        phrases: Phrases,
        reading: Reading,
        actors: list[Named],
        kind: str,
        mode: str | None,
        confidence: float,
    ) -> tuple[str | None, str, str | None, float]:
        """Return auxiliary mode, type, mode and confidence after negation, future and condition."""
        carrier, outer = next(
            ((o, t) for o, t in reading.chain if o not in ("say", "suppose")),
            ("", reading.trigger),
        )
        negations = sum(
            circumstances.is_negated(graph, t)
            for t in dict.fromkeys(
                (
                    reading.trigger,
                    *(
                        token
                        for operator, token in reading.chain
                        if operator not in ("say", "suppose")
                    ),
                )
            )
        )
        aux = reading.aux
        if negations and any(
            (c.slot == "any" and not _NEGATING.isdisjoint(c.choice.words))
            or any(phrase.startswith("no ") for phrase in c.choice.phrases)
            for c in reading.entry.needs
        ):
            negations = 0  # the entry is about the negated word: "did not rule out"
        if reading.chain[-1:] == (("refuse", reading.trigger),) and reading.entry.pos == "N":
            negations = 0  # "no talks with Y, X says"
        if negations % 2:
            name = "NEGATION"
        else:
            modal = circumstances.modality(graph, outer)
            name = {"future": "FUTURE", "hypothetical": "HYPOTHETICAL", None: ""}[modal]
        if not name:
            return aux, kind, mode, confidence
        given = {"NEGATION": "negation", "FUTURE": "future", "HYPOTHETICAL": "hypothetical"}[name]
        if carrier and carrier not in _PLAIN_OPERATORS and name != "NEGATION":
            return given if name == "HYPOTHETICAL" else aux, kind, mode, confidence * 0.8
        rule = self.lexicon.compose(name, kind, mode)
        if name == "NEGATION" and circumstances.modality(graph, outer) is None:
            rule = None  # a refusal looks ahead; what did not happen is a negated event
        if (
            name == "HYPOTHETICAL"
            and rule is not None
            and rule.result not in ("=", kind)
            and not _own_words(graph, outer)
            and not (
                any(n.actor.code for n in actors)
                and not _CONDITIONS.isdisjoint(graph.words)
                and _is_told_if(graph, reading, outer)
            )
            and not self._speaks_for_itself(graph, phrases, reading, actors)
        ):
            rule = None
        if rule is None:
            return given, kind, mode, confidence * (0.85 if name == "NEGATION" else 0.62)
        if rule.result == "-":
            return given, "-", None, 0.0
        if rule.result != "=":
            mode = mode if rule.mode == "=" else rule.mode
            if rule.result != kind:
                given = rule.aux or ""
            kind = rule.result
        return rule.aux or given or aux, kind, mode, confidence * rule.factor


class _View:
    """What is looked up of an article again and again: the tokens of dates, and the labels of named tokens."""

    def __init__(self, resolved: ResolvedArticle) -> None:
        self.resolved = resolved
        self.dateline = _opening_dateline(resolved)
        self.contexts: tuple[str, ...] | None = None
        self.theme: str | None = None  # what an article without politics is about
        self.is_silent = False  # the model takes no word of the sentence at hand to tell an event
        self.mark: str | None = None  # a word of a quiet domain in the sentence at hand
        self._place: Place | None = None
        self._placed = False
        self._homes: dict[int, str | None] = {}
        self.dated = frozenset(t for d in resolved.dates for t in range(d.first, d.last))
        self.labels = {t: s.label for s in resolved.annotated.spans for t in range(s.first, s.last)}

    def home(self, phrases: Phrases) -> str | None:
        """Return the article's country, else the only one that the places of the sentence are in."""
        if self.resolved.home_country is not None:
            return self.resolved.home_country
        graph = phrases.graph
        if graph.first not in self._homes:
            countries = set()
            placed = False
            for token in self.resolved.entity_of_token.keys() & range(graph.first, graph.last):
                entity = phrases.entity(token)
                if entity is not None and entity.country is not None:
                    countries.add(entity.country)
                    placed = placed or (
                        entity.type in ("LOC", "FAC")
                        or (entity.type == "ORG" and entity.sector in _LOCAL)
                    )
            self._homes[graph.first] = countries.pop() if placed and len(countries) == 1 else None
        return self._homes[graph.first]

    def only_country(self, phrases: Phrases) -> str | None:
        """Return the only country that the names of the sentence are of, whatever they name."""
        first, last = phrases.graph.first, phrases.graph.last
        entities = (
            phrases.entity(t) for t in self.resolved.entity_of_token.keys() & range(first, last)
        )
        countries = {e.country for e in entities if e is not None and e.country is not None}
        return countries.pop() if len(countries) == 1 else None

    def dateline_place(self, knowledge: Knowledge) -> Place | None:
        """Return the place the report was sent from, where events without a place of their own are put."""
        if not self._placed:
            self._placed = True
            self._place = _place_of_dateline(self.resolved, self.dateline, knowledge)
        return self._place


def _as_before(phrases: Phrases, named: Named) -> Named:
    """Give *the regime* the country of the *Burmese regime* that the article named before."""
    tokens, graph = phrases.resolved.annotated.tokens, phrases.graph
    lowers, heads = tokens.lowers, tokens.heads
    token = named.token
    word = lowers[token]
    role = phrases.knowledge.role(word)
    if (
        named.actor.sector not in _BODIES
        or role is None
        or (role.kind == "person" and tokens.xpos[token] != "NNS")  # there are many presidents
        or any(lowers[k] in _NEW or graph.relations[k] == "nummod" for k in graph.kids(token))
    ):
        return named
    entity_of = phrases.resolved.entity_of_token
    for before in range(graph.first - 1, -1, -1):
        if lowers[before] != word:
            continue
        for kid in (*range(max(0, before - 4), before), *range(before + 1, before + 5)):
            if heads[kid] != before or kid not in entity_of or kid >= graph.first:
                continue
            entity = phrases.entities[entity_of[kid]]
            if (
                entity.country
                and entity.type in ("GPE", "NORP")
                and tokens.relations[kid] in ("amod", "compound", "nmod:poss", "nmod")
            ):
                actor = dataclasses.replace(
                    named.actor, country=entity.country, code=entity.code or entity.country
                )
                return dataclasses.replace(named, actor=actor, generic=False)
    return named


def _opening_dateline(resolved: ResolvedArticle) -> frozenset[int]:
    """Return the tokens of a dateline that was left in the text: they name nobody."""
    annotated = resolved.annotated
    if not annotated.sentences:
        return frozenset()
    start = annotated.sentences[0].start
    found = datelines.find(annotated.article.text[start : start + 200])
    if found is None:
        return frozenset()
    starts = annotated.tokens.starts
    last = annotated.sentences[0].last
    return frozenset(
        t for t in range(annotated.sentences[0].first, last) if starts[t] < start + found.end
    )


def _place_of_dateline(
    resolved: ResolvedArticle, tokens: frozenset[int], knowledge: Knowledge
) -> Place | None:
    for token in sorted(tokens):
        index = resolved.entity_of_token.get(token)
        if index is not None and resolved.entities[index].type in ("GPE", "LOC", "FAC"):
            entity = resolved.entities[index]
            return circumstances.as_place(entity, entity.name, "dateline")
    text = resolved.annotated.article.dateline_place
    if not text:
        return None
    home = resolved.home_country
    chosen = knowledge.gazetteer.choose(
        key(text.split(",")[0]), countries={home: 1.0} if home else None
    )
    if chosen is None:
        return Place(text=text, name=text, basis="dateline", country=home)
    place = chosen[0]
    return Place(
        text=text, name=place.name, basis="dateline", geonameid=place.geonameid, latitude=place.latitude,
        longitude=place.longitude, admin1=place.admin1, country=place.country, resolution=place.resolution,
    )  # fmt: skip


class _Kinds:
    """Answers the special conditions of the lexicon for one sentence."""

    def __init__(self, graph: Clauses, phrases: Phrases, labels: dict[int, str]) -> None:
        self.graph = graph
        self.phrases = phrases
        self.labels = labels

    def is_kind(self, token: int, kind: str) -> bool:
        """Tell whether a filler is an actor, of a government, a place, a person, an organisation, a number, money or a date."""
        graph = self.graph
        if kind == "actor":
            named = self.phrases.actor(token)
            return named is not None and (
                named.actor.code is not None or named.actor.sector is not None
            )
        if kind == "gov":
            named = self.phrases.actor(token)
            return named is not None and named.actor.sector == "GOV"
        if kind == "state":
            named = self.phrases.actor(token)
            return named is not None and named.actor.code is not None
        if kind == "people":
            # "Iranians", "two hundred Cubans": a plural name of a nation is a crowd
            entity = self.phrases.entity(token)
            return (
                entity is not None
                and graph.xpos[token] in ("NNPS", "NNS")
                and entity.type in ("NORP", "GPE")
                and graph.lowers[token][-1] == "s"
            )
        if kind == "number":
            return graph.tags[token] == "NUM" or any(
                graph.relations[k] == "nummod" for k in graph.kids(token)
            )
        if kind == "money":
            return self.labels.get(token) == "MONEY" or any(
                graph.lowers[k] in ("$", "€", "£", "us$") for k in graph.kids(token)
            )
        if kind == "infinitive":
            return any(
                graph.relations[k] == "mark" and graph.lowers[k] == "to" for k in graph.kids(token)
            )
        if kind == "date":
            return self.labels.get(token) == "DATE"
        entity = self.phrases.entity(token)
        if kind == "place":
            return entity is not None and entity.type in ("GPE", "LOC", "FAC")
        if kind == "person":
            if entity is not None:
                return entity.type == "PERSON" or (  # "another Zimbabwean"
                    entity.type in ("NORP", "GPE")
                    and any(graph.lowers[k] in _ONE_OF for k in graph.kids(token))
                )
            role = self.phrases.knowledge.role(graph.lowers[token])
            return role is not None
        if kind == "org":
            return entity is not None and entity.type in ("ORG", "GPE")
        return False


def _implied_party(graph: Clauses, reading: Reading, country: str | None, sector: str) -> Named:
    """Return a party that the event implies; its text is the trigger, since nothing else names it."""
    start, end = graph.tokens.starts[reading.trigger], graph.tokens.ends[reading.trigger]
    actor = Actor(
        text=graph.tokens.words[reading.trigger],
        start=start,
        end=end,
        country=country,
        code=country,
        sector=sector,
    )
    return Named(actor, reading.trigger, True, False)


def _own_words(graph: Clauses, outer: int) -> bool:
    """Tell whether a conditional threat is uttered by its own actor: *X said it would strike if ...*."""
    node = outer
    while graph.relations[node] in ("conj", "xcomp"):
        node = graph.heads[node]
    if graph.relations[node] not in ("ccomp", "parataxis"):
        return False
    speakers = set(graph.subjects(graph.heads[node]))
    own = set(graph.subjects(outer))
    return bool(speakers & own) or any(graph.tags[t] == "PRON" for t in own)


def _is_abroad(graph: Clauses, kind: str, mode: str | None, named: Named) -> bool:
    """Tell whether a recipient is of another state than the bodies that do this to it: a state by name, its envoys, its people."""
    if named.generic or not named.actor.country:
        return False
    sector = named.actor.sector
    if "in" in graph.cases(named.token):
        return False  # "threatens civil war in Haiti"
    if sector is None:
        return kind in _BETWEEN_STATES or mode in ("expel", "deport", "discontinue")
    if graph.lowers[named.token] in _ENVOYS:
        return True
    if sector in ("CVL", "REF"):
        return kind == "AID" or mode == "deport"
    return sector == "JRN" and mode in ("expel", "deport")


def _is_tried(graph: Clauses, reading: Reading, quiet: str) -> bool:
    """Tell whether a court or the police deal with a dancer or a player: that is no entertainment."""
    return (
        reading.mode in ("convict", "arrest", "allege")
        and quiet.startswith(("sport", "entertainment"))
        and not _COURTS.isdisjoint(graph.words)
        and _STORIES.isdisjoint(graph.words)
    )


def _is_in_the_country(graph: Clauses, reading: Reading, kind: str, mode: str | None) -> bool:
    """Tell whether an event takes place in the only country that its sentence names, though nobody is said to do it."""
    return (
        (kind, mode) in _IN_THE_COUNTRY
        and graph.relations[reading.trigger] in ("root", "nsubj", "nsubj:pass", "ccomp", "obj")
        and (reading.entry.pos == "N" or graph.is_passive(reading.trigger))
    )


def _is_told_if(graph: Clauses, reading: Reading, outer: int) -> bool:
    """Tell whether nobody else says what an actor would do under a condition: *Iran would close the strait if hit*."""
    return (
        graph.relations[outer] == "root"
        and not any(o in ("say", "suppose") for o, _ in reading.chain)
        and not graph.kids_by(outer, "parataxis")
        and any(
            not _CONDITIONS.isdisjoint(graph.cases(k)) for k in graph.kids_by(outer, "advcl", "obl")
        )
    )


def _is_inside(graph: Clauses, reading: Reading, side: list[Named]) -> bool:
    """Tell whether an event noun names a side in its own phrase: *Russia's pullout*, *a truce by the rebels*."""
    if not side or graph.tags[reading.trigger] not in ("NOUN", "PROPN"):
        return False
    low, high = graph.subtree(reading.trigger)
    return any(low <= n.token < high and n.token != reading.trigger for n in side)


def _is_state(resolved: ResolvedArticle, named: Named) -> bool:
    """Tell whether an actor is a country or a body of several by name."""
    if named.actor.entity_id is None or named.actor.sector is not None:
        return False
    entity = next((e for e in resolved.entities if e.entity_id == named.actor.entity_id), None)
    return entity is not None and entity.type in ("GPE", "ORG")


def _is_private(resolved: ResolvedArticle, named: Named) -> bool:
    """Tell whether an actor is a private person or a business, as far as the text says."""
    actor = named.actor
    if actor.sector is not None:
        return actor.sector in _PRIVATE
    entity = next((e for e in resolved.entities if e.entity_id == actor.entity_id), None)
    return entity is not None and entity.type == "PERSON"


def _all_private(resolved: ResolvedArticle, actors: list[Named], recipients: list[Named]) -> bool:
    """Tell whether an event is among private people of one country: no politics, however it is worded."""
    sides = [*actors, *recipients]
    return len({n.actor.country for n in sides}) < 2 and all(
        _is_private(resolved, n) for n in sides
    )


def _next_pair(events: list[Event]) -> Pair:
    """Return the two parties that the last two-sided event of a sentence names, or nothing.

    An attack that is talked about (*discussed Russia's invasion of Ukraine*) does not change who the two sides are.
    """
    for event in reversed(events):
        if event.quad_code == 4 and not event.is_reciprocal and event.confidence < 0.8:
            continue
        parties: dict[str, Party] = {}
        for actor in (*event.actor, *event.recipient):
            if actor.code and actor.code not in parties:
                parties[actor.code] = Party(None, actor.country, actor.code)
        if len(parties) == 2:
            return tuple(parties.values())
    return ()


def _is_part(named: Named, other: Named) -> bool:
    """Tell whether a phrase is a piece of another of the same side, or names the same entity again."""
    a, b = named.actor, other.actor
    inside = b.start <= a.start and a.end <= b.end
    if a.code == b.code and inside:
        return True
    return (
        a.entity_id is not None
        and a.entity_id == b.entity_id
        and a.sector == b.sector
        and (len(a.text) <= len(b.text))
    )


def _only_locates(graph: Clauses, token: int) -> bool:
    """Tell whether a name only says where somebody is or comes from: *specialists in France and Israel*, *a German couple*."""
    while graph.relations[token] == "conj":
        token = graph.heads[token]
    return graph.relations[token] in _MODIFYING or not graph.cases(token).isdisjoint(
        ("in", "from", "of")
    )


def _is_own(graph: Clauses, named: Named, others: list[Named]) -> bool:
    """Tell whether a phrase is possessed by the other side: *its troops*, *their leader*."""
    if not any(
        graph.relations[k] == "nmod:poss"
        and graph.lowers[k] in ("its", "his", "her", "their", "our")
        for k in graph.kids(named.token)
    ):
        return False
    return any(named.actor.code == o.actor.code for o in others)


def _same_actor(named: Named, others: list[Named]) -> bool:
    return any(
        (
            named.actor.entity_id is not None
            and named.actor.entity_id == o.actor.entity_id
            and named.actor.sector == o.actor.sector
        )
        or (named.actor.start, named.actor.end) == (o.actor.start, o.actor.end)
        for o in others
    )


def _doers_beside(graph: Clauses, reader: SentenceReader, reading: Reading) -> tuple[int, ...]:
    """Return who attacks in the clause that tells how it happened: *two were killed when police fired at a mob*."""
    for clause in graph.kids_by(reading.trigger, "advcl"):
        if clause < reading.trigger or graph.relations[reading.trigger] == "ccomp":
            continue
        marks = [k for k in graph.kids(clause) if graph.lowers[k] in ("when", "as", "after")]
        if not marks or graph.lowers[marks[0] - 1] in _SPANS_OF_TIME:
            continue
        other = reader.reading(clause)
        if other is not None and other.event_type == "ASSAULT" and other.actors:
            return other.actors
    return ()


def _rule(reading: Reading, words: list[str]) -> str:
    """Name the operators, outermost first, and the lexicon line of the content."""
    content = reading
    while content.content is not None:
        content = content.content
    steps = [f"{operator}({words[token]})" for operator, token in reading.chain]
    return " > ".join([*steps, content.entry.source])


def _compete(events: list[Event], notes: list[str] | None) -> list[Event]:
    """Keep one event where several triggers of a sentence tell the same occurrence, or one event backs another."""
    kept: list[Event] = []
    for event in sorted(
        events,
        key=lambda e: (
            _is_implied(e),
            -len(e.recipient) - int(e.is_reciprocal),
            -e.confidence,
            e.trigger_start,
        ),
    ):
        rival = next((k for k in kept if _tells_same(k, event)), None)
        if rival is None:
            kept.append(event)
        elif (
            _is_implied(event)
            and not rival.is_reciprocal
            and all(r.start == rival.trigger_start for r in rival.recipient)
        ):
            # "soldiers were wounded when militants ambushed their convoy": whom it hit is told by the other
            kept[kept.index(rival)] = dataclasses.replace(rival, recipient=event.recipient)
        elif notes is not None:
            notes.append(
                f"{event.trigger!r}: {event.event_type} is told already by {rival.trigger!r}"
            )
    return sorted(kept, key=lambda e: e.trigger_start)


def _is_implied(event: Event) -> bool:
    """Tell whether the text leaves out who does it, so that the trigger stands for the actor."""
    return bool(event.actor) and event.actor[0].start == event.trigger_start


def _tells_same(a: Event, b: Event) -> bool:
    if a.event_type != b.event_type:
        return False
    sides_a = {x.entity_id or x.code for x in (*a.actor, *a.recipient)}
    sides_b = {x.entity_id or x.code for x in (*b.actor, *b.recipient)}
    codes_a = {x.code for x in (*a.actor, *a.recipient)}
    codes_b = {x.code for x in (*b.actor, *b.recipient)}
    return sides_b <= sides_a or codes_b <= codes_a
