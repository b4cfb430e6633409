"""A language model's reply, read as it arrives: statements with the ids they rest on, or that there is no answer.

Tolerant of form, since models are careless: fences, prose around the JSON, trailing commas, other names for the same
field, numbers as text, and as a last resort prose with ``[1]`` markers. Nothing is believed here (`checks.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.sentences import sentence_spans

MOST_STATEMENTS = 8
"""Statements that are taken from a reply."""
_LONGEST_OBJECT = 4_000
_DEEPEST = 6
_TEXT_KEYS = ("text", "statement", "claim", "sentence", "answer")
_ID_KEYS = ("evidence", "ids", "id", "citations", "sources", "sentences", "source")
_MARKERS = re.compile(r"\[(?:(?:id|source|sentence)s?\W*)?(\d{1,6}(?:\s*[,;]\s*\d{1,6})*)\]", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,6}")
_NO_ANSWER = re.compile(r'[{,]\s*"answered"\s*:\s*"?(?:false|no)\b', re.IGNORECASE)
_SAYS_NO = re.compile(
    r"\bnot (?:\w+ ){0,2}(?:in|by) the (?:sources?|sentences?|archive|text)"
    r"|\b(?:sources?|sentences?|archive|texts?)\b[^.]{0,30}\b(?:do|does)(?: not|n['’]t) (?:\w+ )?"
    r"(?:answer|say|state|mention|contain|tell|provide)"
    r"|\bno (?:answer|information)\b|\bcannot be answered\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A statement as a model wrote it, with the ids that it gave."""

    text: str
    ids: tuple[int, ...]


class ReplyReader:
    """Reads a reply piece by piece."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._open: list[int] = []
        self._in_string = self._escaped = False
        self.drafts = 0
        """Statements found so far."""

    @property
    def text(self) -> str:
        """All that has arrived."""
        return self._text

    @property
    def refused(self) -> bool:
        """Whether the reply says that the sentences do not answer."""
        return _NO_ANSWER.search(self._text) is not None

    @property
    def done(self) -> bool:
        """Whether nothing more is wanted: it refuses before any statement, as it was asked to, or has said enough."""
        return self.drafts >= MOST_STATEMENTS or (not self.drafts and bool(_NO_ANSWER.search(self._text, 0, 300)))

    @property
    def whole(self) -> bool:
        """Whether all that was opened has been closed, as far as it was wanted."""
        return self.done or not self._open

    def feed(self, piece: str) -> Iterator[Draft]:
        """The statements that the piece completes."""
        self._text += piece
        while self._at < len(self._text) and self.drafts < MOST_STATEMENTS:
            self._at += 1
            closed = self._step(self._text[self._at - 1])
            if closed is not None and (draft := read_draft(self._text[closed : self._at])) is not None:
                self.drafts += 1
                yield draft

    def _step(self, character: str) -> int | None:
        """Take a character; where an object ends that may be a statement, the place where it began."""
        if self._in_string:
            if self._escaped or character == "\\":
                self._escaped = not self._escaped
            elif character == '"':
                self._in_string = False
        elif character == '"':
            self._in_string = bool(self._open)  # outside of objects a quotation mark is prose
        elif character == "{":
            self._open.append(self._at - 1)
        elif character == "}" and self._open:
            begun = self._open.pop()
            likely = len(self._open) < _DEEPEST and self._at - begun <= _LONGEST_OBJECT
            return begun if likely else None
        return None

    def rest(self) -> Iterator[Draft]:
        """Statements of a reply that was prose with markers; nothing if it had objects."""
        if self.drafts or ('"' in self._text and "{" in self._text):
            return
        for draft in prose_drafts(self._text):
            self.drafts += 1
            yield draft
            if self.drafts >= MOST_STATEMENTS:
                return

    def says_no(self) -> bool:
        """Whether a reply without any statement says in prose that there is no answer."""
        return not self.drafts and _SAYS_NO.search(self._text[:500]) is not None


def read_draft(text: str) -> Draft | None:
    """The statement in the text of a JSON object; None if it is none.

    >>> read_draft('{"evidence": ["2", 3,], "text": "He agrees."}')
    Draft(text='He agrees.', ids=(2, 3))
    """
    value = read_object(text)
    found = next((value[key] for key in _TEXT_KEYS if isinstance(value.get(key), str)), None)
    if found is None or "statements" in value:
        return None
    given = next((value[key] for key in _ID_KEYS if key in value), ())
    return Draft(text=found, ids=tuple(dict.fromkeys(_numbers(given))))


def read_object(text: str) -> dict[str, Any]:
    """The JSON object of a text, trailing commas forgiven; empty if there is none."""
    for attempt in (text, re.sub(r",\s*([}\]])", r"\1", text)):
        try:
            value = json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
        return value if isinstance(value, dict) else {}
    return {}


def _numbers(value: object) -> Iterator[int]:
    """The whole numbers in what a model gave as ids."""
    if isinstance(value, int) and not isinstance(value, bool):
        yield value
    elif isinstance(value, str):
        yield from (int(number) for number in _NUMBER.findall(value))
    elif isinstance(value, dict):
        yield from _numbers(value.get("id"))
    elif isinstance(value, list):
        for item in value[:100]:
            yield from _numbers(item) if not isinstance(item, list) else ()


def prose_drafts(text: str) -> Iterator[Draft]:
    """The sentences of prose that have markers, without these; a marker after a full stop belongs before it.

    >>> list(prose_drafts("He waits [2]. They agree. [1, 3] So they say."))
    [Draft(text='He waits.', ids=(2,)), Draft(text='They agree.', ids=(1, 3))]
    """
    moved = re.sub(r"([.!?])((?:\s*\[\d[\d,;\s]*\])+)", r"\2\1", text)
    sentences = (span.cut(moved) for span in sentence_spans(moved)) if moved.strip() else ()
    for sentence in sentences:
        ids = [int(number) for group in _MARKERS.findall(sentence) for number in _NUMBER.findall(group)]
        if ids:
            yield Draft(text=re.sub(r"\s+([.,;!?])", r"\1", _MARKERS.sub("", sentence)).strip(), ids=tuple(ids))


def reply_schema(offered: Sequence[int]) -> dict[str, Any]:
    """The JSON schema of a reply, whose ids are the offered ones and no others.

    The verdict comes last, after at least one statement: a small model that may refuse at once refuses everything, and
    one that may list all ids lists all (measured; design/generation.md).
    """
    ids = {"type": "array", "items": {"type": "integer", "enum": list(offered)}, "minItems": 1, "maxItems": 3}
    statements = {
        "type": "array",
        "items": _object(evidence=ids, text={"type": "string"}),
        "minItems": 1,
        "maxItems": 4,
    }
    return _object(statements=statements, answered={"type": "boolean"})


def question_schema() -> dict[str, Any]:
    """The JSON schema of a restated question."""
    return _object(question={"type": "string"})


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
