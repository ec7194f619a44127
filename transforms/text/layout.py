"""The lines of a plain-text article: headline, body, and everything else.

Archives of plain text are pages that were saved without their markup: an address, the headline once to three times,
a category, a byline, captions between paragraphs, and below the last sentence whatever the page had there. This
module tells the body from the rest, line by line, by what a line *is* (its shape, its place, its neighbours) and
only then by what it says: a full sentence in the middle of the body is never dropped for a word in it. Whatever is
taken out is kept, in order, as ``Removed``.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter

from schemas.documents import Removed
from transforms.text import datelines
from transforms.text.agencies import agency
from transforms.text.characters import clean
from transforms.text.datelines import Dateline
from transforms.text.dates import MONTH, Moment, parse
from transforms.text.names import clean_name, split_byline
from transforms.text.places import is_place

_LONG = 400  # characters; a longer line is a paragraph, whatever it looks like, and is not searched for patterns
_PULL_QUOTE = 70  # letters; what is shorter is often a subhead that quotes, or said twice
_TERMINAL = re.compile(r"[.!?…。！？।؟۔][\"”’'»)\]\}]*$")
_OPEN_END = re.compile(r"[,;:–—-]$")
_BULLET = re.compile(r"^(?:[-–—•*·▪●◦‣■□○>+]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s?\S")
_RULE = re.compile(r"^[\s=*_~#.\-–—•·]{3,}$")
_URL = re.compile(r"^(?:https?://|www\.)\S+", re.IGNORECASE)
_GLUED = re.compile(r"(?<=[a-z0-9/])(?=[A-Z“\"][A-Za-z]*[a-z:A-Z])")
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_KEY = re.compile(r"[\W_]+")

# Lines that are furniture wherever they stand. Whole lines only.
_NOISE = re.compile(
    r"""^\W*(?:
      advertisements?|story\ continues\ below(?:\ (?:this\ )?ad(?:vertisement)?)?|article\ continues\ (?:below|after).*|
      close|menu|home|search|share|tweet|print|e-?mail|facebook|twitter|whats?app|linkedin|telegram|pinterest|reddit|
      copy\ link|link\ copied.*|save|bookmark|comment|like|loading\.*|skip\ to\ (?:main\ )?content|listen|play|pause|
      share\ (?:this|on|via|it|with|to|the\ (?:article|story|post))\b.{0,60}|(?:click|tap)\ (?:here|to)\b.{0,80}|
      (?:listen|subscribe)\ to\ (?:this|our)\b.{0,60}|\d+\ ?(?:min(?:ute)?s?|mins?)\ read|reading\ time\W.{0,20}|
      (?:back|return|go)\ to\ (?:top|home|the\ top)|read\ more|more|view\ all|see\ all|show\ more|load\ more|
      subscriber\ only\ stories.{0,20}|article\ content|next|previous|prev|previous\ article|next\ article|log\ ?in|sign\ ?in|register|
      (?:no|\d+)\ (?:comments?|responses?|replies|views|shares)|views?\W+\d+|follow|
      image|photo|video|gallery|getty\ images|\w{1,20}\ channel|the\ standard\ channel|
      \#\#\#|-\ ?30\ ?-|ends?|\[?end\]?|- end -
    )\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
# Forms and notices below an article, by how they begin.
_FORM = re.compile(
    r"""^\W*(?:
      your\ e-?mail\ address\ will\ not\ be|required\ fields\ are|fill\ in\ your\ details|you\ are\ commenting\ using|
      connecting\ to\ %s|this\ site\ uses\ akismet|notify\ me\ (?:of|via)|save\ my\ name,|log\ out\ ?/|
      (?:facebook|twitter|google\+?)\ photo$|enter\ your\ (?:e-?mail|comment|name)|please\ (?:log\ in|enter\ your|enable\ javascript)|
      you\ must\ be\ logged\ in|to\ leave\ a\ comment|comments?\ are\ (?:closed|moderated|disabled)|
      we\ (?:use|and\ our\ partners\ (?:store|use))\ .{0,40}cookies|this\ (?:web)?site\ uses\ cookies|by\ clicking\ .{0,40}you\ agree|
      unsubscribe\b|(?:to\ )?unsubscribe\ from|view\ (?:this\ (?:email|message)\ )?in\ (?:your\ )?browser|you\ (?:are\ receiving|received)\ this\ (?:e-?mail|message)|manage\ (?:your\ )?(?:preferences|subscription)|
      receive\ our\ (?:daily|weekly)|get\ (?:our|the)\ .{0,40}(?:newsletter|in\ your\ inbox)|
      sign\ up\ (?:for|to)\ (?:our|the|get|receive)\b|subscribe\ (?:to|now|here|today)\b|
      (?:follow|like|join|find)\ us\ on\b|download\ (?:our|the)\ .{0,40}app\b|
      the\ post\ .{1,250}appeared\ first\ on\b|this\ (?:article|story|post|report|piece)\ (?:was|is|has\ been)\ .{0,40}(?:published|republished|provided|written)\b|
      (?:originally|first)\ (?:published|appeared)\ (?:on|in|at|by)\b|republished\ (?:with|from|under)\b|
      (?:the\ )?(?:views|opinions)\ (?:and\ (?:views|opinions)\ )?expressed\ (?:in|here|by|are)\b|
      (?:all\ )?rights\ reserved|disclaimer\s*[:–-]|read\ the\ (?:full|original)\ (?:article|story)|
      have\ (?:a\ )?(?:news\ )?(?:tip|story)\b.{0,60}\?|\#\w+(?:\s+\#\w+)*$
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_COPYRIGHT = re.compile(
    r"^\W*(?:copyright\b\W{0,3}(?:©|\(c\)|\d{4}|by\b)|(?:©|\(c\))\s*(?:copyright\s*)?(?:\d{4}|[A-Z]))|\ball rights reserved\b",
    re.IGNORECASE,
)
_COPYRIGHT_NAME = re.compile(
    r"^\W*copyright\W*(?:©|\(c\))?\s*(?:\d{4}(?:\s*[-–]\s*\d{4})?)?[\s,]*(?P<name>[^.|]{3,80}?)(?:\.|\||,?\s*all rights.*|$)",
    re.IGNORECASE,
)
# Lines that open the part below the article. Whole lines, ``strong`` ones are never inside one.
_TAIL_STRONG = re.compile(
    r"""^\W*(?:
      (?:leave|post|write|add|submit|make)\ (?:a|your|an?\ new)\ (?:reply|response|comment)s?.{0,40}|
      (?:\d+\ )?(?:comments?|responses?|replies|discussion)(?:\W{0,3}\(?\d+\)?)?|no\ comments?(?:\ yet)?|what\ do\ you\ think\?|tell\ us\ what\ you\ think|
      (?:support|donate\ to|fund)\ (?:our|us|independent|quality|free)\b.{0,50}|support\ \w+(?:\ \w+)?\ journalism|
      about\ the\ (?:author|writer)s?|(?:tags?|filed\ under|posted\ in|tagged|keywords|categories|topics)\s*[:|].{0,200}|
      (?:subscribe|sign\ up|newsletters?|stay\ (?:connected|informed|updated)|follow\ us|join\ (?:our|the)\b)[^.]{0,60}|
      tags|share\ this(?:\ \w+)?:?|like\ this:?(?:\ like\ loading.*)?|contact\ us|privacy\ policy|terms\ (?:of|and)\b.{0,30}|
      back\ to\ top|cancel\ reply|sponsored(?:\ (?:content|links?|stories))?|promoted(?:\ \w+)?
    )\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_COMMENTS = re.compile(
    r"^\W*(?:(?:leave|post|write|add|submit)\s+(?:a|your)\s+(?:reply|response|comment)|(?:\d+\s+)?(?:comments?|responses?|replies)\b)",
    re.IGNORECASE,
)
_TAIL_WEAK = re.compile(
    r"""^\W*(?:
      (?:related|recommended|popular|latest|similar|trending|recent|top|other|more|must[\ -]read|most\ (?:read|popular|viewed|recent))
        \ ?(?:articles?|posts?|stories|story|news|topics?|content|coverage|reading|links?|videos?|headlines)?(?:\ (?:from|in|on|by)\ .{1,40})?|
      you\ (?:may|might)\ (?:also\ )?(?:like|be\ interested).{0,20}|(?:read|see|watch)\ (?:more|also|next)(?:\ (?:on|about|from|in)\ .{1,60})?|
      also\ (?:read|see|in\ .{1,30}|on\ .{1,30})|editor(?:'s|’s|s)\ (?:picks?|choice)|don['’]?t\ miss(?:\ .{0,20})?|up\ next|
      further\ reading|in\ this\ (?:story|section)|more>+
    )\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
# A pointer to another page, in the middle of the body.
_POINTER = re.compile(
    r"^\W*(?:also\s+read|must\s+read|read\s+(?:also|more|next|in\s+full|here)|see\s+also|related(?:\s+\w+)?|watch(?:\s+(?:also|now|more|video|live))?|"
    r"recommended|you\s+may\s+(?:also\s+)?like|more\s+on\s+this|don['’]?t\s+miss|in\s+case\s+you\s+missed\s+it|"
    r"read|listen(?:\s+to)?|opinion|explainer|in\s+pictures|in\s+photos|full\s+coverage|more|"
    r"zum\s+artikel|lesen\s+sie\s+(?:auch|mehr)|mehr\s+(?:dazu|zum\s+thema)|(?:à\s+)?lire\s+aussi|voir\s+aussi|"
    r"le[ae]r?\s+(?:también|más)|te\s+puede\s+interesar|leia\s+(?:também|mais)|veja\s+também|leggi\s+anche|lees\s+ook|läs\s+(?:också|även|mer)|"
    r"les\s+også|læs\s+også|lue\s+myös|czytaj\s+(?:też|także|więcej)|читайте\s+также|baca\s+juga)\s*[:|»>]+\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"^\W*(?P<label>\w[^|]{2,50}?)\s*\|\s*(?P<rest>\S[^|]{8,})$")
_SHORTCODE = re.compile(
    r"^\[(?P<name>[a-z][\w-]*)\b(?:[^\]]*=[^\]]*\]|[^\]]*\](?=.*\[/(?P=name)\]$))(?:.*\[/(?P=name)\])?$"
)
"""A line that a content system should have replaced: ``[button link="..."]Send us yours[/button]``."""
_POINTER_CAPITALS = re.compile(
    r"^\W*(?:ALSO READ|READ ALSO|READ MORE|SEE ALSO|RELATED|MUST READ|READ NEXT)\b\s*(?P<rest>.*)$"
)
_COMMENTS_ON = re.compile(
    r"^(?P<before>.{0,120}?)\b(?:no|\d+)\s+(?:comments?|responses?|replies)\s+(?:on|to)\s+(?P<title>\S.{8,})$",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"^\W*(?:(?:first\s+)?published|posted|updated|last\s+(?:updated|modified)|modified|date|issued|created|uploaded|publication\s+date)"
    r"\s*(?:on|at|date|:|[-–|])?\s*:?\s*(?P<date>.{6,60})$",
    re.IGNORECASE,
)
_DATE_LINE = re.compile(
    rf"^\W*(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
    rf"(?:{MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?\s+{MONTH},?\s+\d{{4}}|\d{{4}}-\d\d-\d\d)"
    r"(?:[\sT,|–—-].{0,40})?$",
    re.IGNORECASE,
)
_MONTH_STEM = (
    r"(?:jan|ene|gen|feb|fev|fév|f[ée]vr|mar|mär|mrt|apr|abr|avr|ma[ijgy]|mei|jun|juin|giu|jul|juil|lug|aug|ago|août|sep|set|o[kc]t|ott|out|nov|"
    r"de[czs]|dic|déc|ocak|şub|nis|haz|tem|ağu|eyl|eki|kas|ara|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[^\W\d_]{0,9}"
)
_DATE_LINE_ELSEWHERE = re.compile(
    r"^\W*(?:[^\W\d_][\w-]*[,:.]?\s+){0,3}"
    rf"(?:\d{{1,2}}\.?(?:\s+d[ei]l?)?\s+{_MONTH_STEM}\.?(?:\s+d[ei]l?)?,?\s+(?:19|20)\d\d|(?:19|20)\d\d年\s?\d{{1,2}}月\s?\d{{1,2}}日)"
    r"(?:[\s,|–—(-](?=\D{0,12}\d{1,2}\W{0,2}[:.h時点]).{3,30})?\W*$",
    re.IGNORECASE,
)
"""A date in another language, with a weekday or ``Publié le`` before it and a time behind it."""
_BYLINE = re.compile(
    r"^(?:(?:written|reported|posted|story|text|report|words)\s+)?by:?\s+(?P<who>[^\d]{3,150})$",
    re.IGNORECASE,
)
_BYLINE_DESK = re.compile(
    r"^(?=.{4,60}$)(?:[\w'’.&-]+\s+){0,4}(?:network|desk|bureau|correspondents?|reporters?|staff(?:\s+writer)?|team|"
    r"news\s+service|news\s+agency|agencies|newsroom|web\s+desk|editorial\s+board|writer|contributor)\.?$",
    re.IGNORECASE,
)
_OF_DESK = re.compile(
    r"^(?:by\s+)?(?P<name>\w[\w'’.&-]*(?:\s+\w[\w'’.&-]*){0,2}?)\s+(?:(?:news|web|online|digital)\s+)?"
    r"(?:network|desk|bureau|correspondents?|reporters?|staff(?:\s+(?:writer|reporter))?|team|news\s+service|newsroom)\.?$",
    re.IGNORECASE,
)
_DESK_WORDS = frozenset(
    """our the a an news web staff special city online digital national international foreign world business sports sport
    political politics senior chief crime court economic economy education health diplomatic defence defense parliamentary
    agency agencies editorial own metro state district local regional feature features entertainment lifestyle science
    technology tech investigative central main and for from""".split()
)
_APPEAL = re.compile(
    r"^(?P<name>(?:The\s)?[A-Z][\w.&'’-]*(?:\s[A-Z][\w.&'’-]*){0,3})\s(?:is|are|relies|depends|needs|has\s+(?:been|always))\s.+"
    r"[.!?]\s+(?:We|Our|Your|Please|Support|Donate|Help)\b",
    re.DOTALL,
)
_CATEGORY_WORDS = re.compile(
    r"\b(?:news|world|politics|business|sports?|opinion|economy|technology|science|health|culture|entertainment|africa|"
    r"asia|europe|americas?|pacific|middle east|international|national|local|region(?:al)?|announcements?|features?|"
    r"analysis|editorial|lifestyle|travel|education|environment|society|latest|top stories|breaking|home|featured|"
    r"security|defen[cs]e|uncategorized|general|media|press releases?|finance|markets?|crime|law|weather)\b",
    re.IGNORECASE,
)
# A caption is known by the credit that ends it or the label that begins it.
CAPTION_END = re.compile(
    r"""(?:
      [(\[][^()\[\]]{0,60}\b(?:image|photo|photograph|picture|pic|file|illustration|graphic|courtesy|credit|handout|screengrab|screenshot)s?
        \b[^()\[\]]{0,80}[)\]]|
      [(\[](?:reuters|ap|afp|epa|epa-efe|getty(?:\ images)?|xinhua|anadolu(?:\ agency)?|aa|ap\ photo|via\ reuters|tass|pool)\b\s*[/|,]\s*[^()\[\]]{2,60}[)\]]|
      [(\[][^()\[\]]{2,60}\s*[/|]\s*(?:reuters|ap|afp|epa|epa-efe|getty(?:\ images)?|xinhua|anadolu(?:\ agency)?|aa|ap\ photo|bloomberg|al\ jazeera|shutterstock|wikimedia.{0,20})[)\]]|
      (?:image|photo|photograph|picture|pic|credit|photo\ credit|image\ credit)s?\s*(?:by|:|\||©|courtesy(?:\ of)?)\s*[^.!?]{2,60}|
      (?:ap\ photo|getty\ images|epa-efe|shutterstock|file\ (?:photo|picture)|screengrab|handout)(?:\s*[/|,]\s*[^.!?]{2,40})?
    )\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_CAPTION_ENDINGS = (
    ")",
    "]",
    "imag",
    "phot",
    "pic",
    "credit",
    "getty",
    "epa-efe",
    "shutterstock",
    "file",
    "screengrab",
    "handout",
)
"""In lower case; every match of ``CAPTION_END`` has one of them."""
_CAPTION_START = re.compile(
    r"^\W*(?:(?:file|cover|featured|undated|archive|representational|representative)?\s*(?:photos?|images?|pictures?|pics?|illustration|graphic|infographic|photo\s+gallery)"
    r"(?:\s+(?:credits?|by|courtesy|via|caption)\b.{0,100}|\s*[:|©].{0,300}|\s+courtesy\b.{0,80})$"
    r"|file\s+[-–—]\s|(?:photo|image|caption)s?\s*:)",
    re.IGNORECASE,
)
_CAPTION_HINT = re.compile(
    r"\((?:l|r|c|left|right|centre|center|l-r|from left|file|file photo|pictured)\)|\bfrom left to right\s*[:,]|^from left\b|\bpictured (?:here|above|left|right)\b|"
    r"^(?:above|below|left|right|top)\s*:",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"^\W*(?:additional\s+|with\s+|further\s+)?(?:reporting|report|writing|editing|edited|inputs?|compiled|translated|translation|produced|"
    r"contribution|contributions)\s+(?:by|from)\b.{2,300}$|^\W*(?:with\s+(?:inputs?|files|agencies|reports?)\b.{0,80})$|"
    r"^\W*(?:source|sources|credit|via|courtesy)\s*[:–-]\s*[^.!?]{2,80}$",
    re.IGNORECASE,
)
_BIO = re.compile(
    r"^\W*(?:the\s+(?:writer|author|columnist|reporter)s?\s+(?:is|are|was|works|can|has|teaches)\b|about\s+the\s+author|"
    r"(?:[A-Z][\w.'’-]+\s+){1,4}(?:is|are)\s+(?:an?|the)\s+[^.]{0,120}\b(?:columnist|contributor|correspondent\s+(?:for|at)|contributing\s+(?:writer|editor)|"
    r"freelance\s+(?:writer|journalist))\b|follow\s+(?:him|her|them|the\s+author)\s+(?:on|at|@))",
)
_SIGNED = re.compile(
    r"(?P<text>.*[.!?…][\"”’'»]*)\s*(?P<sign>[(\[][^()\[\]]{2,60}[)\]]|[-–—/]{1,2}\s?[\w.&/ ]{2,30}/?)\.?$",
    re.DOTALL,
)
_QUESTION = re.compile(r"^(?:who|what|when|where|why|how|is|are|was|were|do|does|did|can|could|will|would|should|which)\b",
                       re.IGNORECASE)  # fmt: skip
_TITLE_SITE = re.compile(
    r"^(?P<title>\S.{6,250}?)\s+(?P<bar>[|•·]|::|-|–|—)\s+(?P<site>[^|•·]{2,60})$"
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A plain-text article taken apart; ``paragraphs`` is the body without dateline, ``removed`` the rest in order."""

    paragraphs: tuple[str, ...]
    title: str | None = None
    subtitle: str | None = None
    byline: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    section: str | None = None
    agency: str | None = None
    url: str | None = None
    published: Moment | None = None
    dateline: Dateline | None = None
    removed: tuple[Removed, ...] = ()


@dataclasses.dataclass(slots=True)
class _Line:
    """A line, whether a blank one stands before it, and as what it is taken out (``None``: body)."""

    text: str
    gap: bool
    kind: str | None = None

    @property
    def is_body(self) -> bool:
        return self.kind is None


@dataclasses.dataclass(slots=True)
class _Page:
    """What is known so far while the lines are told apart."""

    lines: list[_Line]
    from_markup: bool = False
    title: str | None = None
    subtitle: str | None = None
    byline: str | None = None
    publisher: str | None = None
    section: str | None = None
    agency: str | None = None
    url: str | None = None
    published: Moment | None = None
    dateline: Dateline | None = None

    def body(self) -> list[_Line]:
        return [line for line in self.lines if line.kind is None]


def take_apart(
    text: str, *, title: str | None = None, infer_title: bool = True, from_markup: bool = False
) -> Layout:
    """Return the parts of a plain-text article.

    ``title`` is the headline where it is known from elsewhere; its copies in the text are taken out. Without it, and
    with ``infer_title``, a first line that looks like a headline becomes the title. A text of one line keeps its line
    but for a dateline. ``from_markup``: the lines are paragraphs that an extractor found in markup, so they are not
    joined, and subheads stay where the author put them.
    """
    lines = (
        [_Line(row, gap=True) for row in clean(text).split("\n") if row]
        if from_markup
        else _split(text)
    )
    page = _Page(lines=lines, title=title, from_markup=from_markup)
    several = len(lines) > 1
    if several:
        _take_address(page)
        _take_furniture(page)
        _take_head(page, infer_title and not from_markup)
        _take_tail(page)
        _take_captions(page)
        _take_pull_quotes(page)
        if not from_markup:
            _take_subheads(page)
    _take_dateline(page)
    if several:
        _take_signature(page)
    return _finish(page)


def is_sentence(text: str) -> bool:
    """Tell whether a line is one or more full sentences: four words or more with a full stop behind."""
    return bool(_TERMINAL.search(text[-12:])) and len(text) > 15 and text.count(" ") >= 3


# --- lines ---------------------------------------------------------------------------------------------------------


def _split(text: str) -> list[_Line]:
    """Return the paragraphs of ``text``: its lines, those of one wrapped paragraph joined."""
    lines: list[_Line] = []
    for block in re.split(r"\n{2,}", clean(text)):
        rows = [row for row in block.split("\n") if row]
        if _is_wrapped(rows):
            rows = [_join(rows)]
        for number, row in enumerate(rows):
            before = lines[-1].text if lines else ""
            if number and _continues(before, row):
                lines[-1].text = _join([before, row])
            else:
                lines.append(_Line(row, gap=number == 0))
    return lines


def unwrap(text: str) -> list[str]:
    """Return the paragraphs of ``text``, lines that were broken at a fixed width joined."""
    return [line.text for line in _split(text)]


def _is_wrapped(rows: list[str]) -> bool:
    """Tell whether the lines of a block were broken at a fixed width."""
    if len(rows) < 2:
        return False
    full = rows[:-1]
    width = max(map(len, rows))
    if not 45 <= width <= 110 or any(_BULLET.match(r) for r in rows):
        return False
    long = sum(len(r) >= 0.72 * width for r in full)
    open_ended = sum(not _TERMINAL.search(r) for r in full)
    if len(full) == 1:
        return long == 1 and open_ended == 1 and rows[1][0].islower()
    return long >= 0.8 * len(full) and open_ended >= 0.6 * len(full)


def _continues(before: str, row: str) -> bool:
    """Tell whether ``row`` goes on in the middle of the sentence that ``before`` breaks off."""
    if (
        "©" in before[:2]
        or not row[0].islower()
        or _BULLET.match(row)
        or _URL.match(row)
        or (len(row) < 80 and _NOISE.match(row))
    ):
        return False
    return (
        not _TERMINAL.search(before[-12:]) and not before.endswith((":", ";")) and len(before) > 30
    )


def _join(rows: list[str]) -> str:
    """Join broken lines, mending words that were hyphenated at the end of one."""
    text = rows[0]
    for row in rows[1:]:
        if re.search(r"[a-z]{2}-$", text) and row[0].islower():
            text = text[:-1] + row
        else:
            text = f"{text} {row}"
    return text


def _key(text: str) -> str:
    return _KEY.sub("", text).casefold()


def _words(text: str) -> int:
    return len(_WORD.findall(text))


def _is_headline(text: str) -> bool:
    """Tell whether a line may be a headline: short, without a full stop, and no list item."""
    if (
        not 8 <= len(text) <= 250
        or _BULLET.match(text)
        or _URL.match(text)
        or _OPEN_END.search(text)
    ):
        return False
    if re.search(r"[^\W\d_]{3}[.!?][\"”’']? [A-Z“\"]", text) or re.search(r"[!?][\"”’']$", text):
        return False  # more than one sentence, or a quotation
    if _TERMINAL.search(text[-12:]) and not text.endswith(("?", "!", "…")):
        return bool(re.search(r"\b(?:[A-Z]\.){2,}[\"”’']?$", text))
    return 2 <= _words(text) <= 32 and not text[0].islower()


# --- address and furniture -----------------------------------------------------------------------------------------


def _take_address(page: _Page) -> None:
    """Take out an address on the first line; text that was glued to its end is given back to the body."""
    first = page.lines[0]
    found = _URL.match(first.text)
    if not found:
        return
    address, rest = found.group(), first.text[found.end() :].strip()
    if rest:
        cuts = [m.start() for m in _GLUED.finditer(address) if m.start() > address.rfind("/")]
        cut = cuts[0] if cuts else len(address)
        if not cuts:  # a number and then a word: .../2003782306yesterday
            digits = re.search(r"(?<=\d{4})[a-z]+$", address)
            cut = digits.start() if digits else len(address)
        rest = f"{address[cut:]} {rest}".strip() if cut < len(address) else rest
        address = address[:cut]
        page.lines.insert(1, _Line(rest, gap=True))
    first.text, first.kind = address, "url"
    page.url = address if address.lower().startswith("http") else None


def _take_furniture(page: _Page) -> None:
    """Take out lines that belong to the page and never to an article."""
    for line in page.lines:
        text = line.text
        if line.kind or len(text) > _LONG:
            continue
        if (
            _RULE.match(text)
            or _NOISE.match(text)
            or _URL.fullmatch(text)
            or (text[0] == "[" and _SHORTCODE.match(text))
        ):
            line.kind = "boilerplate"
        elif _COPYRIGHT.search(text[:200]) and (_COPYRIGHT.match(text) or _words(text) < 40):
            line.kind = "boilerplate"
            name = _COPYRIGHT_NAME.match(text)
            if name and page.publisher is None:
                page.publisher = name["name"].strip(" -–|,") or None
        elif _FORM.match(text):
            line.kind = "boilerplate"
    _take_pointers(page)
    _take_labelled(page)


def _take_labelled(page: _Page) -> None:
    """Take out pointers in any language, known by their label that is said again: ``LABEL | one``, ``LABEL | two``."""
    labelled = [
        (found["label"].casefold(), line)
        for line in page.lines[1:]
        if line.kind is None
        and "|" in line.text
        and len(line.text) <= 200
        and (found := _LABELLED.match(line.text))
        and not is_sentence(found["rest"])
    ]
    times = Counter(label for label, _ in labelled)
    for label, line in labelled:
        if times[label] > 1:
            line.kind = "boilerplate"


def _take_pointers(page: _Page) -> None:
    """Take out pointers to other pages (``ALSO READ:`` and the headlines below it)."""
    lines = page.lines
    for number, line in enumerate(lines):
        if line.kind or len(line.text) > 300:
            continue
        found = _POINTER_CAPITALS.match(line.text) or _POINTER.match(line.text)
        if not found or number == 0:
            continue
        rest = found["rest"].strip(" :|»>-–")
        label = line.text[: len(line.text) - len(found["rest"])].strip()
        if rest and is_sentence(rest) and not label.isupper():
            continue  # Watch: the army says so.
        line.kind = "boilerplate"
        if rest:
            continue
        for below in lines[number + 1 : number + 9]:
            if below.kind is None and _is_headline(below.text) and not is_sentence(below.text):
                below.kind = "boilerplate"
            elif below.kind is None:
                break


# --- head ----------------------------------------------------------------------------------------------------------


def _take_head(page: _Page, infer_title: bool) -> None:
    """Take out what stands above the first sentence: headline and copies, byline, date, category."""
    given = page.title is not None
    if not given and infer_title:
        _find_title(page)
    if page.title:
        _take_title_copies(page)
    for position, line in enumerate(page.body()[:12]):
        if line.kind is None and not _take_head_line(page, line, position):
            break


def _find_title(page: _Page) -> None:
    """Set the title if one of the first lines is a headline above sentences."""
    body = page.body()
    if not any(is_sentence(line.text) for line in body[1:40]):
        return
    for line in body[:4]:
        if _BYLINE.match(line.text) or _is_date(line.text) or _is_name_in_capitals(line.text):
            continue
        if is_sentence(line.text) and not _is_headline(line.text):
            return
        if (found := datelines.find(line.text)) and _words(line.text[found.end :]) >= 10:
            return
        if _is_caption(line.text):
            continue
        if _is_category(line.text) or _words(line.text) < 2:
            continue
        if not _is_headline(line.text):
            return
        split = _TITLE_SITE.match(line.text)
        page.title = line.text
        if split:
            keys = {_key(other.text) for other in body if other is not line}
            if split["bar"] in ("|", "•", "·", "::") or _key(split["title"]) in keys:
                page.title, page.publisher = (
                    split["title"].strip(),
                    page.publisher or split["site"].strip(),
                )
        line.kind = "title"
        return


def _take_title_copies(page: _Page) -> None:
    """Take out the copies of the title, the ``title | site`` line and the menu lines between two copies."""
    key = _key(page.title or "")
    if len(key) < 6:
        return
    last = -1
    head = [n for n, line in enumerate(page.lines) if line.kind in (None, "title")][:12]
    for number in head:
        line = page.lines[number]
        comments = _COMMENTS_ON.match(line.text) if len(line.text) < 500 else None
        split = _TITLE_SITE.match(line.text) if len(line.text) < 350 else None
        if line.kind == "title" or _key(line.text) == key:
            line.kind = "title"
        elif split and _key(split["title"]) == key:
            line.kind = "title"
            page.publisher = page.publisher or split["site"].strip()
        elif comments and key.startswith(_key(comments["title"])[:60]):
            line.kind = "boilerplate"
            page.section = page.section or comments["before"].strip(" ,|-–") or None
        else:
            continue
        last = number
    between = [page.lines[n] for n in head if n < last and page.lines[n].kind is None]
    if not any(is_sentence(line.text) for line in between):
        for line in between:
            if _take_head_line(page, line, 0):
                continue
            line.kind = "category"
            page.section = page.section or line.text


def _take_head_line(page: _Page, line: _Line, position: int) -> bool:
    """Take out one line above the body; return whether more may follow it."""
    text = line.text
    if len(text) > _LONG:
        return False
    if _is_date(text):
        found = _PUBLISHED.match(text)
        page.published = page.published or parse((found["date"] if found else text).strip(" |-–"))
        line.kind = "date"
        return True
    byline = _BYLINE.match(text)
    if (byline and not is_sentence(text)) or _is_name_in_capitals(text) or _BYLINE_DESK.match(text):
        line.kind = "byline"
        page.byline = page.byline or text
        return True
    if agency(text) and _words(text) <= 5:
        line.kind = "credit"
        page.agency = page.agency or agency(text)
        return True
    comments = _COMMENTS_ON.match(text)
    if comments:
        line.kind = "boilerplate"
        return True
    if _is_caption(text):
        line.kind = "caption"
        return True
    if is_sentence(text) or datelines.find(text):
        return False
    if page.title is None or page.from_markup:
        return False
    if _is_category(text):
        line.kind = "category"
        page.section = page.section or text
        return True
    if position < 3 and page.byline is None and _is_name(text):
        line.kind = "byline"
        page.byline = text
        return True
    if position < 3 and page.subtitle is None and _is_headline(text) and _words(text) >= 4:
        line.kind = "subtitle"
        page.subtitle = text
        return True
    return False


def _is_date(text: str) -> bool:
    """Tell whether a line only says when the article was published."""
    if len(text) > 100:
        return False
    found = _PUBLISHED.match(text)
    if _DATE_LINE.match(text) or _DATE_LINE_ELSEWHERE.match(text):
        return True
    return bool(found and parse(found["date"].strip(" |-–")))


def _is_category(text: str) -> bool:
    """Tell whether a line is a category or a list of them: ``Asia-Pacific, News, US``."""
    if len(text) > 80 or _TERMINAL.search(text):
        return False
    parts = [p for p in re.split(r"\s*[,|/>»•]\s*|\s+&\s+", text) if p]
    if any(_words(p) > 3 for p in parts):
        return False
    return bool(_CATEGORY_WORDS.search(text)) and all(p[0].isupper() for p in parts)


def _is_name_in_capitals(text: str) -> bool:
    """Tell whether a line is a person's name in capitals, as some papers set their bylines."""
    words = text.split()
    return (
        2 <= len(words) <= 4
        and text.isupper()
        and all(re.fullmatch(r"[^\W\d_][^\W\d_.'’-]*\.?(?:[-'’][^\W\d_]+)*", w) for w in words)
        and clean_name(text) is not None
        and not is_place(text)
        and not _CATEGORY_WORDS.search(text)
        and not any(w in _CAPITAL_WORDS for w in words)
    )


_CAPITAL_WORDS = frozenset(
    """THE A AN OF IN ON AT TO FOR AND OR NOT IS ARE WAS BY FROM WITH NO NEW WAR DEAD KILLED PEACE TALKS ATTACK ATTACKS
    RALLY VOTE ELECTION PRESIDENT MINISTER ARMY POLICE COURT BOMB KILLS STRIKE ECONOMY UPDATE BREAKING EXCLUSIVE
    INTERVIEW PROFILE PANORAMA SUMMARY""".split()
)


def _is_name(text: str) -> bool:
    """Tell whether a line is nothing but a person's name in ordinary writing."""
    words = text.split()
    if (
        not 2 <= len(words) <= 4
        or not all(w[0].isupper() for w in words)
        or _CATEGORY_WORDS.search(text)
    ):
        return False
    return (
        bool(re.fullmatch(r"[\w.'’ -]+", text)) and clean_name(text) == text and not is_place(text)
    )


# --- tail ----------------------------------------------------------------------------------------------------------


def _take_tail(page: _Page) -> None:
    """Take out everything below the article."""
    lines = page.lines
    sentences = [line.kind is None and is_sentence(line.text) for line in lines]
    words = [_words(line.text) if line.kind is None else 0 for line in lines]
    total = sum(sentences)
    done, said = 0, 0
    for number, line in enumerate(lines):
        text = line.text
        if line.kind not in (None, "boilerplate") or len(text) > _LONG or done == 0:
            done, said = done + sentences[number], said + words[number]
            continue
        left, left_words = total - done - sentences[number], sum(words[number + 1 :])
        strong, weak = _TAIL_STRONG.match(text), _TAIL_WEAK.match(text)
        few = left <= 4 and left_words <= max(100, 0.35 * said)
        if strong and (few or (_COMMENTS.match(text) and left_words <= said)):
            _cut(lines, number)
            return
        if weak and (
            (left <= 1 and left_words <= 0.35 * said)
            or _has_strong(lines, number, left, left_words, said)
        ):
            _cut(lines, number)
            return
        if strong or weak:
            line.kind = "boilerplate"
            for below in () if page.from_markup else lines[number + 1 : number + 9]:
                if below.kind is None and not is_sentence(below.text) and _is_headline(below.text):
                    below.kind = "boilerplate"
                elif below.kind is None:
                    break
        done, said = done + sentences[number], said + words[number]


def _has_strong(lines: list[_Line], number: int, left: int, left_words: int, said: int) -> bool:
    """Tell whether a sure sign of the end follows a doubtful one soon, with little text between and behind."""
    soon = lines[number + 1 : number + 12]
    return (
        left <= 3
        and left_words <= 0.35 * said
        and any(
            len(line.text) <= _LONG
            and (
                _TAIL_STRONG.match(line.text)
                or _FORM.match(line.text)
                or _COPYRIGHT.match(line.text)
            )
            for line in soon
        )
    )


def _cut(lines: list[_Line], number: int) -> None:
    for line in lines[number:]:
        if line.kind is None:
            line.kind = "boilerplate"


# --- captions, subheads --------------------------------------------------------------------------------------------


def _is_caption(text: str) -> bool:
    """Tell whether a line is the caption or credit of a picture."""
    if len(text) > 700:
        return False
    end = text[-160:]
    folded = end.casefold()
    return bool(
        (any(part in folded for part in _CAPTION_ENDINGS) and CAPTION_END.search(end))
        or (len(text) <= _LONG and _CAPTION_START.match(text))
        or (len(text) <= _LONG and _CAPTION_HINT.search(text) and not re.search(r"[“\"]\w", text))
    )


def _take_captions(page: _Page) -> None:
    """Take out captions and credits between and behind the paragraphs."""
    body = page.body()
    if len(body) < 2:
        return
    for line in body:
        if _is_caption(line.text) and sum(1 for other in body if other.kind is None) > 1:
            line.kind = "caption"
    for line in page.body()[-4:][::-1]:
        text = line.text
        if len(page.body()) < 2:
            return
        inner = text.strip(" ()[]*_")
        if len(text) <= _LONG and _CREDIT.match(inner):
            line.kind = "credit"
            page.agency = page.agency or agency(inner)
        elif len(text) <= _LONG and _BIO.match(text.strip(" *_")):
            line.kind = "bio"
        elif len(text) <= 80 and agency(text):
            line.kind = "credit"
            page.agency = page.agency or agency(text)
        elif _BYLINE.match(text) and not is_sentence(text) and split_byline(text):
            line.kind = "byline"
            page.byline = page.byline or text
        else:
            break


def _take_subheads(page: _Page) -> None:
    """Take out headings between paragraphs: short lines without a full stop that stand alone between sentences."""
    body = page.body()
    for before, line, after in zip(body, body[1:], body[2:], strict=False):
        text = line.text
        if _BULLET.match(text) or len(text) > 100 or not is_sentence(after.text):
            continue
        if before.kind is None and not _TERMINAL.search(before.text[-12:]):
            continue  # a list, or the end of a sentence
        if after.text[0].islower() or text[0].islower() or _OPEN_END.search(text):
            continue
        count = _words(text)
        if not _TERMINAL.search(text):
            if 1 <= count <= 12:
                line.kind = "subhead"
        elif (
            text.endswith("?")
            and 2 <= count <= 8
            and _QUESTION.match(text)
            and is_sentence(before.text)
        ):
            line.kind = "subhead"


def _take_pull_quotes(page: _Page) -> None:
    """Take out lines that only repeat what another paragraph says: quotations that a page sets large."""
    body = page.body()
    if not 3 <= len(body) <= 500 or sum(len(line.text) for line in body) > 200_000:
        return  # each is looked for in all: a real article is far below both
    keys = [_key(line.text) for line in body]
    together = " ".join(keys)
    for line, key in zip(body, keys, strict=True):
        if len(key) < _PULL_QUOTE or len(line.text) > _LONG or together.count(key) < 2:
            continue
        if any(len(other) > len(key) and key in other for other in keys):
            line.kind = "pull quote"


# --- dateline and signature ----------------------------------------------------------------------------------------


def _take_dateline(page: _Page) -> None:
    """Take the dateline off the first paragraph; what stands before the paragraph that has it is no body."""
    body = page.body()
    for number, line in enumerate(body[:4]):
        found = datelines.find(line.text)
        if not found:
            continue
        if number and (found.is_outlet or not _may_follow(body[:number], body, found)):
            continue
        if len(line.text) - found.end < 20 and len(body) > 1:
            continue
        for before in body[:number]:
            before.kind = "caption"
        page.dateline = None if found.is_outlet else found
        page.agency = page.agency or found.agency
        if found.is_outlet and page.publisher is None:
            page.publisher = re.sub(r"[\s,]*(?:\d.*|[-–—:(].*)$", "", found.raw).strip() or None
        page.lines.insert(
            page.lines.index(line),
            _Line(found.raw, gap=True, kind="outlet" if found.is_outlet else "dateline"),
        )
        line.text = line.text[found.end :]
        return


def _may_follow(above: list[_Line], body: list[_Line], found: Dateline) -> bool:
    """Tell whether the lines above a dateline are a caption or a standfirst, not the first paragraphs."""
    if sum(_words(line.text) for line in above) > 90 or len(above) * 4 > len(body):
        return False
    sure = found.day is not None or found.month_day is not None or found.agency is not None
    return sure or len(above) == 1


def _take_signature(page: _Page) -> None:
    """Take the agency off the end of the last paragraph: ``(Yonhap)``, ``— SPA``."""
    body = page.body()
    if not body:
        return
    last = body[-1]
    found = _SIGNED.fullmatch(last.text[-2000:])
    if not found or len(found["text"]) < 15:
        return
    sign = found["sign"]
    inner = sign.strip(" ()[]-–—/.")
    name = agency(inner)
    in_brackets = sign[0] in "(["
    if name is None and not (
        re.fullmatch(r"[A-Z]{2,6}", inner)
        or (not in_brackets and re.fullmatch(r"[A-Za-z]+\.[a-z]{2,6}", inner))
    ):
        if in_brackets and _CREDIT.match(inner):
            pass
        else:
            return
    last.text = last.text[: len(last.text) - len(last.text[-2000:]) + found.end("text")]
    page.lines.insert(page.lines.index(last) + 1, _Line(sign, gap=False, kind="credit"))
    page.agency = page.agency or name or (inner if re.fullmatch(r"[\w.]{2,30}", inner) else None)


def _paper(byline: str | None, removed: list[Removed]) -> str | None:
    """Return the paper that a byline (``Example24 Network``) or an appeal below the article names."""
    desk = _OF_DESK.match(byline or "")
    if desk and not any(word in _DESK_WORDS for word in desk["name"].casefold().split()):
        name = desk["name"].strip()
        if name[0].isupper() and not is_place(name) and agency(name) is None:
            return name
    for line in removed[::-1]:
        appeal = _APPEAL.match(line.text) if line.kind == "boilerplate" else None
        if appeal and appeal["name"].casefold() not in _APPEAL_PRONOUNS:
            return appeal["name"]
    return None


_APPEAL_PRONOUNS = frozenset("we it this that there he she they you our journalism".split())


def _finish(page: _Page) -> Layout:
    paragraphs = [line.text for line in page.lines if line.kind is None and line.text]
    removed = [
        Removed(kind=line.kind, text=line.text) for line in page.lines if line.kind is not None
    ]
    byline = page.byline
    if byline and _BYLINE.match(byline):
        byline = re.sub(r"^(?:\w+\s+)?by:?\s+", "", byline, flags=re.IGNORECASE)
    return Layout(
        paragraphs=tuple(paragraphs),
        title=page.title,
        subtitle=page.subtitle,
        byline=byline,
        authors=split_byline(byline),
        publisher=page.publisher or _paper(byline, removed),
        section=page.section,
        agency=page.agency,
        url=page.url,
        published=page.published,
        dateline=page.dateline,
        removed=tuple(removed),
    )
