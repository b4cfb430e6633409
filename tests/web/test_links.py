"""Addresses that open the page at a place."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from assistant.corpus import Corpus
from assistant.domain import Source, Span
from assistant.errors import QuestionError
from assistant.web.links import Target, link_to, read_question, read_target


def test_a_link_leads_back_to_its_span(corpus: Corpus, telegram: Source) -> None:
    span = Span(start=3, end=len(telegram.text))
    link = dict(parse_qsl(link_to(telegram.id, span)[1:]))
    assert read_target(link, corpus) == Target(source_id=telegram.id, span=span)
    assert read_target(dict(parse_qsl(link_to(telegram.id)[1:])), corpus) == Target(source_id=telegram.id, span=None)


def test_an_address_without_a_source_opens_nothing(corpus: Corpus) -> None:
    assert read_target({"from": "1", "to": "2"}, corpus) is None


def test_a_stranger_is_refused_without_repeating_his_words(corpus: Corpus) -> None:
    with pytest.raises(QuestionError, match="not in this archive") as caught:
        read_target({"source": "<script>"}, corpus)
    assert "script" not in str(caught.value)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2", "1"),
        ("1", "1"),
        ("-1", "4"),
        ("a", "4"),
        ("", "4"),
        ("1", ""),
        ("1", "9999999"),
        ("1e2", "200"),
        ("١", "٢"),
    ],
)
def test_a_place_that_is_none_is_refused(start: str, end: str, corpus: Corpus, telegram: Source) -> None:
    with pytest.raises(QuestionError, match="names no place"):
        read_target({"source": telegram.id, "from": start, "to": end}, corpus)


def test_a_question_is_checked_as_any_other() -> None:
    assert read_question({"q": " Who\nwas  Filippov? "}) == "Who was Filippov?"
    assert read_question({}) == read_question({"q": "  "}) == ""
    with pytest.raises(QuestionError, match="characters"):
        read_question({"q": "x" * 5_000})
