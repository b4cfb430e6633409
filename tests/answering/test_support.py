"""Whether numbers, dates and names of a statement stand in what it cites."""

from __future__ import annotations

import pytest
from hypothesis import given

from assistant.answering.support import listed, unsupported
from tests.specimens import texts

CITED = (
    "In June and July preparations go on; the 38th parallel, two months, 1,500 men on 13.6.51, twenty-five tanks.",
    "Mao Zedong, telegram to Kim Il Sung on Korea and China",
)


@pytest.mark.parametrize(
    "statement",
    [
        "Mao prepares for 2 months.",
        "The border is the thirty-eighth or 38th parallel.".replace("thirty-eighth or ", ""),
        "On 13 June 1951 there were 1500 men and 25 tanks.",
        "Preparations go on in July.",
        "The Korean and Chinese side prepares.",
        "One of the months, and no one else.",
        "Second, he prepares.",
        "Preparations in two months' time concern Kim.",
        "Fighting men prepare.",
    ],
)
def test_what_stands_in_the_cited_words_is_borne_out(statement: str) -> None:
    assert unsupported(statement, CITED) == ()


@pytest.mark.parametrize(
    ("statement", "missing"),
    [
        ("Mao prepares for three months.", ("three",)),
        ("The border is the 37th parallel.", ("37",)),
        ("There were 15,000 men.", ("15,000",)),
        ("There were thirty-five tanks.", ("thirty-five",)),
        ("On 14 June 1951 they prepare.", ("14",)),
        ("On 13 June 1953 they prepare.", ("1953",)),
        ("They prepare in August.", ("August",)),
        ("They prepare with Kennan.", ("Kennan",)),
        ("Kissinger prepares.", ("Kissinger",)),
        ("Mao prepares with Richard Nixon in Paris.", ("Richard Nixon", "Paris")),
        ("They prepare one month.", ("one",)),
        ("٣ months of preparations.", ("٣",)),
        ("The moon is cheese.", ("moon", "cheese")),
    ],
)
def test_what_does_not_is_named(statement: str, missing: tuple[str, ...]) -> None:
    assert unsupported(statement, CITED) == missing


def test_two_names_that_begin_alike_are_two() -> None:
    assert unsupported("He meets Kennedy.", ["He meets Kennan."]) == ("Kennedy",)


def test_what_is_missing_is_listed_for_the_reader() -> None:
    assert listed(("37", "Kennan")) == "(not in the cited words: 37, Kennan)"


@given(texts)
def test_a_text_bears_out_itself(text: str) -> None:
    assert unsupported(text, [text]) == ()


@given(texts, texts)
def test_any_text_can_be_compared(one: str, other: str) -> None:
    assert all(missing for missing in unsupported(one, [other]))
