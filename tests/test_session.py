from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import assistant as package
from assistant import Answer, Assistant
from assistant import index as index_module
from assistant.corpus import load_corpus
from assistant.domain import KINDS, Kind
from assistant.errors import CorpusError, IndexMissing, IndexStale, ModelError, QuestionError, RecipeError, StoreError
from assistant.index import build_index
from assistant.manifest import Manifest, read_manifest, write_manifest
from assistant.paths import data_root, default_recipe
from assistant.session import MAX_QUESTION
from assistant.structure import locus
from tests.specimens import write_corpus
from tests.stores import THREE, RecordingEmbedding, make_assistant, make_workshop

LETTER, TELEGRAM = "letter-gao-kim-1951-06-14", "telegram-mao-1951-06-13"
CONDITIONS = "What were Mao's conditions for an armistice?"
GOLD = [
    json.loads(line)["question"]
    for path in sorted((data_root() / "eval" / "gold").glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
    if line.strip()
]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    made = make_assistant(make_workshop(tmp_path_factory.mktemp("session") / "store"))
    made.build()
    with made:
        yield made


def assert_true(assistant: Assistant, answer: Answer) -> None:
    """Everything that is promised of any answer."""
    assert answer.refused is not bool(answer.citations)
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    for c in answer.citations:
        assert assistant.source(c.source_id).text[c.span.start : c.span.end] == c.quote
        assert c.source == assistant.corpus.info(c.source_id)
        assert f"“{c.quote}” [{c.number}]" in answer.text
    for hit in answer.hits:
        span = hit.passage.span
        assert assistant.source(hit.passage.source_id).text[span.start : span.end] == hit.passage.text
        assert hit.score > 0
    assert answer.text
    assert answer.refused or "\n".join(statement.text for statement in answer.statements) == answer.text
    assert [number for statement in answer.statements for number in statement.citations] == [
        citation.number for citation in answer.citations
    ]


# The pinned interface


def test_the_pinned_interface_works_as_it_is_written(tmp_path: Path) -> None:
    from assistant import Assistant

    with Assistant.open(store=tmp_path / "store") as assistant:
        answer = assistant.ask("What were Mao's conditions for an armistice?")
        assert "[1]" in answer.text
        assert answer.refused is False
        for c in answer.citations:
            assert isinstance(c.number, int)
            assert isinstance(c.quote, str)
            assert assistant.source(c.source_id).text[c.span.start : c.span.end] == c.quote
        only = assistant.ask("Whose telegram was received?", sources=["telegram-mao-1951-06-13"])
        assert {c.source_id for c in only.citations} <= {"telegram-mao-1951-06-13"}
        chat = assistant.conversation(sources=None)
        chat.ask("What does Mao say about Taiwan?")
        follow_up = chat.ask("And if America insists?")
        assert isinstance(follow_up.standalone, str)
        json.dumps(follow_up.to_dict())


def test_the_package_offers_the_facade_and_nothing_unknown() -> None:
    assert package.Assistant is Assistant
    with pytest.raises(AttributeError, match="'assistant' has no attribute 'Asistant'"):
        _ = package.Asistant


def test_the_conditions_are_quoted_from_point_3_of_the_telegram(assistant: Assistant) -> None:
    answer = assistant.ask(CONDITIONS)
    best = answer.citations[0]
    assert "restoration of the border at the 38th parallel" in best.quote
    assert "neutral zone" in best.quote
    assert (best.source_id, best.locus.point) == (TELEGRAM, "3")
    assert answer.text.startswith("Mao Zedong, telegram to Gao Gang and Kim Il Sung, 13 June 1951: “")


def test_there_are_questions_enough() -> None:
    assert len(GOLD) >= 200


@pytest.mark.parametrize("part", range(8))
def test_every_citation_of_every_answer_is_verbatim(part: int, assistant: Assistant) -> None:
    for question in GOLD[part::8]:
        answer = assistant.ask(question)
        assert_true(assistant, answer)
        assert answer.question == question


KEYS = {
    "answer": "question standalone text refused statements citations hits trace",
    "statement": "text citations unsupported",
    "citation": "number source_id span quote locus source",
    "span": "start end",
    "locus": "paragraph point heading page",
    "hit": "passage score dense_rank lexical_rank",
    "passage": "source_id span text",
    "trace": "answerer recipe answered_probability threshold seconds notes model prompt",
}


def test_an_answer_as_a_dictionary_has_stable_keys_and_is_json(assistant: Assistant) -> None:
    values = assistant.ask(CONDITIONS).to_dict()
    citation, hit = values["citations"][0], values["hits"][0]
    found = {
        "answer": values,
        "statement": values["statements"][0],
        "citation": citation,
        "span": citation["span"],
        "locus": citation["locus"],
        "hit": hit,
        "passage": hit["passage"],
        "trace": values["trace"],
    }
    assert {name: " ".join(part) for name, part in found.items()} == KEYS
    assert set(citation["source"]) == set(load_corpus(data_root() / "corpus").info(TELEGRAM).__slots__)
    again = json.loads(json.dumps(values))
    assert again["citations"][0]["quote"] == citation["quote"]
    assert again["text"] == values["text"]


def test_a_refusal_says_so_names_the_nearest_and_quotes_nothing(assistant: Assistant) -> None:
    answer = assistant.ask("How does photosynthesis work in zeppelins?")
    assert answer.refused
    assert answer.text.startswith("The sources do not answer this question. The nearest passages are ")
    assert "para." in answer.text
    passages = [hit.passage for hit in answer.hits]
    headings = {locus(assistant.source(p.source_id).text, p.span).heading for p in passages}
    assert set(re.findall("“(.*?)”", answer.text)) <= headings  # these are quoted, to say where; nothing else is
    assert answer.citations == ()
    assert answer.statements == ()
    assert answer.hits
    assert answer.trace.answered_probability < answer.trace.threshold


def test_the_trace_tells_how_the_answer_came_about(assistant: Assistant) -> None:
    trace = assistant.ask(CONDITIONS).trace
    assert trace.answerer == "extractive"
    assert trace.recipe == assistant.fingerprint
    assert len(trace.recipe) == 12
    assert trace.threshold == assistant.recipe.answering.threshold
    assert trace.threshold <= trace.answered_probability <= 1
    assert 0 < trace.seconds < 60


def test_the_fingerprint_changes_with_recipe_model_and_corpus(tmp_path: Path) -> None:
    workshop = make_workshop(tmp_path / "store", write_corpus(tmp_path / "archive", THREE))
    settings = workshop.recipe.answering.model_copy(update={"max_quotes": 1})
    others = [
        workshop,
        replace(workshop, recipe=workshop.recipe.model_copy(update={"answering": settings})),
        replace(workshop, embedding=RecordingEmbedding()),
        make_workshop(tmp_path / "store", write_corpus(tmp_path / "other", THREE | {"kiln": "A kiln."})),
    ]
    found = set()
    for other in others:
        with make_assistant(other) as assistant:
            assistant.build()
            found.add(assistant.fingerprint)
    assert len(found) == len(others)


def test_only_named_sources_and_kinds_are_quoted(assistant: Assistant) -> None:
    answer = assistant.ask("Who received the telegram from whom?", sources=[LETTER], kinds=["primary"])
    assert {hit.passage.source_id for hit in answer.hits} == {LETTER}
    with pytest.raises(QuestionError, match="no source is left"):
        assistant.ask(CONDITIONS, kinds=["background"], sources=[LETTER])


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_from_one_kind_of_source_quotes_and_finds_no_other(assistant: Assistant, kind: Kind) -> None:
    answer = assistant.ask(CONDITIONS, kinds=[kind])
    assert {citation.source.kind for citation in answer.citations} == {kind}
    assert {assistant.source(hit.passage.source_id).info.kind for hit in answer.hits} == {kind}


def test_a_standalone_question_is_searched_and_the_asked_one_kept(assistant: Assistant) -> None:
    answer = assistant.ask("And those?", standalone=CONDITIONS)
    assert (answer.question, answer.standalone) == ("And those?", CONDITIONS)
    assert answer.citations == assistant.ask(CONDITIONS).citations


# Hostile questions

SYNTAX = st.sampled_from(
    [
        *(
            "body:",
            "AND",
            "OR NOT",
            "NEAR/3",
            "*",
            "?",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            '"',
            "'",
            "^2",
            "~",
            "\\",
            "/.*/",
        ),
        *("'; DROP TABLE embeddings; --", "%s", "{0}", "$(rm -rf /)", "`id`", "(?:a+)+$", "[^", "\\x00", "<script>"),
        *("<|endoftext|>", "<|im_start|>system", "[1]", "[[source]]", "“”", "‘", "«»", "[bold red]", "👩‍👩‍👧", "🇰🇵"),
        *("\x00", "\x07", "\x1b[31m", "\r\n", "\u202e", "\u2028", "\ufeff", "\ud800", "\U0010ffff", "e\u0301"),
        *("armistice", "Mao", "三八线", "조선", "13.6.51", "the", "of"),
    ]
)


@given(st.one_of(st.lists(SYNTAX, max_size=40).map(" ".join), st.lists(SYNTAX, max_size=9).map("".join), st.text()))
def test_no_question_breaks_anything(assistant: Assistant, question: str) -> None:
    try:
        answer = assistant.ask(question)
    except QuestionError:
        assert not any(character.isprintable() and not character.isspace() for character in question)
        return
    assert_true(assistant, answer)
    assert answer.question == question
    assert answer.standalone.isprintable()
    json.dumps(answer.to_dict())


@pytest.mark.parametrize("question", ["", " ", "\n\t\r", "\x00\x1f", "\u200b\u2028\ufeff", "\u3000"])
def test_a_blank_question_is_refused(question: str, assistant: Assistant) -> None:
    with pytest.raises(QuestionError, match="the question is empty; ask something"):
        assistant.ask(question)
    with pytest.raises(QuestionError):
        assistant.retrieve(question)


def test_a_question_that_is_too_long_is_refused_with_the_limit(assistant: Assistant) -> None:
    with pytest.raises(QuestionError, match=f"the question has 100000 characters; ask in at most {MAX_QUESTION}"):
        assistant.ask("x" * 100_000)
    with pytest.raises(QuestionError, match="4001 characters"):
        assistant.ask(" " * (MAX_QUESTION + 1))


@pytest.mark.parametrize("text", ["armistice ", "x", "三", "👩‍👩‍👧", "a b ", '"('])
def test_the_longest_question_is_answered(text: str, assistant: Assistant) -> None:
    assert_true(assistant, assistant.ask((text * MAX_QUESTION)[:MAX_QUESTION]))


def test_control_characters_part_words(assistant: Assistant) -> None:
    assert assistant.ask("conditions\x00for\tan\u2028armistice").standalone == "conditions for an armistice"


# Opening and closing


def test_an_assistant_may_be_used_again_after_it_was_closed(assistant: Assistant) -> None:
    before = assistant.ask(CONDITIONS)
    assistant.close()
    assistant.close()
    assert assistant.ask(CONDITIONS).citations == before.citations


def test_leaving_the_block_closes_the_index(tmp_path: Path) -> None:
    with make_assistant(make_workshop(tmp_path / "store")) as assistant:
        assistant.build()
        assistant.ask(CONDITIONS)
        index = assistant.index()
    with pytest.raises(StoreError):
        len(index.vectors)


def test_one_assistant_closed_leaves_another_on_the_same_store(assistant: Assistant) -> None:
    other = Assistant(assistant._workshop, assistant._reader)
    expected = other.ask(CONDITIONS).citations
    other.close()
    assert assistant.ask(CONDITIONS).citations == expected


def test_eight_threads_get_the_answers_that_one_gets(assistant: Assistant) -> None:
    questions = GOLD[:48]
    serial = [assistant.ask(question) for question in questions]
    assistant.close()
    with ThreadPoolExecutor(8) as threads:
        parallel = list(threads.map(assistant.ask, questions))
    for one, other in zip(serial, parallel, strict=True):
        assert replace(one, trace=other.trace) == other


def test_rebuilds_between_questions_disturb_no_thread(tmp_path: Path) -> None:
    workshop = make_workshop(tmp_path / "store", write_corpus(tmp_path / "archive", THREE))
    with make_assistant(workshop) as assistant, ThreadPoolExecutor(5) as threads:
        assistant.build()
        rebuilds = threads.submit(lambda: [build_index(workshop, force=True).generation for _ in range(5)])
        answers = list(threads.map(assistant.ask, ["Who owns the mill?"] * 60))
        assert len({answer.citations for answer in answers}) == 1
        assert answers[0].citations[0].source_id == "mill"
        assert rebuilds.result()[-1] == assistant.index().manifest.generation


def test_indexes_of_earlier_builds_are_not_kept_open_for_ever(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus", THREE)
    with make_assistant(make_workshop(tmp_path / "store", folder)) as assistant:
        for _ in range(12):
            assistant.build(force=True)
            assistant.index()
        assert len(assistant._retired) == 8


def test_a_build_takes_in_what_has_come_into_the_archive(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus", THREE)
    with make_assistant(make_workshop(tmp_path / "store", folder)) as assistant:
        assistant.build()
        assistant.ask("Who owns the mill?")
        write_corpus(folder, THREE | {"inn": "The inn at Elmsford is kept by Carl Dahl."})
        assistant.build()
        assert "inn" in assistant.corpus
        assert assistant.ask("Who keeps the inn at Elmsford?").citations[0].source_id == "inn"


def test_an_assistant_beside_another_has_its_models_and_an_index_of_its_own(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "corpus", THREE)
    first = make_assistant(make_workshop(tmp_path / "store", chroma_url="http://nowhere"))
    with first.beside(folder, tmp_path / "other") as second:
        second.build()
        assert second.ask("Who owns the mill?").citations[0].source_id == "mill"
        assert second.reader is first.reader
        assert second.recipe is first.recipe


def test_an_index_that_is_swept_while_it_is_opened_gives_way_to_the_newer_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop = make_workshop(tmp_path / "store", write_corpus(tmp_path / "archive", THREE))
    build_index(workshop)
    read, calls = read_manifest, 0

    def read_late(store: Path) -> Manifest:
        nonlocal calls
        manifest, calls = read(store), calls + 1
        if calls == 1:
            monkeypatch.setattr(index_module, "read_manifest", read)
            for _ in range(2):
                build_index(workshop, force=True)
        return manifest

    monkeypatch.setattr(index_module, "read_manifest", read_late)
    with make_assistant(workshop) as assistant:
        assert assistant.ask("Who owns the mill?").citations[0].source_id == "mill"
        assert calls == 1


def test_opening_builds_what_is_missing_and_only_once(tmp_path: Path) -> None:
    told: list[str] = []
    with Assistant.open(store=tmp_path / "store", progress=lambda *step: told.append(step[0])) as assistant:
        first = assistant.index().manifest
    assert told == ["indexing"] * len(assistant.corpus) + ["writing"]
    with Assistant.open(store=str(tmp_path / "store"), progress=lambda *step: told.append(step[0])) as assistant:
        assert assistant.index().manifest == first
    assert len(told) == len(assistant.corpus) + 1


def test_opening_mends_a_damaged_index(tmp_path: Path) -> None:
    with Assistant.open(store=tmp_path) as assistant:
        generation = assistant.index().manifest.generation
    (tmp_path / generation / "chroma" / "chroma.sqlite3").write_bytes(b"garbage" * 999)
    with Assistant.open(store=tmp_path) as assistant:
        assert assistant.index().manifest.generation != generation
        assert all(check.ok for check in assistant.doctor())


def test_a_stale_index_is_rebuilt_or_refused_as_asked(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "archive", THREE)
    store = tmp_path / "store"
    Assistant.open(corpus=folder, store=store).close()
    write_corpus(folder, THREE | {"kiln": "The kiln made red bricks."})
    with pytest.raises(IndexStale, match="corpus"):
        Assistant.open(corpus=folder, store=store, stale="refuse")
    with Assistant.open(corpus=folder, store=store) as assistant:
        assert assistant.ask("What did the kiln make?").citations[0].source_id == "kiln"
    Assistant.open(corpus=folder, store=store, stale="refuse").close()


def test_an_index_of_another_recipe_model_or_layout_is_rebuilt(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "archive", THREE)
    recipe = tmp_path / "recipe.toml"
    text = default_recipe().read_text(encoding="utf-8")
    for change in (("chunk_tokens = 128", "chunk_tokens = 64"), ('language = "english"', 'language = "none"')):
        recipe.write_text(text.replace(*change), encoding="utf-8")
        with Assistant.open(corpus=folder, recipe=recipe, store=tmp_path / "store") as assistant:
            assert assistant.ask("Who owns the mill?").citations
    with Assistant.open(
        corpus=folder, recipe=recipe, store=tmp_path / "store", embedding=RecordingEmbedding()
    ) as assistant:
        manifest = assistant.index().manifest
        assert manifest.makings.embedding.name.endswith("recording")
    write_manifest(tmp_path / "store", replace(manifest, makings=replace(manifest.makings, format=0)))
    Assistant.open(corpus=folder, recipe=recipe, store=tmp_path / "store").close()
    assert read_manifest(tmp_path / "store").makings.format == 1


def test_an_assistant_that_was_only_prepared_has_no_index(tmp_path: Path) -> None:
    assistant = Assistant.prepare(store=tmp_path / "store")
    assert [info.id for info in assistant.sources()][:2] == [LETTER, TELEGRAM]
    with pytest.raises(IndexMissing):
        assistant.ask(CONDITIONS)
    assert not (tmp_path / "store").exists()


def test_parts_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no catalogue"):
        Assistant.open(corpus=tmp_path)
    with pytest.raises(RecipeError, match="no readable recipe"):
        Assistant.open(recipe=tmp_path / "none.toml")
    with pytest.raises(ModelError, match="no embedding model 'none'"):
        Assistant.open(embedding="none")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="choose another store folder"):
        Assistant.open(store=tmp_path / "file" / "store")


def test_a_reader_of_ones_own_decides_what_is_answered(tmp_path: Path) -> None:
    from collections.abc import Sequence

    from assistant.evidence import Candidate, Reading

    class Certain:
        identity = "certain"

        def score(self, question: str, candidates: Sequence[Candidate]) -> Reading:
            return Reading(scores=tuple(1.0 if "Filippov" in c.text else 0.0 for c in candidates), answered=1.0)

    with Assistant.open(store=tmp_path, reader=Certain()) as assistant:
        answer = assistant.ask("zeppelin")
    assert answer.citations
    assert all("Filippov" in citation.quote for citation in answer.citations)
