"""What a question asks for, and whether a sentence has it."""

from __future__ import annotations

import pytest

from assistant.questions import Expected, expects, supplies


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When was the letter written?", Expected.TIME),
        ("On what day did they write?", Expected.TIME),
        ("In which month will they attack?", Expected.TIME),
        ("How long must they wait?", Expected.TIME),
        ("How many armies are named?", Expected.NUMBER),
        ("What percentage agreed?", Expected.NUMBER),
        ("Who is Filippov?", Expected.NAME),
        ("To whom was it sent?", Expected.NAME),
        ("WHOSE statement is it?", Expected.NAME),
        ("Which commanders were ordered to the front?", Expected.NAME),
        ("Where shall the neutral zone lie?", Expected.PLACE),
        ("In what town do they meet?", Expected.PLACE),
        ("Why not raise the question of the UN?", Expected.CAUSE),
        ("For what reason does China wait?", Expected.CAUSE),
        ("What were Mao's conditions?", Expected.ANYTHING),
        ("Is Taiwan a condition?", Expected.ANYTHING),
        ("", Expected.ANYTHING),
        ("Whence the whole whenever?", Expected.ANYTHING),
    ],
)
def test_the_question_word_says_what_is_asked_for(question: str, expected: Expected) -> None:
    assert expects(question) is expected


@pytest.mark.parametrize(
    ("sentence", "expected", "holds"),
    [
        ("I received it on 13 June.", Expected.TIME, True),
        ("He signed on 13.6.51.", Expected.TIME, True),
        ("We must wait two months.", Expected.TIME, True),
        ("They came in 1951.", Expected.TIME, True),
        ("They may march.", Expected.TIME, False),
        ("They came in 3000 trucks.", Expected.TIME, False),
        ("the 13th army group", Expected.NUMBER, True),
        ("two ways", Expected.NUMBER, True),
        ("a way out", Expected.NUMBER, False),
        ("to return from Moscow to the zone", Expected.PLACE, True),
        ("immediately to return to the front", Expected.PLACE, True),
        ("to return to them", Expected.PLACE, False),
        ("since China can refer to it", Expected.CAUSE, True),
        ("China refers to it", Expected.CAUSE, False),
        ("13 June in Moscow, because", Expected.ANYTHING, False),
    ],
)
def test_a_sentence_holds_what_is_asked_for_or_not(sentence: str, expected: Expected, holds: bool) -> None:
    assert supplies(sentence, expected, "?") is holds


@pytest.mark.parametrize(
    ("sentence", "question", "holds"),
    [
        ("We have ordered Deng Hua to return.", "Who was ordered to return?", True),
        ("We have ordered Deng Hua to return.", "Who ordered Deng Hua?", False),
        ("Yesterday they went.", "Who went?", False),
        ("We wait. Then they went.", "Who went?", False),
        ("we asked them", "Who asked?", False),
    ],
)
def test_a_name_must_be_one_that_the_question_does_not_have(sentence: str, question: str, holds: bool) -> None:
    assert supplies(sentence, Expected.NAME, question) is holds
