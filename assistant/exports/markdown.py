"""A conversation as Markdown with footnotes; whatever a source or a reader wrote is text and never markup."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from assistant.citation import footnote
from assistant.corpus import Corpus
from assistant.domain import Citation, Turn
from assistant.exports.anchors import anchors
from assistant.exports.parts import Note, parts_of, title_of, understood

_SPECIAL = re.compile(r"[\\`*_{}\[\]#|~$^]|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]|:(?=\w+:)")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escape(text: str) -> str:
    r"""The text so that Markdown shows it as it is, on one line.

    >>> escape("1. *Not* <b>bold</b> [x](y)")
    '1\\. \\*Not\\* &lt;b&gt;bold&lt;/b&gt; \\[x\\](y)'
    """
    plain = " ".join(text.split())
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", plain).translate(_HTML)


def to_markdown(turns: Sequence[Turn], corpus: Corpus) -> str:
    """The questions, the answers with footnote marks, the footnotes with their quotes, and the anchors."""
    blocks = [f"# {escape(title_of(turns))}"]
    for number, turn in enumerate(turns, start=1):
        blocks += _turn(number, turn, alone=len(turns) == 1)
    notes = [(f"{n}-{c.number}", c) for n, turn in enumerate(turns, start=1) for c in turn.answer.citations]
    blocks += [f"[^{label}]: {escape(f'“{c.quote}” {_place(footnote(c))}')}" for label, c in notes]
    return "\n\n".join([*blocks, anchor_block(notes_json(notes, corpus))]) + "\n"


def _turn(number: int, turn: Turn, *, alone: bool) -> list[str]:
    head = [] if alone else [f"## {number}\\. {escape(turn.question)}"]
    meant = understood(turn)
    head += [f"*Understood as:* {escape(meant)}"] if meant else []
    if turn.answer.refused:
        return [*head, escape(turn.answer.text)]
    return [*head, *(_paragraph(number, turn, index) for index in range(len(turn.answer.statements)))]


def _paragraph(number: int, turn: Turn, index: int) -> str:
    pieces = parts_of(turn.answer.statements[index], turn.answer.citations)
    marked = (f"[^{number}-{p.citation.number}]" if isinstance(p, Note) else _spaced(p.text) for p in pieces)
    return "".join(marked)


def _spaced(text: str) -> str:
    """Escaped words that keep the space after them away from the mark, and the one before."""
    return (" " if text[:1].isspace() else "") + escape(text)


def _place(note: str) -> str:
    return note.partition("] ")[2]


def notes_json(notes: Sequence[tuple[str, Citation]], corpus: Corpus) -> str:
    """The anchors of notes as JSON."""
    return json.dumps(anchors(notes, corpus), ensure_ascii=False, indent=1)


def anchor_block(text: str) -> str:
    """A section of anchors; its fence is longer than any in the text."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"## Anchors\n\n{fence}json\n{text}\n{fence}"
