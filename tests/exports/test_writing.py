"""Every form of export: nothing lost, nothing taken for markup, every quote with its selectors."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from assistant.corpus import Corpus
from assistant.domain import FORMATS, Turn
from assistant.errors import ConversationError
from assistant.exports.chicago import entry, full_note, short_note
from assistant.exports.markdown import anchor_block, escape
from assistant.exports.parts import Note, Words, american_date, parts_of
from assistant.exports.references import csl_item, latex
from assistant.exports.writing import export
from tests.exports.talks import BACKGROUND, HOSTILE, TEXT, answer, archive, refusal, talk
from tests.specimens import make_info


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return archive(tmp_path / "archive")


def assert_selectors(selectors: list[dict[str, Any]], texts: tuple[str, ...] = (TEXT, BACKGROUND)) -> None:
    """Both selectors find the same words in a source."""
    quote, position = selectors
    assert (quote["type"], position["type"]) == ("TextQuoteSelector", "TextPositionSelector")
    text = next(text for text in texts if quote["exact"] in text)
    start, end = position["start"], position["end"]
    assert text[start:end] == quote["exact"]
    assert text[:start].endswith(quote["prefix"])
    assert text[end:].startswith(quote["suffix"])


def markdown_text(written: str) -> str:
    """What a reader of Markdown sees of escaped text."""
    return html.unescape(re.sub(r"\\([^A-Za-z0-9\s])", r"\1", written))


def test_markdown_shows_every_word_and_makes_none_of_it_markup(corpus: Corpus) -> None:
    written = export(talk(corpus), "markdown", corpus)
    body = written.partition("## Anchors")[0]
    assert markdown_text(body).count(HOSTILE) == 4  # in two answers and their footnotes
    bare = re.sub(r"\\.", "", body).replace("*Understood as:*", "")
    assert not re.search(r"[<`~$|*_]|\]\(", bare)
    assert set(re.findall(r"\[\^(\d-\d)\](?!:)", body)) == set(re.findall(r"^\[\^(\d-\d)\]:", body, re.MULTILINE))
    assert "They met in July.[^1-2][^1-3] (not in the cited words: Paris)" in body
    assert "*Understood as:* And the women? (men)" in body
    assert "## 2\\. And the women?" in body


def test_markdown_of_one_answer_has_its_question_as_head(corpus: Corpus) -> None:
    one = [Turn(question="Why  *now*?", answer=answer(corpus, "Why  *now*?"))]
    assert export(one, "markdown", corpus).startswith("# Why \\*now\\*?\n\nA &amp; B: “50%")


def test_markdown_carries_an_annotation_for_each_note(corpus: Corpus) -> None:
    block = export(talk(corpus), "markdown", corpus).partition("## Anchors\n\n")[2]
    fence = re.match(r"`+", block)
    assert fence is not None
    annotations = json.loads(block.removeprefix(f"{fence[0]}json\n").rstrip().removesuffix(fence[0]))
    assert [one["label"] for one in annotations] == ["1-1", "1-2", "1-3", "3-1", "3-2", "3-3"]
    for one in annotations:
        assert one["@context"] == "http://www.w3.org/ns/anno.jsonld"
        assert_selectors(one["target"]["selector"])
        info = corpus.info(one["target"]["source"]["name"])
        assert one["target"]["source"]["id"] == f"urn:sha256:{info.sha256}"


def test_a_fence_is_longer_than_any_in_the_text() -> None:
    assert anchor_block('["````"]').count("`````") == 2


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("1. x", "1\\. x"),
        ("12) x", "12\\) x"),
        ("- x", "\\- x"),
        ("x - 1. y", "x - 1. y"),
        ("# x", "\\# x"),
        ("> x", "&gt; x"),
        (":smile:", "\\:smile:"),
        ("a: b", "a: b"),
        ("a\nb", "a b"),
        ("&lt;", "&amp;lt;"),
    ],
)
def test_markdown_escapes_what_would_be_markup(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_chicago_numbers_the_notes_through_and_shortens_the_later_ones(corpus: Corpus) -> None:
    written = export(talk(corpus), "chicago", corpus)
    notes = written.partition("Notes\n\n")[2].partition("\n\nBibliography")[0].split("\n\n")
    assert [note.partition(". ")[0] for note in notes] == ["1", "2", "3", "4", "5", "6"]
    assert notes[0].startswith(
        "1. A & B to Bo Reader, letter, June 13, 1951, Box 7_3 (reference not verified), para. 1: “50%"
    )
    assert notes[1] == "2. A & B to Bo Reader, June 13, 1951, para. 1: “They met.”"
    assert "“Title of essay,” essay, [1966?], para. 1: “The talks began in July [2].”" in notes[2]
    assert notes[2].endswith("(there [2] hermes-1966, ch. 2, p. 17)")
    assert "They met in July.²³ (not in the cited words: Paris)" in written
    assert "And the women? (Understood as: And the women? (men))" in written


def test_chicago_lists_each_source_and_each_work_once(corpus: Corpus) -> None:
    listed = export(talk(corpus), "chicago", corpus).partition("Bibliography\n\n")[2].partition("\n\nAnchors")[0]
    assert listed.split("\n\n") == [
        "A & B. Letter to Bo Reader. June 13, 1951. Box 7_3 (reference not verified).",
        "Hermes, Walter G. Truce Tent & Fighting Front. Washington, D.C.: Office of History, 1966.",
        "“Title of essay.” [1966?].",
    ]


def test_chicago_carries_the_annotations(corpus: Corpus) -> None:
    annotations = json.loads(export(talk(corpus), "chicago", corpus).partition("Anchors\n\n")[2])
    assert [one["label"] for one in annotations] == ["1", "2", "3", "4", "5", "6"]
    for one in annotations:
        assert_selectors(one["target"]["selector"])


def test_a_source_of_which_little_is_known_is_still_cited() -> None:
    info = make_info(author="unknown", addressee="unknown", form="unknown", date="unknown", date_certainty="unknown")
    assert full_note(info) == "“Title of source,” undated"
    assert short_note(info) == "“Title of source,” undated"
    assert entry(info) == "“Title of source.” undated."
    item = csl_item(info)
    assert set(item) == {"id", "type", "title", "language"}


def test_dates_are_as_precise_as_they_are_known() -> None:
    for date, written in (("1951", "1951"), ("1951-06", "June 1951"), ("1951-06-03T10:00", "June 3, 1951")):
        assert american_date(make_info(date=date)) == written
    assert american_date(make_info(date="1951", date_certainty="approximate")) == "[1951?]"


def test_csl_has_sources_with_their_quotes_and_the_works_they_lean_on(corpus: Corpus) -> None:
    items = json.loads(export(talk(corpus), "csl", corpus))
    assert [item["id"] for item in items] == ["letter_1", "essay", "hermes-1966"]
    letter, essay, work = items
    assert (letter["type"], essay["type"], work["type"]) == ("personal_communication", "document", "book")
    assert letter["author"] == [{"literal": "A & B"}]
    assert letter["recipient"] == [{"literal": "Bo Reader"}]
    assert letter["issued"] == {"date-parts": [[1951, 6, 13]]}
    assert letter["note"] == "not verified: archive_reference"
    assert len(letter["custom"]["quotes"]) == 2  # though each is cited twice
    for quote in (*letter["custom"]["quotes"], *essay["custom"]["quotes"]):
        assert_selectors(quote["selector"])


def test_bibtex_has_an_entry_for_each_source_and_work_with_balanced_braces(corpus: Corpus) -> None:
    written = export(talk(corpus), "bibtex", corpus)
    assert re.findall(r"^@(\w+)\{(.+),$", written, re.MULTILINE) == [
        ("misc", "letter_1"),
        ("misc", "essay"),
        ("book", "hermes-1966"),
    ]
    plain = re.sub(r"\\[{}]", "", written)
    assert plain.count("{") == plain.count("}")
    assert "author = {{A \\& B}}," in written
    assert "month = jun," in written
    assert "title = {{Truce Tent \\& Fighting Front}}," in written
    assert latex(" ".join(HOSTILE.split())) in written


def test_bibtex_carries_the_selectors(corpus: Corpus) -> None:
    written = export(talk(corpus), "bibtex", corpus)
    fields = re.findall(r"selectors = \{(.*)\}$", written, re.MULTILINE)
    found = [json.loads(field.replace("\\u007b", "{").replace("\\u007d", "}")) for field in fields]
    assert [len(quotes) for quotes in found] == [2, 1]
    for selectors in (pair for quotes in found for pair in quotes):
        assert_selectors(selectors)


def test_json_is_the_answers_as_they_are_with_their_annotations(corpus: Corpus) -> None:
    turns = talk(corpus)
    values = json.loads(export(turns, "json", corpus))
    for value, turn in zip(values, turns, strict=True):
        annotations = value.pop("annotations")
        assert value == json.loads(json.dumps(turn.answer.to_dict()))
        assert len(annotations) == len(turn.answer.citations)
        for one in annotations:
            assert_selectors(one["target"]["selector"])


@pytest.mark.parametrize("form", FORMATS)
def test_a_conversation_without_citations_can_be_exported(corpus: Corpus, form: str) -> None:
    assert export([], form, corpus).endswith("\n")
    alone = refusal("Who?")
    assert export([Turn(question="Who?", answer=alone)], form, corpus).endswith("\n")


def test_an_unknown_form_is_refused_with_the_known_ones(corpus: Corpus) -> None:
    with pytest.raises(ConversationError, match="no export 'docx'; use one of markdown, chicago, bibtex, csl, json"):
        export([], "docx", corpus)


def test_a_marker_of_the_source_within_a_quote_stays_in_the_quote(corpus: Corpus) -> None:
    given = answer(corpus)
    assert "[3]" in given.statements[0].text
    assert parts_of(given.statements[0], given.citations) == [
        Words(text=f"A & B: “{HOSTILE}” "),
        Note(citation=given.citations[0]),
    ]
