"""Questions written for passages: ``training/data/``, whose README says how and by whom.

Most are on diplomatic prose: near a passage's words, in quite other words, as search terms, with a false premise, and
ones that it does not answer. Some are on encyclopaedia paragraphs, mostly ones that these do not answer.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from assistant.domain import Span
from training.damage import vary
from training.examples import NO_HEADING, Example, is_held_out

DATA = Path(__file__).parent / "data"
HELD_OUT = 0.1
"""Share of the passages that are kept from training."""
REMOVED = 0.4
"""Chance, for each answered question, of its passage without the sentences that answer."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Written(_Record):
    """A question and the numbers, from 0, of the sentences that answer it; none if the passage does not."""

    kind: str
    question: str
    answers: tuple[int, ...]


class Passage(_Record):
    """A passage with its sentences and questions."""

    id: str
    heading: str
    text: str
    sentences: tuple[tuple[int, int], ...]
    questions: tuple[Written, ...]

    def spans(self) -> tuple[Span, ...]:
        """The places of the sentences."""
        return tuple(Span(start=start, end=end) for start, end in self.sentences)


def load_written(folder: Path = DATA, *, held_out: bool = False) -> list[Passage]:
    """The passages that are trained on, or those that are kept from it."""
    files = sorted(folder.glob("*.jsonl"))
    passages = [Passage.model_validate_json(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return [passage for passage in passages if is_held_out(passage.id, share=HELD_OUT) is held_out]


def written_pools(passages: Sequence[Passage], rng: random.Random) -> Iterator[list[Example]]:
    """One epoch's examples, a pool of passages at a time."""
    order = rng.sample(passages, len(passages))
    for start in range(0, len(order), 64):
        yield [example for passage in order[start : start + 64] for example in _shown(passage, rng)]


def _shown(passage: Passage, rng: random.Random) -> Iterator[Example]:
    spans = passage.spans()
    heading = "" if rng.random() < NO_HEADING else passage.heading
    for written in passage.questions:
        question = written.question if written.kind == "keyword" else vary(written.question, rng)
        right = tuple(spans[number] for number in written.answers)
        yield Example(question=question, heading=heading, passage=passage.text, sentences=right)
        if right and rng.random() < REMOVED:
            yield Example(question=question, heading=heading, passage=_without(passage, written.answers))


def _without(passage: Passage, taken: Sequence[int]) -> str:
    """The passage's other sentences."""
    return " ".join(span.cut(passage.text) for number, span in enumerate(passage.spans()) if number not in taken)
