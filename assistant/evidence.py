"""Passages -> scored sentences, and whether they answer the question at all.

A `Reader` gives every candidate sentence a score and the whole question one probability. The first one compares words
(`overlap.py`); the default one is a trained model beside it (`reading.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.corpus import Corpus
from assistant.domain import Evidence, Hit, Passage, Source, Span
from assistant.questions import Expected, expects
from assistant.sentences import clause_spans, sentence_spans

_SHORT = (Expected.TIME, Expected.NUMBER, Expected.NAME, Expected.PLACE)
"""What can be named in a clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A sentence that could be quoted, in the source that it means something in."""

    source: Source
    span: Span
    passage: Span
    """The passage through which it was found: its surroundings."""

    @property
    def text(self) -> str:
        """The words that would be quoted."""
        return self.span.cut(self.source.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader makes of a question and its candidates."""

    scores: tuple[float, ...]
    """One for each candidate, 0 to 1."""
    answered: float
    """Probability that at least one candidate answers."""
    carriers: tuple[Span | None, ...] = ()
    """For each candidate the words in it that carry the answer, if the reader can tell; empty if it never can."""


class Reader(Protocol):
    """Anything that can tell an answer from a mention."""

    @property
    def identity(self) -> str:
        """Which reader this is: part of the fingerprint on every answer."""
        ...

    def score(self, question: str, candidates: Sequence[Candidate]) -> Reading:
        """A score for each candidate and one probability that the question is answered."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All evidence for a question, best first, and the belief that it is answered."""

    evidence: tuple[Evidence, ...]
    answered: float


def judge(question: str, passages: Iterable[Passage], corpus: Corpus, reader: Reader) -> Judgement:
    """The sentences of the passages, scored, best first; ties in the order of the passages."""
    candidates = gather(passages, corpus)
    reading = reader.score(question, candidates)
    carriers = reading.carriers or (None,) * len(candidates)
    found = [
        Evidence(source_id=candidate.source.id, span=candidate.span, score=score, carrier=carrier)
        for candidate, score, carrier in zip(candidates, reading.scores, carriers, strict=True)
    ]
    return Judgement(evidence=tuple(sorted(found, key=lambda one: -one.score)), answered=reading.answered)


def order_hits(hits: Sequence[Hit], judgement: Judgement) -> tuple[Hit, ...]:
    """The hits in the order of the best evidence in each; those without evidence behind, in their own order."""
    places = {(item.source_id, item.span): place for place, item in reversed(list(enumerate(judgement.evidence)))}

    def rank(hit: Hit) -> int:
        held = (
            p for (id_, span), p in places.items() if id_ == hit.passage.source_id and hit.passage.span.contains(span)
        )
        return min(held, default=len(places))

    return tuple(sorted(hits, key=rank))


def gather(passages: Iterable[Passage], corpus: Corpus) -> tuple[Candidate, ...]:
    """The sentences of the passages, each once, and of equal sentences in different places only the first."""
    found: dict[str, Candidate] = {}
    for passage in passages:
        source = corpus.source(passage.source_id)
        for span in sentence_spans(source.text, passage.span):
            words = " ".join(span.cut(source.text).split())
            found.setdefault(words, Candidate(source=source, span=span, passage=passage.span))
    return tuple(found.values())


def narrow(question: str, evidence: Evidence, corpus: Corpus) -> Evidence:
    """The clause that holds what a who, when, where or how-many question asks for, or the evidence as it was.

    Other questions ask for what a sentence says, and get all of it.
    """
    if evidence.carrier is None or expects(question) not in _SHORT:
        return evidence
    source = corpus.source(evidence.source_id)
    holding = [span for span in clause_spans(source.text, evidence.span) if span.contains(evidence.carrier)]
    return replace(evidence, span=holding[0]) if holding else evidence
