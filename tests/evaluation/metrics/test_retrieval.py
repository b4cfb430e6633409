from __future__ import annotations

from dataclasses import replace
from math import log2

import pytest

from assistant.domain import Span
from assistant.evaluation.metrics.retrieval import RETRIEVAL_METRICS
from assistant.evaluation.results import Question, RankedSpan
from tests.evaluation.river import ARCHIVE, BORDER, JUNE, MAY, NOBODY, REFUSAL, TRADE, answer, ask, quote

HIT_1, HIT_5, HIT_10, RECALL_5, RECALL_10, RECALL_20, RANK, GAIN = RETRIEVAL_METRICS


@pytest.mark.parametrize(
    ("question", "ranking", "expected"),
    [
        (ask(BORDER), [BORDER], {HIT_1: 1, HIT_5: 1, RECALL_5: 1, RANK: 1, GAIN: 1}),
        (ask(BORDER), [TRADE, BORDER], {HIT_1: 0, HIT_5: 1, RECALL_5: 1, RANK: 1 / 2, GAIN: 1 / log2(3)}),
        (ask(BORDER), [TRADE, TRADE, BORDER], {HIT_1: 0, RANK: 1 / 2}),  # a passage twice counts once
        (ask(BORDER), [TRADE, NOBODY], {HIT_1: 0, HIT_10: 0, RECALL_20: 0, RANK: 0, GAIN: 0}),
        (ask(BORDER), [f"{BORDER} {TRADE}"], {HIT_1: 1, GAIN: 1}),  # a long passage that holds it
        (ask(BORDER), ["The border"], {HIT_1: 0}),  # 9 characters of it
        (ask(JUNE), [MAY, TRADE], {HIT_1: 0, RANK: 1 / 2}),  # another clause is no evidence
        (ask(BORDER, optional=[TRADE]), [TRADE], {HIT_1: 0, RECALL_5: 0}),  # only required gold is sought
        # two pieces, one of them found at rank 2: the other counts as relevant and missed
        (
            ask(BORDER, NOBODY),
            [TRADE, BORDER],
            {HIT_5: 1, RECALL_5: 1 / 2, RANK: 1 / 2, GAIN: (1 / log2(3)) / (1 + 1 / log2(3))},
        ),
        (ask(BORDER, NOBODY), [f"{BORDER} {TRADE}\n\n{NOBODY}"], {RECALL_5: 1, GAIN: 1}),  # one holds both
        (ask(BORDER), [f"{BORDER} {TRADE}", BORDER], {RECALL_5: 1, GAIN: 1}),  # both are relevant
    ],
)
def test_ranking_figures_are_as_computed_by_hand(
    question: Question, ranking: list[str], expected: dict[str, float]
) -> None:
    found = {name: RETRIEVAL_METRICS[name](question, answer(ranking=ranking), ARCHIVE).value for name in expected}
    assert found == pytest.approx(expected)


def test_k_is_where_the_ranking_is_cut() -> None:
    filler = tuple(RankedSpan(source_id="rumour", span=Span(start=n, end=n + 1)) for n in range(5))
    response = replace(answer(), ranking=(*filler, RankedSpan(source_id="report", span=Span(start=0, end=30))))
    found = [metric(ask(BORDER), response, ARCHIVE).value for metric in RETRIEVAL_METRICS.values()]
    assert found == pytest.approx([0, 0, 1, 0, 1, 1, 1 / 6, 1 / log2(7)])


def test_a_refusal_still_has_a_ranking_to_judge() -> None:
    response = replace(REFUSAL, ranking=answer(ranking=[BORDER]).ranking)
    assert RETRIEVAL_METRICS[HIT_1](ask(BORDER), response, ARCHIVE).value == 1


def test_passages_that_do_not_exist_are_not_relevant() -> None:
    ranking = (
        RankedSpan(source_id="diary", span=Span(start=0, end=30)),
        RankedSpan(source_id="report", span=Span(start=900, end=930)),
    )
    assert RETRIEVAL_METRICS[HIT_5](ask(BORDER), replace(answer(), ranking=ranking), ARCHIVE).value == 0


@pytest.mark.parametrize("metric", RETRIEVAL_METRICS)
def test_without_gold_or_ranking_there_is_no_value(metric: str) -> None:
    unanswerable = RETRIEVAL_METRICS[metric](ask(), answer(ranking=[BORDER]), ARCHIVE)
    unranked = RETRIEVAL_METRICS[metric](ask(BORDER), answer(quote(BORDER)), ARCHIVE)
    assert (unanswerable.value, unanswerable.reason) == (None, "the sources do not answer this question")
    assert (unranked.value, unranked.reason) == (None, "the system names no ranking")
