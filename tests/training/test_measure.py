"""How a reader does on written questions: counted by kind, and whether it tells which are answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from assistant.domain import Span
from assistant.models.reader import Excerpt, Mark
from training.measure import outcomes, report
from training.written import Passage, Written

PASSAGE = Passage(
    id="p",
    heading="Head",
    text="We wait. They come.",
    sentences=((0, 8), (9, 19)),
    questions=(
        Written(kind="direct", question="Who comes?", answers=(1,)),
        Written(kind="direct", question="Who waits?", answers=(0,)),
        Written(kind="unanswerable", question="Why?", answers=()),
    ),
)


class Fixed:
    """Always the second sentence, with a score for each question."""

    identity = "fixed"
    scores: ClassVar = {"Who comes?": 3.0, "Who waits?": 1.0, "Why?": 2.0}

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> tuple[tuple[Mark, ...], ...]:
        place = Span(start=0, end=1)
        score = self.scores[question]
        return ((Mark(evidence=-5, answer=0, place=place), Mark(evidence=score, answer=0, place=place)),)


def test_each_question_has_its_outcome() -> None:
    found = list(outcomes(Fixed(), [PASSAGE]))
    assert [(one.first, one.answerable, one.score) for one in found] == [
        (True, True, 3.0),
        (False, True, 1.0),
        (False, False, 2.0),
    ]
    assert report(found).splitlines() == [
        "direct: 0.500 of 2",
        "all: 0.500 of 2",
        "AUROC against unanswerable: 0.500 (1)",
    ]
