"""A PDF's pages as text, read by a process that is given up when it takes too long."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from assistant.errors import UploadError

_WORKER = Path(__file__).with_name("pdf_worker.py")
_UNFIT = re.compile(r"[^\S\n]|[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""White space of every other sort than line breaks, and what no text holds: control characters, half characters."""


def read_pages(data: bytes, known_as: str, *, most_pages: int, most_characters: int, seconds: float) -> list[str]:
    """The text of each page, in order; empty where a page holds none.

    Raises:
        UploadError: it is encrypted, damaged, too long, made of pictures alone, or takes too long.
    """
    pages = [_tidy(page) for page in _run(data, known_as, most_pages, most_characters, seconds)]
    if not any(character.isalnum() for page in pages for character in page):
        raise UploadError(f"{known_as} holds pictures of pages and no text; have its text recognised (OCR) first")
    return pages


def _run(data: bytes, known_as: str, most_pages: int, most_characters: int, seconds: float) -> list[str]:
    limits = (most_pages, most_characters, max(1, round(seconds)))
    try:
        done = subprocess.run(  # noqa: S603 - our own program; what is sent to it goes in as data
            [sys.executable, "-P", str(_WORKER), *map(str, limits)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise UploadError(f"{known_as} takes longer than {seconds:g} seconds to read; divide it") from error
    except subprocess.CalledProcessError as error:
        raise UploadError(f"{known_as} is damaged, or no PDF that can be read; save it anew") from error
    report: dict[str, Any] = json.loads(done.stdout)
    faults = {
        "encrypted": "is encrypted; save it without a password",
        "pages": f"has more than {most_pages:,} pages; divide it",
        "characters": f"has more than {most_characters:,} characters; divide it",
    }
    if "fault" in report:
        raise UploadError(f"{known_as} {faults[report['fault']]}")
    pages: list[str] = report["pages"]
    return pages


def _tidy(page: str) -> str:
    """The words of a page on its lines: no page break, no control character, no white space at the ends of lines."""
    lines = _UNFIT.sub(" ", page.replace("\r\n", "\n")).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()
