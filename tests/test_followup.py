"""How a question can be read after others."""

from __future__ import annotations

import gzip
import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.followup import MOST_PHRASES, Exchange, read_followup, topic
from assistant.paths import data_root
from assistant.signals import Leaning
from tests.specimens import texts

PEOPLE = ("Mao Zedong", "Gao Gang", "Kim Il Sung", "I. V. Stalin")
CAST = data_root().parent / "shared" / "data" / "cast" / "rewrites.jsonl.gz"


def asked(*questions: str, cited: tuple[str, ...] = (), people: tuple[str, ...] = (), date: str = "") -> list[Exchange]:
    """Questions that stood alone; what was cited belongs to the last."""
    made = [Exchange(question=question, standalone=question) for question in questions]
    return [
        *made[:-1],
        Exchange(question=questions[-1], standalone=questions[-1], cited=cited, people=people, date=date),
    ]


def first(question: str, earlier: list[Exchange]) -> str:
    """The likeliest reading."""
    found = read_followup(question, earlier, PEOPLE)
    return found.readings[0] if found.readings else found.question


@pytest.mark.parametrize(
    ("earlier", "question", "reading"),
    [
        (("What is throat cancer?",), "Is it treatable?", "Is throat cancer treatable?"),
        (("What do sharks eat?",), "Where do they live?", "Where do sharks live (eat)?"),
        (("Tell me about lung cancer.",), "What are its symptoms?", "What are lung cancer's symptoms?"),
        (("What does Mao say of Kennan?",), "Who is he?", "Who is Kennan (Mao)?"),
        (
            ("What was Deng Hua ordered to do?",),
            "What rank did he hold?",
            "What rank did Deng Hua hold (ordered)?",
        ),
        (("What does Mao plan for June?",), "And in August?", "What does Mao plan for August?"),
        (("What does Mao plan for June and July?",), "What about August?", "What does Mao plan for August?"),
        (("What does Mao plan for June and July?",), "And the month after?", "What does Mao plan for August?"),
        (("What does Mao say about Taiwan?",), "What about the UN, then?", "What does Mao say about UN?"),
        (("What does Mao say about Taiwan?",), "Why not?", "Why not (Mao, Taiwan)?"),
        (("What does Mao say about Taiwan?",), "Under which condition?", "Under which condition (Mao, Taiwan)?"),
        (("What does Mao say about Taiwan?",), "The concession?", "The concession (Mao, Taiwan)?"),
        (
            ("What does Mao say of Kennan?", "And of Taiwan?"),
            "Going back to the former, what did he state?",
            "what did Kennan state?",
        ),
        (
            ("Which comes first, Korea or Taiwan?",),
            "Is the latter a condition?",
            "Is Taiwan a condition?",
        ),
    ],
)
def test_what_a_question_leans_on_is_put_in(earlier: tuple[str, ...], question: str, reading: str) -> None:
    assert first(question, asked(*earlier)) == reading


def test_the_latter_of_two_sides_is_found_in_the_sentence_that_was_cited() -> None:
    cited = "One side makes an inquiry, and from the other, if the enemy asks, Korea will agree."
    reading = first("If the latter comes about, who reacts?", asked("Which two ways are there?", cited=(cited,)))
    assert "enemy" in reading
    assert "inquiry" not in reading


def test_a_person_is_found_in_who_speaks_if_no_question_names_one() -> None:
    earlier = asked("What is planned for the front?", people=("Mao Zedong", "Gao Gang"))
    assert first("What does he fear?", earlier).startswith("What does Mao Zedong fear")


def test_that_date_is_the_date_of_what_was_cited() -> None:
    earlier = asked("Who signed the letter?", date="14 June 1951")
    assert "on 14 June 1951" in first("What else happened on that day?", earlier)


def test_months_are_counted_from_the_one_that_was_cited() -> None:
    earlier = asked("When is the operation?", cited=("In August we will carry out an operation.",))
    assert "June, July" in first("What is done in the two months before it?", earlier)


def test_an_announced_change_of_topic_takes_nothing_along_but_people() -> None:
    earlier = asked("What does Mao say about Taiwan?")
    plain = read_followup("Different matter: what about the planes?", earlier, PEOPLE)
    assert (plain.question, plain.readings) == ("what about the planes?", ())
    person = read_followup("Now something else. Would a zone in the North suit him?", earlier, PEOPLE)
    assert person.readings == ("Would a zone in the North suit Taiwan?", "Would a zone in the North suit Mao Zedong?")


@pytest.mark.parametrize(
    "question",
    [
        "Which army group was Deng Hua to command?",
        "Who was Kennan?",
        "Why should Pyongyang and Beijing hold their tongues about a truce?",
        "What does Mao advise on each, and what does he decide himself?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    found = read_followup(question, asked("What does Mao say about Taiwan?"), PEOPLE)
    assert (found.leaning, found.readings) == (Leaning.NONE, ())


def test_a_topic_lasts_until_a_question_stands_alone() -> None:
    whales = Exchange(question="Tell me about blue whales.", standalone="Tell me about blue whales.")
    food = Exchange(question="What do they eat?", standalone="What do blue whales eat?")
    assert topic([whales, food]) == ("blue whales",)
    ships = Exchange(question="How fast are ships?", standalone="How fast are ships?")
    assert topic([whales, food, ships]) == ("fast", "ships")


def test_a_name_that_a_follow_up_brings_in_joins_the_topic() -> None:
    crete = Exchange(question="Tell me about the palaces of Crete.", standalone="Tell me about the palaces of Crete.")
    evans = Exchange(question="Did it interest Arthur Evans?", standalone="Did palaces of Crete interest Arthur Evans?")
    assert topic([crete, evans])[0] == "interest Arthur Evans"


@given(question=texts, earlier=st.lists(texts, max_size=3), cited=texts)
def test_any_text_can_be_read_after_any_other(question: str, earlier: list[str], cited: str) -> None:
    exchanges = [Exchange(question=one, standalone=one, cited=(cited,), people=(cited,), date=cited) for one in earlier]
    found = read_followup(question, exchanges, (*PEOPLE, cited))
    assert all(reading != question for reading in found.readings)
    assert earlier or not found.readings


@given(st.lists(st.text(string.ascii_letters + " ?", min_size=1, max_size=60), min_size=1, max_size=30))
def test_a_reading_is_bounded_however_long_the_conversation_is(questions: list[str]) -> None:
    earlier: list[Exchange] = []
    for question in questions:
        found = read_followup(question, earlier)
        standalone = found.readings[-1] if found.readings else question
        assert len(standalone) <= len(question) + (MOST_PHRASES + 2) * 64
        earlier.append(Exchange(question=question, standalone=standalone))


@pytest.mark.shared
@pytest.mark.skipif(not CAST.is_file(), reason=f"no conversations at {CAST}")
def test_every_conversation_of_the_benchmark_can_be_read() -> None:
    with gzip.open(CAST, "rt", encoding="utf-8") as lines:
        for turn in map(json.loads, lines):
            earlier = [Exchange(question=one, standalone=one) for one in turn["history"]]
            assert read_followup(turn["raw"], earlier).question
