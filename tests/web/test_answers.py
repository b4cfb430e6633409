"""A conversation on the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.corpus import Corpus
from assistant.domain import Hit, Passage, Span, Turn, Verified
from assistant.web.answers import Pending, Talk, conversation_html
from assistant.web.examples import Example
from tests.exports.talks import HOSTILE, TEXT, answer, archive, refusal, talk
from tests.web.reading import Read

EXAMPLES = (Example(question="What of *all*?", then="And then?"), Example(question="Who <b>?"))


@pytest.fixture
def letters(tmp_path: Path) -> Corpus:
    return archive(tmp_path / "archive")


def page(corpus: Corpus, *turns: Turn, trouble: str = "", pending: Pending | None = None, **verdicts: str) -> Read:
    said = {int(number.strip("n")): verdict for number, verdict in verdicts.items()}
    return Read(conversation_html(Talk(turns=turns, trouble=trouble, pending=pending, verdicts=said), corpus, EXAMPLES))


def test_a_newcomer_is_welcomed_with_examples(letters: Corpus) -> None:
    read = page(letters)
    assert [a["data-example"] for a, _ in read.all("button")] == ["What of *all*?", "Who <b>?"]
    assert Read(conversation_html(Talk(verdicts={}), letters, ())).all("button") == []


def test_statements_have_a_chip_for_each_quote_that_leads_to_its_place(letters: Corpus) -> None:
    given = answer(letters)
    read = page(letters, Turn(question=given.question, answer=given))
    first, second = (words for _, words in read.all("p", class_="statement"))
    assert first == f"A & B: “{HOSTILE}” 1"
    assert second == "They met in July. 23 (not in the cited words: Paris)"
    chips = read.all("a", data_quote="1")
    span = given.citations[0].span
    assert chips[0][0]["href"] == f"?source=letter_1&from={span.start}&to={span.end}"
    assert chips[0][0]["data-turn"] == "1"
    assert {name for name, _, _ in read.elements} <= set(
        "a blockquote button details div h2 input li ol p section span summary".split()
    )


def test_a_quote_that_is_not_in_the_prose_stands_in_the_notes(letters: Corpus) -> None:
    given = answer(letters)
    quotes = [words for _, words in page(letters, Turn(question="?", answer=given)).all("blockquote")]
    assert quotes == [f"“{citation.quote}”" for citation in given.citations[1:]]


def test_a_follow_up_says_how_it_was_understood(letters: Corpus) -> None:
    read = page(letters, *talk(letters))
    assert [words for _, words in read.all("p", class_="understood")] == ["understood as: And the women? (men)"]


def test_a_refusal_shows_the_nearest_passages(letters: Corpus) -> None:
    passage = Passage(source_id="letter_1", span=Span(start=0, end=len(TEXT)), text=TEXT)
    refused = replace(refusal("Why?"), hits=(Hit(passage=passage, score=1.0),) * 5)
    read = page(letters, Turn(question="Why?", answer=refused))
    assert [words for _, words in read.all("p", class_="statement refusal")] == [
        "The sources do not answer this question."
    ]
    links = read.all("a", data_open="letter_1", data_from="0", data_to=str(len(TEXT)))
    assert len(links) == 3
    assert read.all("section", class_="turn")[0][0]["data-refused"] == ""
    assert page(letters, Turn(question="Why?", answer=refusal("Why?"))).all("ul", class_="nearest") == []


def test_a_refusal_outlives_a_source_that_was_taken_away(letters: Corpus) -> None:
    passage = Passage(source_id="gone", span=Span(start=0, end=1), text="T")
    refused = replace(refusal("Why?"), hits=(Hit(passage=passage, score=1.0),))
    assert page(letters, Turn(question="Why?", answer=refused)).all("ul", class_="nearest") == []


def test_notes_of_the_trace_are_told(letters: Corpus) -> None:
    given = answer(letters)
    noted = replace(given, trace=replace(given.trace, notes=("the model was silent",)))
    assert "Note: the model was silent" in page(letters, Turn(question="?", answer=noted)).text


def test_what_is_verified_is_shown_before_the_answer_is_whole(letters: Corpus) -> None:
    given = answer(letters)
    pieces = (Verified(statement=given.statements[0], citations=given.citations[:1]),)
    read = page(letters, pending=Pending(question="Who?", pieces=pieces))
    assert read.all("a", data_quote="1")
    assert "Reading the sources" in read.text
    assert "Stopped." in page(letters, pending=Pending(question="Who?", pieces=pieces, stopped=True)).text


def test_an_example_is_followed_by_its_follow_up(letters: Corpus) -> None:
    given = answer(letters)
    turn = Turn(question="What of *all*?", answer=given)
    assert page(letters, turn).all("button", data_example="And then?")
    assert not page(letters, turn, pending=Pending(question="x")).all("button", data_example="And then?")
    assert not page(letters, replace(turn, question="Other?")).all("button", data_example="And then?")


def test_feedback_is_asked_for_once(letters: Corpus) -> None:
    turns = talk(letters)
    read = page(letters, *turns, n2="wrong")
    asked = [(a["data-turn"], a["data-verdict"]) for a, _ in read.all("button") if "data-verdict" in a]
    assert asked == [("1", "right"), ("1", "wrong"), ("3", "right"), ("3", "wrong")]
    assert "Noted as wrong." in read.text


def test_trouble_is_a_line_at_the_end(letters: Corpus) -> None:
    assert page(letters, trouble="ask <less>").all("p", class_="trouble") == [
        ({"class": "trouble", "role": "alert"}, "ask <less>")
    ]


def test_one_quote_is_one_note(letters: Corpus) -> None:
    given = answer(letters)
    single = replace(given, citations=given.citations[:1], statements=given.statements[:1])
    assert page(letters, Turn(question="?", answer=single)).all("summary")[0][1] == "1 note"
