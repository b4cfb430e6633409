"""The shipped evidence reader: what it chooses, that it is repeatable, and that only the true files are loaded."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant.domain import Span
from assistant.errors import ModelError
from assistant.models.layout import Layout
from assistant.models.reader import SHIPPED, UNREAD, EvidenceReader, Excerpt, Mark, marks
from assistant.sentences import sentence_spans

PASSAGE = (
    "The old bridge over the river was built of oak in 1820. It burned down in 1874. "
    "The harbour master counts every ship, and herring is landed at dawn."
)


@pytest.fixture(scope="module")
def reader() -> EvidenceReader:
    return EvidenceReader()


def excerpt(text: str = PASSAGE, heading: str = "Bridge") -> Excerpt:
    return Excerpt(heading=heading, text=text, sentences=tuple(sentence_spans(text)))


def read(reader: EvidenceReader, question: str, text: str = PASSAGE) -> tuple[Mark, ...]:
    return reader.read(question, [excerpt(text)])[0]


@pytest.mark.parametrize(
    ("question", "sentence", "place"),
    [
        ("When was the bridge built?", 0, "1820"),
        ("What was the old bridge built of?", 0, "oak"),
        ("When did the bridge burn down?", 1, "1874"),
        ("Who counts the ships?", 2, "harbour master"),
        ("When is the fish brought ashore?", 2, "dawn"),
    ],
)
def test_the_sentence_that_answers_is_marked_and_the_answer_in_it(
    reader: EvidenceReader, question: str, sentence: int, place: str
) -> None:
    found = read(reader, question)
    assert max(range(3), key=lambda index: found[index].evidence) == sentence
    assert place in found[sentence].place.cut(PASSAGE)
    assert found[sentence].evidence > 0


@pytest.mark.parametrize("question", ["Who won the football world cup?", "When was the tower of the church built?"])
def test_a_question_that_the_passage_does_not_answer_gets_no_positive_mark(
    reader: EvidenceReader, question: str
) -> None:
    assert max(mark.evidence for mark in read(reader, question)) < 0


def test_a_passage_is_marked_the_same_whatever_else_is_read_and_by_any_number_of_threads(
    reader: EvidenceReader,
) -> None:
    question, others = "When was the bridge built?", [excerpt("Rye. Barley!"), excerpt(PASSAGE * 3)]
    alone = reader.read(question, [excerpt()])[0]
    assert reader.read(question, [*others, excerpt()])[2] == alone
    assert EvidenceReader(threads=1).read(question, [excerpt()])[0] == alone
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: reader.read(question, [excerpt(), *others])[0], range(16)))
    assert set(found) == {alone}


def test_what_does_not_fit_in_is_not_read(reader: EvidenceReader) -> None:
    long = "We wait here. " * 200
    found = read(reader, "Who waits?", long)
    assert len(found) == 200
    assert found[0].evidence > UNREAD
    assert found[-1] == Mark(evidence=UNREAD, answer=UNREAD, place=excerpt(long).sentences[-1])


@pytest.mark.parametrize(
    "text", ["停战谈判在三八线举行。", "e\u0301tat…", "<script>alert(1)</script>", "[SEP] [CLS]", "\u200b"]
)
def test_any_text_can_be_read(reader: EvidenceReader, text: str) -> None:
    spans = tuple(sentence_spans(text)) or (Span(start=0, end=len(text)),)
    found = reader.read("What?", [Excerpt(heading="", text=text, sentences=spans)])[0]
    assert len(found) == len(spans)
    assert all(span.contains(mark.place) or mark.evidence == UNREAD for span, mark in zip(spans, found, strict=True))


def test_no_excerpts_give_no_marks(reader: EvidenceReader) -> None:
    assert reader.read("What?", []) == ()


def test_marks_follow_from_token_scores_by_hand() -> None:
    layout = Layout(ids=(0,) * 5, types=(0,) * 5, places=((-1, -1), (0, 2), (3, 7), (7, 8), (9, 12)))
    scores = np.array([[1, 1, 1], [2, 0, 1], [0, 4, 1], [3, 3, 1], [9, 9, 3]], dtype=np.float64)
    sentences = (Span(start=0, end=8), Span(start=9, end=12))
    first, second = marks(layout, scores, Excerpt(heading="", text="We wait. Why", sentences=sentences))
    assert first.evidence == pytest.approx(np.log(3))  # three tokens, each as likely as "not answered"
    assert first.answer == pytest.approx(2 - 1 + 4 - 1)
    assert first.place == Span(start=0, end=7)
    assert [second.evidence, second.answer] == pytest.approx([2.0, 16.0])


def test_an_answer_does_not_end_before_it_starts() -> None:
    layout = Layout(ids=(0,) * 3, types=(0,) * 3, places=((-1, -1), (0, 2), (3, 7)))
    scores = np.array([[0, 0, 0], [0, 9, 0], [9, 0, 0]], dtype=np.float64)
    (found,) = marks(layout, scores, Excerpt(heading="", text="We wait", sentences=(Span(start=0, end=7),)))
    assert found.answer == pytest.approx(9.0)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "reader"))


@pytest.mark.parametrize("name", ["reader.onnx", "tokenizer.json"])
def test_a_changed_file_is_not_loaded(copied: Path, name: str) -> None:
    with (copied / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ModelError, match=rf"{name} is not the file that its hash in sha256\.json is for"):
        EvidenceReader(copied)


@pytest.mark.parametrize("name", ["reader.onnx", "tokenizer.json", "sha256.json"])
def test_a_missing_file_is_reported(copied: Path, name: str) -> None:
    (copied / name).unlink()
    with pytest.raises(ModelError, match=r"no evidence reader in .* install the package again"):
        EvidenceReader(copied)


def test_hashes_that_are_no_json_are_reported(copied: Path) -> None:
    (copied / "sha256.json").write_text("{")
    with pytest.raises(ModelError, match="no evidence reader in"):
        EvidenceReader(copied)


def test_the_shipped_reader_is_small_and_has_its_card() -> None:
    sizes = {file.name: file.stat().st_size for file in SHIPPED.iterdir()}
    assert sum(sizes.values()) < 30_000_000
    assert sizes.keys() == {"reader.onnx", "tokenizer.json", "sha256.json", "card.md"}
    assert json.loads((SHIPPED / "sha256.json").read_text()).keys() == {"reader.onnx", "tokenizer.json"}
