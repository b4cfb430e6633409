"""SQuAD 1.1 as training examples, with negatives: what the reader is shown, and what it is to say.

Half of what it is shown does not answer: passages of other paragraphs that share words with the question, and the right
passage under a question that was damaged so that it is not answered there.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain import Source, Span
from assistant.evaluation.public_data import PublicData
from assistant.evaluation.results import Question
from assistant.sentences import sentence_spans
from training.damage import Damager, vary

HARD, DAMAGED = 0.65, 0.45
"""Chance, for each question, of a passage found by its words and of a damaged question."""
NO_HEADING = 0.3
"""Share of examples without heading."""
HELD_OUT = 0.05
"""Share of articles that are kept from training, to choose and calibrate by."""
SHORTEST, LONGEST = 250, 750
"""Characters of a window of sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, its paragraph, the answer's place, and passages that share its words and do not hold the answer."""

    question: str
    source: Source
    answer: Span
    near: tuple[tuple[Source, Span], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What the reader is shown, and what it is to find there."""

    question: str
    heading: str
    passage: str
    sentences: tuple[Span, ...] = ()
    """The sentences that answer; none if the passage does not."""
    answer: Span | None = None
    """The answer itself, where it is known."""


def asked(data: PublicData, near: Mapping[str, Sequence[tuple[Source, Span]]]) -> list[Asked]:
    """Every question whose answer stands in its gold sentence."""
    by_id = {source.id: source for source in data.sources}
    return [
        Asked(
            question=question.question,
            source=by_id[question.gold[0].source_id],
            answer=place,
            near=tuple(near[question.id]),
        )
        for question in data.questions
        if (place := _answer(question, by_id)) is not None
    ]


def _answer(question: Question, by_id: Mapping[str, Source]) -> Span | None:
    gold, words = question.gold[0], question.contains[0]
    start = by_id[gold.source_id].text.find(words, gold.span.start)
    return Span(start=start, end=start + len(words)) if start >= 0 else None


def shown(item: Asked, damager: Damager, rng: random.Random) -> Iterator[Example]:
    """The examples that one question gives: answered, and not."""
    heading = "" if rng.random() < NO_HEADING else item.source.info.title
    question = vary(item.question, rng)
    window = _window(item.source.text, item.answer, rng)
    yield _answered(question, heading, item, window)
    if item.near and rng.random() < HARD:
        source, span = rng.choice(item.near)
        other = "" if rng.random() < NO_HEADING else source.info.title
        yield Example(question=question, heading=other, passage=span.cut(source.text))
    if rng.random() < DAMAGED:
        damaged = damager.damage(item.question, item.source, item.answer.cut(item.source.text), rng)
        if damaged is not None:
            yield Example(question=vary(damaged, rng), heading=heading, passage=window.cut(item.source.text))


def _answered(question: str, heading: str, item: Asked, window: Span) -> Example:
    holding = [span for span in sentence_spans(item.source.text, window) if span.overlaps(item.answer)] or [item.answer]
    sentence = Span(start=holding[0].start, end=max(holding[-1].end, item.answer.end))
    return Example(
        question=question,
        heading=heading,
        passage=window.cut(item.source.text),
        answer=_within(item.answer, window),
        sentences=(_within(sentence, window),),
    )


def _within(span: Span, window: Span) -> Span:
    return Span(start=max(span.start, window.start) - window.start, end=min(span.end, window.end) - window.start)


def _window(text: str, answer: Span, rng: random.Random) -> Span:
    """Whole sentences around the answer, a random stretch of them."""
    spans = list(sentence_spans(text))
    holding = [index for index, span in enumerate(spans) if span.overlaps(answer)]
    if not holding:
        return Span(start=0, end=len(text))
    first, last = holding[0], holding[-1]
    room = rng.randint(SHORTEST, LONGEST)
    while first > 0 or last < len(spans) - 1:
        backwards = first > 0 and (last == len(spans) - 1 or rng.random() < 0.5)
        first, last = (first - 1, last) if backwards else (first, last + 1)
        if spans[last].end - spans[first].start > room:
            first, last = (first + 1, last) if backwards else (first, last - 1)
            break
    return Span(start=spans[first].start, end=spans[last].end)


def is_held_out(article: str, share: float = HELD_OUT) -> bool:
    """Whether an article is kept from training; decided by its title, so the same on every machine."""
    return int(hashlib.sha256(article.encode("utf-8")).hexdigest()[:8], 16) / 0xFFFFFFFF < share
