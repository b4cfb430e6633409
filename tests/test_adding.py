"""What is added is found; what is taken out leaves no trace; what editors wrote is never lost."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from assistant import adding, paths
from assistant.adding import Draft, add_to_archive, read_upload, remove_from_archive
from assistant.corpus import load_corpus
from assistant.domain import UNKNOWN, SourceInfo
from assistant.errors import CorpusError, UploadError
from tests.specimens import entry, write_corpus
from tests.stores import THREE, RecordingEmbedding, child_environment, make_assistant, make_workshop

DIARY = "# Diary of Anna Berg\n\nThe old oak bridge at Elmsford burned down in 1874."


def draft(text: str = DIARY, source_id: str = "diary", **fields: object) -> Draft:
    values: dict[str, Any] = {"suffix": ".txt", "title": "Diary", "edition_notes": "Added."}
    return Draft(id=source_id, text=text, **values | fields)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "archive", THREE)


def as_jsonl(folder: Path) -> Path:
    """The archive, with its catalogue as JSON Lines."""
    rows = (json.dumps(entry(source_id, text)) for source_id, text in THREE.items())
    (folder / "catalogue.jsonl").write_text("\n".join(rows), encoding="utf-8")
    (folder / "catalogue.toml").unlink()
    return folder


def same(folder: Path) -> Path:
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes, but for the lock."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != ".catalogue.lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.mark.parametrize("form", [same, as_jsonl])
def test_a_source_comes_and_goes_without_a_trace(archive: Path, form: Callable[[Path], Path]) -> None:
    before = files(form(archive))
    info = add_to_archive(archive, draft(author="Anna Berg", date="1874-06"))
    assert load_corpus(archive).source("diary").text == DIARY
    assert load_corpus(archive).info("diary") == info
    assert (info.file, info.author, info.date, info.date_certainty) == (
        "added/diary.txt",
        "Anna Berg",
        "1874-06",
        "stated",
    )
    remove_from_archive(archive, "diary")
    assert files(archive) == before


def test_every_field_is_given(archive: Path) -> None:
    info = add_to_archive(archive, draft())
    told = {"id", "title", "kind", "edition_notes", "file", "sha256", "unverified", "date_note"}
    assert info.unverified == ("title",)
    assert {field.name for field in dataclasses.fields(SourceInfo) if getattr(info, field.name) != UNKNOWN} == told


def test_a_file_is_read_added_found_and_taken_out_again(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "upload").write_text(DIARY, encoding="utf-8")
    embedding = RecordingEmbedding()
    with make_assistant(make_workshop(tmp_path / "store", archive, embedding=embedding)) as assistant:
        assistant.build()
        assert "diary" not in {hit.passage.source_id for hit in assistant.retrieve("oak bridge at Elmsford")}
        embedded = len(embedding.seen)
        add_to_archive(archive, read_upload(tmp_path / "upload", "diary.md"))
        assistant.build()
        assert len(embedding.seen) == embedded + 1
        answer = assistant.ask("When did the oak bridge at Elmsford burn down?")
        assert answer.citations[0].source_id == "diary"
        assert assistant.source("diary").text == DIARY
        remove_from_archive(archive, "diary")
        assistant.build()
        assert "diary" not in assistant.corpus
        assert "diary" not in {hit.passage.source_id for hit in assistant.retrieve("oak bridge at Elmsford")}
        assert len(embedding.seen) == embedded + 1


def test_a_folder_without_a_catalogue_becomes_an_archive(tmp_path: Path) -> None:
    add_to_archive(tmp_path, draft())
    assert [info.id for info in load_corpus(tmp_path)] == ["diary"]
    add_to_archive(tmp_path, draft("Another."))
    remove_from_archive(tmp_path, "diary")
    assert load_corpus(tmp_path).source("diary-2").text == "Another."
    remove_from_archive(tmp_path, "diary-2")
    assert files(tmp_path) == {}


def test_ids_are_unique_even_beside_files_that_no_entry_names(archive: Path) -> None:
    assert add_to_archive(archive, draft(source_id="mill")).id == "mill-2"
    (archive / "added" / "diary.txt").write_text("left over", encoding="utf-8")
    assert add_to_archive(archive, draft()).id == "diary-2"
    assert (archive / "added" / "diary.txt").read_text(encoding="utf-8") == "left over"


def test_line_ends_and_marks_of_the_catalogue_stay(archive: Path) -> None:
    catalogue = archive / "catalogue.toml"
    before = catalogue.read_bytes().replace(b"\n", b"\r\n")
    catalogue.write_bytes(before)
    catalogue.chmod(0o640)
    add_to_archive(archive, draft())
    assert catalogue.read_bytes().startswith(before)
    assert stat.S_IMODE(catalogue.stat().st_mode) == 0o640
    remove_from_archive(archive, "diary")
    assert catalogue.read_bytes() == before


def test_a_linked_catalogue_stays_a_link(archive: Path, tmp_path: Path) -> None:
    real = shutil.move(archive / "catalogue.toml", tmp_path / "real.toml")
    (archive / "catalogue.toml").symlink_to(real)
    add_to_archive(archive, draft())
    assert (archive / "catalogue.toml").is_symlink()
    assert "diary" in load_corpus(archive)


@pytest.mark.parametrize("source_id", ["../x", "a/b", "", ".", "a..b", "A", "-a", "a\n", "a\0"])
def test_an_id_can_be_no_path(archive: Path, source_id: str) -> None:
    before = files(archive)
    with pytest.raises(UploadError, match="cannot be an id"):
        add_to_archive(archive, draft(source_id=source_id))
    assert files(archive) == before


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"date": "1951-02-30"}, "date: .*found '1951-02-30'"), ({"title": " "}, "title: "), ({"kind": "x"}, "kind: ")],
)
def test_a_field_that_is_not_as_it_should_be_is_told(archive: Path, fields: dict[str, str], words: str) -> None:
    before = files(archive)
    with pytest.raises(UploadError, match=words):
        add_to_archive(archive, draft(**fields))
    assert files(archive) == before


def test_hostile_words_are_only_words(archive: Path) -> None:
    title = "<script>\"\"\"\\u0000\\n[[source]]''' # }"
    add_to_archive(archive, draft(title=title, author="“\\x7f” 停战 🕊"))
    info = load_corpus(archive).info("diary")
    assert (info.title, info.author) == (title, "“\\x7f” 停战 🕊")


def test_only_what_was_added_can_be_taken_out(archive: Path) -> None:
    before = files(archive)
    with pytest.raises(UploadError, match="'mill' was not added"):
        remove_from_archive(archive, "mill")
    with pytest.raises(UploadError, match="no source 'nothing'"):
        remove_from_archive(archive, "nothing")
    assert files(archive) == before


def test_a_curated_source_in_the_folder_for_added_ones_is_not_taken_out(tmp_path: Path) -> None:
    archive = write_corpus(tmp_path / "archive", {"one": "Text.", "two": "More."}, file="added/text.txt")
    with pytest.raises(UploadError, match="changed by hand"):
        remove_from_archive(archive, "one")
    assert (archive / "added" / "text.txt").exists()


def test_a_catalogue_with_faults_is_left_alone(archive: Path) -> None:
    catalogue = archive / "catalogue.toml"
    for fault in (b"\nnonsense", b"\n# \xff"):
        with catalogue.open("ab") as file:
            file.write(fault)
        before = files(archive)
        for change in (lambda: add_to_archive(archive, draft()), lambda: remove_from_archive(archive, "mill")):
            with pytest.raises(CorpusError):
                change()
        assert files(archive) == before


def test_a_catalogue_that_cannot_grow_at_its_end_is_left_alone(archive: Path) -> None:
    inline = ", ".join(f"{name} = {json.dumps(value)}" for name, value in entry("mill", THREE["mill"]).items())
    (archive / "catalogue.toml").write_text(f"source = [{{{inline}}}]\n", encoding="utf-8")
    before = files(archive)
    with pytest.raises(UploadError, match="change it by hand"):
        add_to_archive(archive, draft())
    assert files(archive) == before


def test_a_catalogue_that_would_say_something_else_is_not_written(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(archive)
    monkeypatch.setattr(adding, "with_entry", lambda text, values, form: text)
    with pytest.raises(UploadError, match="change it by hand"):
        add_to_archive(archive, draft())
    assert files(archive) == before


@pytest.mark.parametrize("function", ["fsync", "replace"])
@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "stopped"]
)
def test_a_write_that_fails_changes_nothing(
    archive: Path, monkeypatch: pytest.MonkeyPatch, function: str, error: BaseException
) -> None:
    for source_id in ("diary", "letter"):
        add_to_archive(archive, draft(source_id=source_id))
    before = files(archive)

    def fail(*arguments: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(*((os, "fsync", fail) if function == "fsync" else (Path, "replace", fail)))
        expected = UploadError if isinstance(error, OSError) else KeyboardInterrupt
        with pytest.raises(expected):
            add_to_archive(archive, draft("Another.", "another"))
        with pytest.raises(expected):
            remove_from_archive(archive, "diary")
    assert files(archive) == before
    assert add_to_archive(archive, draft("Another.", "another")).id == "another"


_ADD = """
import sys
from pathlib import Path
from typing import Any
from assistant.adding import Draft, add_to_archive
for number in range(int(sys.argv[3])):
    draft = Draft(id=sys.argv[2], text=f"Text {number}. " * 2000, suffix=".txt", title="Title", edition_notes="Added.")
    add_to_archive(Path(sys.argv[1]), draft)
    print(number, flush=True)
"""


def adder(archive: Path, source_id: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _ADD, str(archive), source_id, str(count)]
    return subprocess.Popen(command, env=child_environment(), stdout=subprocess.PIPE, text=True)


def test_two_writers_at_once_lose_nothing(archive: Path) -> None:
    writers = [adder(archive, name, 12) for name in ("same", "same")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    for writer in writers:
        writer.communicate()
    corpus = load_corpus(archive)
    corpus.verify()
    assert len(corpus) == len(THREE) + 24


def test_a_writer_that_is_killed_leaves_a_whole_archive(archive: Path) -> None:
    for pause in (0.0, 0.002, 0.005, 0.011):
        writer = adder(archive, "text", 10_000)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(pause)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        corpus = load_corpus(archive)
        corpus.verify()
    assert {info.id for info in corpus} >= set(THREE)
    assert add_to_archive(archive, draft()).id == "diary"


def test_a_writer_that_is_busy_is_waited_for_but_not_for_ever(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "_PATIENCE_S", 0.05)
    with FileLock(archive / ".catalogue.lock"), pytest.raises(UploadError, match="someone else"):
        add_to_archive(archive, draft())


def test_the_archive_of_an_installed_package_is_not_written_to(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (archive / "_data").mkdir()
    packed = Path(shutil.copytree(archive, archive / "_data" / "corpus", ignore=shutil.ignore_patterns("_data")))
    monkeypatch.setattr(paths, "_PACKAGE", archive)
    before = files(packed)
    for change in (lambda: add_to_archive(packed, draft()), lambda: remove_from_archive(packed, "mill")):
        with pytest.raises(UploadError, match="part of the installed package; name a folder of your own"):
            change()
    assert files(packed) == before


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(UploadError, match="no such archive folder"):
        add_to_archive(tmp_path / "typing-error", draft())
    assert not (tmp_path / "typing-error").exists()
