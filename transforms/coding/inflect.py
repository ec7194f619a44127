"""Dictionary forms to the forms that stand in text, for English verbs and nouns.

The coder looks words up by their surface, so that it needs no lemmatiser and no lemmatiser's mistakes count.
"""

from __future__ import annotations

import functools
from typing import Final

# Irregular verbs of news language: base, past tense, past participle (several separated by /).
_IRREGULAR_VERBS: Final = """
abide abided/abode abided|arise arose arisen|awake awoke awoken|be was/were been|bear bore borne|beat beat beaten
become became become|befall befell befallen|begin began begun|behold beheld beheld|bend bent bent|bet bet bet|bid bid/bade bid/bidden
bind bound bound|bite bit bitten|bleed bled bled|blow blew blown|break broke broken|breed bred bred|bring brought brought
broadcast broadcast broadcast|build built built|burn burned/burnt burned/burnt|burst burst burst|buy bought bought|cast cast cast
catch caught caught|choose chose chosen|cling clung clung|come came come|cost cost cost|creep crept crept|cut cut cut
deal dealt dealt|dig dug dug|dive dived/dove dived|do did done|draw drew drawn|dream dreamed/dreamt dreamed/dreamt
drink drank drunk|drive drove driven|dwell dwelt/dwelled dwelt/dwelled|eat ate eaten|fall fell fallen|feed fed fed|feel felt felt
fight fought fought|find found found|flee fled fled|fling flung flung|fly flew flown|forbid forbade/forbad forbidden
forecast forecast/forecasted forecast/forecasted|foresee foresaw foreseen|forget forgot forgotten|forgive forgave forgiven
forgo forwent forgone|forsake forsook forsaken|freeze froze frozen|get got got/gotten|give gave given|go went gone
grind ground ground|grow grew grown|hang hung/hanged hung/hanged|have had had|hear heard heard|hide hid hidden|hit hit hit
hold held held|hurt hurt hurt|keep kept kept|kneel knelt/kneeled knelt/kneeled|know knew known|lay laid laid|lead led led
lean leaned/leant leaned/leant|leap leaped/leapt leaped/leapt|learn learned/learnt learned/learnt|leave left left|lend lent lent
let let let|lie lay/lied lain/lied|light lit/lighted lit/lighted|lose lost lost|make made made|mean meant meant|meet met met
mislead misled misled|mistake mistook mistaken|mow mowed mown|offset offset offset|outdo outdid outdone|outgun outgunned outgunned
overcome overcame overcome|overhear overheard overheard|override overrode overridden|overrun overran overrun|oversee oversaw overseen
overtake overtook overtaken|overthrow overthrew overthrown|overturn overturned overturned|partake partook partaken|pay paid paid
plead pleaded/pled pleaded/pled|prove proved proved/proven|put put put|quit quit/quitted quit/quitted|read read read
rebuild rebuilt rebuilt|rend rent rent|repay repaid repaid|rethink rethought rethought|retake retook retaken|rewrite rewrote rewritten
rid rid rid|ride rode ridden|ring rang rung|rise rose risen|run ran run|say said said|see saw seen|seek sought sought
sell sold sold|send sent sent|set set set|shake shook shaken|shed shed shed|shine shone/shined shone/shined|shoot shot shot
show showed shown/showed|shrink shrank shrunk|shut shut shut|sing sang sung|sink sank/sunk sunk|sit sat sat|slay slew slain
sleep slept slept|slide slid slid|sling slung slung|slit slit slit|smite smote smitten|sneak sneaked/snuck sneaked/snuck
speak spoke spoken|speed sped/speeded sped/speeded|spend spent spent|spill spilled/spilt spilled/spilt|spin spun spun|spit spat spat
split split split|spoil spoiled/spoilt spoiled/spoilt|spread spread spread|spring sprang sprung|stand stood stood|steal stole stolen
stick stuck stuck|sting stung stung|stink stank stunk|strike struck struck/stricken|string strung strung|strive strove/strived striven/strived
swear swore sworn|sweep swept swept|swell swelled swollen/swelled|swim swam swum|swing swung swung|take took taken|teach taught taught
tear tore torn|tell told told|think thought thought|throw threw thrown|thrust thrust thrust|tread trod trodden|undergo underwent undergone
understand understood understood|undertake undertook undertaken|undo undid undone|unwind unwound unwound|uphold upheld upheld
upset upset upset|wake woke woken|wear wore worn|weave wove woven|weep wept wept|win won won|wind wound wound
withdraw withdrew withdrawn|withhold withheld withheld|withstand withstood withstood|wring wrung wrung|write wrote written
"""

_IRREGULAR_NOUNS: Final = {
    "man": "men", "woman": "women", "child": "children", "person": "people", "foot": "feet", "tooth": "teeth",
    "goose": "geese", "mouse": "mice", "crisis": "crises", "analysis": "analyses", "basis": "bases",
    "hypothesis": "hypotheses", "thesis": "theses", "oasis": "oases", "emphasis": "emphases", "axis": "axes",
    "phenomenon": "phenomena", "criterion": "criteria", "referendum": "referendums referenda",
    "memorandum": "memorandums memoranda", "ultimatum": "ultimatums ultimata", "coup": "coups",
    "life": "lives", "wife": "wives", "knife": "knives", "leaf": "leaves", "half": "halves", "wolf": "wolves",
    "thief": "thieves", "loaf": "loaves", "shelf": "shelves", "calf": "calves", "self": "selves",
    "hero": "heroes", "potato": "potatoes", "tomato": "tomatoes", "echo": "echoes", "veto": "vetoes",
    "embargo": "embargoes embargos", "torpedo": "torpedoes", "cargo": "cargoes cargos", "tornado": "tornadoes tornados",
    "volcano": "volcanoes volcanos", "mosquito": "mosquitoes", "mango": "mangoes", "buffalo": "buffaloes",
    "ox": "oxen", "medium": "media", "datum": "data", "alumnus": "alumni", "nucleus": "nuclei", "syllabus": "syllabi",
    "attorney general": "attorneys general", "sister-in-law": "sisters-in-law", "passer-by": "passers-by",
}  # fmt: skip

# Two-syllable verbs stressed at the end double their consonant; most others do not.
_DOUBLING: Final = frozenset(
    "abet abhor acquit admit allot annul ban bar beg blot bog bug cap chop clap clip clog commit"
    " compel concur confer control cop crop cut dam debug defer deter dig dim dip don drag drip"
    " drop drug drum emit enrol entrap equip excel expel extol fan fit flag flap flip flog flop"
    " forbid forget fret fulfil gag get grab grin grip gun ham hem hit hop hug hum incur infer"
    " instil jam jet jog kidnap kid knit knot lag let lob log lop man mar mob mop mug nab nag net"
    " nip nod occur offset omit outwit patrol peg permit pin pit plan plod plot plug pop prefer"
    " prod propel prop put quit quiz ram rap rebel rebut recap recur refer regret repel rig rip"
    " rob rot rub run sag sap scan scrap scrub set ship shop shred shun shut sin sip sit skid skip"
    " slam slap slip slit slug snap sob span spot spur stab star stem step stir stop strap strip"
    " stun submit sum swap swat swim tag tan tap thin throb tip top transfer transmit trap trek"
    " trim trip tug unplug unwrap up wed whip win wrap zip"
    " pummel cudgel channel funnel fuel refuel initial imperil bedevil cancel counsel label level libel"
    " marshal model panel quarrel rival shovel signal travel tunnel unravel worship program gas"
    " fuel duel squat snub unban club disbar debar spit dub rig scrub shrug overrun outrun rerun reset".split()
)

_NO_DOUBLE_BRITISH: Final = frozenset(
    "pummel cudgel channel funnel fuel refuel initial imperil bedevil"
    " cancel counsel label level libel marshal model panel quarrel rival shovel signal travel"
    " tunnel unravel worship kidnap program fuel duel enrol fulfil instil".split()
)


@functools.lru_cache(maxsize=1)
def _irregular() -> dict[str, set[str]]:
    table: dict[str, set[str]] = {}
    for row in _IRREGULAR_VERBS.replace("\n", "|").split("|"):
        parts = row.split()
        if len(parts) == 3:
            table[parts[0]] = {*parts[1].split("/"), *parts[2].split("/")}
    table["be"] |= {"am", "is", "are", "'s", "'re", "'m"}
    return table


def _third_person(verb: str) -> str:
    if verb in ("have", "do", "go"):
        return {"have": "has", "do": "does", "go": "goes"}[verb]
    if verb.endswith(("s", "x", "z", "ch", "sh")) or (
        verb.endswith("o") and verb[-2:-1] not in "aeiou"
    ):
        return verb + "es"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


def verb_forms(verb: str) -> set[str]:
    """Return the base form of a verb with its inflected forms, British and American spellings both."""
    irregular = _irregular()
    base, prefix = verb, ""
    if base not in irregular:
        for candidate in ("re", "out", "over", "un", "mis", "fore", "under", "up"):
            rest = base.removeprefix(candidate)
            if rest != base and len(rest) > 3 and rest in irregular and base not in _DOUBLING:
                prefix, base = candidate, rest
                break
    forms = {verb, _third_person(verb)}
    stem = verb
    if verb.endswith("ie"):
        gerunds = {verb[:-2] + "ying"}
    elif verb.endswith("e") and not verb.endswith(("ee", "ye", "oe")) and verb != "be":
        gerunds = {verb[:-1] + "ing"}
    elif verb in _DOUBLING:
        gerunds = {verb + verb[-1] + "ing"} | (
            {verb + "ing"} if verb in _NO_DOUBLE_BRITISH else set()
        )
    elif verb.endswith("c"):
        gerunds = {verb + "king"}
    else:
        gerunds = {verb + "ing"}
    forms |= gerunds
    if base in irregular:
        return forms | {prefix + form for form in irregular[base]}
    if stem.endswith("e"):
        forms.add(stem + "d")
    elif stem.endswith("y") and stem[-2:-1] not in "aeiou":
        forms.add(stem[:-1] + "ied")
    elif stem in _DOUBLING:
        forms.add(stem + stem[-1] + "ed")
        if stem in _NO_DOUBLE_BRITISH:
            forms.add(stem + "ed")
    elif stem.endswith("c"):
        forms.add(stem + "ked")
    else:
        forms.add(stem + "ed")
    return forms


def noun_forms(noun: str) -> set[str]:
    """Return the singular of a noun (as given) with its plural forms."""
    forms = {noun}
    if noun in _IRREGULAR_NOUNS:
        return forms | set(_IRREGULAR_NOUNS[noun].split())
    if (
        noun.endswith("man")
        and len(noun) > 4
        and noun not in ("human", "german", "roman", "ottoman", "talisman")
    ):
        return forms | {noun[:-3] + "men"}
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        forms.add(noun + "es")
    elif noun.endswith("y") and noun[-2:-1] not in "aeiou":
        forms.add(noun[:-1] + "ies")
    else:
        forms.add(noun + "s")
    return forms


def word_forms(word: str) -> set[str]:
    """Return every form of a dictionary word whose part of speech is not known."""
    if not word.isalpha():
        return {word}
    return verb_forms(word) | noun_forms(word)
