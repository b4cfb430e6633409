from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from assistant.corpus import load_corpus
from assistant.domain import UNKNOWN
from assistant.errors import EvaluationError
from assistant.evaluation.gold import split_of
from assistant.evaluation.public_data import PublicData, load_squad, parse_gold_argument, sample, write_corpus
from assistant.evaluation.subject import Choice, choose
from assistant.paths import data_root
from assistant.sentences import sentence_spans

SHARED = data_root().parent / "shared" / "data" / "squad"
FIRST = "The Normans came from Denmark. They settled in France in 911. Rollo led them."
SECOND = "Steam drives a piston. The boiler holds water."


def _asked(name: str | None, *answers: str, impossible: bool = False, text: str = FIRST, at: int = 0) -> dict[str, Any]:
    places = [{"text": answer, "answer_start": text.find(answer) + at} for answer in answers]
    return {"id": name, "question": f" What of {name}? ", "answers": places, "is_impossible": impossible}


def _file(folder: Path, *questions: dict[str, Any], packed: bool = False) -> Path:
    articles = [
        {"title": "Normans_(É)", "paragraphs": [{"context": FIRST, "qas": list(questions)}]},
        {"title": "---", "paragraphs": [{"context": SECOND, "qas": []}]},
    ]
    data = json.dumps({"version": "v2.0", "data": articles}).encode()
    path = folder / ("squad.json.gz" if packed else "squad.json")
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


@pytest.fixture
def data(tmp_path: Path) -> PublicData:
    questions = [
        _asked("when", "911", "France in 911", "911"),
        _asked("who", "Rollo", "They", "Rollo"),
        _asked("why", impossible=True),
        _asked("across", "Denmark. They settled"),
        _asked("wrong", "911", at=5),
        _asked("nowhere", "Sweden"),
        _asked(None, " Denmark"),
    ]
    return load_squad(_file(tmp_path, *questions, packed=True))


def test_every_paragraph_is_a_source_whose_unknown_fields_say_so(data: PublicData) -> None:
    assert [source.id for source in data.sources] == ["000-Normans_-E/000", "001-article/000"]
    first = data.sources[0]
    assert first.text == FIRST
    assert first.info.sha256 == hashlib.sha256(FIRST.encode()).hexdigest()
    assert {first.info.author, first.info.date, first.info.archive_reference} == {UNKNOWN}
    assert first.info.title == "Normans (É)"
    assert data.texts() == {source.id: source.text for source in data.sources}


def test_the_sentence_that_holds_the_answer_is_gold(data: PublicData) -> None:
    (when, who, why, across, unnamed) = data.questions
    assert [(g.span.cut(FIRST), g.required) for g in when.gold] == [("They settled in France in 911.", True)]
    assert when.contains == ("911",)
    assert when.question == "What of when?"
    assert [(g.span.cut(FIRST), g.required) for g in who.gold] == [
        ("Rollo led them.", True),
        ("They settled in France in 911.", False),
    ]
    assert (why.kind, why.answerable, why.gold, why.contains) == ("unanswerable", False, (), ())
    assert [g.span.cut(FIRST) for g in across.gold if g.required] == [
        "The Normans came from Denmark.",
        "They settled in France in 911.",
    ]
    assert (unnamed.id, unnamed.contains) == ("000-Normans_-E/000-7", ("Denmark",))


def test_answers_that_do_not_stand_in_their_paragraph_are_named_and_left_out(data: PublicData) -> None:
    assert data.unusable == ("wrong", "nowhere")


def test_squad_1_1_has_no_impossible_questions(tmp_path: Path) -> None:
    asked = _asked("when", "911")
    del asked["is_impossible"]
    assert [one.answerable for one in load_squad(_file(tmp_path, asked)).questions] == [True]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"{}", "data: Field required"),
        (b"not json", "Invalid JSON"),
        (json.dumps({"data": [{"title": "t", "paragraphs": []}] + [{"title": "t"}] * 9}).encode(), "and 4 more"),
    ],
)
def test_a_file_that_is_not_squad_is_refused_with_its_faults(content: bytes, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(EvaluationError, match=complaint):
        load_squad(path)


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.json.gz").write_bytes(b"no gzip")
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(b"{}")[:-9])
    for name in ("none.json", "bad.json.gz", "cut.json.gz"):
        with pytest.raises(EvaluationError, match="cannot read"):
            load_squad(tmp_path / name)


def test_a_sample_is_the_same_every_time_and_holds_the_smaller_ones(tmp_path: Path) -> None:
    asked = [_asked(f"a{n}", "911") for n in range(30)] + [_asked(f"u{n}", impossible=True) for n in range(30)]
    questions = load_squad(_file(tmp_path, *asked)).questions
    small = sample(questions, answerable=5, unanswerable=3)
    assert [one.answerable for one in small] == [True] * 5 + [False] * 3
    assert small == sample(questions[::-1], answerable=5, unanswerable=3)[::-1]
    assert set(small) < set(sample(questions, answerable=9, unanswerable=9))
    assert small != sample(questions, answerable=5, unanswerable=3, seed=1)
    assert sample(questions, answerable=99, unanswerable=99) == questions


def test_the_choice_narrows_questions_in_order(tmp_path: Path) -> None:
    questions = load_squad(_file(tmp_path, *[_asked(f"a{n}", "911") for n in range(20)])).questions
    own, squad = parse_gold_argument("eval/gold"), parse_gold_argument("squad:dev.json")
    dev = choose(questions, Choice(gold=own, split="dev"))
    assert dev == tuple(one for one in questions if split_of(one.id) == "dev")
    assert choose(questions, Choice(gold=squad, split="dev")) == questions
    assert choose(questions, Choice(gold=own, limit=3)) == questions[:3]
    assert len(choose(questions, Choice(gold=own, sample=4))) == 4
    with pytest.raises(EvaluationError, match="no question of eval/gold is left"):
        choose([], Choice(gold=own))


def test_the_gold_argument_names_form_and_path() -> None:
    squad = parse_gold_argument("squad:some/dev.json.gz")
    assert (squad.form, squad.path, str(squad)) == ("squad", Path("some/dev.json.gz"), "squad:some/dev.json.gz")
    own = parse_gold_argument("gold.jsonl")
    assert (own.form, str(own)) == ("jsonl", "gold.jsonl")


def test_sources_written_as_a_corpus_are_read_back(data: PublicData, tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus", data.sources)
    corpus = load_corpus(tmp_path / "corpus")
    corpus.verify()
    assert {info.id: corpus.source(info.id).text for info in corpus} == data.texts()


@pytest.mark.shared
def test_the_real_dev_file_is_whole() -> None:
    path = SHARED / "dev-v2.0.json.gz"
    if not path.is_file():
        pytest.skip("the team's benchmark data is not beside the checkout")
    data = load_squad(path)
    assert (len(data.sources), len(data.questions), data.unusable) == (1204, 11873, ())
    assert sum(not question.answerable for question in data.questions) == 5945
    texts = data.texts()
    sentences = {source_id: set(sentence_spans(text)) for source_id, text in texts.items()}
    for question in data.questions:
        quoted = " ".join(gold.span.cut(texts[gold.source_id]) for gold in question.gold if gold.required)
        assert all(words in quoted for words in question.contains)
        assert all(gold.span in sentences[gold.source_id] for gold in question.gold)
