"""Verdicts on quotes, and how a citation is written down."""

from __future__ import annotations

import pytest
from hypothesis import given

from assistant.citation import (
    Place,
    Verdict,
    byline,
    cite,
    footnote,
    in_document_order,
    verify,
    written_date,
)
from assistant.domain import Evidence, Locus, Source, Span
from assistant.sentences import clause_spans, sentence_spans
from tests.specimens import make_info, make_source, texts

LETTER = make_source("We wait for the enemy to appeal. We hope that the Soviets inquire.", "letter")
REPLY = make_source("The “neutral\nzone” lies at the 38th parallel. The 38th parallel is the border.", "reply")
ARCHIVE = (LETTER, REPLY)


def places(quote: str, source_id: str = "letter") -> list[tuple[str, str]]:
    sources = {source.id: source for source in ARCHIVE}
    found = verify(quote, source_id, ARCHIVE).places
    return [(place.source_id, place.span.cut(sources[place.source_id].text)) for place in found]


@pytest.mark.parametrize(
    ("quote", "source_id", "verdict"),
    [
        ("We wait for the enemy to appeal.", "letter", Verdict.EXACT),
        ("We wait  for the\nenemy to appeal.", "letter", Verdict.NORMALISED),
        ('"neutral zone" lies', "reply", Verdict.NORMALISED),
        ("We wait for the enemy to appeal.", "reply", Verdict.MISATTRIBUTED),
        ('The "neutral zone"', "letter", Verdict.MISATTRIBUTED),
        ("We wait for the enemy to appeal.", "nobody", Verdict.MISATTRIBUTED),
        ("We wait for the enemy … that the Soviets inquire.", "letter", Verdict.STITCHED),
        ("We wait for the enemy; the 39th parallel is the border.", "letter", Verdict.NOT_FOUND),
        ("We wait for the enemy The 38th parallel is the border.", "letter", Verdict.STITCHED),
        ("We wait for the friend to appeal.", "letter", Verdict.NOT_FOUND),
        ("We wait for the enemy to appeal!", "letter", Verdict.NOT_FOUND),
        ("lies at the 39th parallel", "reply", Verdict.NOT_FOUND),
        ("we wait for the enemy to appeal.", "letter", Verdict.NOT_FOUND),
        ("We wait for the enemy …", "letter", Verdict.NOT_FOUND),
        ("We hope … We wait", "letter", Verdict.NOT_FOUND),
        ("", "letter", Verdict.NOT_FOUND),
        (" \n", "letter", Verdict.NOT_FOUND),
        ("…", "letter", Verdict.NOT_FOUND),
    ],
)
def test_a_quote_gets_its_verdict(quote: str, source_id: str, verdict: Verdict) -> None:
    assert verify(quote, source_id, ARCHIVE).verdict is verdict


def test_only_exact_and_normalised_quotes_are_accepted() -> None:
    assert [verdict for verdict in Verdict if verdict.accepted] == [Verdict.EXACT, Verdict.NORMALISED]


def test_an_ambiguous_quote_gives_all_its_places() -> None:
    spans = [place.span.start for place in verify("38th parallel", "reply", ARCHIVE).places]
    assert spans == [REPLY.text.index("38th"), REPLY.text.rindex("38th")]


def test_the_named_source_goes_before_others_and_exact_before_normalised() -> None:
    twins = (make_source("A zone.", "a"), make_source("A  zone.", "b"), make_source("A\nzone.", "c"))
    assert verify("A  zone.", "a", twins).verdict is Verdict.NORMALISED
    assert verify("A  zone.", "b", twins).places == (Place(source_id="b", span=Span(start=0, end=8)),)
    assert verify("A zone.", "d", twins).places == (Place(source_id="a", span=Span(start=0, end=7)),)


def test_a_misattributed_quote_names_where_it_stands() -> None:
    assert places('"neutral zone"') == [("reply", "“neutral\nzone”")]


def test_a_stitched_quote_names_the_longest_pieces_it_is_made_of() -> None:
    assert places("We wait for the enemy … that the Soviets inquire.") == [
        ("letter", "We wait for the enemy"),
        ("letter", "that the Soviets inquire."),
    ]
    assert places("We wait for the enemy lies at the 38th parallel.") == [
        ("letter", "We wait for the enemy"),
        ("reply", "lies at the 38th parallel."),
    ]


def test_a_quote_that_is_not_found_has_no_place() -> None:
    assert places("We wait for the friend to appeal.") == []


@given(texts, texts)
def test_every_sentence_and_clause_of_a_source_is_accepted_there(text: str, other: str) -> None:
    archive = (make_source(other, "b"), make_source(text, "a"))
    for sentence in sentence_spans(text):
        for span in (sentence, *clause_spans(text, sentence)):
            verification = verify(span.cut(text), "a", archive)
            assert verification.verdict is Verdict.EXACT
            assert Place(source_id="a", span=span) in verification.places


@pytest.mark.parametrize(
    ("quote", "text", "accepted"),
    [
        ("8th parallel", "at the 38th parallel", False),
        ("advisable", "is inadvisable now", False),
        ("the 38", "the 38th", False),
        ("1951", "on 13.6.1951 he", False),
        ("3.5", "costs 3.50", False),
        ("tice", "the armis-\ntice now", False),
        ("vol", "volunteer­troops", False),
        ("troops", "volunteer-troops", False),
        ("advisable", "is advisable. Now", True),
        ("[should not", "Korea [should not] interfere", True),
        ("the end", "the end1 of", True),
        ("parallel", "the parallel, 38", True),
        ("八线", "三八线停战", True),
        ("38", "三38线", True),
    ],
)
def test_a_quote_may_not_begin_or_end_inside_a_word_or_number(quote: str, text: str, accepted: bool) -> None:
    assert verify(quote, "a", (make_source(text, "a"),)).verdict.accepted is accepted


@given(texts, texts)
def test_an_accepted_quote_lies_in_the_named_source_and_a_whole_text_lies_somewhere(quote: str, text: str) -> None:
    verification = verify(quote, "a", (make_source(text, "a"), make_source(quote, "b")))
    assert (verification.verdict is Verdict.NOT_FOUND) == (not quote.strip())
    assert not verification.verdict.accepted or {place.source_id for place in verification.places} == {"a"}


def test_a_citation_is_cut_from_the_source(telegram: Source) -> None:
    start = telegram.text.index("restoration of")
    span = Span(start=start, end=start + 40)
    citation = cite(2, telegram, span)
    assert citation.quote == telegram.text[span.start : span.end]
    assert (citation.number, citation.source_id, citation.span, citation.source) == (
        2,
        telegram.id,
        span,
        telegram.info,
    )
    assert citation.locus == Locus(paragraph=8, point="3", heading=None)


def test_a_citation_beyond_the_source_is_impossible(telegram: Source) -> None:
    with pytest.raises(ValueError, match="ends beyond a text of"):
        cite(1, telegram, Span(start=0, end=len(telegram.text) + 1))


def test_evidence_is_put_into_document_order_source_by_source() -> None:
    places = [("b", 5, 9), ("a", 7, 8), ("b", 0, 3), ("a", 1, 2), ("b", 0, 2)]
    evidence = [Evidence(source_id=i, span=Span(start=s, end=e), score=0.5) for i, s, e in places]
    found = [(e.source_id, e.span.start, e.span.end) for e in in_document_order(evidence, ["b", "a"])]
    assert found == [("b", 0, 2), ("b", 0, 3), ("b", 5, 9), ("a", 1, 2), ("a", 7, 8)]


@pytest.mark.parametrize(
    ("date", "certainty", "words"),
    [
        ("1951-06-13", "stated", "13 June 1951"),
        ("1951-06-03", "inferred", "3 June 1951 (?)"),
        ("1951-12", "stated", "December 1951"),
        ("1951-01", "approximate", "January 1951 (?)"),
        ("1951", "stated", "1951"),
        ("1951-06-13T18:30", "stated", "13 June 1951"),
        ("unknown", "unknown", "undated"),
    ],
)
def test_a_date_is_written_in_words_with_its_doubt(date: str, certainty: str, words: str) -> None:
    assert written_date(make_info(date=date, date_certainty=certainty)) == words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Ada Author, letter to Bo Reader, 13 June 1951"),
        ({"addressee": "unknown"}, "Ada Author, letter, 13 June 1951"),
        ({"addressee": "none"}, "Ada Author, letter, 13 June 1951"),
        ({"author": "unknown", "title": "Letter from the river"}, "“Letter from the river”, 13 June 1951"),
        ({"form": "unknown"}, "Ada Author, to Bo Reader, 13 June 1951"),
        ({"form": "unknown", "addressee": "none"}, "Ada Author, 13 June 1951"),
        ({"date": "unknown", "date_certainty": "unknown"}, "Ada Author, letter to Bo Reader, undated"),
        (
            {"kind": "background", "form": "essay", "title": "The talks"},
            "Ada Author, The talks (background essay, 13 June 1951)",
        ),
        ({"kind": "background", "form": "unknown", "title": "T"}, "Ada Author, T (background source, 13 June 1951)"),
    ],
)
def test_a_byline_says_who_speaks_to_whom_and_when_as_far_as_is_known(fields: dict[str, str], words: str) -> None:
    assert byline(make_info(**fields)) == words


@pytest.mark.parametrize(
    ("fields", "shelf"),
    [
        ({}, ""),
        ({"archive_reference": "none"}, ""),
        ({"archive_reference": "APRF 45"}, "; APRF 45"),
        ({"archive_reference": "APRF 45", "unverified": ["archive_reference"]}, "; APRF 45 (reference not verified)"),
        ({"archive_reference": "APRF 45", "unverified": ["place"]}, "; APRF 45"),
    ],
)
def test_a_footnote_says_place_kind_and_shelf_mark_and_what_is_not_verified(
    fields: dict[str, object], shelf: str
) -> None:
    citation = cite(3, make_source("1. We wait.", "s", **fields), Span(start=3, end=11))
    assert footnote(citation) == (
        f"[3] Ada Author, letter to Bo Reader, 13 June 1951, point 1, para. 1 [primary]{shelf}. s, characters 3–11."
    )
