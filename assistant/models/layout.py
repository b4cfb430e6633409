"""Question and passage as the evidence reader takes them: token ids, and where each token stands in the passage.

``[CLS] question [SEP] heading [SEP] passage [SEP]``. The heading says whose words the passage holds. Training and
reading lay out alike, by this one function.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

MAX_TOKENS = 256
"""Longest input; what of a passage does not fit is not read."""
MAX_QUESTION_TOKENS = 64
MAX_HEADING_TOKENS = 32
_OUTSIDE = (-1, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One input of the reader."""

    ids: tuple[int, ...]
    types: tuple[int, ...]
    """0 for the question, 1 for heading and passage."""
    places: tuple[tuple[int, int], ...]
    """Start and end in the passage of each token, in code points; -1, -1 for a token outside it."""

    def __len__(self) -> int:
        return len(self.ids)


def load_tokenizer(file: Path) -> Tokenizer:
    """The tokenizer of a ``tokenizer.json``; marks such as ``[SEP]`` in a text are taken as plain text."""
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True
    return tokenizer


def lay_out(tokenizer: Tokenizer, question: str, heading: str, passage: str) -> Layout:
    """The reader's input for a question and a passage."""
    opening, closing = tokenizer.encode("").ids
    asked = tokenizer.encode(question, add_special_tokens=False).ids[:MAX_QUESTION_TOKENS]
    head = tokenizer.encode(heading, add_special_tokens=False).ids[:MAX_HEADING_TOKENS]
    body = tokenizer.encode(passage, add_special_tokens=False)
    room = MAX_TOKENS - len(asked) - len(head) - 4
    before = [opening, *asked, closing], [*head, closing]
    ids = [*before[0], *before[1], *body.ids[:room], closing]
    outside = len(before[0]) + len(before[1])
    return Layout(
        ids=tuple(ids),
        types=(0,) * len(before[0]) + (1,) * (len(ids) - len(before[0])),
        places=(*[_OUTSIDE] * outside, *body.offsets[:room], _OUTSIDE),
    )
