from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Span
from assistant.errors import EvaluationError
from assistant.evaluation.results import (
    CitedQuote,
    CitedStatement,
    GoldSpan,
    Item,
    Question,
    RankedSpan,
    Response,
    Run,
    Summary,
    Value,
)
from assistant.evaluation.serialise import item_from_json, item_to_json, read_run, run_from_json, run_to_json, write_run
from tests.specimens import texts

numbers = st.integers(0, 99)
floats = st.floats(allow_nan=False, allow_infinity=False)
spans = st.builds(lambda start, length: Span(start=start, end=start + length), numbers, st.integers(1, 99))
questions = st.builds(
    Question,
    history=st.tuples(texts),
    gold=st.lists(st.builds(GoldSpan, source_id=texts, span=spans), max_size=2).map(tuple),
    contains=st.tuples(texts),
    id=texts,
    question=texts,
    kind=texts,
    notes=texts,
)
responses = st.builds(
    Response,
    text=texts,
    citations=st.lists(
        st.builds(CitedQuote, number=numbers, source_id=texts, quote=texts, span=st.none() | spans), max_size=2
    ).map(tuple),
    statements=st.lists(st.builds(CitedStatement, text=texts, citations=st.tuples(numbers)), max_size=2).map(tuple),
    ranking=st.lists(st.builds(RankedSpan, source_id=texts, span=spans), max_size=2).map(tuple),
    confidence=st.none() | floats,
    error=st.none() | texts,
)
values = st.builds(Value, value=st.none() | floats, reason=texts)
items = st.builds(
    Item, question=questions, response=responses, seconds=floats, values=st.dictionaries(texts, values, max_size=2)
)
summaries = st.builds(
    Summary, metric=texts, group=texts, value=st.none() | floats, low=st.none() | floats, high=st.none() | floats
)
runs = st.builds(
    Run,
    name=texts,
    provenance=st.dictionaries(texts, texts, max_size=2),
    items=st.lists(items, max_size=2).map(tuple),
    summaries=st.lists(summaries, max_size=2).map(tuple),
)
EMPTY = Run(name="empty", provenance={}, items=())


@given(runs)
def test_a_run_comes_back_from_json_as_it_was(run: Run) -> None:
    assert run_from_json(run_to_json(run)) == run


@given(items)
def test_an_item_is_one_line_and_comes_back_as_it_was(item: Item) -> None:
    line = item_to_json(item)
    assert "\n" not in line
    assert item_from_json(line) == item


def test_a_run_is_json_that_names_its_schema_and_keeps_letters_readable() -> None:
    text = run_to_json(Run(name="Übung", provenance={"model": "none"}, items=()))
    assert json.loads(text)["schema"] == 1
    assert "Übung" in text


def test_a_run_comes_back_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "run.json"
    write_run(EMPTY, path)
    assert read_run(path) == EMPTY


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a run: Expecting property name"),
        ("[]", "a run of schema None, expected 1; make it again"),
        ('{"name": "x"}', "a run of schema None, expected 1"),
        ('{"schema": 2}', "a run of schema 2, expected 1"),
        ('{"schema": 1, "name": "x", "provenance": {}}', "items\n  Field required"),
        ('{"schema": 1, "name": 7, "provenance": {}, "items": []}', "name\n  Input should be a valid string"),
    ],
)
def test_what_is_not_a_run_is_told_apart(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError) as caught:
        read_run(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no readable run at"):
        read_run(tmp_path / "absent.json")


def test_a_line_that_is_no_item_says_what_to_do() -> None:
    with pytest.raises(EvaluationError, match=r"not an item of a run: (?s:.)*remove the file"):
        item_from_json('{"question": 1}')
