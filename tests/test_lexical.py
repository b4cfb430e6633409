from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.analysis import Analyzer
from assistant.domain import Filter, Kind, Passage, Span
from assistant.errors import IndexDamaged
from assistant.lexical import LexicalIndex, LexicalWriter
from tests.specimens import make_info

Build = Callable[..., LexicalIndex]

TEXTS = {
    "bridge": "The old bridge was built of oak, of oak and of iron.",
    "twin-b": "Herring is landed at dawn.",
    "twin-a": "Herring is landed at dawn.",
    "oak": "An oak.",
    "truce": "停战谈判在三八线举行。",
    "other": "战争与和平",
}


def passage(source_id: str, text: str) -> Passage:
    return Passage(source_id=source_id, span=Span(start=0, end=len(text)), text=text)


def build(folder: Path, texts: dict[str, str], kinds: dict[str, Kind] | None = None) -> LexicalIndex:
    analyzer = Analyzer("english")
    writer = LexicalWriter(folder, analyzer)
    passages = [passage(id_, text) for id_, text in texts.items()]
    writer.add(
        passages, [make_info(p.source_id, p.text, kind=(kinds or {}).get(p.source_id, "primary")) for p in passages]
    )
    writer.commit()
    return LexicalIndex(folder, analyzer)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return build(tmp_path_factory.mktemp("lexical") / "index", TEXTS, {"oak": "background"})


def ids(index: LexicalIndex, question: str, limit: int = 10, wanted: Filter = Filter()) -> Sequence[str]:  # noqa: B008
    return [found.id.partition(":")[0] for found in index.search(question, limit, wanted)]


def test_every_passage_is_a_row(index: LexicalIndex) -> None:
    assert len(index) == len(TEXTS)


def test_the_passage_that_says_more_of_the_words_comes_first(index: LexicalIndex) -> None:
    assert ids(index, "Which bridge was built of oak?") == ["bridge", "oak"]
    scores = [found.score for found in index.search("bridge of oak", 10)]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


def test_words_are_found_in_their_other_forms(index: LexicalIndex) -> None:
    assert ids(index, "BRIDGES") == ["bridge"]


@pytest.mark.parametrize("question", ["zeppelin", "☃", "", "Qwxyz vbnmq", "月"])
def test_a_question_of_unknown_words_finds_nothing(question: str, index: LexicalIndex) -> None:
    assert ids(index, question) == []


def test_a_question_of_function_words_is_searched_for_them_all(index: LexicalIndex) -> None:
    assert "bridge" in ids(index, "of the")


def test_function_words_do_not_find_when_others_are_there(index: LexicalIndex) -> None:
    assert ids(index, "Where is the zeppelin of the old?") == ["bridge"]


def test_chinese_is_found_by_pairs_of_characters(index: LexicalIndex) -> None:
    assert ids(index, "三八线在哪里?") == ["truce"]
    assert ids(index, "停战") == ["truce"]
    assert ids(index, "和平") == ["other"]


def test_equal_texts_are_both_found_and_ordered_by_id(index: LexicalIndex) -> None:
    assert ids(index, "herring") == ["twin-a", "twin-b"]
    one, other = index.search("herring", 10)
    assert one.score == other.score


def test_no_more_are_found_than_asked_for(index: LexicalIndex) -> None:
    assert len(ids(index, "herring oak", limit=2)) == 2


def test_only_admitted_sources_are_found(index: LexicalIndex) -> None:
    assert sorted(ids(index, "oak herring", wanted=Filter(sources=("oak", "twin-b")))) == ["oak", "twin-b"]
    assert ids(index, "oak", wanted=Filter(kinds=("background",))) == ["oak"]
    assert ids(index, "oak", wanted=Filter(sources=("bridge",), kinds=("background",))) == []
    assert ids(index, "oak", wanted=Filter(sources=())) == []


def test_a_filter_does_not_change_the_scores(index: LexicalIndex) -> None:
    free = {found.id: found.score for found in index.search("oak", 10)}
    for found in index.search("oak", 10, Filter(sources=("bridge", "oak"), kinds=("primary", "background"))):
        assert found.score == pytest.approx(free[found.id])


def test_a_filter_may_name_thousands_of_sources(index: LexicalIndex) -> None:
    many = (*(f"source-{number}" for number in range(5_000)), "oak")
    assert ids(index, "oak", wanted=Filter(sources=many)) == ["oak"]


@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(
            st.sampled_from(
                ["body:", "oak", "*", "AND", "OR", "NOT", "(", ")", '"', "^2", "~1", "[a TO z]", "\\", "+", "-", "/.*/"]
            ),
            max_size=30,
        ).map(" ".join),
    )
)
def test_no_question_is_a_query_language(index: LexicalIndex, question: str) -> None:
    found = ids(index, question)
    assert set(found) <= set(TEXTS)
    if "oak" in question.split():
        assert {"bridge", "oak"} <= set(found)


def test_the_same_passages_give_the_same_index(tmp_path: Path) -> None:
    one, other = build(tmp_path / "one", TEXTS), build(tmp_path / "other", TEXTS)
    for question in ("oak", "herring at dawn", "三八线"):
        assert one.search(question, 10) == other.search(question, 10)


def test_a_word_too_long_to_index_does_no_harm(tmp_path: Path) -> None:
    index = build(tmp_path / "index", {"long": "x" * 70_000 + " harbour"})
    assert ids(index, "harbour") == ["long"]


def test_an_index_that_is_not_there_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match=r"word index in .* cannot be read .*run `assistant build --force`"):
        LexicalIndex(tmp_path / "none", Analyzer("english"))


def test_nothing_can_be_searched_before_the_commit(tmp_path: Path) -> None:
    writer = LexicalWriter(tmp_path / "index", Analyzer("english"))
    writer.add([passage("oak", "An oak.")], [make_info("oak")])
    assert len(LexicalIndex(tmp_path / "index", Analyzer("english"))) == 0
    writer.commit()
    assert len(LexicalIndex(tmp_path / "index", Analyzer("english"))) == 1
