"""Runs and items as JSON and back, checked against their types and the version of the schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assistant.errors import EvaluationError
from assistant.evaluation.results import Item, Run

SCHEMA = 1
"""Raised with any change that makes older result files unreadable."""

_RUN = TypeAdapter(Run)
_ITEM = TypeAdapter(Item)


def run_to_json(run: Run) -> str:
    """The run as JSON text: its fields, and ``schema``."""
    return json.dumps({"schema": SCHEMA, **_RUN.dump_python(run, mode="json")}, ensure_ascii=False, indent=1) + "\n"


def run_from_json(text: str) -> Run:
    """The run of a JSON text.

    Raises:
        EvaluationError: it is not a run, or one of another schema version.
    """
    try:
        fields: Any = json.loads(text)
    except ValueError as error:
        raise EvaluationError(f"not a run: {error}; name a result file of `assistant eval`") from error
    found = fields.pop("schema", None) if isinstance(fields, dict) else None
    if found != SCHEMA:
        raise EvaluationError(f"a run of schema {found}, expected {SCHEMA}; make it again with `assistant eval`")
    try:
        return _RUN.validate_json(json.dumps(fields), strict=True)
    except ValidationError as error:
        raise EvaluationError(f"not a run: {error}; make it again with `assistant eval`") from error


def write_run(run: Run, path: Path) -> None:
    """Write a run to a file, making its folder if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(run_to_json(run), encoding="utf-8")


def read_run(path: Path) -> Run:
    """The run of a file.

    Raises:
        EvaluationError: it cannot be read, or holds no run of this schema version.
    """
    try:
        return run_from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"no readable run at {path} ({error}); name a result file") from error
    except EvaluationError as error:
        raise EvaluationError(f"{path}: {error}") from error


def item_to_json(item: Item) -> str:
    """An item as one line of JSON."""
    return _ITEM.dump_json(item).decode()


def item_from_json(line: str) -> Item:
    """The item of a line of JSON.

    Raises:
        EvaluationError: it is not an item.
    """
    try:
        return _ITEM.validate_json(line, strict=True)
    except ValidationError as error:
        raise EvaluationError(f"not an item of a run: {error}; remove the file to begin afresh") from error
