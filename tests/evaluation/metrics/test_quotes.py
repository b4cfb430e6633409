from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.domain import Span
from assistant.evaluation.metrics.quotes import QUOTE_METRICS, coverage, quote_exactness
from assistant.evaluation.results import CitedQuote, Response
from tests.evaluation.river import ARCHIVE, BORDER, FAILURE, FROZEN, MAY, NOBODY, REFUSAL, answer, ask, quote, unplaced

QUESTION = ask(BORDER)
TRUE = quote(BORDER)
SHIFTED = replace(TRUE, span=Span(start=1, end=31))
BEYOND = replace(TRUE, span=Span(start=0, end=999))
SPACED = unplaced("The border  stays\nat the river.")
MISQUOTED = replace(TRUE, quote="The border stays at the lake.")
ELSEWHERE = unplaced(FROZEN)
NOWHERE_KNOWN = unplaced(FROZEN, "diary")
STITCHED = unplaced(f"{BORDER} {NOBODY}")
INVENTED = unplaced("All is well everywhere.")
EMPTY = unplaced("")


@pytest.mark.parametrize(
    ("metric", "quotes", "expected"),
    [
        ("quote_exactness", [TRUE], 1),
        ("quote_exactness", [TRUE, SHIFTED], 1 / 2),
        ("quote_exactness", [BEYOND], 0),
        ("quote_exactness", [MISQUOTED], 0),
        ("quote_exactness", [TRUE, unplaced(BORDER)], 1 / 2),
        ("quote_verified", [TRUE, SHIFTED, BEYOND, SPACED], 1),
        ("quote_verified", [TRUE, MISQUOTED, ELSEWHERE, EMPTY], 1 / 4),
        ("quote_verified", [quote(MAY), quote(MAY, "rumour")], 1),
        ("quote_normalised", [TRUE, SPACED, MISQUOTED], 1 / 3),
        ("misattribution", [TRUE, ELSEWHERE, NOWHERE_KNOWN], 2 / 3),
        ("quote_stitched", [TRUE, STITCHED], 1 / 2),
        ("quote_not_found", [MISQUOTED, INVENTED, EMPTY, ELSEWHERE], 3 / 4),
    ],
)
def test_each_share_of_quotes_is_as_counted_by_hand(metric: str, quotes: list[CitedQuote], expected: float) -> None:
    value = QUOTE_METRICS[metric](QUESTION, answer(*quotes), ARCHIVE)
    assert value.value == pytest.approx(expected)
    assert value.reason.endswith(f"of {len(quotes)}")


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (REFUSAL, "refused"),
        (FAILURE, "the system failed: TimeoutError: no answer"),
        (answer(), "nothing cited"),
    ],
)
@pytest.mark.parametrize("metric", [name for name in QUOTE_METRICS if name != "coverage"])
def test_without_quotes_there_is_nothing_to_judge(metric: str, response: Response, reason: str) -> None:
    value = QUOTE_METRICS[metric](QUESTION, response, ARCHIVE)
    assert (value.value, value.reason) == (None, reason)


def test_quotes_shown_beside_a_refusal_must_be_true_as_well() -> None:
    refusal = replace(REFUSAL, citations=(TRUE, MISQUOTED))
    assert QUOTE_METRICS["quote_verified"](ask(), refusal, ARCHIVE).value == 1 / 2


def test_a_system_that_names_no_places_has_no_exactness() -> None:
    value = quote_exactness(QUESTION, answer(unplaced(BORDER), unplaced(NOBODY)), ARCHIVE)
    assert (value.value, value.reason) == (None, "the system names no places")


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([(1,)], 1),
        ([(1,), (2,)], 1 / 2),  # 2 is misquoted
        ([(1, 2)], 1),  # one verified citation is enough
        ([(), (7,), (1,)], 1 / 3),  # no citation; one that is not there
    ],
)
def test_coverage_is_the_share_of_statements_with_a_verified_citation(
    statements: list[tuple[int, ...]], expected: float
) -> None:
    response = answer(TRUE, replace(MISQUOTED, number=2), statements=statements)
    assert coverage(QUESTION, response, ARCHIVE).value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (REFUSAL, "refused"),
        (FAILURE, "the system failed: TimeoutError: no answer"),
        (answer(TRUE), "the system names no statements"),
    ],
)
def test_coverage_needs_statements(response: Response, reason: str) -> None:
    value = coverage(QUESTION, response, ARCHIVE)
    assert (value.value, value.reason) == (None, reason)


def test_statements_without_any_citation_are_not_covered() -> None:
    assert coverage(QUESTION, answer(statements=[(), ()]), ARCHIVE).value == 0
