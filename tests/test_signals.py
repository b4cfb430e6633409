"""Whether a question hangs on those before it."""

from __future__ import annotations

import pytest

from assistant.signals import Leaning, leaning, without_new_topic

PEOPLE = ("Mao Zedong", "Kim Il Sung")


@pytest.mark.parametrize(
    "question",
    [
        "Why?",
        "Why not?",
        "And in August?",
        "Is it treatable?",
        "What do they eat?",
        "Where was he born?",
        "How do you get there?",
        "Is that so?",
        "What happened on that day?",
        "Which of them is the latter?",
        "With whom, then?",
        "What about Taiwan?",
        "Going back to the front, who held the line of the front firmly?",
        "Is the other one better?",
        "Would a zone in the North suit him?",
    ],
)
def test_what_points_back_leans_strongly(question: str) -> None:
    assert leaning(question, PEOPLE) is Leaning.STRONG


@pytest.mark.parametrize("question", ["The neutral zone?", "What are the main themes?", "Any losses?"])
def test_what_is_short_may_lean(question: str) -> None:
    assert leaning(question, PEOPLE) is Leaning.WEAK


@pytest.mark.parametrize(
    "question",
    [
        "Which army group was Deng Hua to command?",
        "What does Mao say of his own wounded troops at the front?",
        "Do Pyongyang and Beijing hold their tongues about a truce?",
        "Who is Filippov?",
        "Is there any plan to withdraw troops from the front?",
        "For what reason should troops stay on the defensive, and for how many months from now on?",
    ],
)
def test_what_stands_alone_does_not_lean(question: str) -> None:
    assert leaning(question, PEOPLE) is Leaning.NONE


@pytest.mark.parametrize(
    "said",
    [
        "Different matter: ",
        "Now something else. ",
        "Leaving that aside, ",
        "On another note, ",
        "By the way, ",
        "Never mind that. ",
        "To change the subject: ",
        "OK, a new question: ",
        "Moving on – ",
    ],
)
def test_the_announcement_of_another_topic_is_taken_off(said: str) -> None:
    assert without_new_topic(f"{said}who signed the letter?") == "who signed the letter?"


@pytest.mark.parametrize(
    "question", ["Who signed?", "What is the other matter?", "Why did he change the subject?", "A", ""]
)
def test_a_question_that_announces_nothing_is_left(question: str) -> None:
    assert without_new_topic(question) is None
