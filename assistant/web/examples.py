"""Questions for newcomers, from a file of the archive."""

from __future__ import annotations

from assistant.corpus import Corpus

_FILE = "examples.txt"
_MOST = 6


def load_examples(corpus: Corpus) -> tuple[str, ...]:
    """The lines of ``examples.txt`` beside the catalogue; none if the archive has no such file."""
    path = corpus.root / _FILE
    if not path.is_file():
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))[:_MOST]
