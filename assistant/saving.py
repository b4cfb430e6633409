"""Conversations as JSON files: written whole, and believed only as far as the archive bears them out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import regex
from pydantic import TypeAdapter, ValidationError

from assistant.corpus import Corpus
from assistant.domain import Answer, Citation, Kind, Span, Turn
from assistant.errors import ConversationError, CorpusError

_BIGGEST = 50_000_000
"""Bytes of the biggest file that is read."""
_QUOTED = regex.compile(r"“([^“”]*(?:“[^“”]*”[^“”]*)*)”")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedConversation:
    """What a file holds."""

    version: Literal[1]
    sources: tuple[str, ...] | None
    kinds: tuple[Kind, ...] | None
    turns: tuple[Turn, ...]


def save_conversation(saved: SavedConversation, path: Path) -> None:
    """Write a conversation to a file, whole or not at all.

    Raises:
        ConversationError: the file cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(json.dumps(asdict(saved), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        unfinished.replace(path)
    except (OSError, UnicodeEncodeError) as error:
        unfinished.unlink(missing_ok=True)
        raise ConversationError(f"cannot write {path} ({error}); name another file") from error


def load_conversation(path: Path, corpus: Corpus) -> SavedConversation:
    """The conversation of a file, every citation compared with the source that it names.

    Raises:
        ConversationError: the file is missing, is no saved conversation, or cites what does not stand in the archive.
    """
    try:
        if path.stat().st_size > _BIGGEST:
            raise ConversationError(f"{path} is too big for a conversation; name another file")
        saved = TypeAdapter(SavedConversation).validate_json(path.read_bytes())
    except OSError as error:
        raise ConversationError(f"no readable conversation at {path} ({error.strerror}); name another file") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ConversationError(f"{path} is no saved conversation: {where}: {first['msg']}") from error
    if faults := list(_faults(saved, corpus)):
        shown = "; ".join(faults[:3])
        raise ConversationError(f"{path} does not agree with the archive: {shown}; ask again in a new conversation")
    return saved


def _faults(saved: SavedConversation, corpus: Corpus) -> Iterator[str]:
    for number, turn in enumerate(saved.turns, start=1):
        answer = turn.answer
        for fault in (*_false_citations(answer, corpus), *_false_passages(answer, corpus), *_false_quotes(answer)):
            yield f"turn {number}: {fault}"


def _false_citations(answer: Answer, corpus: Corpus) -> Iterator[str]:
    for citation in answer.citations:
        if not _is_true(citation, corpus):
            yield f"citation {citation.number} does not stand in {citation.source_id!r} as it is quoted"


def _is_true(citation: Citation, corpus: Corpus) -> bool:
    if not _stands(citation.quote, citation.span, citation.source_id, corpus):
        return False
    return citation.source == corpus.info(citation.source_id)


def _false_passages(answer: Answer, corpus: Corpus) -> Iterator[str]:
    for passage in (hit.passage for hit in answer.hits):
        if not _stands(passage.text, passage.span, passage.source_id, corpus):
            yield f"a passage does not stand in {passage.source_id!r}"


def _stands(words: str, span: Span, source_id: str, corpus: Corpus) -> bool:
    try:
        text = corpus.source(source_id).text
    except CorpusError:
        return False
    return span.end <= len(text) and span.cut(text) == words


def _false_quotes(answer: Answer) -> Iterator[str]:
    """Quotations in the words of an answer that are in none of its citations."""
    quotes = [citation.quote for citation in answer.citations]
    for text in (answer.text, *(statement.text for statement in answer.statements)):
        rest = text
        for quote in sorted(quotes, key=len, reverse=True):
            rest = rest.replace(f"“{quote}”", "")
        for found in _QUOTED.findall(rest):
            if not any(found in quote for quote in quotes) and not answer.refused:
                yield f"“{found:.40}” is in none of its citations"
