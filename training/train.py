"""Train the evidence reader: ``make train-reader``.

The learning rate rises, stays, and falls to nothing over the last part of the steps (warm-up, stable, decay: Hu et al.
2024), so a run that is broken off goes on from its last checkpoint, and a longer run begins like a shorter one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from pathlib import Path

import click
import torch

from assistant.evaluation.public_data import load_squad
from assistant.models.layout import load_tokenizer
from training.base import base_folder
from training.batches import Batch, batches
from training.damage import Damager
from training.examples import asked, is_held_out
from training.near import near_passages
from training.network import Network, loss, start_from
from training.pools import squad_pools
from training.topics import load_documents
from training.written import load_written, written_pools

WARM_UP, DECAY = 200, 0.25
"""Steps over which the learning rate rises; share of the steps over which it falls."""
LATE_EVERY = 2
"""While it falls, one step in so many is on the written questions."""
EVERY = 100
"""Steps between checkpoints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long and how fast."""

    steps: int
    tokens: int
    rate: float
    seed: int

    @property
    def decays_from(self) -> int:
        """The first step at which the learning rate falls."""
        return round(self.steps * (1 - DECAY))

    def rate_at(self, step: int) -> float:
        """The learning rate of a step, from 0."""
        left = (self.steps - step) / (self.steps * DECAY)
        return self.rate * min(1.0, (step + 1) / WARM_UP, left)


def train(squad: Path, frus: Path, work: Path, plan: Plan) -> Path:
    """The file of the trained weights."""
    torch.manual_seed(plan.seed)
    data = load_squad(squad)
    kept = [one for one in asked(data, near_passages(data, work)) if not is_held_out(one.source.info.title)]
    tokenizer = load_tokenizer(base_folder() / "tokenizer.json")
    network = start_from(base_folder())
    network.words.weight.requires_grad_(False)  # rare words keep what they mean in the base model
    optimizer = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], lr=plan.rate, weight_decay=0.01)
    done = _resume(work, network, optimizer)
    first = partial(squad_pools, kept, load_documents(frus), Damager(data.sources))
    stream = batches(first, tokenizer, tokens=plan.tokens, seed=plan.seed)
    late = batches(partial(written_pools, load_written()), tokenizer, tokens=plan.tokens, seed=plan.seed)
    stream = _mixed(stream, late, plan)
    network.train()
    began, seen, mean = time.perf_counter(), 0, 0.0
    for step, batch in islice(enumerate(stream), done, plan.steps):
        for group in optimizer.param_groups:
            group["lr"] = plan.rate_at(step)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = network(batch.ids, batch.types, batch.mask)
        found = loss(scores, batch.offered, batch.wanted)
        found.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seen += batch.ids.numel()
        mean = 0.98 * mean + 0.02 * found.item() if step > done else found.item()
        if (step + 1) % 50 == 0:
            click.echo(
                f"step {step + 1}/{plan.steps} loss {mean:.3f} {seen / (time.perf_counter() - began):.0f} tokens/s"
            )
        if (step + 1) % EVERY == 0 or step + 1 == plan.steps:
            _keep(work, network, optimizer, step + 1)
    torch.save(network.state_dict(), work / "reader.pt")
    return work / "reader.pt"


def _mixed(first: Iterator[Batch], late: Iterator[Batch], plan: Plan) -> Iterator[Batch]:
    """The first stream, and while the learning rate falls every second batch from the late one."""
    for step in count():
        yield next(late if step >= plan.decays_from and step % LATE_EVERY == 0 else first)


def _keep(work: Path, network: Network, optimizer: torch.optim.Optimizer, step: int) -> None:
    torch.save(
        {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, work / "checkpoint.tmp"
    )
    (work / "checkpoint.tmp").replace(work / "checkpoint.pt")


def _resume(work: Path, network: Network, optimizer: torch.optim.Optimizer) -> int:
    """Take up the last checkpoint, if there is one; the number of steps done."""
    if not (work / "checkpoint.pt").exists():
        return 0
    kept = torch.load(work / "checkpoint.pt", weights_only=True)
    network.load_state_dict(kept["network"])
    optimizer.load_state_dict(kept["optimizer"])
    return int(kept["step"])


@click.command()
@click.option("--squad", type=click.Path(exists=True, path_type=Path), required=True, help="SQuAD 1.1 train file.")
@click.option(
    "--frus", type=click.Path(exists=True, path_type=Path), required=True, help="Documents, JSON Lines, gzipped."
)
@click.option("--work", type=click.Path(path_type=Path), default=Path("build/reader"), show_default=True)
@click.option("--steps", type=int, default=2_500, show_default=True)
@click.option("--tokens", type=int, default=8_192, show_default=True, help="Tokens in a batch.")
@click.option("--rate", type=float, default=1.5e-4, show_default=True, help="Highest learning rate.")
@click.option("--seed", type=int, default=1, show_default=True)
def main(squad: Path, frus: Path, work: Path, steps: int, tokens: int, rate: float, seed: int) -> None:
    """Train the evidence reader on SQuAD 1.1 and print where the weights are."""
    work.mkdir(parents=True, exist_ok=True)
    click.echo(train(squad, frus, work, Plan(steps=steps, tokens=tokens, rate=rate, seed=seed)))


if __name__ == "__main__":
    main()
