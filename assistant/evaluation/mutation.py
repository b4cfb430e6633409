"""True quotes, damaged by rule, with the verdict that each must get: what a verifier of quotes is worth.

Quotes are stretches of whole words of sentences. A change that leaves words which stand in a source all the same (a
clause dropped at the end, a name swapped into another true sentence) is a true quote and not emitted.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from assistant.citation import Place, Verdict, verify
from assistant.domain import Source, Span
from assistant.evaluation import damage, form
from assistant.evaluation.damage import Change
from assistant.sentences import sentence_spans

_LEAST_WORDS = 3
_MOST_WORDS = 40
_LEAST_STITCHED = 5
"""Words of each part of a stitched quote: enough to be recognised as quoted."""
_ROUNDS = 3
"""How often each stretch is offered, to be changed in another place each time."""
_SENTENCES = 500
"""Sentences drawn from a large archive."""

ALTERED = frozenset({Verdict.NOT_FOUND, Verdict.STITCHED})
"""Verdicts on words that the archive does not have in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A quote, the source named for it, and what a verifier must say of it."""

    kind: str
    """What was done to it."""
    quote: str
    source_id: str
    original: str
    """The true quote that it was made from."""
    expected: frozenset[Verdict]
    """The verdicts that are right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A mutation and the verdict that it got."""

    mutation: Mutation
    found: Verdict

    @property
    def right(self) -> bool:
        """Whether the verdict is one of the right ones."""
        return self.found in self.mutation.expected

    @property
    def wrongly_accepted(self) -> bool:
        """Whether a quote that must be rejected was accepted: the one fault that reaches a reader."""
        return self.found.accepted and not any(verdict.accepted for verdict in self.mutation.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """What a verifier made of a set of mutations."""

    checked: tuple[Checked, ...]

    @property
    def counts(self) -> dict[str, Counter[Verdict]]:
        """How often each kind of mutation got each verdict."""
        table: dict[str, Counter[Verdict]] = {}
        for one in self.checked:
            table.setdefault(one.mutation.kind, Counter())[one.found] += 1
        return table

    @property
    def wrong(self) -> tuple[Checked, ...]:
        """The mutations with a wrong verdict."""
        return tuple(one for one in self.checked if not one.right)

    @property
    def wrongly_accepted(self) -> tuple[Checked, ...]:
        """The mutations that were accepted and must not be."""
        return tuple(one for one in self.checked if one.wrongly_accepted)

    def table(self) -> str:
        """The counts as lines of text: a kind of mutation a line, a verdict a column."""
        head = f"{'':<18}" + "".join(f"{verdict:>15}" for verdict in Verdict)
        rows = (
            f"{kind:<18}" + "".join(f"{row[verdict]:>15}" for verdict in Verdict) for kind, row in self.counts.items()
        )
        return "\n".join([head, *rows])


def check_mutations(mutations: Iterable[Mutation], sources: Iterable[Source]) -> Confusion:
    """The verdicts of `assistant.citation.verify` on mutations."""
    archive = tuple(sources)
    return Confusion(
        checked=tuple(Checked(mutation=m, found=verify(m.quote, m.source_id, archive).verdict) for m in mutations)
    )


def generate_mutations(sources: Iterable[Source], *, per_kind: int = 200, seed: int = 0) -> tuple[Mutation, ...]:
    """Up to ``per_kind`` different mutations of each kind; the same for the same sources and seed."""
    kinds = _Maker(tuple(sources)).kinds()
    randoms = {kind: Random(f"{seed}:{kind}") for kind in kinds}  # noqa: S311 - chance that can be repeated, no secret
    rows = (_without_repeats(make(kind, randoms[kind])) for kind, make in kinds.items())
    return tuple(mutation for row in rows for mutation in itertools.islice(row, per_kind))


def _without_repeats(candidates: Iterable[Mutation]) -> Iterator[Mutation]:
    seen: set[tuple[str, str]] = set()
    for mutation in candidates:
        if (key := (mutation.quote, mutation.source_id)) not in seen:
            seen.add(key)
            yield mutation


_Make: TypeAlias = Callable[[str, Random], Iterator[Mutation]]


class _Maker:
    """Makes mutations of one archive, kind by kind, until it has no more."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = {source.id: source for source in sources}
        self._plain = {source.id: " ".join(source.text.split()) for source in sources}

    def kinds(self) -> dict[str, _Make]:
        names = damage.names_in(list(self._plain.values()))
        return {
            "true": self._true,
            "digit": self._damaged(damage.change_digit),
            "number word": self._damaged(damage.change_number_word),
            "negation inserted": self._damaged(damage.insert_negation),
            "negation removed": self._damaged(damage.remove_negation),
            "name swapped": self._damaged(damage.swap_name(names)),
            "words dropped": self._damaged(damage.drop_inside),
            "word clipped": self._damaged(damage.clip_word),
            "case": self._damaged(damage.change_case),
            "stitched": self._stitched,
            "wrong source": self._misattributed,
            "quote glyph": self._formal(form.change_glyph),
            "white space": self._formal(form.change_white_space),
            "hyphenation": self._formal(form.hyphenate),
            "Unicode form": self._formal(form.change_unicode_form),
            "invisible": self._formal(form.insert_invisible),
        }

    def _true(self, kind: str, random: Random) -> Iterator[Mutation]:
        for place in self._quotes(random):
            quote = self._cut(place)
            yield _mutation(kind, quote, place.source_id, quote, {Verdict.EXACT})

    def _damaged(self, change: Change) -> _Make:
        def make(kind: str, random: Random) -> Iterator[Mutation]:
            for place in self._quotes(random):
                quote = self._cut(place)
                changed = change(quote, random)
                if changed and not any(stands(changed, text) for text in self._plain.values()):
                    yield _mutation(kind, changed, place.source_id, quote, ALTERED)

        return make

    def _formal(self, change: Change) -> _Make:
        def make(kind: str, random: Random) -> Iterator[Mutation]:
            for place in self._quotes(random):
                quote = self._cut(place)
                changed = change(quote, random)
                if changed and changed not in self._sources[place.source_id].text:
                    yield _mutation(kind, changed, place.source_id, quote, {Verdict.NORMALISED})

        return make

    def _misattributed(self, kind: str, random: Random) -> Iterator[Mutation]:
        for place in self._quotes(random):
            quote = self._cut(place)
            for other, text in self._plain.items():
                if other != place.source_id and not stands(quote, text):
                    yield _mutation(kind, quote, other, quote, {Verdict.MISATTRIBUTED})

    def _stitched(self, kind: str, random: Random) -> Iterator[Mutation]:
        parts = [place for place in self._quotes(random) if len(self._cut(place).split()) >= _LEAST_STITCHED]
        for first, second in zip(parts, random.sample(parts, len(parts)), strict=True):
            quote = random.choice([" ", " … ", "; ", ", "]).join([self._cut(first), self._cut(second)])
            if not any(stands(quote, text) for text in self._plain.values()):
                yield _mutation(kind, quote, first.source_id, self._cut(first), {Verdict.STITCHED})

    def _quotes(self, random: Random) -> Iterator[Place]:
        """Stretches of sentences, drawn by chance, each sentence in turn, so that long ones do not prevail."""
        sentences = [
            Place(source_id=source.id, span=span)
            for source in self._sources.values()
            for span in sentence_spans(source.text)
        ]
        stretches = [
            _stretches(place, self._cut(place)) for place in random.sample(sentences, min(len(sentences), _SENTENCES))
        ]
        for _ in range(_ROUNDS):
            for row in stretches:
                random.shuffle(row)
            yield from (place for turn in itertools.zip_longest(*stretches) for place in turn if place is not None)

    def _cut(self, place: Place) -> str:
        return place.span.cut(self._sources[place.source_id].text)


def stands(words: str, text: str) -> bool:
    """Whether words stand in a text as words: not begun or ended inside a word, a number or a compound.

    A second opinion, apart from the verifier's; white space is single in ``text``.

    >>> stands("13 June", "of 13 June."), stands("3 June", "of 13 June."), stands("6.51", "13.6.51")
    (True, False, False)
    """
    before = r"(?<!\w)(?<!\w-)(?<!\d[.,])" if words[0].isalnum() else ""
    after = r"(?!\w)(?!-\w)(?![.,]\d)" if words[-1].isalnum() else ""
    return re.search(before + re.escape(" ".join(words.split())) + after, text) is not None


def _stretches(sentence: Place, text: str) -> list[Place]:
    """The whole sentence, and every stretch of whole words of it that is neither too short nor too long."""
    words = [match.span() for match in re.finditer(r"\S+", text)]
    pairs = {(0, len(words))} | {
        (first, last)
        for first in range(len(words))
        for last in range(first + _LEAST_WORDS, min(first + _MOST_WORDS, len(words)) + 1)
    }
    start = sentence.span.start
    return [
        Place(
            source_id=sentence.source_id,
            span=Span(start=start + words[first][0], end=start + words[last - 1][1]),
        )
        for first, last in sorted(pairs)
    ]


def _mutation(kind: str, quote: str, source_id: str, original: str, expected: Set[Verdict]) -> Mutation:
    return Mutation(kind=kind, quote=quote, source_id=source_id, original=original, expected=frozenset(expected))
