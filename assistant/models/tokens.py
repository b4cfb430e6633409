"""Token counts by tiktoken's cl100k_base, read from the copy inside llama-index-core: no download."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import tiktoken

from assistant.errors import ModelError

_RANKS_FILE = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"  # SHA-1 of the address tiktoken would fetch it from
_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)


def count_tokens(texts: Sequence[str]) -> list[int]:
    """The number of tokens of each text; words such as ``<|endoftext|>`` count as plain text."""
    encoding = _encoding()
    return [len(encoding.encode_ordinary(text)) for text in texts]  # its batch call starts threads for every source


@lru_cache(maxsize=1)
def _encoding() -> tiktoken.Encoding:
    return tiktoken.Encoding("cl100k_base", pat_str=_PATTERN, mergeable_ranks=_load_ranks(), special_tokens={})


def _load_ranks() -> dict[bytes, int]:
    package = find_spec("llama_index.core")
    if package is None or package.origin is None:
        raise ModelError("llama-index-core is not installed, and its token table is needed; install the requirements")
    path = Path(package.origin).parent / "_static" / "tiktoken_cache" / _RANKS_FILE
    if not path.is_file():
        raise ModelError(f"no token table at {path}; this version of llama-index-core does not carry it: pin 0.14")
    pairs = (line.split() for line in path.read_bytes().splitlines() if line)
    return {base64.b64decode(token): int(rank) for token, rank in pairs}
