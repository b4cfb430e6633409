"""A reader's file -> Draft: its text, checked and bounded, with what a catalogue asks of it."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.domain import UNKNOWN, Kind, Span
from assistant.errors import UploadError
from assistant.pdf import read_pages
from assistant.structure import PAGE_BREAK, blocks
from assistant.text import one_line

_FORMS = {"txt": "text", "text": "text", "md": "markdown", "markdown": "markdown", "pdf": "pdf"}
"""What a file is by the end of its name."""
_PDF = b"%PDF-"
_PDF_WITHIN = 1_024
"""Bytes within which a PDF says that it is one."""
_LONGEST_NAME = 120
_LONGEST_ID = 60
_HEAD = 2_000
"""Characters at the beginning of a text in which a heading is taken for its title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """How much is taken of one file."""

    bytes: int = 5_000_000
    characters: int = 2_000_000
    pages: int = 1_000
    """Of a PDF."""
    seconds: float = 30.0
    """For reading a PDF."""


LIMITS = UploadLimits()
"""What is taken where nothing else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text that may be added to an archive, with what is known of it; `SourceInfo` says what each field means."""

    id: str
    """The id it would like; if that is taken, a number is put to it."""
    text: str
    suffix: Literal[".txt", ".md"]
    """End of the file's name in the archive."""
    title: str
    edition_notes: str
    """Where the text came from, and what was done to it."""
    kind: Kind = "primary"
    form: str = UNKNOWN
    author: str = UNKNOWN
    date: str = UNKNOWN
    unverified: tuple[str, ...] = ("title",)


def read_upload(path: Path, name: str, limits: UploadLimits = LIMITS) -> Draft:
    """The text of a file, ready to be added; its name, as the reader knows it, gives type, title and id.

    Raises:
        UploadError: the file is of no known type, too big, empty, or not what its name says.
    """
    known_as = clean_name(name)
    stem, _, ending = known_as.rpartition(".")
    form = _FORMS.get(ending.lower())
    if not stem or form is None:
        raise UploadError(f"{known_as}: plain text (.txt), Markdown (.md) and PDF (.pdf) can be added; convert it")
    data = _read(path, known_as, limits)
    if form == "pdf" and _PDF not in data[:_PDF_WITHIN]:
        raise UploadError(f"{known_as} is no PDF; give it the name of what it is")
    if form != "pdf" and data.startswith(_PDF):
        raise UploadError(f"{known_as} is a PDF; give it a name that ends in .pdf")
    text, notes = _read_pdf(data, known_as, limits) if form == "pdf" else _read_text(data, known_as, limits)
    return Draft(
        id=make_id(stem),
        text=text,
        suffix=".md" if form == "markdown" else ".txt",
        title=(None if form == "pdf" else _heading(text)) or _title(stem),
        edition_notes=f"Added from the file “{known_as}”. {notes}".strip(),
    )


def clean_name(name: str) -> str:
    """The last part of a file's name, without what cannot be shown; ``unnamed`` if nothing is left.

    >>> clean_name("../../letters/June 13.txt")
    'June 13.txt'
    """
    return one_line(re.split(r"[/\\]", name)[-1])[-_LONGEST_NAME:].strip() or "unnamed"


def make_id(stem: str) -> str:
    """An id from a file's name: ASCII letters and digits, parted by hyphens.

    >>> make_id("Résumé of 13 June"), make_id("停战")
    ('resume-of-13-june', 'source')
    """
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_ID].strip("-") or "source"


def free_id(wanted: str, taken: Container[str]) -> str:
    """The wanted id or, if it is taken, the first of ``wanted-2``, ``wanted-3`` … that is not."""
    number, free = 1, wanted
    while free in taken:
        number += 1
        free = f"{wanted}-{number}"
    return free


def _title(stem: str) -> str:
    return one_line(stem.replace("_", " ")) or UNKNOWN


def _heading(text: str) -> str | None:
    """The first heading, if one stands near the beginning."""
    head = Span(start=0, end=min(len(text), _HEAD))
    heading = next((block for block in blocks(text, head) if block.level), None)
    return (one_line(heading.body.cut(text)) or None) if heading else None


def _read(path: Path, known_as: str, limits: UploadLimits) -> bytes:
    try:
        if not path.is_file():
            raise UploadError(f"{known_as} is no file that can be read; choose another")
        with path.open("rb") as file:
            data = file.read(limits.bytes + 1)
    except (OSError, ValueError) as error:  # a NUL in the path
        raise UploadError(f"{known_as} cannot be read; choose another file") from error
    if len(data) > limits.bytes:
        raise UploadError(f"{known_as} is bigger than {limits.bytes / 1e6:g} MB; divide it")
    return data


def _read_pdf(data: bytes, known_as: str, limits: UploadLimits) -> tuple[str, str]:
    """The text of a PDF, its pages parted so that a citation can name them, and what an editor should know of it."""
    pages = read_pages(
        data, known_as, most_pages=limits.pages, most_characters=limits.characters, seconds=limits.seconds
    )
    empty = [str(number) for number, page in enumerate(pages, start=1) if not page]
    notes = "Text and line breaks are those that the PDF holds for programs; form feeds part its pages."
    if empty:
        shown = ", ".join(empty[:10]) + (", …" if len(empty) > 10 else "")
        notes += f" No text was found on {len(empty)} of {len(pages)} pages: {shown}."
    return f"\n{PAGE_BREAK}\n".join(pages), notes


def _read_text(data: bytes, known_as: str, limits: UploadLimits) -> tuple[str, str]:
    """The text of a text file, and what an editor should know of it."""
    text = _decode(data, known_as)
    if len(text) > limits.characters:
        raise UploadError(f"{known_as} has {len(text):,} characters, {limits.characters:,} are allowed; divide it")
    marked = data.startswith(codecs.BOM_UTF8)
    return text, "The byte order mark at its beginning was left out." if marked else ""


def _decode(data: bytes, known_as: str) -> str:
    """The text of UTF-8 bytes, without a byte order mark."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UploadError(f"{known_as} is UTF-16 or UTF-32; save it as UTF-8")
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start + len(data) - len(body)
        raise UploadError(f"{known_as} is not UTF-8 at byte {at}; save it as UTF-8") from error
    if "\0" in text:
        raise UploadError(f"{known_as} is no text: it has a NUL at byte {data.index(0)}; choose another file")
    if not text.strip():
        raise UploadError(f"{known_as} holds no text; choose another file")
    return text
