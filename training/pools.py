"""Training examples, a pool at a time: what an epoch consists of."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import islice

from training.damage import Damager
from training.examples import Asked, Example, shown
from training.topics import topic

POOL = 512
"""Questions laid out and sorted together."""
TOPICS = 0.15
"""Tries at a made question for each real one."""


def squad_pools(
    questions: Sequence[Asked], documents: Sequence[str], damager: Damager, rng: random.Random
) -> Iterator[list[Example]]:
    """One epoch's examples, a pool of questions at a time, with some made questions among them."""
    order = iter(rng.sample(questions, len(questions)))
    while pool := list(islice(order, POOL)):
        examples = [example for item in pool for example in shown(item, damager, rng)]
        tries = (topic(documents, rng) for _ in range(int(TOPICS * len(pool))))
        yield examples + [one for one in tries if one is not None]
