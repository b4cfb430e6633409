"""Examples as tensors: laid out, sorted by length, so that little is padding."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from assistant.domain import Span
from assistant.models.layout import Layout, lay_out
from training.examples import Example
from training.network import IGNORED, Wanted

STEP = 16
"""Lengths are multiples of this: few shapes, so that what is prepared for one is used again (measured: faster)."""

Pools = Callable[[random.Random], Iterator[list[Example]]]
"""One epoch's examples, a pool at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some examples of about the same length."""

    ids: Tensor
    types: Tensor
    mask: Tensor
    offered: Tensor
    """The tokens that may be chosen: ``[CLS]`` and those of the passage."""
    wanted: Wanted


def batches(pools: Pools, tokenizer: Tokenizer, *, tokens: int, seed: int) -> Iterator[Batch]:
    """Batches of at most so many tokens, without end: epoch after epoch, each with other examples."""
    epoch = 0
    while True:
        rng = random.Random(f"{seed}:{epoch}")
        for examples in pools(rng):
            laid = [_laid(tokenizer, example) for example in examples]
            grouped = list(_grouped([one for one in laid if one is not None], tokens))
            rng.shuffle(grouped)
            yield from (_tensors(group) for group in grouped)
        epoch += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Laid:
    layout: Layout
    start: int
    """Token where the answer starts; 0 if it is not there, ``IGNORED`` if it is not known."""
    end: int
    evidence: tuple[int, ...]
    """Tokens of the sentences that answer, or 0."""


def _laid(tokenizer: Tokenizer, example: Example) -> _Laid | None:
    """An example laid out; None if what answers does not fit in."""
    layout = lay_out(tokenizer, example.question, example.heading, example.passage)
    if not example.sentences:
        return _Laid(layout=layout, start=0, end=0, evidence=(0,))
    evidence = tuple(token for span in example.sentences for token in _tokens(layout, span))
    if not evidence:
        return None
    if example.answer is None:
        return _Laid(layout=layout, start=IGNORED, end=IGNORED, evidence=evidence)
    answer = _tokens(layout, example.answer)
    return _Laid(layout=layout, start=answer.start, end=answer.stop - 1, evidence=evidence) if answer else None


def _tokens(layout: Layout, span: Span) -> range:
    inside = [i for i, (start, end) in enumerate(layout.places) if start < span.end and span.start < end]
    return range(inside[0], inside[-1] + 1) if inside else range(0)


def _grouped(made: Sequence[_Laid], tokens: int) -> Iterator[list[_Laid]]:
    group: list[_Laid] = []
    for one in sorted(made, key=lambda one: len(one.layout)):
        if group and (len(group) + 1) * _padded(len(one.layout)) > tokens:
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _padded(length: int) -> int:
    """The next multiple of ``STEP``."""
    return -(-length // STEP) * STEP


def _tensors(group: Sequence[_Laid]) -> Batch:
    shape = len(group), _padded(max(len(one.layout) for one in group))
    ids, types = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    mask, offered, evidence = (torch.zeros(shape, dtype=torch.bool) for _ in range(3))
    for row, one in enumerate(group):
        length = len(one.layout)
        ids[row, :length] = torch.tensor(one.layout.ids)
        types[row, :length] = torch.tensor(one.layout.types)
        mask[row, :length] = True
        offered[row, :length] = torch.tensor([end > 0 for _, end in one.layout.places])
        offered[row, 0] = True
        evidence[row, list(one.evidence)] = True
    wanted = Wanted(
        start=torch.tensor([one.start for one in group]),
        end=torch.tensor([one.end for one in group]),
        evidence=evidence,
    )
    return Batch(ids=ids, types=types, mask=mask, offered=offered, wanted=wanted)
