"""What was found for a question, before anything is answered."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.corpus import Corpus
from assistant.domain import Hit, Trace
from assistant.evidence import Judgement
from assistant.recipe import Answering


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Hits and judged evidence for one reading of a question."""

    question: str
    """As it was asked."""
    standalone: str
    """As it was understood."""
    hits: tuple[Hit, ...]
    judgement: Judgement
    corpus: Corpus
    settings: Answering
    recipe: str
    """Fingerprint of recipe, models and corpus."""
    seconds: float
    """Time that finding took."""
    notes: tuple[str, ...] = ()

    def trace(self, answerer: str, *, seconds: float = 0.0, **more: str) -> Trace:
        """The trace of an answer that took so much longer; more: ``model`` and ``prompt``."""
        return Trace(
            answerer=answerer,
            recipe=self.recipe,
            answered_probability=self.judgement.answered,
            threshold=self.settings.threshold,
            seconds=self.seconds + seconds,
            notes=self.notes,
            **more,
        )
