"""Questions for newcomers, from a file of the archive."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.corpus import Corpus

_FILE = "examples.txt"
_MOST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question that the archive answers well."""

    question: str
    then: str = ""
    """A follow-up to it; empty if there is none."""


def load_examples(corpus: Corpus) -> tuple[Example, ...]:
    """The questions of ``examples.txt`` beside the catalogue, one a line; none if the archive has no such file.

    An indented line is a follow-up to the one above it, and one that begins with ``#`` is a remark.
    """
    path = corpus.root / _FILE
    if not path.is_file():
        return ()
    examples: list[Example] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line[:1].isspace() and examples and line.strip():
            examples[-1] = Example(question=examples[-1].question, then=line.strip())
        elif line.strip() and not line.startswith("#"):
            examples.append(Example(question=line.strip()))
    return tuple(examples[:_MOST])
