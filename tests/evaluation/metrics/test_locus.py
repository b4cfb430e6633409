from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.evaluation.metrics.locus import LOCUS_METRICS
from assistant.evaluation.results import CitedQuote, Question, Response
from tests.evaluation.river import (
    ARCHIVE,
    BORDER,
    FAILURE,
    FROZEN,
    JUNE,
    MAY,
    NOBODY,
    REFUSAL,
    TRADE,
    answer,
    ask,
    quote,
    unplaced,
)

QUESTION = ask(BORDER, optional=[MAY])
LIE = unplaced("The border moves.")


@pytest.mark.parametrize(
    ("quotes", "source", "paragraph", "overlap", "iou"),
    [
        ([quote(BORDER)], 1, 1, 1, 1),
        ([unplaced(BORDER)], 1, 1, 1, 1),
        ([quote("The border stays")], 1, 1, 1, 14 / 25),
        ([quote(MAY)], 1, 1, 1, 1),  # optional gold is gold
        ([quote(TRADE)], 1, 1, 1, 17 / 39),
        ([quote(JUNE)], 1, 1, 0, 0),  # right paragraph, wrong words
        ([quote(NOBODY)], 1, 0, 0, 0),
        ([quote(FROZEN, "rumour")], 0, 0, 0, 0),
        ([quote(MAY, "rumour")], 0, 0, 0, 0),  # true words, but not where the gold stands
        ([LIE], 1, 0, 0, 0),
        ([quote(BORDER), quote(NOBODY), LIE, quote(FROZEN, "rumour")], 3 / 4, 1 / 4, 1 / 4, 1 / 4),
    ],
)
def test_the_place_of_quotes_is_judged_as_by_hand(
    quotes: list[CitedQuote], source: float, paragraph: float, overlap: float, iou: float
) -> None:
    found = [metric(QUESTION, answer(*quotes), ARCHIVE).value for metric in LOCUS_METRICS.values()]
    assert found == pytest.approx([source, paragraph, overlap, iou])


@pytest.mark.parametrize(
    ("question", "response", "reason"),
    [
        (ask(), answer(quote(BORDER)), "the sources do not answer this question"),
        (QUESTION, REFUSAL, "refused"),
        (QUESTION, replace(REFUSAL, citations=(quote(BORDER),)), "refused"),
        (QUESTION, FAILURE, "the system failed: TimeoutError: no answer"),
        (QUESTION, answer(), "nothing cited"),
    ],
)
@pytest.mark.parametrize("metric", LOCUS_METRICS)
def test_the_place_has_no_value_where_there_is_no_gold_or_no_quote(
    metric: str, question: Question, response: Response, reason: str
) -> None:
    value = LOCUS_METRICS[metric](question, response, ARCHIVE)
    assert (value.value, value.reason) == (None, reason)
