"""The text of a catalogue with one entry more, or one less; every other byte of it stays as its editors wrote it.

Entries that this module writes can be told from those of editors: in TOML they stand between two comments.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal, TypeAlias

Form: TypeAlias = Literal[".toml", ".jsonl"]
"""How a catalogue is written: the end of its name."""


def with_entry(text: str, entry: Mapping[str, object], form: Form) -> str:
    """The catalogue with an entry at its end, which brings its own line breaks: it can go without a trace."""
    body = _toml(entry) if form == ".toml" else json.dumps(entry, ensure_ascii=False)
    return f"{text}\n{body}\n" if text else f"{body}\n"


def without_entry(text: str, source_id: str, form: Form) -> str | None:
    """The catalogue without an entry that `with_entry` wrote; None if it has no such entry."""
    found = _find_toml(text, source_id) if form == ".toml" else _find_jsonl(text, source_id)
    if found is None:
        return None
    before, after = text[: found[0]], text[found[1] :]
    own_break = before.endswith("\n\n") or after[:1] in ("", "\n")
    return before[:-1] + after if own_break else before + after


def _toml(entry: Mapping[str, object]) -> str:
    """A table between its two comments; JSON's strings and lists of strings are TOML's too."""
    fields = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in entry.items())
    return "\n".join([_begin(str(entry["id"])), "[[source]]", *fields, _end(str(entry["id"]))])


def _begin(source_id: str) -> str:
    return f"# {source_id}: added with `assistant add`; `assistant remove` looks for this line"


def _end(source_id: str) -> str:
    return f"# {source_id}: end"


def _find_toml(text: str, source_id: str) -> tuple[int, int] | None:
    """Where the entry begins, and where the line of its last comment ends."""
    first, last = f"{_begin(source_id)}\n[[source]]\n", f"\n{_end(source_id)}\n"
    start = 0 if text.startswith(first) else text.find(f"\n{first}") + 1
    end = text.find(last, start)
    known = text.startswith(first, start) and end != -1
    return (start, end + len(last)) if known else None


def _find_jsonl(text: str, source_id: str) -> tuple[int, int] | None:
    """Where the line of the entry begins and ends."""
    start = 0
    for line in text.split("\n"):
        end = start + len(line) + 1
        if line.strip() and json.loads(line).get("id") == source_id:
            return start, min(end, len(text))
        start = end
    return None
