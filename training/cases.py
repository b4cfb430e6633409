"""Questions read by the chain, with the right sentences known: what is fitted on, and what is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.evaluation.results import Question
from assistant.evidence import Candidate, gather
from assistant.reading import WeighingReader
from assistant.session import Assistant

Floats: TypeAlias = NDArray[np.float64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the reader made of one question's candidate sentences."""

    question: Question
    features: Floats
    """Shape (candidates, 3); see `assistant.reading.Weighed`."""
    log_odds: Floats
    """Shape (candidates,): as the recipe weighs the features."""
    right: NDArray[np.bool_]
    """Whether a candidate is gold, shape (candidates,)."""
    elsewhere: NDArray[np.bool_]
    """Whether a candidate is from a source without gold, shape (candidates,)."""


def read_cases(
    assistant: Assistant, reader: WeighingReader, questions: Sequence[Question], progress: Progress = lambda *_: None
) -> list[Case]:
    """Every question, retrieved and read by the chain; a question with nothing found has no candidates."""
    return list(_cases(assistant, reader, questions, progress))


def _cases(
    assistant: Assistant, reader: WeighingReader, questions: Sequence[Question], progress: Progress
) -> Iterator[Case]:
    for number, question in enumerate(questions, start=1):
        candidates = gather((hit.passage for hit in assistant.retrieve(question.question)), assistant.corpus)
        progress(number, len(questions))
        if candidates:
            yield _case(reader, question, candidates)


def _case(reader: WeighingReader, question: Question, candidates: Sequence[Candidate]) -> Case:
    weighed = reader.weigh(question.question, candidates)
    homes = {gold.source_id for gold in question.gold}
    return Case(
        question=question,
        features=weighed.features,
        log_odds=weighed.log_odds,
        right=np.array([_is_gold(question, candidate) for candidate in candidates]),
        elsewhere=np.array([candidate.source.id not in homes for candidate in candidates]),
    )


def _is_gold(question: Question, candidate: Candidate) -> bool:
    return any(g.source_id == candidate.source.id and g.span.overlaps(candidate.span) for g in question.gold)


def found_among(cases: Iterable[Case], count: int) -> float:
    """Share of the cases with a right sentence among the best so many."""
    return float(np.mean([case.right[np.argsort(-case.log_odds, kind="stable")[:count]].any() for case in cases]))


def best(cases: Iterable[Case], *, elsewhere: bool = False) -> Floats:
    """The best log-odds of each case; ``elsewhere``: with the sources that hold the gold taken away."""
    return np.array([(c.log_odds[c.elsewhere] if elsewhere else c.log_odds).max(initial=-50.0) for c in cases])


def auroc(answered: Floats, unanswered: Floats) -> float:
    """Chance that an answered question's value is higher than an unanswered one's, ties counting half."""
    order = np.concatenate([answered, unanswered])
    values, places = np.unique(order, return_inverse=True)
    counts = np.bincount(places, minlength=len(values))
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    over = ranks[: len(answered)].sum() - len(answered) * (len(answered) + 1) / 2
    return float(over / (len(answered) * len(unanswered)))
