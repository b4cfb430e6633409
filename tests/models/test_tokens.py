"""Token counts without a download."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given

from assistant.domain import Source
from assistant.errors import ModelError
from assistant.models import tokens
from assistant.models.tokens import count_tokens
from tests.specimens import texts


@pytest.fixture(scope="module")
def cl100k() -> tiktoken.Encoding:
    """Tiktoken's own cl100k_base, read from the copy that llama-index-core brings."""
    package = find_spec("llama_index.core")
    assert package is not None
    assert package.origin is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(Path(package.origin).parent / "_static" / "tiktoken_cache"))
        return tiktoken.get_encoding("cl100k_base")


@given(texts)
def test_counts_are_those_of_tiktokens_own_cl100k(cl100k: tiktoken.Encoding, text: str) -> None:
    assert count_tokens([text]) == [len(cl100k.encode_ordinary(text))]


def test_the_shipped_documents_count_as_tiktoken_counts_them(
    cl100k: tiktoken.Encoding, telegram: Source, letter: Source
) -> None:
    both = [telegram.text, letter.text]
    assert count_tokens(both) == [len(cl100k.encode_ordinary(text)) for text in both]


@pytest.mark.parametrize(("text", "count"), [("", 0), ("hello world", 2), ("<|endoftext|>", 7), ("1951", 2)])
def test_known_texts_have_known_counts(text: str, count: int) -> None:
    assert count_tokens([text]) == [count]


def test_special_tokens_count_as_plain_text(cl100k: tiktoken.Encoding) -> None:
    for special in cl100k.special_tokens_set:
        assert count_tokens([special]) == [len(cl100k.encode(special, disallowed_special=()))]
        assert count_tokens([special])[0] > 1


def test_many_texts_are_counted_in_their_order() -> None:
    assert count_tokens(["one", "", "one two three"]) == [1, 0, 3]
    assert count_tokens([]) == []


@pytest.mark.parametrize("text", [" " * 100_000 + "x", "a" * 100_000, "\n" * 100_000, "停" * 100_000, "=" * 100_000])
def test_monotonous_text_is_counted_too(text: str) -> None:
    assert 0 < count_tokens([text])[0] <= len(text)


def test_a_llama_index_without_the_table_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_RANKS_FILE", "nowhere")
    with pytest.raises(ModelError, match=r"no token table at .*nowhere; .*llama-index-core"):
        tokens._load_ranks()


def test_a_missing_llama_index_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=re.escape("llama-index-core is not installed")):
        tokens._load_ranks()
