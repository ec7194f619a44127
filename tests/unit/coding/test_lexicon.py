from __future__ import annotations

import pytest

from transforms.coding import ontology
from transforms.coding.inflect import noun_forms, verb_forms
from transforms.coding.lexicon import LexiconError, load_lexicon

HEADER = "form\tpos\ttype\tmode\tactor\trecipient\tneeds\tblocks\tcontext\tconfidence\texample\n"


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("arrest", {"arrest", "arrests", "arrested", "arresting"}),
        ("carry", {"carry", "carries", "carried", "carrying"}),
        ("ban", {"ban", "bans", "banned", "banning"}),
        ("meet", {"meet", "meets", "met", "meeting"}),
        ("retake", {"retake", "retakes", "retook", "retaken", "retaking"}),
        ("die", {"die", "dies", "died", "dying"}),
        ("open", {"open", "opens", "opened", "opening"}),
        ("free", {"free", "frees", "freed", "freeing"}),
    ],
)
def test_verbs_are_inflected(verb, forms):
    assert verb_forms(verb) == forms


def test_british_and_american_spellings_are_both_known():
    assert {"cancelled", "canceled"} <= verb_forms("cancel")


def test_nouns_are_inflected():
    assert noun_forms("policeman") == {"policeman", "policemen"}
    assert noun_forms("country") == {"country", "countries"}


def test_shipped_tables_load_and_cover_every_type():
    lexicon = load_lexicon()
    types = {e.label for entries in lexicon.events.values() for e in entries.all}
    assert types == set(ontology.TYPES)
    assert lexicon.entries > 4000


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("zap\tX\tASSAULT", ":2: pos is 'X', expected V, N or A"),
        ("zap\tV\tZAPPING", ":2: type is 'ZAPPING'"),
        ("zap\tV\tASSAULT\tsoftly", ":2: ASSAULT has no mode 'softly'"),
        ("zap\tV\tASSAULT\t\twho", ":2: 'who' is no slot"),
        ("zap\tV\tASSAULT\t\t\t\tobj", ":2: the condition 'obj' is not of the form"),
        (
            "zap\tV\tASSAULT\t\t\t\tobj=@nosuchclass",
            ":2: the word class @nosuchclass is not defined",
        ),
        ("zap\tV\tASSAULT\t\t\t\t\t\tpolitics", ":2: 'politics' is no PLOVER context"),
        ("zap\tV\tASSAULT\t\t\t\t\t\t\thigh", ":2: confidence is 'high', expected a number"),
        ("\tV\tASSAULT", ":2: the form is empty"),
        ("a\t" * 12, ":2: 13 cells under 11 columns"),
    ],
)
def test_a_malformed_line_is_named(tmp_path, line, message):
    file = tmp_path / "mine.tsv"
    file.write_text(HEADER + line + "\n", "utf-8")
    with pytest.raises(LexiconError, match=r"mine\.tsv") as error:
        load_lexicon((str(file),))
    assert message in str(error.value)


def test_a_file_that_is_no_text_is_named(tmp_path):
    file = tmp_path / "mine.tsv"
    file.write_bytes(b"form\tpos\ttype\n\xff\xfe\x00")
    with pytest.raises(LexiconError, match="not UTF-8"):
        load_lexicon((str(file),))


def test_an_unknown_column_is_named(tmp_path):
    file = tmp_path / "mine.tsv"
    file.write_text("form\tpos\ttype\tcolour\nzap\tV\tASSAULT\tred\n", "utf-8")
    with pytest.raises(LexiconError, match="colour"):
        load_lexicon((str(file),))


def test_a_users_line_replaces_the_shipped_one(tmp_path):
    file = tmp_path / "mine.tsv"
    file.write_text(HEADER + "zapify\tV\tASSAULT\tdrone\t\t\t\t\t\t0.9\t\n", "utf-8")
    entries = load_lexicon((str(file),)).events["zapified", "V"].all
    assert [(e.label, e.mode, e.confidence) for e in entries] == [("ASSAULT", "drone", 0.9)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER.rstrip("\n") + "\taux\nzap\tV\tASSAULT\t\t\t\t\t\t\t\t\tmaybe\n", ":2: aux is 'maybe'"),
        ("context\twords\npolitics\tvote\n", ":2: 'politics' is no PLOVER context"),
        ("domain\twords\texample\nsport\t\tA goal.\n", ":2: domain and words must both be given"),
    ],
)  # fmt: skip
def test_malformed_lines_of_other_tables_are_named(tmp_path, text, message):
    file = tmp_path / "mine.tsv"
    file.write_text(text, "utf-8")
    with pytest.raises(LexiconError, match=r"mine\.tsv") as error:
        load_lexicon((str(file),))
    assert message in str(error.value)


def test_a_users_table_adds_contexts_domains_and_an_implied_auxiliary_mode(tmp_path):
    contexts, friends, inaction = (tmp_path / f"{name}.tsv" for name in ("c", "f", "i"))
    contexts.write_text("context\twords\nhealth\tzapitis\n", "utf-8")
    friends.write_text("domain\twords\texample\nsport\tzapball|zap league\t\n", "utf-8")
    inaction.write_text(
        "form\tpos\ttype\taux\nzapidle\tV\tCOERCE\tnegation\n", "utf-8"
    )  # fmt: skip
    lexicon = load_lexicon((str(contexts), str(friends), str(inaction)))
    assert lexicon.contexts["zapitis"] == ("health",)
    assert lexicon.domains["zapball"] == "sport"
    assert lexicon.domain_phrases["league"][-1] == (("zap", "league"), "sport")
    assert [e.aux for e in lexicon.events["zapidle", "V"].all] == ["negation"]
