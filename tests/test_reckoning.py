"""Months that are named by their distance from others."""

from __future__ import annotations

import pytest

from assistant.reckoning import reckon


@pytest.mark.parametrize(
    ("question", "said", "months"),
    [
        ("And the month after?", "In August.", ("September",)),
        ("And one month later?", "From November to December.", ("January",)),
        ("In the previous month?", "In January and February.", ("December",)),
        ("What is done in the three months before?", "In March.", ("December", "January", "February")),
        ("And in the following two months?", "In June and July.", ("August", "September")),
    ],
)
def test_months_are_counted_from_the_last_or_the_first_that_was_said(
    question: str, said: str, months: tuple[str, ...]
) -> None:
    assert reckon(question, said) == months


@pytest.mark.parametrize(
    ("question", "said"), [("And then?", "In June."), ("And the month after?", "Never."), ("", "")]
)
def test_where_nothing_is_counted_or_nothing_said_there_is_no_month(question: str, said: str) -> None:
    assert reckon(question, said) == ()
