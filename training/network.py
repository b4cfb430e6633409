"""The evidence reader as a network: a BERT encoder with one score for answer start, answer end and evidence per token.

Encoder: BERT (Devlin et al. 2019) in the size of MiniLM-L6 (Wang et al. 2020), from the weights of all-MiniLM-L6-v2.
Evidence: attention-sum pointer (Kadlec et al. 2016), the share of attention that falls on a sentence's tokens. In all
three the first token, ``[CLS]``, stands for "not answered here" (Devlin et al. 2019, SQuAD 2.0).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

WORDS, POSITIONS, WIDTH, HEADS, INNER, LAYERS = 30_522, 512, 384, 12, 1_536, 6
_EPSILON = 1e-12
IGNORED = -100
"""Stands for the token of an answer whose place is not known; nothing is learned from it."""
_HIDDEN = -30_000.0
"""Added to the attention on padding; within bfloat16's and float16's range."""


class Layer(nn.Module):
    """Self-attention and feed-forward, each with its normalisation after it.

    Attention is written out: for sequences as short as ours it is faster on a processor than the fused kernel, whose
    backward pass takes a third of the whole step (measured). No dropout: no question is seen twice in the same form,
    and its random numbers cost a fifth of the step.
    """

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm_after = nn.LayerNorm(WIDTH, eps=_EPSILON)

    def forward(self, x: Tensor, hidden: Tensor) -> Tensor:
        """The next layer's input, shape (inputs, tokens, width)."""
        x = self.norm(x + self.out(self._attend(x, hidden)))
        return self.norm_after(x + self.down(functional.gelu(self.up(x))))

    def _attend(self, x: Tensor, hidden: Tensor) -> Tensor:
        inputs, tokens, _ = x.shape
        each = WIDTH // HEADS
        query, key, value = self.qkv(x).view(inputs, tokens, 3, HEADS, each).permute(2, 0, 3, 1, 4)
        scores = torch.matmul(query, key.transpose(-1, -2)) * each**-0.5 + hidden
        weights = functional.softmax(scores, dim=-1).to(value.dtype)
        return torch.matmul(weights, value).transpose(1, 2).reshape(inputs, tokens, WIDTH)


class Network(nn.Module):
    """Token ids to three scores a token."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(WORDS, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.types = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.head = nn.Linear(WIDTH, 3)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """Scores for start, end and evidence, shape (inputs, tokens, 3), of ids, types and mask (inputs, tokens)."""
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.norm(self.words(ids) + self.positions(places) + self.types(types))
        hidden = (1.0 - mask[:, None, None, :].to(x.dtype)) * _HIDDEN
        for layer in self.layers:
            x = layer(x, hidden)
        scores: Tensor = self.head(x)
        return scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a batch of examples should give; 0 everywhere means not answered."""

    start: Tensor
    """Token where the answer starts, shape (inputs,)."""
    end: Tensor
    """Token where it ends, shape (inputs,)."""
    evidence: Tensor
    """Whether a token belongs to the right sentence, or is ``[CLS]``, shape (inputs, tokens)."""


def loss(scores: Tensor, offered: Tensor, wanted: Wanted) -> Tensor:
    """Mean negative log likelihood of evidence, start and end; ``offered``: the tokens that may be chosen."""
    logits = scores.float().masked_fill(~offered[:, :, None], -1e9)
    spread = functional.log_softmax(logits, dim=1)
    evidence = -torch.logsumexp(spread[:, :, 2].masked_fill(~wanted.evidence, -1e9), dim=1).mean()
    start, end = (
        functional.nll_loss(spread[:, :, column], place, ignore_index=IGNORED, reduction="sum")
        for column, place in enumerate((wanted.start, wanted.end))
    )
    return evidence + 0.5 * (start + end) / len(scores)


def start_from(folder: Path) -> Network:
    """A network with the encoder weights of a BERT checkpoint (``model.safetensors``) and a fresh head."""
    given = load_file(folder / "model.safetensors")
    network = Network()
    own = {
        "words.weight": given["embeddings.word_embeddings.weight"],
        "positions.weight": given["embeddings.position_embeddings.weight"],
        "types.weight": given["embeddings.token_type_embeddings.weight"],
        "norm.weight": given["embeddings.LayerNorm.weight"],
        "norm.bias": given["embeddings.LayerNorm.bias"],
        "head.weight": torch.randn(3, WIDTH) * 0.02,
        "head.bias": torch.zeros(3),
    }
    parts = {
        "out": "attention.output.dense",
        "norm": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm_after": "output.LayerNorm",
    }
    for number in range(LAYERS):
        theirs = f"encoder.layer.{number}"
        for kind in ("weight", "bias"):
            attention = [given[f"{theirs}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
            own[f"layers.{number}.qkv.{kind}"] = torch.cat(attention)
            own |= {f"layers.{number}.{ours}.{kind}": given[f"{theirs}.{part}.{kind}"] for ours, part in parts.items()}
    network.load_state_dict(own)
    return network
