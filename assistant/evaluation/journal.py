"""The items of a run that is under way, one JSON line each, so that a run that was broken off goes on where it stood.

The first line says which run it is: a fingerprint of everything that the items depend on.
"""

from __future__ import annotations

import json
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
    header = json.dumps({"schema": SCHEMA, "fingerprint": fingerprint}) + "\n"
    written = _read(path)
    if header.encode().startswith(written):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(header, encoding="utf-8")
        return ()
    if not written.startswith(header.encode()):
        found = written.splitlines()[0][:120].decode(errors="replace")
        raise EvaluationError(
            f"{path} belongs to another run: found {found}, expected {header.strip()}; "
            "system, gold, sources, provenance or metrics have changed: remove the file or name another"
        )
    whole = written[: written.rindex(b"\n") + 1]
    items = tuple(item_from_json(line.decode()) for line in whole.splitlines()[1:])
    with path.open("r+b") as journal:
        journal.truncate(len(whole))
    return items


def append(path: Path, item: Item) -> None:
    """Add an item to a journal."""
    with path.open("a", encoding="utf-8") as journal:
        journal.write(item_to_json(item) + "\n")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise EvaluationError(f"no readable journal at {path} ({error.strerror}); remove it or name another") from error
