"""The bibliography: CSL-JSON in, works and resolved references out, every fault named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.bibliography import (
    Bibliography,
    Reference,
    Work,
    body,
    load_bibliography,
    marked,
    references,
    works_used,
    written,
)
from assistant.corpus import load_corpus
from assistant.errors import CorpusError
from assistant.paths import default_corpus
from tests.specimens import make_source

ESSAY = """# Talks

They met [1], and parted [3]. [2]

## References

1. hermes-1966, ch. 2, pp. 3–4.
2. joy-1955.
3. hermes-1966
"""
HERMES = {"id": "hermes-1966", "type": "book", "title": "Truce Tent"}
JOY = {"id": "joy-1955", "type": "book", "title": "How Communists Negotiate"}


def write(folder: Path, items: object) -> Path:
    (folder / "bibliography.json").write_text(items if isinstance(items, str) else json.dumps(items), encoding="utf-8")
    return folder


def work(**fields: object) -> Work:
    return Work.model_validate({"id": "w", "type": "book", "title": "Title", **fields})


# References of a source


def test_references_are_the_numbered_lines_of_the_last_section() -> None:
    assert references(ESSAY) == (
        Reference(number=1, work="hermes-1966", place="ch. 2, pp. 3–4."),
        Reference(number=2, work="joy-1955", place=""),
        Reference(number=3, work="hermes-1966", place=""),
    )
    assert references("1. hermes-1966, ch. 2.") == ()
    assert references(ESSAY.replace("## References", "## Sources")) == ()
    assert references(ESSAY + "\n## Notes\n") == ()
    assert references(ESSAY.replace("\n", "\r\n")) == references(ESSAY)


def test_words_lean_on_the_references_whose_numbers_they_hold() -> None:
    assert [reference.number for reference in marked("They met [1], and parted [3].", ESSAY)] == [1, 3]
    assert marked("They met [9] [State Department].", ESSAY) == ()


def test_the_body_of_a_background_source_ends_before_its_references() -> None:
    span = body(make_source(ESSAY, kind="background"))
    assert span is not None
    assert span.cut(ESSAY).endswith("[2]\n\n")
    for source in (
        make_source(ESSAY),
        make_source("# Talks\n\n## References\n\nThey met.", kind="background"),
        make_source("## References\n\n1. joy-1955.", kind="background"),
    ):
        assert body(source) is None


def test_a_reference_is_written_on_one_line() -> None:
    assert [reference.written() for reference in references(ESSAY)[:2]] == [
        "[1] hermes-1966, ch. 2, pp. 3–4",
        "[2] joy-1955",
    ]


# The file


def test_a_work_is_found_and_each_is_named_once(tmp_path: Path) -> None:
    works = load_bibliography(write(tmp_path, [JOY, HERMES]))
    assert [work.id for work in works] == ["joy-1955", "hermes-1966"]
    assert "joy-1955" in works
    assert "joy" not in works
    assert [work.id for work in works.works_of(make_source(ESSAY))] == ["hermes-1966", "joy-1955"]


def test_a_reference_to_no_work_is_refused(tmp_path: Path) -> None:
    works = load_bibliography(write(tmp_path, [HERMES]))
    with pytest.raises(CorpusError, match=r"no work 'joy-1955' in bibliography\.json; add it, or correct"):
        works.works_of(make_source(ESSAY))


def test_an_archive_need_not_have_a_bibliography(tmp_path: Path) -> None:
    assert len(load_bibliography(tmp_path)) == 0


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ("[", "it must be CSL-JSON"),
        ({}, "bibliography.json: Input should be a valid tuple"),
        ([HERMES, 3], "item 2: Input should be a valid dictionary"),
        ([{**HERMES, "author": [{"given": "Walter"}]}], "hermes-1966.author.0: Value error, a name has either"),
        ([{**HERMES, "author": [{"family": "H", "literal": "H"}]}], "a name has either family or literal"),
        ([{**HERMES, "colour": "red"}], "hermes-1966.colour: Extra inputs are not permitted"),
        ([{**HERMES, "type": "scroll"}], "hermes-1966.type: Input should be"),
        ([{**HERMES, "id": "Hermes 1966"}], "Hermes 1966.id: String should match"),
        ([HERMES, JOY, HERMES], "names works more than once: hermes-1966"),
    ],
)
def test_a_fault_is_named_with_its_work(tmp_path: Path, items: object, words: str) -> None:
    with pytest.raises(CorpusError) as caught:
        load_bibliography(write(tmp_path, items))
    assert words in str(caught.value)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bibliography.json").write_bytes(b'["\xff"]')
    with pytest.raises(CorpusError, match="cannot read"):
        load_bibliography(tmp_path)


def test_the_shipped_file_comes_out_as_it_went_in() -> None:
    file = default_corpus() / "bibliography.json"
    assert load_bibliography(default_corpus()).as_csl() == json.loads(file.read_text(encoding="utf-8"))


# Works as text


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "Title."),
        ({"title": "Who won?"}, "Who won?"),
        (
            {
                "author": [{"family": "Hermes", "given": "Walter G."}, {"family": "Joy", "given": "C. Turner"}],
                "publisher": "Center of Military History",
                "publisher-place": "Washington",
                "issued": {"date-parts": [[1966]]},
                "note": "Read in part.",
            },
            "Hermes, Walter G. and C. Turner Joy. Title. Washington: Center of Military History, 1966. Read in part.",
        ),
        (
            {
                "type": "chapter",
                "author": [{"literal": "Chen Jian"}],
                "editor": [{"family": "Westad", "given": "Odd Arne"}, {"family": "Prince"}],
                "translator": [{"literal": "Shen"}],
                "container-title": "Arms",
                "issued": {"literal": "1995/96"},
                "page": "90-116",
            },
            "Chen Jian. Title. In Arms. Edited by Odd Arne Westad, Prince. Translated by Shen. 1995/96, pp. 90-116.",
        ),
        (
            {"type": "article-journal", "container-title": "Security", "volume": "13", "issue": "3", "page": "92"},
            "Title. Security 13:3. p. 92.",
        ),
        ({"container-title": "Bulletin", "issue": "6-7", "publisher": "P"}, "Title. Bulletin 6-7. P."),
        ({"issued": {"date-parts": [[1951, 8, 24]]}}, "Title. 24 August 1951."),
        ({"issued": {"date-parts": [[2013, 7]]}}, "Title. July 2013."),
    ],
)
def test_a_work_is_written_as_a_bibliography_prints_it(fields: dict[str, object], line: str) -> None:
    assert written(work(**fields)) == line


# The works of an archive's sources


def test_only_background_sources_use_works(tmp_path: Path, write_corpus: Callable[..., Path]) -> None:
    corpus = load_corpus(write_corpus(tmp_path / "b", {"a": ESSAY}, kind="background"))
    works = load_bibliography(write(tmp_path, [HERMES, JOY]))
    assert works_used(corpus, works) == {"a": ("hermes-1966", "joy-1955")}
    assert works_used(corpus, Bibliography()) == {"a": ()}
    assert works_used(load_corpus(write_corpus(tmp_path / "p", {"a": ESSAY})), works) == {"a": ()}
