"""Source + recipe -> passages: spans of whole blocks and sentences, sized in tokens, cut from the text once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.bibliography import body
from assistant.domain import Passage, Source, Span
from assistant.models.tokens import count_tokens
from assistant.recipe import Chunking
from assistant.sentences import split_sentences
from assistant.structure import Block, blocks

_STRADDLE = 8
"""Most tokens by which a passage may outgrow the sum of its units: byte pairs do not heed where a sentence ends."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """The least that is not parted: a sentence or a heading."""

    span: Span
    tokens: int
    """Counted with the white space before it, which a passage takes in."""
    opens_section: bool


def chunk(source: Source, chunking: Chunking) -> tuple[Passage, ...]:
    """The passages of a source: in order, covering every character that is not white space.

    Each keeps within the token size unless it is one sentence or one heading. The references at the end of a background
    source are in none: they answer nothing.
    """
    spans = _pack(source.text, _units(source.text, body(source)), chunking)
    return tuple(Passage(source_id=source.id, span=span, text=span.cut(source.text)) for span in spans)


def _units(text: str, within: Span | None) -> Sequence[_Unit]:
    bare = [(span, block.level > 0) for block in blocks(text, within) for span in _unit_spans(text, block)]
    ends = (0, *(span.end for span, _ in bare))
    counts = count_tokens([text[end : span.end] for end, (span, _) in zip(ends, bare, strict=False)])
    return [_Unit(span, tokens, opens) for (span, opens), tokens in zip(bare, counts, strict=True)]


def _unit_spans(text: str, block: Block) -> Iterator[Span]:
    """The sentences of a block, the first with its list marker."""
    if block.level:
        yield block.span
        return
    for index, sentence in enumerate(split_sentences(text, block.body)):
        yield Span(start=sentence.start if index else block.span.start, end=sentence.end)


def _pack(text: str, units: Sequence[_Unit], chunking: Chunking) -> Iterator[Span]:
    """Spans of neighbouring units, each as long as the token size allows; a heading always opens a new one."""
    group: list[_Unit] = []
    fresh = 0
    for unit in units:
        opens = unit.opens_section and not all(member.opens_section for member in group)
        if fresh and (opens or not _fits(text, [*group, unit], chunking.chunk_tokens)):
            yield _hull(group)
            group = [] if unit.opens_section else _tail(text, group, unit, chunking)
            fresh = 0
        group.append(unit)
        fresh += 1
    if fresh:
        yield _hull(group)


def _tail(text: str, group: Sequence[_Unit], unit: _Unit, chunking: Chunking) -> list[_Unit]:
    """The last sentences of a group that fit beside the next one."""
    tail = list(group[-chunking.overlap_sentences :]) if chunking.overlap_sentences else []
    while tail and (tail[0].opens_section or not _fits(text, [*tail, unit], chunking.chunk_tokens)):
        tail.pop(0)
    return tail


def _fits(text: str, group: Sequence[_Unit], most: int) -> bool:
    """Whether units together keep within a number of tokens; all are counted again where the sum comes near it."""
    total = sum(unit.tokens for unit in group)
    if total > most or total <= most - _STRADDLE:
        return total <= most
    return count_tokens([_hull(group).cut(text)])[0] <= most


def _hull(group: Sequence[_Unit]) -> Span:
    return Span(start=group[0].span.start, end=group[-1].span.end)
