from __future__ import annotations

from hypothesis import given

from schemas import ids
from tests.strategies import hostile_text, optional


@given(hostile_text, optional(hostile_text))
def test_ids_depend_on_their_inputs_only(uri, member):
    assert ids.article_id(uri, member, 1) == ids.article_id(uri, member, 1)
    assert ids.article_id(uri, member, 1) != ids.article_id(uri, member, 2)
    assert ids.article_id(uri, member, 1) != ids.article_id(uri + "x", member, 1)


def test_an_id_is_the_same_in_every_release():
    assert ids.article_id("/news/a.txt", None, None) == "ab18417c1f30149e4"
    assert ids.mention_id("a1", 0, 6) == "m16f916412b7bb098"
    assert ids.event_id("a1", "AGREE", None, 0, 3) == "v8cd1cb32bc968544"


def test_null_and_empty_are_different():
    assert ids.digest(None) != ids.digest("")


def test_the_content_hash_sees_letters_and_digits_only():
    assert ids.content_hash("A", "“Hello”,  world.") == ids.content_hash("a", 'hello" WORLD')
    assert ids.content_hash("A", "world 1") != ids.content_hash("A", "world 2")
    assert ids.content_hash(None, "x") == ids.content_hash("", "x")


def test_a_name_that_is_no_valid_text_has_an_id():
    assert ids.article_id("/news/\udcff.txt", None, None).startswith("a")


def test_kinds_of_ids_tell_themselves_apart():
    assert {
        ids.article_id("a", None, None)[0],
        ids.mention_id("a", 0, 1)[0],
        ids.entity_id("ORG", "a")[0],
    } == set("ame")
    assert ids.unit_id("ingest", 1)[0] == "i"
