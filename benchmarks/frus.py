"""A big real archive for the benchmarks: FRUS documents as a corpus folder with a JSONL catalogue."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_ISO_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2})?)?)?)?")


def read_documents(path: Path) -> list[dict[str, Any]]:
    """The documents of a gzipped JSONL file, one object each."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write_corpus(documents: list[dict[str, Any]], folder: Path) -> Path:
    """A corpus folder of the documents: a text file each, and ``catalogue.jsonl``."""
    (folder / "sources").mkdir(parents=True)
    with (folder / "catalogue.jsonl").open("w", encoding="utf-8") as catalogue:
        for entry in _entries(documents, folder):
            catalogue.write(json.dumps(entry, ensure_ascii=False) + "\n")
    return folder


def _entries(documents: list[dict[str, Any]], folder: Path) -> Iterator[dict[str, Any]]:
    for number, document in enumerate(documents):
        data = document["text"].encode("utf-8")
        date = document["date"] if _ISO_DATE.fullmatch(document["date"] or "") else "unknown"
        file = f"sources/{number:06}.txt"
        (folder / file).write_bytes(data)
        yield {
            "id": document["id"],
            "title": document["head"] or "unknown",
            "kind": "primary",
            "form": "document",
            "author": "unknown",
            "addressee": "unknown",
            "date": date,
            "date_certainty": "unknown" if date == "unknown" else "stated",
            "date_note": "",
            "place": "unknown",
            "language": "en",
            "translated_from": "unknown",
            "translator": "unknown",
            "archive_reference": "unknown",
            "publication": document["volume_title"],
            "rights": "public domain",
            "edition_notes": "unknown",
            "unverified": [],
            "file": file,
            "sha256": hashlib.sha256(data).hexdigest(),
        }
