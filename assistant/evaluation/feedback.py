"""What readers said of answers -> gold records of those they found right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import EvaluationError
from assistant.evaluation.gold import GoldRecord


class FeedbackLine(BaseModel):
    """What is taken of a line of a feedback file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    verdict: Literal["right", "wrong"]
    record: GoldRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class RightRecords:
    """Answers that were found right, as gold."""

    records: tuple[GoldRecord, ...]
    """In the order of the file; the first of those that say the same."""
    faults: tuple[str, ...]
    """Lines that could not be read, by number: a writer may have been killed in the middle of one."""


def read_right_records(path: Path) -> RightRecords:
    """The records of a feedback file whose verdict is ``right``; an editor looks at them before they are gold.

    Answers from a visitor's own sources have no gold, and are passed over.

    Raises:
        EvaluationError: the file cannot be read.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise EvaluationError(f"no readable feedback file at {path} ({error.strerror}); name another") from error
    records: dict[tuple[object, ...], GoldRecord] = {}
    faults: list[str] = []
    for number, line in enumerate(lines, start=1):
        try:
            said = FeedbackLine.model_validate_json(line) if line.strip() else None
        except ValidationError as error:
            faults.append(f"line {number}: {error.errors(include_url=False)[0]['msg']}")
            continue
        if said is not None and said.verdict == "right" and (said.record.gold or not said.record.answerable):
            records.setdefault((said.record.question, said.record.gold), said.record)
    return RightRecords(records=tuple(records.values()), faults=tuple(faults))
