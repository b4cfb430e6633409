"""Questions damaged so that they are not answered, and questions made harder that still are."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.analysis import words
from tests.specimens import make_source
from training.damage import Damager, vary

SOURCE = make_source(
    "The Treaty of Paris ended the war in 1763. Later Admiral Byng and George Washington fought in 1776 and 1781.",
    title="Wars",
)
QUESTIONS = (
    "Which treaty ended the first war in 1763?",
    "Who fought beside George Washington?",
    "What was the largest fleet after the war?",
    "When did the admirals sail north?",
)


@pytest.fixture(scope="module")
def damager() -> Damager:
    return Damager([SOURCE])


def damaged(damager: Damager, question: str, answer: str = "Paris") -> set[str]:
    rng = random.Random(0)
    return {found for _ in range(60) if (found := damager.damage(question, SOURCE, answer, rng)) is not None}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_damaged_question_says_something_else(damager: Damager, question: str) -> None:
    found = damaged(damager, question)
    assert found
    assert all(words(other) != words(question) for other in found)


def test_a_year_is_swapped_for_another_of_the_article(damager: Damager) -> None:
    found = damaged(damager, "Which treaty ended the war in 1763?")
    assert {f"Which treaty ended the war in {year}?" for year in ("1776", "1781")} <= found


def test_a_name_is_swapped_for_another_of_the_article(damager: Damager) -> None:
    assert "Who fought beside Admiral Byng?" in damaged(damager, "Who fought beside George Washington?")


@pytest.mark.parametrize(
    ("question", "turned"),
    [
        ("What was the largest fleet?", "What was the smallest fleet?"),
        ("What came after the war?", "What came before the war?"),
        ("What fell in the northern part?", "What fell in the southern part?"),
    ],
)
def test_a_word_is_turned_into_its_opposite(damager: Damager, question: str, turned: str) -> None:
    assert turned in damaged(damager, question)


def test_a_question_is_negated_where_nothing_else_fits(damager: Damager) -> None:
    assert damaged(damager, "why did they wait?") == {"why did not they wait?"}


def test_the_answer_is_not_put_into_the_question(damager: Damager) -> None:
    for found in damaged(damager, "Which year was it, 1763?", answer="1776 or 1781"):
        assert not {"1776", "1781"} & set(words(found))


def test_a_question_that_no_rule_fits_is_left_alone(damager: Damager) -> None:
    assert damaged(damager, "why wait?") == set()


@given(question=st.sampled_from(QUESTIONS), seed=st.integers(0, 10_000))
def test_a_varied_question_keeps_most_of_its_words(question: str, seed: int) -> None:
    found = words(vary(question, random.Random(seed)))
    kept = set(found) & set(words(question))
    assert len(found) >= 2
    assert len(kept) >= len(set(found)) - 1


def test_most_questions_are_left_as_they_are() -> None:
    rng = random.Random(1)
    same = sum(vary(QUESTIONS[0], rng).rstrip("?") == QUESTIONS[0].rstrip("?") for _ in range(1_000))
    assert 650 < same < 800
