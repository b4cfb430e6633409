from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.citation import Place, Verdict
from assistant.domain import Span
from assistant.evaluation.archive import Archive
from tests.evaluation.river import ARCHIVE, BORDER, TRADE, quote, span, unplaced
from tests.specimens import make_source

ECHO = Archive([make_source("No answer. None came. No answer.")])


def test_a_source_that_does_not_exist_has_no_text_and_no_characters() -> None:
    place = Place(source_id="diary", span=Span(start=0, end=5))
    assert "diary" not in ARCHIVE
    assert (ARCHIVE.text("diary"), ARCHIVE.characters(place)) == ("", frozenset())
    assert ARCHIVE.sentences(place) == (place,)


def test_characters_leave_white_space_out_and_end_with_the_text() -> None:
    assert len(ARCHIVE.characters(Place(source_id="report", span=span(BORDER)))) == 25
    assert len(ARCHIVE.characters(Place(source_id="report", span=Span(start=0, end=999)))) == 25 + 39 + 13


@pytest.mark.parametrize(
    ("claimed", "start"),
    [
        (None, 0),
        (Span(start=22, end=32), 22),
        (Span(start=20, end=30), 22),  # shares most
        (Span(start=500, end=510), 22),  # is nearest
        (Span(start=0, end=3), 0),
    ],
)
def test_of_several_places_the_claimed_one_is_taken(claimed: Span | None, start: int) -> None:
    cited = replace(unplaced("No answer.", "source"), span=claimed)
    assert ECHO.place(cited) == Place(source_id="source", span=Span(start=start, end=start + 10))


def test_words_that_do_not_stand_there_have_no_place() -> None:
    assert ARCHIVE.place(unplaced("The border moves.")) is None
    assert ARCHIVE.place(unplaced(BORDER, "rumour")) is None


def test_a_place_touches_its_sentences() -> None:
    both = Place(source_id="report", span=Span(start=10, end=40))
    assert [place.span for place in ARCHIVE.sentences(both)] == [span(BORDER), span(TRADE)]


def test_a_verdict_is_looked_up_once() -> None:
    assert ARCHIVE.verify(quote(BORDER)) is ARCHIVE.verify(unplaced(BORDER))
    assert ARCHIVE.verify(quote(BORDER)).verdict is Verdict.EXACT
