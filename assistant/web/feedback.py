"""What readers say of answers, kept a line each, so that a right answer can become gold.

A line has what was said, when, of which answer, and under ``record`` the answer in the form of the gold files, as far
as it can be known: an editor looks at it and may take it over (``assistant eval feedback``). Words of a visitor's own
sources are not kept.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias
from uuid import uuid4

from filelock import FileLock, Timeout

from assistant.domain import Answer, Citation
from assistant.errors import FeedbackError
from assistant.text import one_line
from assistant.web.own import is_own

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
    line = json.dumps(_line(answer, verdict, one_line(word)), ensure_ascii=False).encode("utf-8") + b"\n"
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
    private = any(is_own(citation.source_id) for citation in answer.citations)
    citations = () if private else answer.citations
    return {
        "verdict": verdict,
        "word": word,
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "recipe": answer.trace.recipe,
        "answerer": answer.trace.answerer,
        "model": answer.trace.model,
        "asked": one_line(answer.question),
        "answer": "" if private else answer.text,
        "cited": [
            {
                "source": c.source_id,
                "sha256": c.source.sha256,
                "start": c.span.start,
                "end": c.span.end,
                "text": c.quote,
            }
            for c in citations
        ],
        "record": {
            "id": f"feedback-{uuid4().hex[:12]}",
            "notes": word,
            **_gold(answer, citations if verdict == "right" else (), refused=answer.refused and verdict == "right"),
        },
    }


def _gold(answer: Answer, right: Sequence[Citation], *, refused: bool) -> dict[str, Any]:
    """The question as it was understood, which needs no history, and the words that a right answer rests on."""
    texts = dict.fromkeys((citation.source_id, citation.quote) for citation in right)
    return {
        "question": answer.standalone,
        "kind": "unanswerable" if refused else "direct",
        "history": [],
        "answerable": not refused,
        "gold": [{"source": source, "text": text, "required": True} for source, text in texts],
        "contains": [],
    }
