"""Hard negatives: for each training question, passages that share its words and do not hold its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.domain import Source, Span
from assistant.evaluation.public_data import PublicData, write_corpus
from assistant.session import Assistant

FOUND, KEPT = 12, 5
"""Passages asked of the word index for each question, and most kept of them."""


def near_passages(data: PublicData, work: Path) -> Mapping[str, Sequence[tuple[Source, Span]]]:
    """Up to five passages for each question id; kept in the work folder, for it takes minutes."""
    by_id, file = {source.id: source for source in data.sources}, work / "near.json"
    if not file.exists():
        file.write_text(json.dumps(_search(data, work)), encoding="utf-8")
    found: dict[str, list[str]] = json.loads(file.read_text(encoding="utf-8"))
    return {question: [_read(place, by_id) for place in places] for question, places in found.items()}


def _search(data: PublicData, work: Path) -> dict[str, list[str]]:
    texts = data.texts()
    write_corpus(work / "corpus", data.sources)
    with Assistant.open(corpus=work / "corpus", store=work / "store") as assistant:
        lexical = assistant.index().lexical
        return {
            question.id: _without(
                [found.id for found in lexical.search(question.question, FOUND)], question.contains[0], texts
            )
            for question in data.questions
        }


def _without(places: Sequence[str], answer: str, texts: Mapping[str, str]) -> list[str]:
    cut = [(place, *_place(place)) for place in places]
    return [place for place, source, span in cut if answer.lower() not in span.cut(texts[source]).lower()][:KEPT]


def _place(passage_id: str) -> tuple[str, Span]:
    source, _, place = passage_id.rpartition(":")
    start, _, end = place.partition("-")
    return source, Span(start=int(start), end=int(end))


def _read(place: str, by_id: Mapping[str, Source]) -> tuple[Source, Span]:
    source, span = _place(place)
    return by_id[source], span
