"""The default answerer: how much is quoted, in which order, and what a refusal says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answering import extractive
from assistant.citation import cite
from assistant.corpus import Corpus, load_corpus
from assistant.domain import Evidence, Hit, Passage, Span
from assistant.evidence import Judgement
from assistant.recipe import Answering
from tests.specimens import make_source, write_corpus

TEXTS = {
    "a": "# Head\n\nWe wait. They come.\n\n1. Terms: to restore the border; to leave a strip.",
    "b": "We go. We stay.",
}
SETTINGS = Answering(threshold=0.5, max_quotes=3, keep_ratio=0.8)


@pytest.fixture
def archive(tmp_path: Path) -> Corpus:
    return load_corpus(write_corpus(tmp_path / "archive", TEXTS))


def judgement(*scores: float, answered: float = 0.9) -> Judgement:
    evidence = (
        Evidence(source_id="a", span=Span(start=place, end=place + 1), score=score)
        for place, score in enumerate(scores)
    )
    return Judgement(evidence=tuple(evidence), answered=answered)


def quoted(source_id: str, words: str) -> Evidence:
    start = TEXTS[source_id].index(words)
    return Evidence(source_id=source_id, span=Span(start=start, end=start + len(words)), score=0.5)


def chosen(found: Judgement, **changes: float) -> list[float]:
    return [item.score for item in extractive.choose(found, SETTINGS.model_copy(update=changes))]


def test_what_comes_near_the_best_is_quoted_too() -> None:
    assert chosen(judgement(1.0, 0.8, 0.79)) == [1.0, 0.8]
    assert chosen(judgement(1.0, 0.8, 0.79), keep_ratio=0.5) == [1.0, 0.8, 0.79]


def test_no_more_is_quoted_than_the_recipe_allows() -> None:
    assert chosen(judgement(*[0.9] * 9)) == [0.9] * 3
    assert chosen(judgement(*[0.9] * 9), max_quotes=1) == [0.9]


def test_nothing_is_quoted_below_the_threshold() -> None:
    assert chosen(judgement(1.0, answered=0.49)) == []
    assert chosen(judgement(1.0, answered=0.5)) == [1.0]


def test_nothing_is_quoted_without_evidence() -> None:
    assert chosen(judgement(answered=1.0)) == []


def test_citations_follow_the_best_source_and_within_it_the_document(archive: Corpus) -> None:
    evidence = [quoted("b", "We stay."), quoted("a", "They come."), quoted("a", "We wait."), quoted("b", "We go.")]
    citations = extractive.cite_evidence("What?", evidence, archive)
    assert [(c.number, c.source_id, c.quote) for c in citations] == [
        (1, "b", "We go."),
        (2, "b", "We stay."),
        (3, "a", "We wait."),
        (4, "a", "They come."),
    ]


def test_a_citation_is_narrowed_to_its_clause_and_still_cut_from_the_source(archive: Corpus) -> None:
    sentence = quoted("a", "Terms: to restore the border; to leave a strip.")
    carried = replace(sentence, carrier=quoted("a", "a strip").span)
    (citation,) = extractive.cite_evidence("Who leaves what?", [carried], archive)
    assert citation.quote == "to leave a strip."
    assert citation.quote == citation.span.cut(archive.source("a").text)
    assert str(citation.locus) == "“Head”, point 1, para. 2"


def test_nothing_chosen_cites_and_states_nothing(archive: Corpus) -> None:
    assert extractive.cite_evidence("What?", [], archive) == ()
    assert extractive.state([]) == ()


def test_each_statement_is_a_quote_with_its_number_and_the_speaker_is_named_where_he_begins() -> None:
    a, b = make_source("We wait. They come.", "a"), make_source("We go.", "b", author="Cy Other")
    spans = [(a, Span(start=0, end=8)), (a, Span(start=9, end=19)), (b, Span(start=0, end=6))]
    statements = extractive.state([cite(number, source, span) for number, (source, span) in enumerate(spans, start=1)])
    assert [(statement.text, statement.citations) for statement in statements] == [
        ("Ada Author, letter to Bo Reader, 13 June 1951: “We wait.” [1]", (1,)),
        ("“They come.” [2]", (2,)),
        ("Cy Other, letter to Bo Reader, 13 June 1951: “We go.” [3]", (3,)),
    ]


def hit(source_id: str, words: str) -> Hit:
    span = quoted(source_id, words).span
    return Hit(passage=Passage(source_id=source_id, span=span, text=words), score=1.0)


def test_a_refusal_names_the_three_nearest_passages_and_quotes_nothing(archive: Corpus) -> None:
    hits = [hit("b", "We stay."), hit("a", "Terms"), hit("a", "We wait."), hit("b", "We go.")]
    text = extractive.refuse(hits, archive)
    assert text == (
        "The sources do not answer this question. The nearest passages are "
        "Ada Author, letter to Bo Reader, 13 June 1951, para. 1; "
        "Ada Author, letter to Bo Reader, 13 June 1951, “Head”, point 1, para. 2; "
        "Ada Author, letter to Bo Reader, 13 June 1951, “Head”, para. 1."
    )
    assert not any(one.passage.text in text for one in hits)


def test_a_refusal_without_hits_is_one_sentence(archive: Corpus) -> None:
    assert extractive.refuse([], archive) == extractive.REFUSAL
