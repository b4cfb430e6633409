"""Hits -> scored sentences, and whether they answer the question at all.

A `Reader` gives every candidate sentence a score and the whole question one probability. The first one compares words
(`overlap.py`); a trained one can take its place without a change here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.corpus import Corpus
from assistant.domain import Evidence, Hit, Source, Span
from assistant.sentences import clause_spans, sentence_spans

_CLAUSE_SHARE = 0.97
"""A clause is quoted instead of its sentence if it keeps at least this share of the sentence's score."""


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


class Reader(Protocol):
    """Anything that can tell an answer from a mention."""

    def score(self, question: str, candidates: Sequence[Candidate]) -> Reading:
        """A score for each candidate and one probability that the question is answered."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All evidence for a question, best first, and the belief that it is answered."""

    evidence: tuple[Evidence, ...]
    answered: float


def judge(question: str, hits: Iterable[Hit], corpus: Corpus, reader: Reader) -> Judgement:
    """The sentences of the hits, scored, best first; ties in the order of the hits."""
    candidates = gather(hits, corpus)
    reading = reader.score(question, candidates)
    scored = sorted(zip(candidates, reading.scores, strict=True), key=lambda pair: -pair[1])
    evidence = tuple(Evidence(source_id=c.source.id, span=c.span, score=score) for c, score in scored)
    return Judgement(evidence=evidence, answered=reading.answered)


def gather(hits: Iterable[Hit], corpus: Corpus) -> tuple[Candidate, ...]:
    """The sentences of the hits, each once, and of equal sentences in different places only the first."""
    found: dict[str, Candidate] = {}
    for hit in hits:
        source = corpus.source(hit.passage.source_id)
        for span in sentence_spans(source.text, hit.passage.span):
            words = " ".join(span.cut(source.text).split())
            found.setdefault(words, Candidate(source=source, span=span, passage=hit.passage.span))
    return tuple(found.values())


def narrow(question: str, evidence: Evidence, corpus: Corpus, reader: Reader) -> Evidence:
    """The clause of a sentence that carries the answer alone, or the evidence as it was."""
    source = corpus.source(evidence.source_id)
    whole = Candidate(source=source, span=evidence.span, passage=evidence.span)
    clauses = [replace(whole, span=span) for span in clause_spans(source.text, evidence.span)]
    if not clauses:
        return evidence
    scores = reader.score(question, [whole, *clauses]).scores
    best = max(range(len(clauses)), key=lambda index: scores[index + 1])
    if scores[best + 1] < _CLAUSE_SHARE * scores[0]:
        return evidence
    return replace(evidence, span=clauses[best].span)
