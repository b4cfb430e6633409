"""``assistant add`` and ``assistant remove``, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.cli import main
from assistant.corpus import load_corpus
from tests.pdfs import make_pdf
from tests.specimens import write_corpus
from tests.stores import THREE

DIARY = "# Diary of Anna Berg\n\nThe old oak bridge at Elmsford burned down in 1874."


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "archive", THREE)


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    (tmp_path / "diary.md").write_text(DIARY, encoding="utf-8")
    return tmp_path / "diary.md"


def run(archive: Path, *arguments: str | Path) -> Result:
    store = archive.with_name("store")
    return CliRunner().invoke(main, ["--corpus", str(archive), "--store", str(store), *map(str, arguments)])


def test_a_file_is_added_asked_and_removed(archive: Path, diary: Path) -> None:
    before = (archive / "catalogue.toml").read_bytes()
    added = run(archive, "add", diary)
    assert added.stdout == "added diary: “Diary of Anna Berg”, 73 characters; the next question finds it\n"
    asked = json.loads(run(archive, "ask", "--json", "When did the oak bridge at Elmsford burn down?").stdout)
    assert asked["citations"][0]["source_id"] == "diary"
    assert run(archive, "remove", "diary").stdout == "removed diary\n"
    assert (archive / "catalogue.toml").read_bytes() == before
    assert run(archive, "ask", "--json", "Who owns the mill?").exit_code == 0


def test_what_is_known_of_it_can_be_said(archive: Path, diary: Path) -> None:
    given = ["--title", "My diary", "--author", "Anna Berg", "--date", "1874-06", "--form", "diary", "-k", "background"]
    told = json.loads(run(archive, "add", diary, *given, "--json").stdout)
    info = load_corpus(archive).info("diary")
    assert told["id"] == info.id
    assert (info.title, info.author, info.date, info.form) == ("My diary", "Anna Berg", "1874-06", "diary")
    assert (info.kind, info.unverified) == ("background", ())


def test_a_quote_from_a_pdf_tells_its_page(archive: Path, tmp_path: Path) -> None:
    pages = ["Herring is landed at dawn.", "The old oak bridge at Elmsford burned down in 1874."]
    (tmp_path / "report.pdf").write_bytes(make_pdf(pages))
    run(archive, "add", tmp_path / "report.pdf")
    asked = json.loads(run(archive, "ask", "--json", "When did the oak bridge at Elmsford burn down?").stdout)
    citation = asked["citations"][0]
    assert (citation["source_id"], citation["quote"], citation["locus"]["page"]) == ("report", pages[1], 2)


def test_errors_are_one_line(archive: Path, tmp_path: Path) -> None:
    for arguments, words in (
        (("add", tmp_path / "missing.txt"), "missing.txt is no file"),
        (("remove", "mill"), "was not added"),
    ):
        result = run(archive, *arguments)
        assert (result.exit_code, result.stdout) == (1, "")
        assert words in result.stderr
        assert result.stderr.count("\n") == 1
