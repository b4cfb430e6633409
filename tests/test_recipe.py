"""The recipe file and the fingerprint it is known by."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import RecipeError
from assistant.paths import default_recipe
from assistant.recipe import Recipe, digest, load_recipe

SHIPPED = default_recipe().read_text(encoding="utf-8")


def load(folder: Path, text: str | bytes) -> Recipe:
    path = folder / "recipe.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_recipe(path)


def changed(recipe: Recipe, table: str, field: str, value: object) -> Recipe:
    values: dict[str, Any] = recipe.model_dump()
    values[table][field] = value
    return Recipe.model_validate(values)


def test_the_shipped_recipe_sets_every_setting(recipe: Recipe) -> None:
    assert recipe.model_dump() == tomllib.loads(SHIPPED)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "chunk_tokens = 128",
            "chunk_tokens = 8",
            "chunking.chunk_tokens: Input should be greater than or equal to 16",
        ),
        ("chunk_tokens = 128", "chunk_tokens = 'many'", "chunking.chunk_tokens: Input should be a valid integer"),
        ("overlap_sentences = 0", "", "chunking.overlap_sentences: Field required"),
        ("overlap_sentences = 0", "overlap_sentences = -1", "chunking.overlap_sentences: "),
        ('space = "cosine"', 'space = "round"', "dense.space: Input should be 'cosine', 'ip' or 'l2'"),
        ("threshold = 0.5", "threshold = 1.5", "answering.threshold: Input should be less than or equal to 1"),
        ("threshold = 0.5", "threshold = 0.5\nbias = 2", "answering.bias: Extra inputs are not permitted"),
        ("[lexical]", "[lexikal]", "lexikal: Extra inputs are not permitted"),
        ("passages = ", "passages = -", "reader.passages: "),
        ("max_quotes = 4", "max_quotes = 0", "answering.max_quotes: "),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in SHIPPED
    with pytest.raises(RecipeError) as caught:
        load(tmp_path, SHIPPED.replace(old, new))
    assert "has settings that cannot be used; mend these:" in str(caught.value)
    assert words in str(caught.value)


def test_all_wrong_settings_are_named_at_once(tmp_path: Path) -> None:
    text = SHIPPED.replace("hits = 20", "hits = 0").replace('model = "wordllama"', 'model = ""').replace("rrf_k", "k")
    with pytest.raises(RecipeError) as caught:
        load(tmp_path, text)
    named = [line.split(":")[0].strip() for line in str(caught.value).splitlines()[1:]]
    assert sorted(named) == ["embedding.model", "retrieval.hits", "retrieval.k", "retrieval.rrf_k"]


@pytest.mark.parametrize(("text", "words"), [("[chunking", "is not TOML in UTF-8"), (b"\xff", "is not TOML in UTF-8")])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        load(tmp_path, text)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"no readable recipe at .* restore it or pass another"):
        load_recipe(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("table", "field", "value", "shapes_the_index"),
    [
        ("chunking", "chunk_tokens", 64, True),
        ("chunking", "overlap_sentences", 1, True),
        ("embedding", "model", "openai:small", True),
        ("dense", "ef_search", 100, True),
        ("lexical", "language", "none", True),
        ("retrieval", "hits", 10, False),
        ("answering", "threshold", 0.6, False),
    ],
)
def test_the_fingerprint_changes_with_any_setting_and_the_indexes_with_its_own(
    recipe: Recipe, table: str, field: str, value: object, shapes_the_index: bool
) -> None:
    other = changed(recipe, table, field, value)
    assert other.fingerprint() != recipe.fingerprint()
    assert (other.index_fingerprint() != recipe.index_fingerprint()) is shapes_the_index


def test_the_fingerprint_does_not_depend_on_order_or_remarks(tmp_path: Path, recipe: Recipe) -> None:
    tables = SHIPPED.split("\n\n")
    assert load(tmp_path, "\n\n".join(reversed(tables))).fingerprint() == recipe.fingerprint()


def test_a_digest_is_of_canonical_json() -> None:
    # printf '{"a":[1,"é"],"b":null}' | sha256sum
    assert digest({"b": None, "a": [1, "é"]}) == digest({"a": [1, "é"], "b": None}) == "1e02bc81a26a"


def test_a_recipe_does_not_change(recipe: Recipe) -> None:
    with pytest.raises(ValueError, match="frozen"):
        recipe.chunking.chunk_tokens = 1  # type: ignore[misc]  # the type checker knows it too
