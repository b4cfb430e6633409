"""A model's reply in all the forms in which models give it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.reply import (
    MOST_STATEMENTS,
    Draft,
    ReplyReader,
    prose_drafts,
    question_schema,
    read_draft,
    read_object,
    reply_schema,
)
from tests.language import reply

WET = Draft(text="Water is wet.", ids=(1, 2))
PLAIN = '{"evidence": [1, 2], "text": "Water is wet."}'


def read(text: str, piece: int = 3) -> list[Draft]:
    """All statements of a reply that arrives in pieces."""
    reader = ReplyReader()
    found = [draft for start in range(0, len(text), piece) for draft in reader.feed(text[start : start + piece])]
    return [*found, *reader.rest()]


@pytest.mark.parametrize(
    "text",
    [
        f'{{"answered": true, "statements": [{PLAIN}]}}',
        f"```json\n[{PLAIN}]\n```",
        f'I think: "well {PLAIN} and so on',
        f"<think>{{hm}}</think> {PLAIN}",
        '{"text": "Water is wet.", "ids": "1, 2"}',
        '{"statement": "Water is wet.", "citations": ["[1]", "id 2", "1"]}',
        '{"claim": "Water is wet.", "sources": [{"id": 1}, {"id": "2"}]}',
        '{"evidence": [1, 2,], "text": "Water is wet.",}',
        "Water is wet [1][2].",
        "Water is wet. [1, 2]",
        "Water is wet [Source 1] [id: 2].",
    ],
)
def test_a_statement_is_found_in_any_of_the_usual_forms(text: str) -> None:
    assert read(text) == [WET]


@given(st.integers(1, 40))
def test_how_a_reply_is_cut_into_pieces_makes_no_difference(piece: int) -> None:
    text = json.dumps(reply(('He said: "}{" \\ "', [1]), ("Next.", [2])))
    assert read(text, piece) == [Draft(text='He said: "}{" \\ "', ids=(1,)), Draft(text="Next.", ids=(2,))]


@pytest.mark.parametrize(
    "text", ["", "null", "{}", "[]", '{"text": 3}', '{"text": "Half', '{"statements": [], "text": "x"}', "No markers."]
)
def test_what_is_no_statement_is_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        (True, ()),
        (None, ()),
        (2, (2,)),
        (2.0, ()),
        ([[1]], ()),
        ([1, "x", 1, None], (1,)),
        ("see 4", (4,)),
        ({"x": 1}, ()),
        (-3, (-3,)),
    ],
)
def test_ids_are_whole_numbers_whatever_they_are_wrapped_in(given: object, ids: tuple[int, ...]) -> None:
    assert read_draft(json.dumps({"evidence": given, "text": "x"})) == Draft(text="x", ids=ids)


def test_no_more_statements_are_taken_than_a_reader_can_use() -> None:
    assert len(read(json.dumps(reply(*[("x", [1])] * 50)))) == MOST_STATEMENTS
    assert len(read("Wet [1]. " * 50)) == MOST_STATEMENTS


def test_a_refusal_is_known_as_soon_as_it_is_said() -> None:
    reader = ReplyReader()
    assert not list(reader.feed('{"answered": fal'))
    assert not reader.done
    assert not list(reader.feed("se, "))
    assert reader.done
    assert reader.refused


def test_a_refusal_inside_a_statement_is_none() -> None:
    reader = ReplyReader()
    list(reader.feed(json.dumps(reply(('{"answered": false}', [1])))))
    assert not reader.refused


@pytest.mark.parametrize(
    ("text", "no"),
    [
        ("The sources do not answer this.", True),
        ("It is not mentioned in the sentences.", True),
        ("There is no information about it.", True),
        ("Mao does not answer.", False),
        ("", False),
    ],
)
def test_prose_may_say_that_there_is_no_answer(text: str, no: bool) -> None:
    reader = ReplyReader()
    list(reader.feed(text))
    assert reader.says_no() is no


def test_a_reply_is_whole_when_all_that_was_opened_is_closed() -> None:
    for text, whole in (("", True), ("{", False), ("{}", True), ('{"a": "}', False)):
        reader = ReplyReader()
        list(reader.feed(text))
        assert reader.whole is whole


@given(st.text(), st.lists(st.sampled_from(list('{}[]",:\\ab1')), max_size=200).map("".join))
def test_any_text_can_be_read(one: str, other: str) -> None:
    for text in (one, other):
        assert all(isinstance(draft.text, str) for draft in read(text))
        assert isinstance(read_object(text), dict)
        list(prose_drafts(text))


@pytest.mark.parametrize("text", ["{" * 20_000, '{"a":' * 4_000 + "1" + "}" * 4_000, "[" * 20_000, '{"text":' * 9_000])
def test_deep_nesting_is_read_and_read_fast(text: str) -> None:
    assert read(text, piece=500) == []
    assert read_object(text) == {} or isinstance(read_object(text), dict)


def test_the_schema_allows_the_offered_ids_and_no_others() -> None:
    schema = reply_schema([1, 2])
    assert schema["properties"]["statements"]["items"]["properties"]["evidence"]["items"]["enum"] == [1, 2]
    assert schema["required"] == ["statements", "answered"]  # the verdict comes last
    assert list(question_schema()["properties"]) == ["question"]
