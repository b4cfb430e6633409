"""What the reader is shown: the answer's place is true, and what does not answer does not hold it."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.domain import Span
from assistant.evaluation.public_data import PublicData
from assistant.evaluation.results import GoldSpan, Question
from assistant.paths import data_root
from tests.specimens import make_source
from training.damage import Damager
from training.examples import LONGEST, Asked, asked, is_held_out, shown
from training.topics import topic
from training.written import Passage, Written, load_written, written_pools

SHARED = data_root().parent / "shared" / "data" / "squad"
TEXT = (
    "The old bridge over the river was built of oak in 1820. It burned down in 1874. "
    "The harbour master counts every ship. Herring is landed at dawn. Rye is milled by Anna Berg."
)
HOME = make_source(TEXT, "bridge", title="Bridges")
OTHER = make_source("Ships are built of oak too.", "ship", title="Ships")
SENTENCE = Span(start=0, end=55)


def question(words: str = "1820", span: Span = SENTENCE) -> Question:
    gold = GoldSpan(source_id="bridge", span=span, required=True)
    return Question(
        id="q",
        question="When was the bridge built?",
        kind="direct",
        history=(),
        answerable=True,
        gold=(gold,),
        contains=(words,),
    )


def made(words: str = "1820") -> Asked:
    data = PublicData(sources=(HOME, OTHER), questions=(question(words),), unusable=())
    (found,) = asked(data, {"q": [(OTHER, Span(start=0, end=27))]})
    return found


def test_the_answer_is_found_in_its_sentence() -> None:
    found = made()
    assert found.answer.cut(TEXT) == "1820"
    assert SENTENCE.contains(found.answer)


def test_every_example_is_true() -> None:
    rng, damager, item = random.Random(3), Damager([HOME, OTHER]), made()
    examples = [example for _ in range(300) for example in shown(item, damager, rng)]
    right = [e for e in examples if e.answer is not None]
    assert len(right) == 300
    for example in right:
        assert example.answer is not None
        assert example.answer.cut(example.passage) == "1820"
        assert [span.cut(example.passage) for span in example.sentences] == [SENTENCE.cut(TEXT)]
        assert example.passage in TEXT
    wrong = [e for e in examples if e.answer is None]
    assert {e.passage for e in wrong if e.passage not in TEXT} == {OTHER.text}
    assert 0.8 < len(wrong) / len(right) < 1.3
    assert {e.heading for e in examples} == {"", "Bridges", "Ships"}


def test_windows_are_of_many_sizes() -> None:
    rng, damager = random.Random(3), Damager([HOME, OTHER])
    more = "Nothing else is known of the bridge or of the people who lived beside it. " * 20
    item = replace(made(), source=make_source(f"{TEXT} {more}", "long"))
    sizes = {len(next(iter(shown(item, damager, rng))).passage) for _ in range(200)}
    assert len(sizes) > 5
    assert max(sizes) <= LONGEST


DOCUMENTS = [
    "I have the honour to report. The Minister spoke of Korea and of the armistice at length. "
    "Consul Bergmann left for Seoul without further instruction from his government. Nothing else is known of it. "
    "We expect the arrival of Ambassador Fischer before the end of the month at the latest. So ends the report. " * 12
]


def test_made_questions_point_to_a_sentence_or_to_nothing() -> None:
    rng = random.Random(5)
    found = [example for _ in range(300) if (example := topic(DOCUMENTS, rng)) is not None]
    assert len(found) > 30
    for example in found:
        assert example.sentences == (() if example.answer is None else (example.answer,))
        assert all(span.cut(example.passage).endswith((".", "?")) for span in example.sentences)
    assert any(example.answer is None for example in found)


def test_the_articles_held_out_are_always_the_same() -> None:
    names = [f"Article {number}" for number in range(2_000)]
    held = [name for name in names if is_held_out(name)]
    assert 0.03 < len(held) / len(names) < 0.07
    assert is_held_out("Article 7") == ("Article 7" in held)


def _articles(path: Path) -> Sequence[dict[str, object]]:
    data: Sequence[dict[str, object]] = json.loads(gzip.decompress(path.read_bytes()))["data"]
    return data


def _texts(articles: Sequence[dict[str, object]]) -> set[str]:
    return {p["context"] for a in articles for p in a["paragraphs"]}  # type: ignore[attr-defined]


def test_written_questions_point_to_true_sentences() -> None:
    for passage in (*load_written(), *load_written(held_out=True)):
        spans = passage.spans()
        assert all(span.cut(passage.text).strip() == span.cut(passage.text) for span in spans)
        assert spans == tuple(sorted(spans))
        for written in passage.questions:
            assert set(written.answers) <= set(range(len(spans)))
            assert (not written.answers) == (written.kind == "unanswerable")


def test_written_questions_are_shown_with_their_passage_and_without_what_answers() -> None:
    passage = Passage(
        id="p",
        heading="Head",
        text="We wait. They come. We go.",
        sentences=((0, 8), (9, 19), (20, 26)),
        questions=(Written(kind="direct", question="Who comes here at last?", answers=(1,)),),
    )
    examples = [e for seed in range(100) for pool in written_pools([passage], random.Random(seed)) for e in pool]
    assert {(e.passage, e.sentences) for e in examples} == {
        ("We wait. They come. We go.", (Span(start=9, end=19),)),
        ("We wait. We go.", ()),
    }


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the benchmark data is not beside the checkout")
def test_no_article_of_the_benchmark_is_in_the_training_data() -> None:
    training = _articles(SHARED / "train-v1.0.json.gz")
    benchmark = _articles(SHARED / "dev-v2.0.json.gz")
    assert len(training) > 400
    assert not {a["title"] for a in training} & {a["title"] for a in benchmark}
    assert not _texts(training) & _texts(benchmark)
    written = {passage.heading for held_out in (False, True) for passage in load_written(held_out=held_out)}
    assert not {title.replace("_", " ") for title in (a["title"] for a in benchmark)} & written  # type: ignore[attr-defined]
