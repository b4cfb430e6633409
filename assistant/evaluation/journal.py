"""The items of a run that is under way, one JSON line each, so that a run that was broken off goes on where it stood.

The first line says which run it is: a fingerprint of everything that the items depend on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from assistant.errors import EvaluationError
from assistant.evaluation.results import Item
from assistant.evaluation.serialise import SCHEMA, item_from_json, item_to_json


def open_journal(path: Path, fingerprint: str) -> tuple[Item, ...]:
    """The items already in a journal, in the order written; a journal that does not exist is begun.

    A last line that was cut off while it was written is removed.

    Raises:
        EvaluationError: the file belongs to another run, or is no journal.
    """
    header = json.dumps({"schema": SCHEMA, "fingerprint": fingerprint})
    lines = _whole_lines(path)
    if not lines:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, [header])
        return ()
    if lines[0] != header:
        raise EvaluationError(
            f"{path} belongs to another run: found {lines[0][:120]}, expected {header}; "
            "system, gold, sources, provenance or metrics have changed: remove the file or name another"
        )
    items = tuple(item_from_json(line) for line in lines[1:])
    _write(path, lines)
    return items


def append(path: Path, item: Item) -> None:
    """Add an item to a journal."""
    with path.open("a", encoding="utf-8") as journal:
        journal.write(item_to_json(item) + "\n")


def _whole_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"no readable journal at {path} ({error}); remove it or name another") from error


def _write(path: Path, lines: Sequence[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
