"""What a text speaks of."""

from __future__ import annotations

from hypothesis import given

from assistant.mentions import carries_matter, months_in, names_in, people_in, people_of, phrases_in
from tests.specimens import make_info, texts

KNOWN = ("Mao Zedong", "Gao Gang", "Kim Il Sung", "I. V. Stalin")


def test_everyone_who_writes_or_is_written_to_is_known_once() -> None:
    infos = [
        make_info(author="A B and C D", addressee="E F"),
        make_info(author="E F", addressee="unknown"),
        make_info(author="none", addressee="G, H"),
    ]
    assert people_of(infos) == ("A B", "C D", "E F", "G", "H")


def test_people_are_found_by_any_part_that_stands_for_them() -> None:
    assert people_in("Did Stalin's man see Gao, and Kim?", KNOWN) == ("I. V. Stalin", "Gao Gang", "Kim Il Sung")
    assert people_in("Maoists and kimchi on V Day", KNOWN) == ()


def test_a_name_is_a_run_of_capitals_and_not_the_opening_of_a_sentence() -> None:
    assert names_in("Preparations go on. Will North Korea's army, or the U.S. one, agree?") == ("North Korea", "U.S")
    assert names_in("Mao's plan. UN?") == ("Mao", "UN")
    assert names_in("What then?") == ()


def test_months_are_named_with_a_capital() -> None:
    assert months_in("It may march in May or in June.") == ("May", "June")


def test_phrases_are_what_a_question_is_about() -> None:
    assert phrases_in("What are the different types of sharks?") == ("sharks",)
    assert phrases_in("Is there a history of the neutral zone in Korea?") == ("history of the neutral zone", "Korea")
    assert phrases_in("Why is that?") == ()


def test_scaffolding_carries_no_matter() -> None:
    assert not any(map(carries_matter, ("the", "types", "tell", "", "?")))
    assert carries_matter("armistice")


@given(texts)
def test_any_text_has_its_mentions_and_they_stand_in_it(text: str) -> None:
    for name in (*names_in(text), *months_in(text)):
        assert name in text
    assert people_in(text, (*KNOWN, text)) is not None
    for phrase in phrases_in(text):
        assert phrase
