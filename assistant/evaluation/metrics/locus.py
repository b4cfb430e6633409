"""Does each quote come from the right place? Source, paragraph, overlap and IoU with gold, required or optional.

All apply where the sources answer and the response cites something. A quote that does not stand in the source it names
is in no place: it is right in nothing but, perhaps, the source.
"""

# ruff: noqa: ARG001 - every metric has the same three parameters

from __future__ import annotations

from collections.abc import Callable

from assistant.citation import Place
from assistant.evaluation.archive import Archive
from assistant.evaluation.metrics.values import Metric, absent, mean, no_gold, offered, silence
from assistant.evaluation.results import CitedQuote, Question, Response, Value
from assistant.structure import locus


def source_accuracy(question: Question, response: Response, archive: Archive) -> Value:
    """Share of quotes that name a source which holds gold: ``|{c : c.source in gold sources}| / |citations|``."""
    right = {gold.source_id for gold in question.gold}
    return _over_quotes(question, response, lambda quote: float(quote.source_id in right))


def paragraph_accuracy(question: Question, response: Response, archive: Archive) -> Value:
    """Share of quotes that begin in a paragraph in which gold begins.

    ``|{c : paragraph(c) in {paragraph(g)}}| / |citations|``, paragraphs as `assistant.structure.locus` counts them.
    """
    right = {_paragraph(place, archive) for place in gold_places(question)}

    def judge(quote: CitedQuote) -> float:
        place = archive.place(quote)
        return float(place is not None and _paragraph(place, archive) in right)

    return _over_quotes(question, response, judge)


def gold_overlap(question: Question, response: Response, archive: Archive) -> Value:
    """Share of quotes that share a character with gold: ``|{c : c ∩ gold ≠ ∅}| / |citations|``, without white space."""
    return _over_quotes(question, response, lambda quote: float(_best_iou(quote, question, archive) > 0))


def gold_iou(question: Question, response: Response, archive: Archive) -> Value:
    """Mean over the quotes of the best intersection over union with a gold span, in characters without white space.

    ``mean_c max_g |c ∩ g| / |c ∪ g|`` (Jaccard 1912).
    """
    return _over_quotes(question, response, lambda quote: _best_iou(quote, question, archive))


def gold_places(question: Question, *, required: bool = False) -> tuple[Place, ...]:
    """The places of a question's gold, or of its required gold alone."""
    return tuple(
        Place(source_id=gold.source_id, span=gold.span) for gold in question.gold if gold.required or not required
    )


def _over_quotes(question: Question, response: Response, judge: Callable[[CitedQuote], float]) -> Value:
    if reason := no_gold(question):
        return absent(reason)
    quotes = offered(response)
    return mean([judge(quote) for quote in quotes]) if quotes else absent(silence(response))


def _paragraph(place: Place, archive: Archive) -> tuple[str, int | None, int]:
    found = locus(archive.text(place.source_id), place.span)
    return place.source_id, found.page, found.paragraph


def _best_iou(quote: CitedQuote, question: Question, archive: Archive) -> float:
    place = archive.place(quote)
    if place is None:
        return 0.0
    cited = archive.characters(place)
    golds = [archive.characters(gold) for gold in gold_places(question)]
    return max((len(cited & gold) / len(cited | gold) for gold in golds), default=0.0)


LOCUS_METRICS: dict[str, Metric] = {
    "source_accuracy": source_accuracy,
    "paragraph_accuracy": paragraph_accuracy,
    "gold_overlap": gold_overlap,
    "gold_iou": gold_iou,
}
