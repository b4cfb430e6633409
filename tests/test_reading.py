"""The default reader: which passages the model reads, and how its marks are weighed with the words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from assistant.analysis import Analyzer
from assistant.domain import Source, Span
from assistant.errors import ModelError
from assistant.evidence import Candidate
from assistant.models.reader import UNREAD, Excerpt, Mark
from assistant.overlap import OverlapReader
from assistant.reading import WeighingReader, load_reader
from assistant.recipe import ReaderSettings
from tests.specimens import make_source

SOURCE = make_source("The mill grinds rye. Anna owns the mill.\n\nHerring is landed at dawn. The harbour sleeps.")
FIRST, SECOND = Span(start=0, end=40), Span(start=42, end=len(SOURCE.text))
SETTINGS = ReaderSettings(
    model="evidence-reader",
    passages=2,
    evidence=1.0,
    answer=0.5,
    overlap=2.0,
    bias=-1.0,
    background_penalty=0.7,
    slope=2.0,
    centre=1.0,
)


@dataclass(frozen=True)
class ScriptedMarker:
    """Marks sentences by their words; unknown words are an error, so that nothing is marked by accident."""

    scores: dict[str, float]
    seen: list[Excerpt] = field(default_factory=list)
    identity: str = "scripted"

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> tuple[tuple[Mark, ...], ...]:
        self.seen.extend(excerpts)
        return tuple(tuple(self._mark(span, excerpt.text) for span in excerpt.sentences) for excerpt in excerpts)

    def _mark(self, span: Span, text: str) -> Mark:
        score = self.scores[span.cut(text)]
        return Mark(evidence=score, answer=score / 2, place=Span(start=span.start, end=span.start + 3))


def candidate(words: str, passage: Span, source: Source = SOURCE) -> Candidate:
    start = source.text.index(words)
    return Candidate(source=source, span=Span(start=start, end=start + len(words)), passage=passage)


CANDIDATES = [
    candidate("The mill grinds rye.", FIRST),
    candidate("Anna owns the mill.", FIRST),
    candidate("Herring is landed at dawn.", SECOND),
    candidate("The harbour sleeps.", SECOND),
]
SCORES = {
    "The mill grinds rye.": -4.0,
    "Anna owns the mill.": 3.0,
    "Herring is landed at dawn.": -6.0,
    "The harbour sleeps.": -7.0,
}


def reader(marker: ScriptedMarker, **changes: float) -> WeighingReader:
    return WeighingReader(
        model=marker,
        overlap=OverlapReader(analyzer=Analyzer("english")),
        settings=SETTINGS.model_copy(update=changes),
    )


def test_passages_are_read_whole_with_their_title_and_their_sentences() -> None:
    marker = ScriptedMarker(SCORES)
    reader(marker).score("Who owns the mill?", CANDIDATES)
    first = marker.seen[0]
    assert (first.heading, first.text) == (SOURCE.info.title, "The mill grinds rye. Anna owns the mill.")
    assert [span.cut(first.text) for span in first.sentences] == ["The mill grinds rye.", "Anna owns the mill."]
    assert len(marker.seen) == 2


def test_log_odds_are_the_weighed_sum_of_the_features() -> None:
    weighed = reader(ScriptedMarker(SCORES)).weigh("Who owns the mill?", CANDIDATES)
    for (evidence, answer, overlap), log_odds in zip(weighed.features, weighed.log_odds, strict=True):
        assert log_odds == pytest.approx(1.0 * evidence + 0.5 * answer + 2.0 * overlap - 1.0)
    assert weighed.features[:, 0].tolist() == [-4.0, 3.0, -6.0, -7.0]
    assert weighed.features[:, 1].tolist() == [-2.0, 1.5, -3.0, -3.5]


def test_scores_and_belief_are_logistic_in_the_log_odds() -> None:
    made = reader(ScriptedMarker(SCORES))
    log_odds = made.weigh("Who owns the mill?", CANDIDATES).log_odds
    found = made.score("Who owns the mill?", CANDIDATES)
    assert found.scores == pytest.approx([1 / (1 + math.exp(-value)) for value in log_odds])
    assert found.answered == pytest.approx(1 / (1 + math.exp(-2.0 * (max(log_odds) - 1.0))))


def test_the_place_of_the_answer_is_given_in_the_source() -> None:
    carriers = reader(ScriptedMarker(SCORES)).score("Who owns the mill?", CANDIDATES).carriers
    assert [carrier.cut(SOURCE.text) for carrier in carriers if carrier] == ["The", "Ann", "Her", "The"]


def test_nothing_to_read_is_not_answered() -> None:
    found = reader(ScriptedMarker({})).score("Who owns the mill?", [])
    assert (found.scores, found.answered, found.carriers) == ((), 0.0, ())


def test_a_place_that_was_not_read_carries_nothing() -> None:
    unread = dict.fromkeys(SCORES, UNREAD)
    assert reader(ScriptedMarker(unread)).score("Who owns the mill?", CANDIDATES).carriers == (None,) * 4


def test_a_recipe_can_name_word_overlap_alone() -> None:
    made = load_reader(SETTINGS.model_copy(update={"model": "overlap"}), Analyzer("english"), threads=1)
    assert isinstance(made, OverlapReader)


def test_a_reader_of_no_known_name_is_refused() -> None:
    with pytest.raises(ModelError, match=r"no evidence reader 'oracle'; use evidence-reader, overlap, or one of"):
        load_reader(SETTINGS.model_copy(update={"model": "oracle"}), Analyzer("english"), threads=1)


def test_background_stands_back_only_where_primary_sentences_are_read_beside_it() -> None:
    essay = make_source(SOURCE.text, "essay", kind="background")
    other = candidate("Anna owns the mill.", FIRST, essay)
    made = reader(ScriptedMarker(SCORES))
    alone = made.weigh("Who owns the mill?", [other]).log_odds
    beside = made.weigh("Who owns the mill?", [CANDIDATES[1], other]).log_odds
    assert alone[0] == pytest.approx(beside[0])
    assert beside[1] == pytest.approx(beside[0] - 0.7)
