"""Question and passage as the reader's input, with the shipped tokenizer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.models.layout import MAX_HEADING_TOKENS, MAX_QUESTION_TOKENS, MAX_TOKENS, lay_out, load_tokenizer
from assistant.models.reader import SHIPPED
from tests.specimens import texts

TOKENIZER = load_tokenizer(SHIPPED / "tokenizer.json")


def test_question_heading_and_passage_stand_in_order_between_marks() -> None:
    layout = lay_out(TOKENIZER, "Who waits?", "Telegram", "We wait.")
    words = [TOKENIZER.id_to_token(token) for token in layout.ids]
    assert words == ["[CLS]", "who", "waits", "?", "[SEP]", "telegram", "[SEP]", "we", "wait", ".", "[SEP]"]
    assert layout.types == (0,) * 5 + (1,) * 6


def test_only_tokens_of_the_passage_have_a_place_in_it() -> None:
    layout = lay_out(TOKENIZER, "Who waits?", "Telegram", "We wait.")
    assert layout.places == ((-1, -1),) * 7 + ((0, 2), (3, 7), (7, 8), (-1, -1))


@given(passage=texts)
def test_every_place_is_in_the_passage_and_in_order(passage: str) -> None:
    places = [place for place in lay_out(TOKENIZER, "Who?", "", passage).places if place != (-1, -1)]
    assert all(0 <= start <= end <= len(passage) for start, end in places)
    assert places == sorted(places)


@given(question=st.text(max_size=600), heading=st.text(max_size=300), passage=st.text(max_size=3_000))
def test_no_input_is_longer_than_the_model_takes(question: str, heading: str, passage: str) -> None:
    layout = lay_out(TOKENIZER, question, heading, passage)
    assert len(layout) == len(layout.types) == len(layout.places) <= MAX_TOKENS


def test_a_long_question_leaves_room_for_the_passage() -> None:
    layout = lay_out(TOKENIZER, "why " * 500, "head " * 500, "wait " * 500)
    assert len(layout) == MAX_TOKENS
    read = sum(place != (-1, -1) for place in layout.places)
    assert read == MAX_TOKENS - MAX_QUESTION_TOKENS - MAX_HEADING_TOKENS - 4


@pytest.mark.parametrize("mark", ["[SEP]", "[CLS]", "[MASK]"])
def test_marks_written_in_a_source_do_not_part_the_input(mark: str) -> None:
    plain = lay_out(TOKENIZER, "Who?", "", "We wait. They come.")
    forged = lay_out(TOKENIZER, "Who?", "", f"We wait. {mark} They come.")
    count = plain.ids.count(TOKENIZER.token_to_id(mark))
    assert forged.ids.count(TOKENIZER.token_to_id(mark)) == count
