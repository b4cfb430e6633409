"""What answers are checked against: the sources, with verdicts and sentences looked up once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from assistant.citation import Place, Verification, verify
from assistant.domain import Source, Span
from assistant.evaluation.results import CitedQuote
from assistant.sentences import sentence_spans

_REMEMBERED = 4096


class Character(NamedTuple):
    """One character of the archive that is not white space."""

    source_id: str
    offset: int


class Archive:
    """The sources that answers are checked against.

    A verdict is asked for by many metrics and costs a search of all sources, so each is remembered.
    """

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = {source.id: source for source in sources}
        self._verified = lru_cache(maxsize=_REMEMBERED)(self._verify)
        self._sentences = lru_cache(maxsize=_REMEMBERED)(self._split)

    def __contains__(self, source_id: object) -> bool:
        return source_id in self._sources

    def text(self, source_id: str) -> str:
        """The text of a source; empty if there is no such source, for systems cite what does not exist."""
        return self._sources[source_id].text if source_id in self._sources else ""

    def verify(self, quote: CitedQuote) -> Verification:
        """The verdict on a quote at the source that it names."""
        return self._verified(quote.quote, quote.source_id)

    def place(self, quote: CitedQuote) -> Place | None:
        """Where the words of a quote stand in the source it names; None if they do not.

        Of several places, the one that shares most with the place claimed for it (or is nearest to it); the first if
        none is claimed.
        """
        verification = self.verify(quote)
        if not verification.verdict.accepted:
            return None
        return max(verification.places, key=lambda place: _shared(place.span, quote.span))

    def characters(self, place: Place) -> frozenset[Character]:
        """The characters of a place, white space left out; none for a place that does not exist."""
        text = self.text(place.source_id)
        offsets = range(place.span.start, min(place.span.end, len(text)))
        return frozenset(Character(place.source_id, offset) for offset in offsets if not text[offset].isspace())

    def sentences(self, place: Place) -> tuple[Place, ...]:
        """The sentences of its source that a place touches; the place itself if it lies outside all (a heading)."""
        touched = [span for span in self._sentences(place.source_id) if span.overlaps(place.span)]
        return tuple(Place(source_id=place.source_id, span=span) for span in touched) or (place,)

    def _verify(self, quote: str, source_id: str) -> Verification:
        return verify(quote, source_id, self._sources.values())

    def _split(self, source_id: str) -> tuple[Span, ...]:
        text = self.text(source_id)
        return tuple(sentence_spans(text)) if text else ()


def _shared(place: Span, claimed: Span | None) -> int:
    """Characters in common; below 0 the distance."""
    return 0 if claimed is None else min(place.end, claimed.end) - max(place.start, claimed.start)
