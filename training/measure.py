"""How well a reader does on the written questions that were kept from training, passage by passage.

python -m training.measure [--reader FOLDER]
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from assistant.models.reader import SHIPPED, EvidenceReader, Excerpt, Marker
from training.cases import auroc
from training.written import Passage, load_written


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one question."""

    kind: str
    answerable: bool
    first: bool
    """Whether the sentence that the reader puts first answers."""
    score: float
    """The evidence for that sentence, in log-odds."""


def outcomes(reader: Marker, passages: Sequence[Passage]) -> Iterator[Outcome]:
    """The outcome of every question, read with its own passage."""
    for passage in passages:
        excerpt = Excerpt(heading=passage.heading, text=passage.text, sentences=passage.spans())
        for written in passage.questions:
            (marks,) = reader.read(written.question, [excerpt])
            scores = [mark.evidence for mark in marks]
            chosen = int(np.argmax(scores))
            yield Outcome(
                kind=written.kind,
                answerable=bool(written.answers),
                first=chosen in written.answers,
                score=scores[chosen],
            )


def report(found: Sequence[Outcome]) -> str:
    """Right sentence first by kind of question, and how well answered and unanswerable ones are told apart."""
    kinds: dict[str, list[bool]] = defaultdict(list)
    for one in found:
        if one.answerable:
            kinds[one.kind].append(one.first)
    lines = [f"{kind}: {np.mean(firsts):.3f} of {len(firsts)}" for kind, firsts in kinds.items()]
    answered, unanswerable = (np.array([o.score for o in found if o.answerable is wanted]) for wanted in (True, False))
    lines.append(f"all: {np.mean([o.first for o in found if o.answerable]):.3f} of {len(answered)}")
    lines.append(f"AUROC against unanswerable: {auroc(answered, unanswerable):.3f} ({len(unanswerable)})")
    return "\n".join(lines)


@click.command()
@click.option("--reader", "folder", type=click.Path(exists=True, path_type=Path), default=SHIPPED)
def main(folder: Path) -> None:
    """Print how the reader does on the passages kept from training."""
    click.echo(report(list(outcomes(EvidenceReader(folder), load_written(held_out=True)))))


if __name__ == "__main__":
    main()
