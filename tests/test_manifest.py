from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import IndexDamaged, IndexMissing
from assistant.manifest import Makings, Manifest, makings, now, read_manifest, stamp, write_manifest
from assistant.models.embedding import ModelIdentity
from assistant.recipe import Recipe

IDENTITY = ModelIdentity(name="model", dimension=256, version="1")


@pytest.fixture
def manifest() -> Manifest:
    parts = Makings(format=1, recipe="r", embedding=IDENTITY, corpus="c", chroma="1.5")
    return Manifest(generation="generation-1", makings=parts, sources=2, passages=7, built=now())


def test_what_is_written_is_read_back(manifest: Manifest, tmp_path: Path) -> None:
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_a_missing_manifest_is_a_missing_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match=r"no index in .*run `assistant build`"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (lambda values: values.pop("generation"), "generation: Field required"),
        (lambda values: values["makings"].pop("corpus"), "makings.corpus: Field required"),
        (lambda values: values["makings"]["embedding"].pop("name"), "makings.embedding.name: Field required"),
        (lambda values: values.update(generation=7), "generation: Input should be a valid string"),
        (lambda values: values.update(passages="7"), "passages: Input should be a valid integer"),
        (lambda values: values.update(makings=[]), "makings: "),
        (lambda values: values["makings"].update(embedding=None), "makings.embedding: "),
    ],
)
def test_a_manifest_of_another_shape_is_damaged_and_the_field_named(
    edit: Callable[[Any], object], fault: str, manifest: Manifest, tmp_path: Path
) -> None:
    values = asdict(manifest)
    edit(values)
    (tmp_path / "manifest.json").write_text(json.dumps(values))
    with pytest.raises(IndexDamaged) as caught:
        read_manifest(tmp_path)
    assert fault in str(caught.value)
    assert "run `assistant build`" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"garbage", b"null", b"[]", b"\xff\xfe", b'"text"', b"1" * 5_000])
def test_a_manifest_that_is_no_object_is_damaged_in_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"is not a manifest \(.+\); run `assistant build`") as caught:
        read_manifest(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_manifest_that_cannot_be_opened_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(IndexDamaged, match="Is a directory"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", 2),
        ("recipe", "other"),
        ("embedding", replace(IDENTITY, dimension=384)),
        ("corpus", "other"),
        ("chroma", "2.0"),
    ],
)
def test_a_difference_names_the_field_and_both_values(field: str, value: object, manifest: Manifest) -> None:
    changes: dict[str, Any] = {field: value}
    other = replace(manifest.makings, **changes)
    said = manifest.makings.difference(other)
    assert said is not None
    assert said.startswith(f"{field}: ")
    assert " against " in said
    assert manifest.makings.difference(replace(manifest.makings)) is None


def test_makings_change_with_every_part(recipe: Recipe) -> None:
    digests = {"one": "a", "two": "b"}
    same = makings(recipe, IDENTITY, digests)
    assert same == makings(recipe, IDENTITY, dict(reversed(digests.items())))
    other = recipe.model_copy(update={"chunking": recipe.chunking.model_copy(update={"chunk_tokens": 64})})
    assert len({same, makings(other, IDENTITY, digests), makings(recipe, IDENTITY, {"one": "a"})}) == 3
    assert same.embedding is IDENTITY


def test_a_write_that_fails_leaves_the_old_manifest(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_manifest(tmp_path, manifest)
    before = stamp(tmp_path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_manifest(tmp_path, replace(manifest, generation="generation-2"))
    assert (read_manifest(tmp_path), stamp(tmp_path)) == (manifest, before)


def test_the_stamp_changes_with_every_write(manifest: Manifest, tmp_path: Path) -> None:
    stamps = [stamp(tmp_path)]
    for _ in range(5):
        write_manifest(tmp_path, manifest)
        stamps.append(stamp(tmp_path))
    assert stamps[0] == (0, 0)
    assert all(one != other for one, other in pairwise(stamps))
