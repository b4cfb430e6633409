"""Small sources and archives to test on, and strategies that make texts of every sort."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from assistant.domain import Source, SourceInfo
from assistant.paths import data_root

SEED = data_root().parent / "shared" / "seed"
"""The team's copy of the documents as they were handed over; not part of the project."""


def entry(source_id: str, text: str, **fields: object) -> dict[str, Any]:
    """A valid catalogue entry of a text that stands in ``<id>.txt``, with some fields changed; None leaves one out."""
    values: dict[str, Any] = {
        "id": source_id,
        "title": f"Title of {source_id}",
        "kind": "primary",
        "form": "letter",
        "author": "Ada Author",
        "addressee": "Bo Reader",
        "date": "1951-06-13",
        "date_certainty": "stated",
        "date_note": "",
        "place": "unknown",
        "language": "en",
        "translated_from": "none",
        "translator": "none",
        "archive_reference": "unknown",
        "publication": "unknown",
        "rights": "unknown",
        "edition_notes": "none",
        "unverified": [],
        "file": f"{source_id}.txt",
        "sha256": sha256(text.encode()),
    }
    return {name: value for name, value in (values | fields).items() if value is not None}


def sha256(data: bytes) -> str:
    """The hash as a catalogue states it."""
    return hashlib.sha256(data).hexdigest()


def as_toml(values: Mapping[str, object]) -> str:
    """A ``[[source]]`` table: its head on the first line, then a line for each field."""
    lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items())
    return "[[source]]\n" + "\n".join(lines) + "\n"


def write_corpus(folder: Path, texts: Mapping[str, str], background: Collection[str] = (), **fields: object) -> Path:
    """The folder, made into a corpus of the given texts by id, some background; fields apply to every entry."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = {source_id: {"kind": "background"} for source_id in background}
    entries = [entry(source_id, text, **fields | kinds.get(source_id, {})) for source_id, text in texts.items()]
    for values, text in zip(entries, texts.values(), strict=True):
        path = folder / values["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    (folder / "catalogue.toml").write_text("\n".join(map(as_toml, entries)), encoding="utf-8")
    return folder


def make_info(source_id: str = "source", text: str = "Text.", **fields: object) -> SourceInfo:
    """What a catalogue would know of a text."""
    values = entry(source_id, text, **fields)
    return SourceInfo(**values | {"unverified": tuple(values["unverified"])})


def make_source(text: str, source_id: str = "source", **fields: object) -> Source:
    """A source that lies in no file."""
    return Source(info=make_info(source_id, text, **fields), text=text)


_PIECES = st.sampled_from(
    [
        *(
            " ",
            "  ",
            "\n",
            "\n\n",
            "\r\n",
            "\r\n\r\n",
            "\n \t\n",
            "\t",
            "\u00a0",
            "\u3000",
            "\u2028",
            "\v",
            "\f",
            "\x85",
        ),
        *(
            "a",
            "Zone",
            "neutral",
            "armistice",
            "the",
            "I.V.",
            "Mr.",
            "13.6.51",
            "38th",
            "U.S.",
            "e.g.",
            "1951",
            "co-op",
        ),
        *(".", "!", "?", "…", "...", "?!", ",", ";", ":", "；", "。", "！", "？", "、", ".”", "]."),
        *("“", "”", "‘", "’", '"', "'", "«", "»", "(", ")", "[", "]", "（", "）", "「", "」", "—", "-", "‐", "‑", "–"),
        *("- ", "- 1. ", "3. ", "(a) ", "iv) ", "* ", "# ", "## Head\n", "###### ", "• ", "12. "),
        *(
            "三八线",
            "停战",
            "中立地帯",
            "조선",
            "e\u0301",
            "é",
            "A\u030a",
            "Å",
            "\u0301",
            "ﬁ",
            "İ",
            "ß",
            "क्षि",
            "👩‍👩‍👧",
            "🇰🇵",
        ),
        *(
            "\u00ad",
            "\u200b",
            "\u200d",
            "\u2060",
            "\ufeff",
            "\x00",
            "\x07",
            "\x1b[31m",
            "\x7f",
            "armis-\ntice",
            "x-\r\n  y",
        ),
    ]
)

texts = st.one_of(
    st.lists(_PIECES, max_size=40).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
)
"""Arbitrary text that UTF-8 can hold, mostly made of what breaks sentence splitters and normalisers."""
