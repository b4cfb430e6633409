"""The default reader of evidence: a trained model's marks and word overlap, weighed together.

The model reads whole passages. Its log-odds and the overlap are summed with weights that were fitted on held-out
questions (design/reader.md), and the best sum of a question decides whether it is answered at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.analysis import Analyzer
from assistant.domain import Span
from assistant.evidence import Candidate, Reader, Reading
from assistant.models.pairs import load_marker
from assistant.models.reader import UNREAD, Excerpt, Mark, Marker
from assistant.overlap import OverlapReader
from assistant.recipe import ReaderSettings

Features = NDArray[np.float64]
_Place: TypeAlias = tuple[str, Span]
"""A passage: source id and span."""


def load_reader(settings: ReaderSettings, analyzer: Analyzer, *, threads: int) -> Reader:
    """The reader that a recipe names: word overlap alone, or beside it this project's model or another.

    Raises:
        ModelError: no such model, or it cannot be loaded.
    """
    overlap = OverlapReader(analyzer=analyzer)
    if settings.model == "overlap":
        return overlap
    return WeighingReader(model=load_marker(settings.model, threads=threads), overlap=overlap, settings=settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighingReader:
    """Scores sentences by what a model and their words say of them together."""

    model: Marker
    overlap: OverlapReader
    settings: ReaderSettings

    @property
    def identity(self) -> str:
        """See `assistant.evidence.Reader`."""
        return self.model.identity

    def score(self, question: str, candidates: Sequence[Candidate]) -> Reading:
        """See `assistant.evidence.Reader`."""
        if not candidates:
            return Reading(scores=(), answered=0.0, carriers=())
        found = self.weigh(question, candidates)
        best = float(found.log_odds.max())
        return Reading(
            scores=tuple(_logistic(found.log_odds).tolist()),
            answered=float(_logistic(self.settings.slope * (best - self.settings.centre))),
            carriers=found.carriers,
        )

    def weigh(self, question: str, candidates: Sequence[Candidate]) -> Weighed:
        """The parts of the score of each candidate, and their sum."""
        overlap = np.array(self.overlap.score(question, candidates).scores)
        marks = self._marks(question, candidates)
        features = np.stack([[m.evidence for m in marks], [m.answer for m in marks], overlap], axis=1)
        weights = np.array([self.settings.evidence, self.settings.answer, self.settings.overlap])
        log_odds = features @ weights + self.settings.bias - self.settings.background_penalty * _behind(candidates)
        carriers = tuple(None if mark.evidence == UNREAD else mark.place for mark in marks)
        return Weighed(features=features, log_odds=log_odds, carriers=carriers)

    def _marks(self, question: str, candidates: Sequence[Candidate]) -> list[Mark]:
        """One mark for each candidate, with its place in the source."""
        groups = list(_by_passage(candidates).values())
        read = self.model.read(question, [_excerpt([candidates[index] for index in group]) for group in groups])
        found = {
            index: _in_source(mark, candidates[index].passage.start)
            for group, marks in zip(groups, read, strict=True)
            for index, mark in zip(group, marks, strict=True)
        }
        return [found[index] for index in range(len(candidates))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What was weighed, and what came of it."""

    features: Features
    """Shape (candidates, 3): the model's log-odds of evidence and of an answer, and the overlap."""
    log_odds: Features
    """Shape (candidates,)."""
    carriers: tuple[Span | None, ...]


def _behind(candidates: Sequence[Candidate]) -> Features:
    """1 for each background candidate that stands beside primary ones, else 0."""
    background = np.array([candidate.source.info.kind == "background" for candidate in candidates])
    return np.asarray(background & (not background.all()), dtype=np.float64)


def _by_passage(candidates: Sequence[Candidate]) -> Mapping[_Place, list[int]]:
    groups: dict[_Place, list[int]] = {}
    for index, candidate in enumerate(candidates):
        groups.setdefault((candidate.source.id, candidate.passage), []).append(index)
    return groups


def _excerpt(candidates: Sequence[Candidate]) -> Excerpt:
    source, passage = candidates[0].source, candidates[0].passage
    return Excerpt(
        heading=source.info.title,
        text=passage.cut(source.text),
        sentences=tuple(Span(start=c.span.start - passage.start, end=c.span.end - passage.start) for c in candidates),
    )


def _in_source(mark: Mark, start: int) -> Mark:
    place = Span(start=mark.place.start + start, end=mark.place.end + start)
    return Mark(evidence=mark.evidence, answer=mark.answer, place=place)


def _logistic(value: Features | float) -> Features:
    return np.asarray(1 / (1 + np.exp(-np.clip(value, -50, 50))))
