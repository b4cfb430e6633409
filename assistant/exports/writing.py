"""Every form of export by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.corpus import Corpus
from assistant.domain import FORMATS, Turn
from assistant.errors import ConversationError
from assistant.exports.anchors import anchors
from assistant.exports.chicago import to_chicago
from assistant.exports.markdown import to_markdown
from assistant.exports.parts import works_of
from assistant.exports.references import to_bibtex, to_csl


def export(turns: Sequence[Turn], form: str, corpus: Corpus) -> str:
    """A conversation, or an answer as its only turn, in one of the `FORMATS`.

    The works on which quotes from background sources lean join the lists of references.

    Raises:
        ConversationError: no such form.
    """
    makers: Mapping[str, Callable[[], str]] = {
        "markdown": lambda: to_markdown(turns, corpus),
        "chicago": lambda: to_chicago(turns, corpus, works_of(turns, corpus)),
        "bibtex": lambda: to_bibtex(turns, corpus, works_of(turns, corpus)),
        "csl": lambda: to_csl(turns, corpus, works_of(turns, corpus)),
        "json": lambda: to_json(turns, corpus),
    }
    if form not in makers:
        raise ConversationError(f"no export {form!r}; use one of {', '.join(FORMATS)}")
    return makers[form]()


def to_json(turns: Sequence[Turn], corpus: Corpus) -> str:
    """The answers as `Answer.to_dict` gives them, each with the annotations of its citations."""
    return json.dumps([_turn(turn, corpus) for turn in turns], ensure_ascii=False, indent=1) + "\n"


def _turn(turn: Turn, corpus: Corpus) -> dict[str, Any]:
    notes = [(str(citation.number), citation) for citation in turn.answer.citations]
    return turn.answer.to_dict() | {"annotations": anchors(notes, corpus)}
