"""The first reader: word overlap with meaning, and the belief that rests on it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from assistant.analysis import Analyzer
from assistant.domain import Source, Span
from assistant.evidence import Candidate
from assistant.overlap import OverlapReader, content_words
from assistant.sentences import sentence_spans
from tests.specimens import make_source, texts


@pytest.fixture(scope="module")
def reader() -> OverlapReader:
    return OverlapReader(analyzer=Analyzer("english"))


def candidates(source: Source) -> list[Candidate]:
    whole = Span(start=0, end=max(len(source.text), 1))
    return [Candidate(source=source, span=span, passage=whole) for span in sentence_spans(source.text)]


def best(reader: OverlapReader, question: str, source: Source) -> str:
    found = candidates(source)
    scores = reader.score(question, found).scores
    return found[scores.index(max(scores))].text


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What were Mao's conditions for an armistice?", "38th parallel"),
        ("What does Mao say about Taiwan?", "Taiwan"),
        ("What operation is planned for August?", "In August"),
        ("Who was ordered to return to the front?", "Deng Hua"),
        ("Should China's entrance into the UN be raised as a condition?", "entrance of China into the UN"),
        ("What happens to the aviation units?", "aviation units"),
    ],
)
def test_the_sentence_that_answers_scores_best(
    reader: OverlapReader, telegram: Source, question: str, words: str
) -> None:
    assert words in best(reader, question, telegram)


@pytest.mark.parametrize("question", ["How do I bake sourdough bread?", "What is the capital of Peru?"])
def test_a_question_about_other_matters_is_not_believed_answered(
    reader: OverlapReader, telegram: Source, question: str
) -> None:
    assert reader.score(question, candidates(telegram)).answered < 0.5


def test_a_question_that_is_answered_is_believed(reader: OverlapReader, telegram: Source) -> None:
    assert reader.score("What were Mao's conditions for an armistice?", candidates(telegram)).answered > 0.5


@settings(max_examples=60)
@given(texts, texts)
def test_scores_are_shares_and_the_same_each_time(reader: OverlapReader, question: str, text: str) -> None:
    found = candidates(make_source(text))
    reading = reader.score(question, found)
    assert len(reading.scores) == len(found)
    assert all(0 <= value <= 1 for value in (*reading.scores, reading.answered))
    assert reader.score(question, found) == reading


@pytest.mark.parametrize("question", ["", "?!", " "])
def test_a_question_without_words_is_not_answered(reader: OverlapReader, telegram: Source, question: str) -> None:
    reading = reader.score(question, candidates(telegram))
    assert reading.answered == 0
    assert set(reading.scores) == {0.0}


def test_without_candidates_nothing_is_answered(reader: OverlapReader) -> None:
    reading = reader.score("What were the conditions?", [])
    assert (reading.scores, reading.answered) == ((), 0)


def test_a_word_of_the_byline_counts_in_every_sentence_of_the_source(reader: OverlapReader) -> None:
    text = "We are waiting for the enemy."
    by_mao, by_kim = (candidates(make_source(text, title="Note", author=name)) for name in ("Mao Zedong", "Kim"))
    (said,), (silent,) = (reader.score("What does Zedong expect?", found).scores for found in (by_mao, by_kim))
    assert said > silent


def test_a_stem_counts_like_the_word(reader: OverlapReader) -> None:
    near, far = (
        reader.score("Who negotiates?", candidates(make_source(text))).scores[0]
        for text in ("They were negotiating.", "They were swimming.")
    )
    assert near > far


def test_a_sentence_with_the_kind_of_thing_asked_for_scores_more_but_is_not_believed_more(
    reader: OverlapReader,
) -> None:
    source = make_source("They left in July. They left in tears.")
    when = reader.score("When did they leave?", candidates(source))
    assert when.scores[0] > when.scores[1] + 0.1
    alone = [reader.score("When did they leave?", [one]).answered for one in candidates(source)]
    assert when.answered == pytest.approx(max(alone))


def test_content_words_are_all_words_if_none_carries_matter() -> None:
    assert content_words("What does Mao's army say?") == ["mao", "army"]
    assert content_words("Who are you?") == ["who", "are", "you"]
