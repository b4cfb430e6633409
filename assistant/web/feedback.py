"""What readers say of answers, kept a line each, so that a right answer can become gold.

A line has what was said, when, of which answer, and under ``record`` the answer in the form of the gold files, as far
as it can be known: an editor looks at it and may take it over (``assistant eval feedback``).
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from filelock import FileLock, Timeout

from assistant.domain import Answer
from assistant.errors import FeedbackError

Verdict: TypeAlias = Literal["right", "wrong"]

MAX_WORD = 2_000
"""Characters of the longest word on an answer that is taken."""
MAX_FILE = 50_000_000
"""Bytes at which the file is full; it is for its owner to put aside."""
_NAME = "feedback.jsonl"
_PATIENCE_S = 10.0


def record(answer: Answer, verdict: Verdict, word: str, folder: Path) -> Path:
    """The file in the folder to whose end a reader's verdict on an answer has been written.

    Raises:
        FeedbackError: the word is too long, or the file is full or cannot be written.
    """
    if len(word) > MAX_WORD:
        raise FeedbackError(f"the word on the answer has {len(word)} characters; say it in at most {MAX_WORD}")
    line = json.dumps(_line(answer, verdict, _clean(word)), ensure_ascii=False).encode("utf-8") + b"\n"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=_PATIENCE_S):
            return _append(folder / _NAME, line)
    except (OSError, Timeout) as error:
        raise FeedbackError(
            "what you say of the answer cannot be kept at this moment; tell the page's owner"
        ) from error


def _append(path: Path, line: bytes) -> Path:
    with path.open("ab") as file:
        size = file.tell()
        if size + len(line) > MAX_FILE:
            raise FeedbackError("no more can be kept; the page's owner must put the feedback file aside")
        whole = size == 0 or _last_byte(path) == b"\n"  # else a writer was killed in the middle of a line
        file.write(line if whole else b"\n" + line)
        file.flush()
        os.fsync(file.fileno())
    return path


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)


def _line(answer: Answer, verdict: Verdict, word: str) -> dict[str, Any]:
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    cited = [
        {"source": c.source_id, "sha256": c.source.sha256, "start": c.span.start, "end": c.span.end, "text": c.quote}
        for c in answer.citations
    ]
    return {
        "verdict": verdict,
        "word": word,
        "time": time,
        "recipe": answer.trace.recipe,
        "answerer": answer.trace.answerer,
        "model": answer.trace.model,
        "asked": _clean(answer.question),
        "answer": answer.text,
        "cited": cited,
        "record": _record(answer, verdict, word, time),
    }


def _record(answer: Answer, verdict: Verdict, word: str, time: str) -> dict[str, Any]:
    """A gold record of the question as it was understood, which needs no history; a wrong answer gives no gold."""
    digest = hashlib.sha256(f"{time} {answer.standalone}".encode()).hexdigest()[:12]
    texts = dict.fromkeys((c.source_id, c.quote) for c in answer.citations) if verdict == "right" else ()
    unanswerable = answer.refused and verdict == "right"
    return {
        "id": f"feedback-{digest}",
        "question": answer.standalone,
        "kind": "unanswerable" if unanswerable else "direct",
        "history": [],
        "answerable": not unanswerable,
        "gold": [{"source": source, "text": text, "required": True} for source, text in texts],
        "contains": [],
        "notes": word,
    }


def _clean(words: str) -> str:
    """The words on one line, without what cannot be shown."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())
