"""The nouns keep their promises."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import assistant.domain
from assistant.citation import cite
from assistant.domain import Answer, Filter, Hit, Passage, Span, Statement, Trace
from tests.specimens import make_info, make_source, texts

spans = st.builds(lambda start, length: Span(start=start, end=start + length), st.integers(0, 30), st.integers(1, 30))


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2), (0, 0)])
def test_a_span_is_never_empty_and_never_backwards(start: int, end: int) -> None:
    with pytest.raises(ValueError, match=f"0 <= start < end, found {start}:{end}"):
        Span(start=start, end=end)


@given(texts, spans)
def test_a_span_cuts_as_many_code_points_as_it_is_long_or_refuses(text: str, span: Span) -> None:
    if span.end > len(text):
        with pytest.raises(ValueError, match="ends beyond a text of"):
            span.cut(text)
    else:
        assert span.cut(text) == text[span.start : span.end]
        assert len(span.cut(text)) == len(span)


@given(spans, spans)
@example(Span(start=0, end=3), Span(start=3, end=5))
@example(Span(start=3, end=5), Span(start=0, end=3))
def test_spans_overlap_and_contain_as_their_characters_do(one: Span, other: Span) -> None:
    mine, theirs = set(range(one.start, one.end)), set(range(other.start, other.end))
    assert one.overlaps(other) is bool(mine & theirs)
    assert one.contains(other) is (theirs <= mine)


@pytest.mark.parametrize(
    "noun",
    [value for value in vars(assistant.domain).values() if dataclasses.is_dataclass(value)],
    ids=lambda noun: noun.__name__,
)
def test_a_noun_is_frozen_slotted_and_made_by_names(noun: type) -> None:
    assert noun.__dataclass_params__.frozen  # type: ignore[attr-defined]  # dataclasses keeps it there
    assert all(field.kw_only for field in dataclasses.fields(noun))
    assert not hasattr(noun, "__dict__") or "__slots__" in vars(noun)


def make_answer() -> Answer:
    source = make_source("We wait “now”.")
    span = Span(start=0, end=7)
    hit = Hit(passage=Passage(source_id=source.id, span=span, text="We wait"), score=0.5, dense_rank=1)
    return Answer(
        question="What?",
        standalone="What?",
        text="“We wait” [1]",
        refused=False,
        statements=(Statement(text="“We wait” [1]", citations=(1,)),),
        citations=(cite(1, source, span),),
        hits=(hit,),
        trace=Trace(answerer="extractive", recipe="0" * 12, answered_probability=0.9, threshold=0.5, seconds=0.1),
    )


def test_an_answer_becomes_json_with_the_names_of_its_fields() -> None:
    values = json.loads(json.dumps(make_answer().to_dict()))
    assert list(values) == [field.name for field in dataclasses.fields(Answer)]
    assert values["citations"][0]["span"] == {"start": 0, "end": 7}
    assert values["citations"][0]["quote"] == "We wait"
    assert values["citations"][0]["source"]["author"] == "Ada Author"
    assert values["citations"][0]["locus"] == {"paragraph": 1, "point": None, "heading": None, "page": None}
    assert values["hits"][0]["lexical_rank"] is None
    assert values["trace"]["notes"] == []


@pytest.mark.parametrize(
    ("wanted", "admitted"),
    [
        (Filter(), True),
        (Filter(sources=("a", "b")), True),
        (Filter(sources=("b",)), False),
        (Filter(sources=()), False),
        (Filter(kinds=("background",)), True),
        (Filter(kinds=("primary",)), False),
        (Filter(sources=("a",), kinds=("primary",)), False),
    ],
)
def test_a_filter_admits_what_it_names(wanted: Filter, admitted: bool) -> None:
    assert wanted.admits(make_info("a", kind="background")) is admitted
