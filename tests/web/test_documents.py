"""A document in the reader: its text is the source's, the lit-up words are the quote's."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from assistant.citation import cite
from assistant.corpus import Corpus
from assistant.domain import Source, Span
from assistant.evaluation.gold import load_gold
from assistant.paths import data_root
from assistant.web.documents import (
    HERE,
    Mark,
    Opening,
    badge_html,
    document_html,
    empty_reader_html,
    mark_of,
    marked_text,
    open_at_quote,
    open_at_span,
    trouble_html,
)
from tests.exports.talks import HOSTILE, answer, archive
from tests.specimens import make_source, texts
from tests.web.reading import Read, quote_of, text_of

GOLD = sorted((data_root() / "eval" / "gold").rglob("*.jsonl"))


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Span]]:
    """A text and spans of it, which may overlap, nest and repeat."""
    text = draw(texts.filter(lambda text: len(text) > 1))
    ends = st.lists(st.integers(0, len(text)), min_size=2, max_size=2, unique=True).map(sorted)
    return text, [Span(start=start, end=end) for start, end in draw(st.lists(ends, max_size=6))]


@given(marked())
def test_every_mark_holds_its_words_and_the_whole_is_the_source(given: tuple[str, list[Span]]) -> None:
    text, spans = given
    html = marked_text(text, [Mark(name=str(n), span=span) for n, span in enumerate(spans)])
    shown = text.replace("\0", "\ufffd")
    assert Read(html).text == shown
    assert [quote_of(html, str(n)) for n in range(len(spans))] == [span.cut(shown) for span in spans]
    assert {name for name, _, _ in Read(html).elements} <= {"mark", "span"}
    assert [words for _, words in Read(html).all("span")] == ["\f"] * text.count("\f")


def test_all_gold_evidence_is_lit_up_character_for_character(corpus: Corpus) -> None:
    sources = [corpus.source(info.id) for info in corpus]
    questions = [question for path in GOLD for question in load_gold(path, sources)]
    spans = {(gold.source_id, gold.span) for question in questions for gold in question.gold}
    assert len(spans) >= 100
    for source_id, span in spans:
        source = corpus.source(source_id)
        html = document_html(open_at_span(source, span))
        assert text_of(html) == source.text
        assert quote_of(html, HERE) == span.cut(source.text)


def test_all_quotes_of_an_answer_are_marked_and_the_chosen_one_is_named(tmp_path: Path) -> None:
    corpus = archive(tmp_path / "archive")
    given = answer(corpus)
    html = document_html(open_at_quote(corpus.source("letter_1"), given, 4, 2))
    assert [quote_of(html, str(n)) for n in (1, 2)] == [citation.quote for citation in given.citations[:2]]
    assert quote_of(html, "1") == HOSTILE
    assert text_of(html) == corpus.source("letter_1").text
    ((article, _),) = Read(html).all("article")
    assert (article["data-turn"], article["data-chosen"], article["data-quotes"]) == ("4", "2", "1 2 3")
    assert [words for attributes, words in Read(html).all("mark", class_="chosen")] == [given.citations[1].quote]
    assert article["data-reference"] == "Box 7_3 (reference not verified)"
    assert {attributes["data-step"] for attributes, _ in Read(html).all("button") if "data-step" in attributes} == {
        "1",
        "-1",
    }


def test_each_quote_is_numbered_where_it_begins() -> None:
    source = make_source("one two three")
    citations = [cite(1, source, Span(start=0, end=13)), cite(2, source, Span(start=4, end=7))]
    html = marked_text(source.text, [mark_of(citation) for citation in citations])
    found = [(words, a["data-quotes"], a.get("data-starts")) for a, words in Read(html).all("mark")]
    assert found == [("one ", "1", "1"), ("two", "1 2", "2"), (" three", "1", None)]


def test_what_is_known_of_a_source_stands_above_it() -> None:
    source = make_source("Text.", archive_reference="Box 7", unverified=["archive_reference"], edition_notes="[so]")
    read = Read(document_html(Opening(source=source)))
    assert [words for _, words in read.all("dd")] == ["Box 7 (not verified)", "[so]"]
    assert [words for _, words in read.all("h2")] == ["Title of source"]
    assert read.all("span", class_="badge primary") == [({"class": "badge primary"}, "primary source")]
    assert not [a for a, _ in read.all("button") if "data-step" in a], "no quotes, no steps"


def test_a_source_of_which_nothing_is_known_has_no_empty_list() -> None:
    nothing = {"title": "T", "archive_reference": "unknown", "edition_notes": "none", "language": "unknown"}
    read = Read(document_html(open_at_span(make_source("Text.", **nothing), None)))
    assert read.all("dl") == []
    assert "lang" not in read.all("div", class_="text")[0][0]


def test_hostile_words_stay_words() -> None:
    hostile = "<script>alert(1)</script> ![x](http://evil.example/x.png) ${alert(2)} {{alert(3)}} </div>"
    source: Source = make_source(hostile, title=hostile, author=hostile, edition_notes=hostile)
    html = document_html(open_at_span(source, Span(start=0, end=len(hostile))))
    assert text_of(html) == hostile
    assert not {"script", "img"} & {name for name, _, _ in Read(html).elements}
    assert "<script" not in html + trouble_html(hostile)


def test_badges_tell_the_kinds_apart() -> None:
    assert badge_html("primary") != badge_html("background")
    assert Read(empty_reader_html()).text.startswith("The documents open here.")
