"""Are the quotes true? Verdicts on every quote that a system shows, in an answer or beside a refusal; no gold needed.

Verdicts are `assistant.citation.verify`'s; their names follow the project's note on rival tools (verbatim-citation-gate
tells found, misattributed and not found apart). Each share is over the quotes of one response.
"""

# ruff: noqa: ARG001 - every metric has the same three parameters

from __future__ import annotations

from assistant.citation import Verdict
from assistant.evaluation.archive import Archive
from assistant.evaluation.metrics.values import Metric, absent, share, silence
from assistant.evaluation.results import CitedQuote, Question, Response, Value


def quote_exactness(question: Question, response: Response, archive: Archive) -> Value:
    """Share of quotes that are, character for character, the text at the span claimed for them.

    ``|{c : text(c.source)[c.start:c.end] = c.quote}| / |citations|``. A quote without a span is not exact; a response
    whose quotes all lack one has no value, for such a system names no places.
    """
    if not response.citations:
        return absent(silence(response))
    if all(quote.span is None for quote in response.citations):
        return absent("the system names no places")
    return share(sum(_exact(quote, archive) for quote in response.citations), len(response.citations))


def _exact(quote: CitedQuote, archive: Archive) -> bool:
    text = archive.text(quote.source_id)
    return quote.span is not None and text[quote.span.start : quote.span.end] == quote.quote


def quote_verified(question: Question, response: Response, archive: Archive) -> Value:
    """Share of quotes that stand in the source they name, exactly or but for form (white space, glyphs, hyphenation).

    ``|{c : verdict(c) in (exact, normalised)}| / |citations|``; the claimed span plays no part.
    """
    if not response.citations:
        return absent(silence(response))
    accepted = sum(archive.verify(quote).verdict.accepted for quote in response.citations)
    return share(accepted, len(response.citations))


def verdict_share(verdict: Verdict) -> Metric:
    """The metric "share of quotes that get this verdict": ``|{c : verdict(c) = verdict}| / |citations|``.

    For `Verdict.MISATTRIBUTED` it is the misattribution rate: the words are true, the source named for them is not.
    """

    def metric(question: Question, response: Response, archive: Archive) -> Value:
        if not response.citations:
            return absent(silence(response))
        found = sum(archive.verify(quote).verdict is verdict for quote in response.citations)
        return share(found, len(response.citations))

    return metric


def coverage(question: Question, response: Response, archive: Archive) -> Value:
    """Share of an answer's statements that claim at least one citation which is verified.

    ``|{s : some c in s.citations with verdict exact or normalised}| / |statements|``; a number that names no citation
    bears nothing out. After citation recall of ALCE (Gao et al. 2023), with exact words in place of entailment.
    """
    if response.refused or response.error is not None:
        return absent(silence(response))
    if not response.statements:
        return absent("the system names no statements")
    verified = {quote.number for quote in response.citations if archive.verify(quote).verdict.accepted}
    covered = sum(not verified.isdisjoint(statement.citations) for statement in response.statements)
    return share(covered, len(response.statements))


QUOTE_METRICS: dict[str, Metric] = {
    "quote_exactness": quote_exactness,
    "quote_verified": quote_verified,
    "quote_normalised": verdict_share(Verdict.NORMALISED),
    "misattribution": verdict_share(Verdict.MISATTRIBUTED),
    "quote_stitched": verdict_share(Verdict.STITCHED),
    "quote_not_found": verdict_share(Verdict.NOT_FOUND),
    "coverage": coverage,
}
