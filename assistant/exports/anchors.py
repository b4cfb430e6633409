"""Where a quote stands, as W3C annotations say it: by its words and by its position.

Source: Web Annotation Data Model (W3C Recommendation, 2017), sections 4.2.4 TextQuoteSelector and 4.2.5
TextPositionSelector. Positions count code points from 0, and the end is one past the last, as `Span` does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from assistant.corpus import Corpus
from assistant.domain import Citation

_AROUND = 32
"""Characters of prefix and suffix, by which a quote that stands twice is told apart."""


def anchor(citation: Citation, corpus: Corpus, *, note: str) -> dict[str, Any]:
    """An annotation whose target is the quote; its source is named by id and by the hash of its bytes."""
    text, span = corpus.source(citation.source_id).text, citation.span
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "Annotation",
        "label": note,
        "target": {
            "source": {
                "id": f"urn:sha256:{citation.source.sha256}",
                "name": citation.source_id,
                "format": "text/plain",
            },
            "selector": [
                {
                    "type": "TextQuoteSelector",
                    "exact": citation.quote,
                    "prefix": text[max(span.start - _AROUND, 0) : span.start],
                    "suffix": text[span.end : span.end + _AROUND],
                },
                {"type": "TextPositionSelector", "start": span.start, "end": span.end},
            ],
        },
    }


def selectors(citation: Citation, corpus: Corpus) -> list[dict[str, Any]]:
    """The two selectors of a quote alone."""
    found: list[dict[str, Any]] = anchor(citation, corpus, note="")["target"]["selector"]
    return found


def anchors(notes: Iterable[tuple[str, Citation]], corpus: Corpus) -> list[dict[str, Any]]:
    """The annotations of citations, each labelled with its note."""
    return [anchor(citation, corpus, note=note) for note, citation in notes]
