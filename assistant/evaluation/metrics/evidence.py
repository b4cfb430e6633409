"""Is the evidence right and complete? Citation precision, recall and F1 against gold, by character and by sentence.

Precision counts all gold, required or optional; recall counts the required gold. White space counts nowhere. What is
cited is where the verified words of a quote stand; a quote that is not verified cites characters, and a sentence, that
are not gold. All apply where the sources answer; precision and length need something cited, recall is then 0.

Two stretches of one sentence are the same evidence if they share at least half of the shorter one and at least twelve
characters, or the whole of a shorter gold. So a clause and its whole sentence are not held against each other, while
two different clauses, or a single word, are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.citation import Place
from assistant.evaluation.archive import Archive, Character
from assistant.evaluation.metrics.locus import gold_places
from assistant.evaluation.metrics.values import Metric, absent, mean, no_gold, offered, share, silence
from assistant.evaluation.results import CitedQuote, Question, Response, Value
from assistant.text import normalise

_LEAST_SHARED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cited:
    """What a response cites."""

    places: tuple[Place, ...]
    """Where its verified quotes stand."""
    unplaced: tuple[CitedQuote, ...]
    """Its other quotes."""


def same_evidence(found: frozenset[Character], gold: frozenset[Character]) -> bool:
    """Whether two stretches share enough to be one piece of evidence; the module says how much that is."""
    shared = len(found & gold)
    return shared * 2 >= min(len(found), len(gold)) and shared >= min(_LEAST_SHARED, len(gold)) > 0


def required_units(question: Question, archive: Archive) -> tuple[frozenset[Character], ...]:
    """The pieces of required gold, each within one sentence: what a complete answer must cite."""
    places = gold_places(question, required=True)
    pieces = [unit for place in places for unit in _by_sentence([place], archive).values()]
    return tuple(dict.fromkeys(pieces))


def precision_chars(question: Question, response: Response, archive: Archive) -> Value:
    """Share of the cited characters that are gold: ``|cited ∩ gold| / |cited|``."""
    if reason := _nothing_to_judge(question, response):
        return absent(reason)
    cited = _cited(response, archive)
    characters = _characters(cited.places, archive)
    gold = _characters(gold_places(question), archive)
    return share(len(characters & gold), len(characters) + _unplaced_length(cited))


def recall_chars(question: Question, response: Response, archive: Archive) -> Value:
    """Share of the required gold characters that are cited: ``|cited ∩ required| / |required|``."""
    if reason := no_gold(question):
        return absent(reason)
    required = _characters(gold_places(question, required=True), archive)
    return share(len(required & _characters(_cited(response, archive).places, archive)), len(required))


def f1_chars(question: Question, response: Response, archive: Archive) -> Value:
    """The harmonic mean of the two above, ``2PR / (P + R)`` (van Rijsbergen 1979); 0 if nothing is cited."""
    return _f1(precision_chars(question, response, archive), recall_chars(question, response, archive))


def precision_sentences(question: Question, response: Response, archive: Archive) -> Value:
    """Share of the cited sentences that are cited for their gold.

    ``|{s cited : same evidence(cited part of s, gold part of s)}| / (|sentences cited| + |unverified quotes|)``.
    """
    if reason := _nothing_to_judge(question, response):
        return absent(reason)
    cited = _cited(response, archive)
    found = _by_sentence(cited.places, archive)
    gold = _by_sentence(gold_places(question), archive)
    right = sum(same_evidence(unit, gold.get(sentence, frozenset())) for sentence, unit in found.items())
    return share(right, len(found) + len(cited.unplaced))


def recall_sentences(question: Question, response: Response, archive: Archive) -> Value:
    """Share of the pieces of required gold that are cited; a piece is what one gold span has within one sentence.

    ``|{p required : same evidence(cited part of its sentence, p)}| / |pieces|``.
    """
    if reason := no_gold(question):
        return absent(reason)
    cited = _by_sentence(_cited(response, archive).places, archive).values()
    units = required_units(question, archive)
    return share(sum(any(same_evidence(part, unit) for part in cited) for unit in units), len(units))


def f1_sentences(question: Question, response: Response, archive: Archive) -> Value:
    """The harmonic mean of the two above, ``2PR / (P + R)`` (van Rijsbergen 1979); 0 if nothing is cited."""
    return _f1(precision_sentences(question, response, archive), recall_sentences(question, response, archive))


def evidence_hit(question: Question, response: Response, archive: Archive) -> Value:
    """1 if some piece of required gold is cited, else 0: recall by sentence above 0."""
    recall = recall_sentences(question, response, archive)
    return recall if recall.value is None else Value(value=float(recall.value > 0), reason=recall.reason)


def evidence_length(question: Question, response: Response, archive: Archive) -> Value:
    """Characters cited per character of required gold: ``|cited| / |required|``; 1 is best, above it the reader's time.

    After the citation length of LongBench-Cite (Zhang et al. 2024), made relative to the gold.
    """
    if reason := _nothing_to_judge(question, response):
        return absent(reason)
    cited = _cited(response, archive)
    length = len(_characters(cited.places, archive)) + _unplaced_length(cited)
    return share(length, len(_characters(gold_places(question, required=True), archive)))


def contains(question: Question, response: Response, archive: Archive) -> Value:
    """Share of the strings that a right answer must contain which stand in one of its verified quotes.

    ``|{w : w in some normalised quote}| / |contains|``, case kept; strings and quotes are compared in normalised form.
    """
    if reason := no_gold(question):
        return absent(reason)
    if not question.contains:
        return absent("the gold names no strings")
    quotes = [normalise(q.quote).text for q in offered(response) if archive.verify(q).verdict.accepted]
    return mean([float(any(normalise(words).text in quote for quote in quotes)) for words in question.contains])


def _nothing_to_judge(question: Question, response: Response) -> str:
    return no_gold(question) or ("" if offered(response) else silence(response))


def _cited(response: Response, archive: Archive) -> _Cited:
    placed = {quote: archive.place(quote) for quote in offered(response)}
    return _Cited(
        places=tuple(place for place in placed.values() if place is not None),
        unplaced=tuple(quote for quote, place in placed.items() if place is None),
    )


def _unplaced_length(cited: _Cited) -> int:
    """Characters of the quotes that stand nowhere; at least one each, so that an empty quote is not free."""
    return sum(max(1, len("".join(quote.quote.split()))) for quote in cited.unplaced)


def _characters(places: Iterable[Place], archive: Archive) -> frozenset[Character]:
    return frozenset().union(*(archive.characters(place) for place in places))


def _by_sentence(places: Iterable[Place], archive: Archive) -> dict[Place, frozenset[Character]]:
    """For each sentence that the places touch, what of it they hold."""
    parts: dict[Place, frozenset[Character]] = {}
    for place in places:
        for sentence in archive.sentences(place):
            part = archive.characters(place) & archive.characters(sentence)
            parts[sentence] = parts.get(sentence, frozenset()) | part
    return {sentence: part for sentence, part in parts.items() if part}


def _f1(precision: Value, recall: Value) -> Value:
    if recall.value is None:
        return recall
    if not precision.value or not recall.value:
        return Value(value=0.0, reason=precision.reason if precision.value is None else "precision or recall is 0")
    harmonic = 2 * precision.value * recall.value / (precision.value + recall.value)
    return Value(value=harmonic, reason=f"precision {precision.reason}, recall {recall.reason}")


EVIDENCE_METRICS: dict[str, Metric] = {
    "citation_precision_chars": precision_chars,
    "citation_recall_chars": recall_chars,
    "citation_f1_chars": f1_chars,
    "citation_precision_sentences": precision_sentences,
    "citation_recall_sentences": recall_sentences,
    "citation_f1_sentences": f1_sentences,
    "evidence_hit": evidence_hit,
    "evidence_length": evidence_length,
    "contains": contains,
}
