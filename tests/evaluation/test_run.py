from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from assistant.domain import Span
from assistant.errors import EvaluationError
from assistant.evaluation.metrics import METRICS
from assistant.evaluation.results import GoldSpan, Question, Response, Run
from assistant.evaluation.run import System, evaluate, identity
from tests.evaluation.river import BORDER, FROZEN, JUNE, REFUSAL, SOURCES, answer, ask, quote

GOLD = (
    replace(ask(BORDER), id="where", question="Where?"),
    replace(ask(JUNE, kind="follow-up"), id="when", question="When?", history=("Where?", "Why?")),
    replace(ask(kind="unanswerable"), id="who", question="Who?"),
)


class Scripted:
    """A system that says what it is told to, and remembers what it was asked."""

    def __init__(self, script: Mapping[str, Response]) -> None:
        self.script = script
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def __call__(self, question: str, history: tuple[str, ...]) -> Response:
        self.asked.append((question, history))
        return self.script[question]


RIGHT = {"Where?": answer(quote(BORDER)), "When?": answer(quote(JUNE)), "Who?": REFUSAL}


def run(
    system: System, gold: Sequence[Question] = GOLD, *, name: str = "s", resume: Path | None = None, repeat: int = 1
) -> Run:
    return evaluate(system, gold, name=name, sources=SOURCES, provenance={"model": "m"}, resume=resume, repeat=repeat)


def test_each_question_is_asked_once_with_its_history_and_measured() -> None:
    system = Scripted(RIGHT)
    found = run(system)
    assert system.asked == [("Where?", ()), ("When?", ("Where?", "Why?")), ("Who?", ())]
    assert (found.name, found.provenance) == ("s", {"model": "m"})
    assert [item.question for item in found.items] == list(GOLD)
    assert [item.response for item in found.items] == list(RIGHT.values())
    assert all(set(item.values) == {*METRICS, "latency_s", "identity"} for item in found.items)
    assert all(item.values["latency_s"].value == item.seconds >= 0 for item in found.items)


def test_summaries_cover_every_metric_and_every_kind() -> None:
    found = run(Scripted(RIGHT))
    assert {s.group for s in found.summaries} == {"all", "direct", "follow-up", "unanswerable"}
    assert {s.metric for s in found.summaries} == {*METRICS, "latency_s", "identity", "refusal_f1", "answered_auroc"}
    assert all(s.applied + s.absent == 3 for s in found.summaries if s.group == "all")


def test_a_system_that_breaks_has_failed_that_question_alone() -> None:
    found = run(Scripted({name: response for name, response in RIGHT.items() if name != "When?"}))
    assert [item.response.error for item in found.items] == [None, "KeyError: 'When?'", None]
    assert found.items[1].values["citation_recall_chars"].value == 0
    assert found.items[1].values["refusal_accuracy"].value == 0


def test_an_interrupt_is_not_a_failure_of_the_system() -> None:
    def system(question: str, history: tuple[str, ...]) -> Response:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(system)


def test_progress_is_told_after_each_question() -> None:
    told: list[tuple[int, int]] = []
    evaluate(
        Scripted(RIGHT),
        GOLD,
        name="s",
        sources=SOURCES,
        provenance={},
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_asked_twice_a_steady_system_is_identical_to_itself() -> None:
    system = Scripted(RIGHT)
    found = run(system, repeat=2)
    assert len(system.asked) == 6
    assert [item.values["identity"].value for item in found.items] == [1, 1, 1]


def test_asked_once_identity_does_not_apply() -> None:
    assert {item.values["identity"].reason for item in run(Scripted(RIGHT)).items} == {"asked once"}


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        ([answer(quote(BORDER))], 1),
        ([replace(answer(quote(BORDER)), confidence=0.3)], 1),
        ([replace(answer(quote(BORDER)), text="It is so.")], 0),
        ([answer(quote(JUNE))], 0),
        ([answer(quote(BORDER)), REFUSAL], 0),
    ],
)
def test_identity_is_sameness_of_text_and_citations(again: list[Response], expected: float) -> None:
    assert identity(answer(quote(BORDER)), again).value == expected


def test_a_run_that_broke_off_goes_on_where_it_stood(tmp_path: Path) -> None:
    journal = tmp_path / "new" / "run.jsonl"
    system = Scripted(RIGHT)

    def breaking(question: str, history: tuple[str, ...]) -> Response:
        if question == "Who?":
            raise KeyboardInterrupt
        return system(question, history)

    with pytest.raises(KeyboardInterrupt):
        run(breaking, resume=journal)
    resumed = run(system, resume=journal)
    assert system.asked == [("Where?", ()), ("When?", ("Where?", "Why?")), ("Who?", ())]
    again = run(Scripted({}), resume=journal)
    assert again == resumed
    assert [item.response for item in again.items] == list(RIGHT.values())


def test_workers_ask_at_once_and_give_the_same_run_in_the_same_order(tmp_path: Path) -> None:
    meeting = Barrier(3, timeout=10)  # breaks unless all three questions are under way together

    def waiting(question: str, history: tuple[str, ...]) -> Response:
        meeting.wait()
        return RIGHT[question]

    journal = tmp_path / "run.jsonl"
    found = evaluate(waiting, GOLD, name="s", sources=SOURCES, provenance={"model": "m"}, resume=journal, workers=3)
    assert [item.question for item in found.items] == list(GOLD)
    assert [item.response for item in found.items] == list(RIGHT.values())
    assert run(Scripted({}), resume=journal).items == found.items


@pytest.mark.parametrize("cut", [1, 40, 700])
def test_a_line_cut_off_in_writing_is_asked_again(tmp_path: Path, cut: int) -> None:
    journal = tmp_path / "run.jsonl"
    run(Scripted(RIGHT), resume=journal)
    journal.write_bytes(journal.read_bytes()[:-cut])
    system = Scripted(RIGHT)
    run(system, resume=journal)
    assert [question for question, _ in system.asked] == ["Who?"]
    assert len(run(Scripted({}), resume=journal).items) == 3


def test_a_line_cut_off_inside_a_letter_is_asked_again(tmp_path: Path) -> None:
    journal = tmp_path / "run.jsonl"
    script = {"Where?": replace(REFUSAL, text="“Здесь”")}
    run(Scripted(script), GOLD[:1], resume=journal)
    written = journal.read_bytes()
    journal.write_bytes(written[: written.index("десь".encode()) + 1])
    found = run(Scripted(script), GOLD[:1], resume=journal)
    assert found.items[0].response.text == "“Здесь”"


def test_a_first_line_cut_off_begins_the_journal_afresh(tmp_path: Path) -> None:
    journal = tmp_path / "run.jsonl"
    run(Scripted(RIGHT), resume=journal)
    journal.write_bytes(journal.read_bytes()[:20])
    run(Scripted(RIGHT), resume=journal)
    assert len(run(Scripted({}), resume=journal).items) == 3


def test_a_failure_is_asked_again(tmp_path: Path) -> None:
    journal = tmp_path / "run.jsonl"
    run(Scripted({}), resume=journal)
    found = run(Scripted(RIGHT), resume=journal)
    assert [item.response.error for item in found.items] == [None, None, None]
    assert run(Scripted({}), resume=journal) == found


@pytest.mark.parametrize(
    ("name", "gold", "repeat"), [("other", GOLD, 1), ("s", GOLD[:2], 1), ("s", GOLD[::-1], 1), ("s", GOLD, 2)]
)
def test_another_run_does_not_go_on_from_this_one(
    tmp_path: Path, name: str, gold: tuple[Question, ...], repeat: int
) -> None:
    journal = tmp_path / "run.jsonl"
    run(Scripted(RIGHT), resume=journal)
    before = journal.read_bytes()
    with pytest.raises(EvaluationError, match=r"belongs to another run: found .* expected .* remove the file"):
        run(Scripted(RIGHT), gold, name=name, resume=journal, repeat=repeat)
    assert journal.read_bytes() == before


def test_other_sources_or_provenance_make_another_run(tmp_path: Path) -> None:
    journal = tmp_path / "run.jsonl"
    run(Scripted(RIGHT), resume=journal)
    changed = (SOURCES[0], replace(SOURCES[1], text=SOURCES[1].text + " At last."))
    for sources, model in ((changed, "m"), (SOURCES, "n")):
        with pytest.raises(EvaluationError, match="belongs to another run"):
            evaluate(Scripted(RIGHT), GOLD, name="s", sources=sources, provenance={"model": model}, resume=journal)


def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("my notes", encoding="utf-8")
    with pytest.raises(EvaluationError, match="found my notes"):
        run(Scripted(RIGHT), resume=tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "my notes"
    with pytest.raises(EvaluationError, match="no readable journal"):
        run(Scripted(RIGHT), resume=tmp_path)


def test_ids_that_repeat_are_refused() -> None:
    with pytest.raises(EvaluationError, match="ids stand more than once: where"):
        run(Scripted(RIGHT), GOLD[:1] * 2)


@pytest.mark.parametrize(
    ("source_id", "place"),
    [("diary", Span(start=0, end=4)), ("rumour", Span(start=40, end=999)), ("report", Span(start=78, end=79))],
)
def test_gold_that_is_not_in_the_sources_is_refused(source_id: str, place: Span) -> None:
    gold = replace(GOLD[0], gold=(GoldSpan(source_id=source_id, span=place, required=True),))
    with pytest.raises(EvaluationError, match=r"where: gold at .* is not in the sources given"):
        run(Scripted(RIGHT), [gold])


def test_true_words_of_another_source_are_no_evidence() -> None:
    found = run(Scripted({"Where?": answer(quote(FROZEN, "rumour"))}), GOLD[:1])
    assert found.items[0].values["citation_f1_chars"].value == 0
    assert found.items[0].values["quote_exactness"].value == 1
