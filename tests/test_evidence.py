"""Sentences gathered from hits, scored, and narrowed to clauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from assistant.corpus import Corpus, load_corpus
from assistant.domain import Evidence, Hit, Passage, Span
from assistant.evidence import Candidate, Judgement, Reading, gather, judge, narrow, order_hits
from tests.specimens import write_corpus

TERMS = "Terms: to restore the border; to leave a strip."
TEXTS = {"a": f"# Head\n\nWe wait. They come!\n\n{TERMS}", "b": "They\ncome! We go."}


@dataclass(frozen=True)
class ScriptedReader:
    """Scores by the words of a candidate; unknown words are an error, so that nothing is scored by accident."""

    scores: Mapping[str, float]
    answered: float = 0.9
    asked: list[str] = field(default_factory=list)
    identity: str = "scripted"

    def score(self, question: str, candidates: Sequence[Candidate]) -> Reading:
        self.asked.append(question)
        return Reading(scores=tuple(self.scores[c.text] for c in candidates), answered=self.answered)


@pytest.fixture
def archive(tmp_path: Path) -> Corpus:
    return load_corpus(write_corpus(tmp_path / "archive", TEXTS))


def passage(source_id: str, start: int = 0, end: int | None = None) -> Passage:
    span = Span(start=start, end=len(TEXTS[source_id]) if end is None else end)
    return Passage(source_id=source_id, span=span, text=span.cut(TEXTS[source_id]))


def quoted(source_id: str, words: str, score: float = 0.5) -> Evidence:
    start = TEXTS[source_id].index(words)
    return Evidence(source_id=source_id, span=Span(start=start, end=start + len(words)), score=score)


def test_candidates_are_the_sentences_of_the_passages_without_headings(archive: Corpus) -> None:
    found = gather([passage("a")], archive)
    assert [candidate.text for candidate in found] == ["We wait.", "They come!", TERMS]
    assert {candidate.source.id for candidate in found} == {"a"}


def test_of_equal_sentences_only_that_of_the_first_passage_is_gathered(archive: Corpus) -> None:
    found = gather([passage("b"), passage("a"), passage("b")], archive)
    assert [(c.source.id, c.text) for c in found] == [
        ("b", "They\ncome!"),
        ("b", "We go."),
        ("a", "We wait."),
        ("a", TERMS),
    ]


def test_a_candidate_knows_the_passage_it_was_found_through(archive: Corpus) -> None:
    (candidate,) = gather([passage("b", 11)], archive)
    assert (candidate.text, candidate.passage) == ("We go.", Span(start=11, end=17))


def test_no_passages_give_no_candidates(archive: Corpus) -> None:
    assert gather([], archive) == ()


def test_evidence_is_ordered_by_score_and_ties_by_the_order_of_passages(archive: Corpus) -> None:
    reader = ScriptedReader({"We wait.": 0.2, "They come!": 0.7, TERMS: 0.2, "We go.": 0.7}, answered=0.3)
    judgement = judge("What?", [passage("a"), passage("b")], archive, reader)
    assert judgement.answered == 0.3
    assert judgement.evidence == (
        quoted("a", "They come!", 0.7),
        quoted("b", "We go.", 0.7),
        quoted("a", "We wait.", 0.2),
        quoted("a", TERMS, 0.2),
    )
    assert reader.asked == ["What?"]


FIRST, SECOND = "to restore the border", "to leave a strip."


@pytest.mark.parametrize(
    ("question", "carrier", "expected"),
    [
        ("Where is the border?", "the border", FIRST),
        ("Who leaves a strip?", "strip", SECOND),
        ("When will it be?", "Terms", TERMS),
        ("How many are left?", "the border; to leave", TERMS),
        ("What are the terms?", "the border", TERMS),
    ],
)
def test_a_clause_is_quoted_where_it_holds_all_that_is_asked_for(
    archive: Corpus, question: str, carrier: str, expected: str
) -> None:
    evidence = replace(quoted("a", TERMS), carrier=quoted("a", carrier).span)
    assert narrow(question, evidence, archive).span == quoted("a", expected).span


def test_a_sentence_without_clauses_is_quoted_whole(archive: Corpus) -> None:
    evidence = replace(quoted("a", "We wait."), carrier=quoted("a", "We").span)
    assert narrow("Who waits?", evidence, archive) == evidence


def test_a_sentence_whose_carrier_is_not_known_is_quoted_whole(archive: Corpus) -> None:
    assert narrow("Who leaves?", quoted("a", TERMS), archive) == quoted("a", TERMS)


def test_hits_go_in_the_order_of_their_best_evidence(archive: Corpus) -> None:
    hits = [
        Hit(passage=passage("a", 7, 18), score=3.0),
        Hit(passage=passage("b"), score=2.0),
        Hit(passage=passage("a", 0, 6), score=1.0),
    ]
    judgement = Judgement(evidence=(quoted("b", "We go."), quoted("a", "We wait.")), answered=0.5)
    assert [hit.score for hit in order_hits(hits, judgement)] == [2.0, 3.0, 1.0]
