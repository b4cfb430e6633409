"""Source + recipe -> passages: spans of whole blocks and sentences, sized in tokens, cut from the text once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.domain import Passage, Source, Span
from assistant.models.tokens import count_tokens
from assistant.recipe import Chunking
from assistant.sentences import split_sentences
from assistant.structure import Block, blocks


@dataclass(frozen=True, slots=True)
class _Unit:
    """The least that is not parted: a sentence with the white space after it, or a heading."""

    span: Span
    tokens: int
    opens_section: bool


def chunk(source: Source, chunking: Chunking) -> tuple[Passage, ...]:
    """The passages of a source: in order, within the token size, covering every character that is not white space."""
    spans = _pack(_units(source.text), chunking)
    return tuple(Passage(source_id=source.id, span=span, text=span.cut(source.text)) for span in spans)


def _units(text: str) -> Sequence[_Unit]:
    bare = [(span, block.level > 0) for block in blocks(text) for span in _unit_spans(text, block)]
    counts = count_tokens([span.cut(text) for span, _ in bare])
    return [_Unit(span, tokens, opens) for (span, opens), tokens in zip(bare, counts, strict=True)]


def _unit_spans(text: str, block: Block) -> Iterator[Span]:
    """The sentences of a block, the first with its list marker."""
    if block.level:
        yield block.span
        return
    start = block.span.start
    for sentence in split_sentences(text, block.body):
        yield Span(start=min(start, sentence.start), end=sentence.end)
        start = sentence.end + 1


def _pack(units: Sequence[_Unit], chunking: Chunking) -> Iterator[Span]:
    """Spans of neighbouring units, each as long as the token size allows; a heading always opens a new one."""
    group: list[_Unit] = []
    fresh = 0
    for unit in units:
        full = sum(member.tokens for member in group) + unit.tokens > chunking.chunk_tokens
        if fresh and (full or (unit.opens_section and not all(member.opens_section for member in group))):
            yield _hull(group)
            overlap = chunking.overlap_sentences if not unit.opens_section else 0
            group = _tail(group, overlap, chunking.chunk_tokens - unit.tokens)
            fresh = 0
        group.append(unit)
        fresh += 1
    if fresh:
        yield _hull(group)


def _tail(group: Sequence[_Unit], sentences: int, room: int) -> list[_Unit]:
    """The last sentences of a group that fit into the room left beside the next one."""
    tail: list[_Unit] = []
    for unit in reversed(group[-sentences:] if sentences else ()):
        room -= unit.tokens
        if room < 0:
            break
        tail.insert(0, unit)
    return tail


def _hull(group: Sequence[_Unit]) -> Span:
    return Span(start=group[0].span.start, end=group[-1].span.end)
