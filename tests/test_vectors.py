from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.domain import Filter, Kind, Passage, Span
from assistant.errors import IndexDamaged, StoreError
from assistant.models.embedding import Vectors
from assistant.recipe import Dense, Recipe
from assistant.vectors import VectorStore, connect, llama_metadata
from tests.specimens import make_info

NAME = "passages-test"


@pytest.fixture
def dense(recipe: Recipe) -> Dense:
    return recipe.dense


@pytest.fixture
def store(tmp_path: Path, dense: Dense) -> Iterator[VectorStore]:
    made = VectorStore(connect(tmp_path / "chroma", None), NAME, dense)
    yield made
    made.close()


def passage(source_id: str, start: int = 0) -> Passage:
    return Passage(source_id=source_id, span=Span(start=start, end=start + 4), text="Text")


def unit(*values: float) -> list[float]:
    vector = np.array(values)
    return [float(value) for value in vector / np.linalg.norm(vector)]


def fill(store: VectorStore, vectors: dict[str, list[float]], kinds: dict[str, Kind] | None = None) -> None:
    store.add(
        [passage(id_) for id_ in vectors],
        [make_info(id_, kind=(kinds or {}).get(id_, "primary")) for id_ in vectors],
        np.array(list(vectors.values()), dtype=np.float32),
    )


def asked(*values: float) -> Vectors:
    return np.array([unit(*values)], dtype=np.float32)


def sources(store: VectorStore, vector: Vectors, limit: int = 10, wanted: Filter = Filter()) -> list[str]:  # noqa: B008
    return [found.id.partition(":")[0] for found in store.search(vector, limit, wanted)]


PLANE = {"east": unit(1, 0), "north": unit(0, 1), "west": unit(-1, 0), "north-east": unit(1, 1)}


def test_the_score_is_the_cosine_and_the_best_comes_first(store: VectorStore) -> None:
    fill(store, PLANE)
    found = store.search(asked(1, 0), 10)
    assert [hit.id for hit in found] == ["east:0-4", "north-east:0-4", "north:0-4", "west:0-4"]
    assert [hit.score for hit in found] == pytest.approx([1.0, 0.70711, 0.0, -1.0], abs=1e-5)


def test_ties_are_ordered_by_id(store: VectorStore) -> None:
    fill(store, dict.fromkeys(["d", "b", "c", "a"], unit(1, 1)))
    assert sources(store, asked(1, 1)) == ["a", "b", "c", "d"]


def test_a_row_that_is_added_again_is_replaced(store: VectorStore) -> None:
    fill(store, PLANE)
    fill(store, {"west": unit(1, 0.01)})
    assert len(store) == len(PLANE)
    assert sources(store, asked(1, 0), limit=2) == ["east", "west"]


def test_rows_are_written_and_listed_in_parts_that_chroma_takes(store: VectorStore) -> None:
    store._batch = 3
    vectors = {f"source-{number:02}": unit(1, number) for number in range(10)}
    fill(store, vectors)
    assert len(store) == 10
    assert sorted(store.ids()) == sorted(f"{id_}:0-4" for id_ in vectors)


def test_stored_vectors_are_given_back_and_unknown_ids_left_out(store: VectorStore) -> None:
    fill(store, PLANE)
    found = store.vectors(["north-east:0-4", "nowhere:0-4"])
    assert list(found) == ["north-east:0-4"]
    assert found["north-east:0-4"] == pytest.approx(PLANE["north-east"])
    assert store.vectors([]) == {}


def test_more_ids_can_be_asked_for_than_sqlite_takes_variables(store: VectorStore) -> None:
    fill(store, PLANE)
    many = [f"source-{number}:0-4" for number in range(40_000)]
    assert list(store.vectors([*many, "east:0-4"])) == ["east:0-4"]


def test_only_admitted_sources_and_kinds_are_found(store: VectorStore) -> None:
    fill(store, PLANE, {"east": "background", "north": "background"})
    assert sources(store, asked(1, 0), wanted=Filter(sources=("west", "north"))) == ["north", "west"]
    assert sources(store, asked(1, 0), wanted=Filter(kinds=("background",))) == ["east", "north"]
    assert sources(store, asked(1, 0), wanted=Filter(kinds=("primary",), sources=("east", "west"))) == ["west"]
    assert sources(store, asked(1, 0), wanted=Filter(sources=())) == []


def test_a_filter_may_name_thousands_of_sources(store: VectorStore) -> None:
    fill(store, PLANE)
    many = tuple(f"source-{number}" for number in range(1_200))
    wanted = Filter(sources=("west", *many[:600], "north", *many[600:], "east"))
    assert sources(store, asked(1, 0), wanted=wanted) == ["east", "north", "west"]
    assert sources(store, asked(1, 0), limit=1, wanted=wanted) == ["east"]


def test_an_empty_collection_finds_nothing(store: VectorStore) -> None:
    assert store.search(asked(1, 0), 10) == []
    assert list(store.ids()) == []
    assert store.reachable(["east:0-4"]) == set()


def test_all_rows_are_reachable_also_many_twins(store: VectorStore) -> None:
    fill(store, PLANE | {f"twin-{number:02}": unit(3, 1) for number in range(30)})
    ids = list(store.ids())
    assert store.reachable(ids) == set(ids)


def test_a_row_that_search_does_not_find_is_not_reachable(store: VectorStore, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, {f"source-{number:02}": unit(1, number) for number in range(20)})
    query = store._collection.query

    def blind(**arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - stands for Chroma's method
        rows = query(**arguments)
        keep = [[place for place, id_ in enumerate(ids) if id_ != "source-05:0-4"] for ids in rows["ids"]]
        lists: dict[str, Any] = {"ids": rows["ids"], "distances": rows["distances"]}
        return {
            name: [[row[place] for place in places] for row, places in zip(found, keep, strict=True)]
            for name, found in lists.items()
        }

    monkeypatch.setattr(store._collection, "query", blind)
    ids = list(store.ids())
    assert set(ids) - store.reachable(ids) == {"source-05:0-4"}


@pytest.mark.parametrize("space", ["cosine", "ip", "l2"])
def test_every_space_ranks_by_nearness_with_scores_above_zero_for_what_is_near(
    space: str, tmp_path: Path, dense: Dense
) -> None:
    store = VectorStore(connect(tmp_path / space, None), NAME, dense.model_copy(update={"space": space}))
    fill(store, PLANE)
    store.close()
    again = VectorStore(connect(tmp_path / space, None), NAME)
    found = again.search(asked(1, 0.3), 10)
    again.close()
    assert [hit.id.partition(":")[0] for hit in found] == ["east", "north-east", "north", "west"]
    assert all(hit.score > 0 for hit in found[:3])


def test_a_collection_keeps_the_settings_it_was_made_with(store: VectorStore, dense: Dense) -> None:
    hnsw = store._collection.configuration_json["hnsw"]
    assert {name: hnsw[name] for name in dense.model_fields_set} == dense.model_dump()


def test_a_collection_that_is_not_there_is_damage(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match=r"vector store cannot be read .*other.*run `assistant build --force`"):
        VectorStore(connect(tmp_path / "chroma", None), "passages-other")


@pytest.mark.parametrize(
    ("method", "use", "error"),
    [
        ("count", len, IndexDamaged),
        ("get", lambda store: store.vectors(["east:0-4"]), IndexDamaged),
        ("get", lambda store: list(store.ids()), IndexDamaged),
        ("query", lambda store: store.search(asked(1, 0), 5), IndexDamaged),
        ("query", lambda store: store.reachable(["east:0-4"]), IndexDamaged),
        ("upsert", lambda store: fill(store, PLANE), StoreError),
    ],
)
def test_whatever_chroma_raises_is_one_of_our_errors(
    method: str,
    use: Callable[[VectorStore], object],
    error: type[StoreError],
    store: VectorStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(store, PLANE)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("database disk image is malformed")

    monkeypatch.setattr(store._collection, method, fail)
    with pytest.raises(error, match=r"vector store cannot be .* \(database disk image is malformed\); ") as caught:
        use(store)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://localhost:8000", "http://", "http://localhost:port", "localhost", "//localhost"]
)
def test_an_address_that_is_none_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=f"cannot be reached at {url} .*ASSISTANT_CHROMA_URL"):
        connect(tmp_path, url)


@pytest.mark.usefixtures("loopback")
def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot be reached at http://127.0.0.1:9 .*see that the server runs"):
        connect(tmp_path, "http://127.0.0.1:9")


def test_threads_may_open_and_close_the_same_folder_at_once(store: VectorStore, tmp_path: Path) -> None:
    fill(store, PLANE)
    store.close()

    def look(_: int) -> int:
        one = VectorStore(connect(tmp_path / "chroma", None), NAME)
        try:
            return len(one)
        finally:
            one.close()

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(look, range(80))) == {len(PLANE)}


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"vector store cannot be opened in .*file/chroma"):
        connect(tmp_path / "file" / "chroma", None)


def test_metadata_is_flat_and_carries_the_node_for_llamaindex() -> None:
    from llama_index.core.schema import TextNode
    from llama_index.core.vector_stores.utils import metadata_dict_to_node

    metadata = llama_metadata(passage("letter", 10), make_info("letter", kind="background"))
    assert {name: metadata[name] for name in ("source_id", "kind")} == {"source_id": "letter", "kind": "background"}
    node = metadata_dict_to_node(metadata)
    assert isinstance(node, TextNode)
    assert (node.node_id, node.get_content(), node.metadata["source_id"]) == ("letter:10-14", "Text", "letter")
    assert (node.start_char_idx, node.end_char_idx) == (10, 14)
