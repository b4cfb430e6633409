"""The catalogue and its files: every fault named, at its line, all at once."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.corpus import CatalogueEntry, Corpus, load_corpus
from assistant.domain import Filter, SourceInfo
from assistant.errors import CorpusError, UnknownSource
from assistant.text import locate
from tests.specimens import SEED, as_toml, entry, sha256

WriteCorpus = Callable[..., Path]


def catalogue(folder: Path, *tables: dict[str, Any]) -> Path:
    (folder / "catalogue.toml").write_text("\n".join(map(as_toml, tables)), encoding="utf-8")
    return folder


def faults(folder: Path) -> list[str]:
    with pytest.raises(CorpusError) as caught:
        load_corpus(folder)
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


def one(folder: Path, data: bytes, **fields: object) -> Corpus:
    """A corpus whose only source, ``a``, has these bytes and, if nothing else is said, their hash."""
    (folder / "a.txt").write_bytes(data)
    return load_corpus(catalogue(folder, entry("a", "", **{"sha256": sha256(data)} | fields)))


# The shipped archive


def test_the_shipped_catalogue_verifies(corpus: Corpus) -> None:
    corpus.verify()
    primary = [info.id for info in corpus.select(Filter(kinds=("primary",)))]
    assert primary == ["letter-gao-kim-1951-06-14", "telegram-mao-1951-06-13"]


def test_the_shipped_texts_are_exact_slices_of_the_seed(corpus: Corpus) -> None:
    seed = SEED / "000_cb9d3477502a48b6.txt"
    if not seed.is_file():
        pytest.skip("the documents as they were handed over are not beside this checkout")
    letter, telegram = (corpus.source(info.id).text for info in corpus.select(Filter(kinds=("primary",))))
    original = seed.read_bytes().decode().strip()
    assert original.startswith(letter)
    assert original.endswith(telegram)
    assert original[len(letter) : -len(telegram)].strip() == ""


def test_the_letter_ends_where_the_telegram_begins(corpus: Corpus) -> None:
    assert corpus.source("letter-gao-kim-1951-06-14").text.endswith("[attached handwritten letter].")
    assert corpus.source("telegram-mao-1951-06-13").text.startswith('"To Comrades Gao Gang and Kim Il Sung:')


# The catalogue


def test_a_catalogue_entry_and_what_is_known_of_a_source_have_the_same_fields() -> None:
    assert list(CatalogueEntry.model_fields) == [field.name for field in dataclasses.fields(SourceInfo)]


def test_an_entry_becomes_what_is_known_of_the_source(tmp_path: Path, write_corpus: WriteCorpus) -> None:
    (info,) = load_corpus(write_corpus(tmp_path, {"a": "Text."}, kind="background", unverified=["date", "place"]))
    assert (info.id, info.kind, info.author, info.unverified) == ("a", "background", "Ada Author", ("date", "place"))
    assert info.sha256 == sha256(b"Text.")


@pytest.mark.parametrize("name", list(CatalogueEntry.model_fields))
def test_a_missing_field_is_named_at_the_head_of_its_entry(tmp_path: Path, name: str) -> None:
    catalogue(tmp_path, entry("a", ""), entry("b", "", **{name: None}))
    assert faults(tmp_path) == [f"line {len(entry('a', '')) + 3}: {name}: Field required"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("kind", "secondary", "'primary' or 'background', found 'secondary'"),
        ("date", "13 June 1951", "should match pattern"),
        ("date", "1951-6-13", "should match pattern"),
        ("date", "1951-13", "month must be in 1..12, found '1951-13'"),
        ("date", "1951-02-30", "day is out of range for month"),
        ("date", "1951-06-13T25:00", "hour must be in 0..23"),
        ("date", "١٩٥١", "found '١٩٥١'"),
        ("date_certainty", "sure", "found 'sure'"),
        ("sha256", "abc", "should match pattern"),
        ("sha256", "A" * 64, "should match pattern"),
        ("unverified", ["place", "plaice"], "names no field: plaice"),
        ("unverified", "place", "valid tuple"),
        ("title", "", "at least 1 character"),
        ("author", " ", "should match pattern"),
        ("id", "a b", "should match pattern"),
        ("id", "../a", "should match pattern"),
        ("id", "a:b", "should match pattern"),
        ("language", 3, "valid string, found '3'"),
        ("auhtor", "Mao", "Extra inputs are not permitted, found 'Mao'"),
    ],
)
def test_a_wrong_value_is_named_with_its_line_and_what_was_found(
    tmp_path: Path, field: str, value: object, words: str
) -> None:
    wrong = entry("b", "", **{field: value})
    catalogue(tmp_path, entry("a", ""), wrong)
    line = len(entry("a", "")) + 3 + list(wrong).index(field) + 1
    (fault,) = faults(tmp_path)
    assert fault.startswith(f"line {line}: {field}: ")
    assert words in fault


@pytest.mark.parametrize(
    "date", ["1951", "1951-06", "1951-06-13", "1952-02-29", "1951-06-13T18:30", "1951-06-13T18:30:05"]
)
def test_a_date_is_as_precise_as_is_known(tmp_path: Path, write_corpus: WriteCorpus, date: str) -> None:
    (info,) = load_corpus(write_corpus(tmp_path, {"a": "Text."}, date=date))
    assert info.date == date


@pytest.mark.parametrize(("date", "certainty"), [("unknown", "stated"), ("1951", "unknown")])
def test_a_date_and_its_certainty_must_agree(tmp_path: Path, date: str, certainty: str) -> None:
    catalogue(tmp_path, entry("a", "", date=date, date_certainty=certainty))
    (fault,) = faults(tmp_path)
    assert "both be unknown, or neither" in fault


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    catalogue(
        tmp_path,
        entry("a", "", kind="x", date="x"),
        entry("b", "", title=None, colour="red"),
        entry("a", "", sha256="x"),
    )
    found = faults(tmp_path)
    assert [fault.split(": ")[1] for fault in found] == ["kind", "date", "title", "colour", "sha256", "id", "id"]
    assert found[-1] == f"line {2 * (len(entry('a', '')) + 2) + 2}: id: 'a' stands more than once"


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    catalogue(tmp_path, entry("a", "", title="One\u2028Two\x85Three"), entry("b", "", kind="x"))
    (fault,) = faults(tmp_path)
    line = int(fault.split(":")[0].removeprefix("line "))
    assert (tmp_path / "catalogue.toml").read_text(encoding="utf-8").split("\n")[line - 1] == 'kind = "x"'


def test_heads_written_with_spaces_are_counted_too(tmp_path: Path) -> None:
    text = as_toml(entry("a", "")).replace("[[source]]", "[[ source ]]") + as_toml(entry("b", "", kind="x"))
    (tmp_path / "catalogue.toml").write_text(text, encoding="utf-8")
    (fault,) = faults(tmp_path)
    assert fault.startswith(f"line {len(entry('a', '')) + 5}: kind: ")


def test_sources_in_one_list_are_read_too(tmp_path: Path) -> None:
    fields = ", ".join(f"{name} = {json.dumps(value)}" for name, value in entry("a", "").items())
    (tmp_path / "catalogue.toml").write_text(f"source = [{{{fields}}}]", encoding="utf-8")
    assert [info.id for info in load_corpus(tmp_path)] == ["a"]


def test_two_archives_side_by_side_are_read_each_from_its_folder(tmp_path: Path, write_corpus: WriteCorpus) -> None:
    first = load_corpus(write_corpus(tmp_path / "first", {"a": "One."}))
    second = load_corpus(write_corpus(tmp_path / "second", {"b": "Two."}))
    third = load_corpus(write_corpus(tmp_path / "third", {"c": "Three."}, kind="background"))
    both = first.beside(second).beside(third)
    assert [both.source(info.id).text for info in both] == ["One.", "Two.", "Three."]
    assert both.root == first.root
    assert sorted(both.kinds) == ["background", "primary"]
    both.verify()
    with pytest.raises(CorpusError, match="both archives have a source 'b'"):
        both.beside(second)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[source]]\nid = \n", "is not TOML: Invalid value (at line 2"),
        ("", "must hold [[source]] tables and nothing else; found nothing"),
        ("# only a remark\n", "found nothing"),
        ("source = []", "must hold [[source]] tables"),
        ("[source]\nid = 'a'", "must hold [[source]] tables"),
        ("title = 'mine'\n[[source]]\nid = 'a'", "found ['source', 'title']"),
    ],
)
def test_what_is_no_catalogue_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "catalogue.toml").write_text(text)
    with pytest.raises(CorpusError) as caught:
        load_corpus(tmp_path)
    assert words in str(caught.value)


def test_a_folder_without_a_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no catalogue\.toml or catalogue\.jsonl in .*; name a folder that has one"):
        load_corpus(tmp_path / "nowhere")


def test_a_catalogue_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").write_bytes(b'[[source]]\ntitle = "\xff"')
    with pytest.raises(CorpusError, match="cannot read"):
        load_corpus(tmp_path)


# The catalogue of a large archive, one object a line


def jsonl(folder: Path, *lines: str) -> Path:
    (folder / "catalogue.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_a_catalogue_may_be_one_object_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"Text.")
    found = load_corpus(jsonl(tmp_path, json.dumps(entry("a", "Text.")), "", json.dumps(entry("b", "")), ""))
    assert [info.id for info in found] == ["a", "b"]
    assert found.source("a").text == "Text."


def test_faults_of_a_line_catalogue_have_their_lines(tmp_path: Path) -> None:
    jsonl(
        tmp_path,
        json.dumps(entry("a", "", title="One\u2028Two", kind="x"), ensure_ascii=False),
        "",
        json.dumps(entry("a", "")),
        "[1]",
        json.dumps(entry("c", "", title="\ud800")),
    )
    found = faults(tmp_path)
    assert [fault.split(":")[0] for fault in found] == ["line 1", "line 4", "line 5", "line 1", "line 3"]
    assert found[1].startswith("line 4: entry: Input should be a valid dictionary")


def test_every_line_that_is_not_json_is_named(tmp_path: Path) -> None:
    found = faults(jsonl(tmp_path, "{", json.dumps(entry("a", "")), "nonsense"))
    assert [fault.partition(": not JSON")[0] for fault in found] == ["line 1", "line 3"]


def test_an_empty_line_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="lists no source; add one object a line"):
        load_corpus(jsonl(tmp_path, "", " "))


def test_the_toml_catalogue_goes_before_the_other(tmp_path: Path) -> None:
    jsonl(tmp_path, json.dumps(entry("b", "")))
    assert [info.id for info in load_corpus(catalogue(tmp_path, entry("a", "")))] == ["a"]


# The files


def test_a_text_is_exactly_what_the_bytes_say(tmp_path: Path) -> None:
    data = "\ufeffOne\r\ntwo\rthree\x00\u2028cafe\u0301 “q”\n".encode()
    assert one(tmp_path, data).source("a").text.encode() == data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"caf\xe9", "a.txt is not UTF-8 at byte 3; convert it"),
        (b"", "a.txt holds no text"),
        (b" \n\t\r\n", "a.txt holds no text"),
    ],
)
def test_a_file_without_usable_text_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(CorpusError) as caught:
        one(tmp_path, data).source("a")
    assert words in str(caught.value)


def test_a_changed_file_is_refused_with_both_hashes(tmp_path: Path) -> None:
    found = one(tmp_path, b"Text.")
    (tmp_path / "a.txt").write_bytes(b"Text!")
    with pytest.raises(CorpusError, match=f"{sha256(b'Text!')}, the catalogue says {sha256(b'Text.')}; restore"):
        found.source("a")


def test_a_text_that_was_read_does_not_change_when_its_file_does(tmp_path: Path) -> None:
    found = one(tmp_path, b"Text.")
    assert found.source("a").text == "Text."
    (tmp_path / "a.txt").write_bytes(b"Text!")
    assert found.source("a").text == "Text."
    with pytest.raises(CorpusError, match="1 of 1 sources"):
        found.verify()


@pytest.mark.parametrize("file", ["../secret.txt", "sub/../../secret.txt", "link.txt", "ABSOLUTE"])
def test_a_file_outside_the_folder_is_refused(tmp_path: Path, file: str) -> None:
    folder = tmp_path / "corpus"
    (folder / "sub").mkdir(parents=True)
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"secret")
    (folder / "link.txt").symlink_to(secret)
    file = file.replace("ABSOLUTE", str(secret))
    with pytest.raises(CorpusError, match="lies outside the corpus folder; move it inside"):
        one(folder, b"secret", file=file).source("a")


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    assert one(tmp_path, b"Text.", file="link.txt").source("a").text == "Text."


@pytest.mark.parametrize("file", ["circle", "nul\0.txt", "x" * 5_000, "missing.txt", "folder"])
def test_a_path_that_leads_to_no_file_is_refused(tmp_path: Path, file: str) -> None:
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "folder").mkdir()
    with pytest.raises(CorpusError, match=r"^a: "):
        load_corpus(jsonl(tmp_path, json.dumps(entry("a", "", file=file)))).source("a")


def test_verify_names_every_source_that_cannot_be_used(tmp_path: Path, write_corpus: WriteCorpus) -> None:
    good = {"good": "Text.", "changed": "Text.", "missing": "Text.", "latin": "Text.", "empty": "Text."}
    write_corpus(tmp_path, good)
    (tmp_path / "changed.txt").write_bytes(b"Text?")
    (tmp_path / "missing.txt").unlink()
    path = tmp_path / "catalogue.toml"
    text = path.read_text()
    latin, empty, outside = (sha256(data) for data in (b"\xff", b"", b"x"))
    (tmp_path / "latin.txt").write_bytes(b"\xff")
    (tmp_path / "empty.txt").write_bytes(b"")
    tables = text.split("\n\n")
    tables[3] = tables[3].replace(sha256(b"Text."), latin)
    tables[4] = tables[4].replace(sha256(b"Text."), empty)
    path.write_text("\n\n".join([*tables, as_toml(entry("outside", "", file="../x", sha256=outside))]))
    with pytest.raises(CorpusError) as caught:
        load_corpus(tmp_path).verify()
    first, *lines = str(caught.value).splitlines()
    assert first == "5 of 6 sources cannot be used:"
    assert [line.split(":")[0].strip() for line in lines] == ["changed", "missing", "latin", "empty", "outside"]
    for line, words in zip(lines, ["SHA-256", "cannot read", "not UTF-8", "no text", "outside"], strict=True):
        assert words in line


def test_a_file_of_50_megabytes_works_and_its_quote_is_found_again(tmp_path: Path) -> None:
    line = "停战 on the border at the 38th parallel.\n"
    quote = "restoration of the “one” border"
    text = line * (50_000_000 // len(line.encode())) + quote + line
    data = text.encode()
    assert len(data) > 50_000_000
    source = one(tmp_path, data).source("a")
    (match,) = locate(quote, source.text)
    assert match.exact
    assert match.span.cut(source.text) == quote
    assert match.span.end == len(text) - len(line)


# The corpus


def test_a_corpus_counts_lists_and_finds_its_sources(corpus: Corpus) -> None:
    assert len(corpus) == len(list(corpus)) >= 2
    assert "telegram-mao-1951-06-13" in corpus
    assert "telegram" not in corpus
    assert corpus.info("telegram-mao-1951-06-13").author == "Mao Zedong"


@pytest.mark.parametrize("call", [Corpus.info, Corpus.source, lambda c, i: c.select(Filter(sources=(i,)))])
def test_an_unknown_source_is_named_beside_the_known_ones(
    corpus: Corpus, call: Callable[[Corpus, str], object]
) -> None:
    with pytest.raises(UnknownSource, match=r"no source 'nobody'; known are letter-gao.*; `assistant sources`"):
        call(corpus, "nobody")


def test_only_some_of_many_known_sources_are_named(tmp_path: Path, write_corpus: WriteCorpus) -> None:
    many = load_corpus(write_corpus(tmp_path, {f"s{number}": "Text." for number in range(9)}))
    with pytest.raises(UnknownSource, match="known are s0, s1, s2, s3, s4, …; "):
        many.info("nobody")


def test_a_filter_selects_in_the_catalogues_order(tmp_path: Path) -> None:
    tables = [entry("a", ""), entry("b", "", kind="background"), entry("c", "")]
    found = load_corpus(catalogue(tmp_path, *tables))

    def ids(wanted: Filter) -> list[str]:
        return [info.id for info in found.select(wanted)]

    assert ids(Filter()) == ["a", "b", "c"]
    assert ids(Filter(sources=("c", "a"))) == ["a", "c"]
    assert ids(Filter(kinds=("background",))) == ["b"]
    assert ids(Filter(sources=("a", "b"), kinds=("primary",))) == ["a"]
    assert ids(Filter(sources=())) == []


def test_a_digest_changes_with_text_and_kind_and_with_nothing_else(tmp_path: Path) -> None:
    def digest(**fields: object) -> str:
        return load_corpus(catalogue(tmp_path, entry("a", "Text.", **fields))).digests()["a"]

    assert digest() == digest(title="Another")
    assert len({digest(), digest(kind="background"), digest(sha256=sha256(b"x"))}) == 3
