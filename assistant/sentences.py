"""Sentences and clauses of real prose, as spans.

Rules, not a model: what a rule does to a historian's quote can be read and tested. A full stop ends a sentence unless
what stands before it is an abbreviation, an initial or an open bracket, or what follows goes on in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.domain import Span
from assistant.structure import blocks, trim

MAX_SENTENCE = 2_000
"""Characters after which a sentence is parted at white space all the same, so that nothing grows without bound."""

_CLOSERS = "\"'”’»)\\]）】』」》"
_STOP = re.compile(rf"[.!?…]+[{_CLOSERS}]*(?=\s|$)|[。！？｡]+[{_CLOSERS}]*")
_BEFORE = re.compile(r"(?:^|[\s(\[“\"‘'—–/-])(\S+)$")
_NEXT = re.compile(r"\s+[\"'“‘«(\[【『「]*(\S+)")
_ELLIPSIS_GOES_ON = re.compile(r"[.…](?!\w)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.?-?)+")
_POINT = re.compile(r"(?:^|[:;]\s)\s*\d{1,2}$")
_LAST_SPACE = re.compile(r"(?s:.*)\s")
_CLAUSE = re.compile(r"[;；]")
_LIST_COLON = re.compile(r":(?=\s)|：")
_NUMERAL = re.compile(r"\d|[IVXLC]+\b")
_MIN_CLAUSE_WORDS = 3

_NEVER_LAST = frozenset(
    "mr mrs ms messrs mm mme mlle dr prof rev hon st sen rep gov gen lt maj col capt cmdr comdr adm brig sgt cpl "
    "amb sec asst dep supt vs viz cf ca c e.g i.e fig figs nos nr vol vols p pp par paras arts ch chap "
    "sect op cit ed eds trans tr fol fols f ff l ll d doc docs tel est approx incl mt ft "
    "wm geo jas jno chas thos".split()
)
_MAY_BE_LAST = frozenset(
    "etc inc ltd co corp bros jr sr esq al ibid u.s u.n u.k u.s.s.r a.m p.m a.d b.c d.c ult inst prox "
    "jan feb mar apr aug sept oct nov dec".split()
)
_BEFORE_NUMERALS = frozenset(["no", "art"])
_OPENERS = frozenset(
    "the a an this that these those it its he she they we i you his her their our my there here in on at by for from "
    "to if when while as but and or so then thus however what who why how where after before during since no not "
    "all any some each every both such one".split()
)


def sentence_spans(text: str, within: Span | None = None) -> Iterator[Span]:
    """The sentences of a text, or of a span of it, in order, without headings, list markers and white space around.

    >>> source = "To Comrade Stalin, I.V. was ill. On 13.6.51 he wrote [George F.] Kennan. Why?"
    >>> [span.cut(source) for span in sentence_spans(source)]
    ['To Comrade Stalin, I.V. was ill.', 'On 13.6.51 he wrote [George F.] Kennan.', 'Why?']
    """
    for block in blocks(text, within):
        if not block.level:
            yield from split_sentences(text, block.body)


def split_sentences(text: str, body: Span) -> Iterator[Span]:
    """The sentences of one block's body."""
    start = body.start
    for stop in _STOP.finditer(text, body.start, body.end):
        if _ends_sentence(text, start, stop, body.end):
            yield from _pieces(text, start, stop.end())
            start = stop.end()
    yield from _pieces(text, start, body.end)


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    """The trimmed span, in pieces of at most ``MAX_SENTENCE`` characters."""
    while end - start > MAX_SENTENCE:
        gap = _LAST_SPACE.search(text, start + MAX_SENTENCE // 2, start + MAX_SENTENCE)
        cut = gap.end() if gap else start + MAX_SENTENCE
        if (span := trim(text, start, cut)) is not None:
            yield span
        start = cut
    if (span := trim(text, start, end)) is not None:
        yield span


def _ends_sentence(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    if stop.end() >= end or stop.end() - start > MAX_SENTENCE:
        return True
    if _in_brackets(text, start, stop, end):
        return False
    if stop[0][0] in "。！？｡":
        return True
    following = _NEXT.match(text, stop.end(), end)
    if following is None:
        return True
    word = following[1]
    if word[0].islower() or _ELLIPSIS_GOES_ON.match(word):
        return False
    return stop[0][0] != "." or stop[0].startswith("..") or not _is_abbreviation(text, start, stop.start(), word)


def _in_brackets(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    """Whether a bracket opened in this sentence is closed only after the stop."""
    for opening, closing in ("()", "[]", "（）"):
        depth = text.count(opening, start, stop.end()) - text.count(closing, start, stop.end())
        if depth > 0 and closing in text[stop.end() : min(stop.end() + 300, end)]:
            return True
    return False


def _is_abbreviation(text: str, start: int, stop: int, following: str) -> bool:
    """Whether the full stop at ``stop`` belongs to the word, or to the number of a point, before it."""
    said = text[max(start, stop - 40) : stop]
    if _POINT.search(said):
        return True
    before = _BEFORE.search(said)
    if before is None:
        return False
    word = before[1].lower()
    opens = following.lower().rstrip(",;:") in _OPENERS
    if word in _NEVER_LAST:
        return True
    if word in _BEFORE_NUMERALS:
        return bool(_NUMERAL.match(following))
    if word in _MAY_BE_LAST:
        return not opens
    return bool(_INITIALS.fullmatch(word)) and (len(word) == 1 or "." in word) and not opens


def clause_spans(text: str, sentence: Span) -> tuple[Span, ...]:
    """The clauses of a sentence that can be quoted alone: parts between semicolons, and a list's items after its colon.

    >>> source = "Terms: to restore the border; to leave a narrow strip."
    >>> [span.cut(source) for span in clause_spans(source, Span(start=0, end=len(source)))]
    ['to restore the border', 'to leave a narrow strip.']
    """
    cuts = [
        m.start()
        for m in _CLAUSE.finditer(text, sentence.start, sentence.end)
        if _at_top(text, sentence.start, m.start())
    ]
    if not cuts:
        return ()
    colon = _LIST_COLON.search(text, sentence.start, cuts[0])
    opening = colon.end() if colon and _at_top(text, sentence.start, colon.start()) else sentence.start
    edges = [opening, *(cut + 1 for cut in cuts)]
    ends = [*cuts, sentence.end]
    spans = [span for left, right in zip(edges, ends, strict=True) if (span := trim(text, left, right)) is not None]
    long_enough = all(len(span.cut(text).split()) >= _MIN_CLAUSE_WORDS or _is_cjk(span.cut(text)) for span in spans)
    return tuple(spans) if long_enough else ()


def _at_top(text: str, start: int, position: int) -> bool:
    """Whether a position is outside brackets and quotation marks opened in the sentence."""
    return all(text.count(a, start, position) <= text.count(b, start, position) for a, b in ("()", "[]", "“”"))


def _is_cjk(text: str) -> bool:
    return any("\u3040" <= character <= "\u9fff" for character in text)
