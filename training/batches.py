"""Examples as tensors: laid out, sorted by length, so that little is padding."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import torch
from tokenizers import Tokenizer
from torch import Tensor

from assistant.domain import Span
from assistant.models.layout import Layout, lay_out
from training.damage import Damager
from training.examples import Asked, Example, shown
from training.network import Wanted
from training.topics import topic

POOL = 512
"""Questions laid out and sorted together."""
STEP = 16
"""Lengths are multiples of this: few shapes, so that what is prepared for one is used again (measured: faster)."""
TOPICS = 0.15
"""Tries at a made question for each real one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some examples of about the same length."""

    ids: Tensor
    types: Tensor
    mask: Tensor
    offered: Tensor
    """The tokens that may be chosen: ``[CLS]`` and those of the passage."""
    wanted: Wanted


def batches(
    questions: Sequence[Asked],
    documents: Sequence[str],
    damager: Damager,
    tokenizer: Tokenizer,
    *,
    tokens: int,
    seed: int,
) -> Iterator[Batch]:
    """Batches of at most so many tokens, without end; every question once an epoch, each epoch with other examples."""
    epoch = 0
    while True:
        rng = random.Random(f"{seed}:{epoch}")
        order = iter(rng.sample(questions, len(questions)))
        while pool := list(islice(order, POOL)):
            examples = [example for item in pool for example in shown(item, damager, rng)]
            examples += [one for _ in range(int(TOPICS * len(pool))) if (one := topic(documents, rng)) is not None]
            laid = [_laid(tokenizer, example) for example in examples]
            grouped = list(_grouped([one for one in laid if one is not None], tokens))
            rng.shuffle(grouped)
            yield from (_tensors(group) for group in grouped)
        epoch += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Laid:
    layout: Layout
    answer: range
    """The answer's tokens; only token 0 if it is not there."""
    sentence: range


def _laid(tokenizer: Tokenizer, example: Example) -> _Laid | None:
    """An example laid out; None if its answer does not fit in."""
    layout = lay_out(tokenizer, example.question, example.heading, example.passage)
    if example.answer is None or example.sentence is None:
        return _Laid(layout=layout, answer=range(1), sentence=range(1))
    answer, sentence = (_tokens(layout, span) for span in (example.answer, example.sentence))
    return _Laid(layout=layout, answer=answer, sentence=sentence) if answer and sentence else None


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
        evidence[row, one.sentence.start : one.sentence.stop] = True
    wanted = Wanted(
        start=torch.tensor([one.answer.start for one in group]),
        end=torch.tensor([one.answer.stop - 1 for one in group]),
        evidence=evidence,
    )
    return Batch(ids=ids, types=types, mask=mask, offered=offered, wanted=wanted)
