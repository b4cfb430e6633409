"""A program of its own: a PDF comes in, the text of its pages goes out, or what is the matter with it.

It stands alone, so that it starts quickly and can be killed: a PDF from a stranger may be made to run for ever or to
fill the memory. Whatever it cannot make sense of ends it with an error.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError

MEMORY = 1_500_000_000
"""Bytes of address space, where the system can limit it."""


def main(arguments: Sequence[str]) -> None:
    """Arguments: most pages, most characters, most seconds of computing."""
    pages, characters, seconds = map(int, arguments)
    bound(seconds)
    report = extract(sys.stdin.buffer.read(), pages, characters)
    sys.stdout.write(json.dumps(report))


def extract(data: bytes, most_pages: int, most_characters: int) -> dict[str, Any]:
    """Either ``pages``, a list of texts, or ``fault`` (``encrypted``, ``pages``, ``characters``)."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return {"fault": "encrypted"}
    except DependencyError:  # a cipher that only another package can undo
        return {"fault": "encrypted"}
    if len(reader.pages) > most_pages:
        return {"fault": "pages"}
    texts: list[str] = []
    for page in reader.pages:
        texts.append(page.extract_text())
        most_characters -= len(texts[-1])
        if most_characters < 0:
            return {"fault": "characters"}
    return {"pages": texts}


def bound(seconds: int) -> None:
    """Limit this process's computing time and memory, where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main(sys.argv[1:])
