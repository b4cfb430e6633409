"""The catalogue on the page, and the results beside it."""

from __future__ import annotations

from pathlib import Path

from assistant.corpus import Corpus
from assistant.paths import data_root
from assistant.web.catalogue import MOST_SHOWN, catalogue_html, source_choices
from assistant.web.examples import Example, load_examples
from assistant.web.results import results_html
from tests.specimens import make_info, write_corpus
from tests.web.reading import Read


def test_every_source_can_be_opened(corpus: Corpus) -> None:
    read = Read(catalogue_html(corpus, ""))
    assert [a["data-open"] for a, _ in read.all("a")] == [info.id for info in corpus]
    assert len(read.all("span", class_="badge primary")) == 2
    assert f"{len(corpus)} sources" in read.text


def test_a_search_finds_by_all_its_words_in_any_case(corpus: Corpus) -> None:
    found = [a["data-open"] for a, _ in Read(catalogue_html(corpus, "PRIMARY mao 1951")).all("a")]
    assert found == ["telegram-mao-1951-06-13"]
    assert "No source fits." in Read(catalogue_html(corpus, "zeppelin")).text


def test_a_great_archive_is_shown_in_part() -> None:
    infos = [make_info(f"s{n}") for n in range(MOST_SHOWN + 1)]
    read = Read(catalogue_html(infos, ""))
    assert len(read.all("a")) == MOST_SHOWN
    assert f"{MOST_SHOWN + 1} sources fit" in read.text
    assert "1 source" in Read(catalogue_html(infos[:1], "")).text


def test_the_filter_offers_titles(corpus: Corpus) -> None:
    assert ("Letter from Gao Gang and Kim Il Sung to Stalin, 14 June 1951", "letter-gao-kim-1951-06-14") in (
        source_choices(corpus)
    )


def test_the_committed_results_are_shown(tmp_path: Path) -> None:
    read = Read(results_html(data_root() / "eval" / "results"))
    assert len(read.all("table")) == 4
    assert "quote exactness" in read.text
    assert "not part of this installation" in Read(results_html(tmp_path)).text


def test_examples_come_from_the_archive(corpus: Corpus, tmp_path: Path) -> None:
    assert len(load_examples(corpus)) >= 4
    assert any(example.then for example in load_examples(corpus))
    folder = write_corpus(tmp_path / "bare", {"a": "Text."})
    from assistant.corpus import load_corpus

    assert load_examples(load_corpus(folder)) == ()
    (folder / "examples.txt").write_text("# remark\n  lost\n\nOne?\n  Two?\nThree?\n", encoding="utf-8")
    assert load_examples(load_corpus(folder)) == (
        Example(question="lost"),
        Example(question="One?", then="Two?"),
        Example(question="Three?"),
    )
