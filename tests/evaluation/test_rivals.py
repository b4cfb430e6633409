from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response as EngineResponse
from llama_index.core.callbacks import CallbackManager
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata
from llama_index.core.prompts.mixin import PromptDictType, PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from pydantic import Field

from assistant.domain import Hit, Passage, Span
from assistant.errors import ModelError
from assistant.evaluation.archive import Archive
from assistant.evaluation.results import CitedQuote
from assistant.evaluation.rivals import (
    citation_engine,
    citation_engine_system,
    is_refusal,
    statements_of,
    verbatim_system,
    verbatim_transform,
)
from tests.evaluation.runs import SOURCES, TEXT, span_of


class _Scripted(CustomLLM):
    """A model that says one thing, and keeps what it was asked."""

    says: str
    asked: list[str] = Field(default_factory=list)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="scripted")

    def complete(self, prompt: str, formatted: bool = False, **kwargs: object) -> CompletionResponse:
        self.asked.append(prompt)
        return CompletionResponse(text=self.says)

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: object) -> CompletionResponseGen:
        raise NotImplementedError


class _Engine(BaseQueryEngine):
    """A query engine that gives one response."""

    def __init__(self, text: str, nodes: Sequence[NodeWithScore]) -> None:
        super().__init__(callback_manager=CallbackManager([]))
        self._response = EngineResponse(response=text, source_nodes=list(nodes))

    def _query(self, query_bundle: QueryBundle) -> EngineResponse:
        return self._response

    async def _aquery(self, query_bundle: QueryBundle) -> EngineResponse:
        raise NotImplementedError

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _get_prompts(self) -> PromptDictType:
        return {}


def _node(text: str, **fields: int) -> NodeWithScore:
    return NodeWithScore(
        node=TextNode.model_validate({"text": text, "metadata": {"source_id": "report"}, **fields}), score=0.5
    )


def test_the_stock_engine_answers_over_the_texts_with_the_given_model() -> None:
    llm = _Scripted(says="The border stays at the river [1]. It is said [7].")
    engine = citation_engine(SOURCES, llm, MockEmbedding(embed_dim=3))
    response = citation_engine_system(engine)("Where is the border?", ("Earlier?",))
    assert response.citations == (CitedQuote(number=1, source_id="report", quote=TEXT, span=None),)
    assert [statement.citations for statement in response.statements] == [(1,), (7,)]
    assert not response.refused
    assert "Source 1:" in llm.asked[-1]
    assert "Earlier?" not in llm.asked[-1]
    assert Archive(SOURCES).verify(response.citations[0]).verdict.accepted


def test_only_nodes_that_are_cited_are_quotes_and_offsets_are_kept_if_there_are_any() -> None:
    nodes = [
        _node("Source 1:\nThe border\n"),
        _node("Source 2:\nTrade\n", start_char_idx=5, end_char_idx=10),
        _node("Source 3:\nunused", start_char_idx=4, end_char_idx=4),
    ]
    response = citation_engine_system(_Engine("Both say so [1, 2].", nodes))("?", ())
    assert [(c.number, c.quote, c.span) for c in response.citations] == [
        (1, "The border", None),
        (2, "Trade", Span(start=5, end=10)),
    ]
    assert [ranked.span for ranked in response.ranking] == [Span(start=5, end=10)]


def test_an_engine_that_found_nothing_refuses() -> None:
    response = citation_engine_system(_Engine("Empty Response", []))("?", ())
    assert (response.refused, response.citations) == (True, ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Empty Response",
        "None of the sources are helpful.",
        "None of the provided sources mention Taiwan [1].",
        "The provided sources do not contain information about that.",
        "The text doesn’t say. It speaks of trade [1].",
        "I do not know.",
        "There is not enough information to answer.",
        "It is not mentioned in the sources.",
        "It cannot be determined from the passages.",
        "The telegram does not specify who wrote it.",
    ],
)
def test_usual_refusals_are_recognised(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "The border stays at the river [1].",
        "It is possible not to raise this question as a condition [2].",
        "A proposal that the zone come only from the North will not be accepted [1].",
        "Mao raises it [1]. The sources do not say when.",
        "No, the zone is to be taken from both sides [1].",
    ],
)
def test_answers_are_not_taken_for_refusals(text: str) -> None:
    assert not is_refusal(text)


def test_statements_keep_their_markers() -> None:
    found = statements_of("[4] First. [1][2]\n\nNo marker here! Last [3, 3].")
    assert [(s.text, s.citations) for s in found] == [
        ("[4] First. [1][2]", (4, 1, 2)),
        ("No marker here!", ()),
        ("Last [3, 3].", (3,)),
    ]
    assert statements_of("") == ()


@dataclass
class _Transform:
    """Stands for ``VerbatimTransform``: keeps the spans that stand in the passage, as it does."""

    spans: tuple[str, ...]

    def transform(self, question: str, context: Iterable[dict[str, Any]]) -> Any:  # noqa: ANN401
        documents, citations = list[Any](), list[Any]()
        for index, item in enumerate(context):
            highlights = list[Any]()
            for span in self.spans:
                at = item["content"].find(span)
                if at != -1:
                    citations.append(
                        SimpleNamespace(
                            text=span, doc_index=index, highlight_index=len(highlights), number=len(citations) + 1
                        )
                    )
                    highlights.append(SimpleNamespace(text=span, start=at, end=at + len(span)))
            documents.append(SimpleNamespace(highlights=highlights))
        answer = " ".join(f"{one.text} [{one.number}]" for one in citations) or "No relevant information found."
        return SimpleNamespace(
            answer=answer, structured_answer=SimpleNamespace(citations=citations), documents=documents
        )


def _search(question: str) -> tuple[Hit, ...]:
    spans = (span_of("The border stays at the river."), span_of("Trade resumes in May."))
    return tuple(Hit(passage=Passage(source_id="report", span=s, text=s.cut(TEXT)), score=1.0) for s in spans)


def test_spans_of_verbatim_core_are_moved_from_the_passage_into_the_source() -> None:
    response = verbatim_system(_Transform(("resumes in May",)), _search)("When?", ())
    assert response.citations == (
        CitedQuote(number=1, source_id="report", quote="resumes in May", span=span_of("resumes in May")),
    )
    assert response.statements[0].citations == (1,)
    assert len(response.ranking) == 2
    assert not response.refused


def test_verbatim_core_without_a_span_refuses() -> None:
    response = verbatim_system(_Transform(("in Juni",)), _search, top=1)("When?", ())
    assert (response.refused, response.citations, response.statements) == (True, (), ())
    assert len(response.ranking) == 1


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> ModuleType:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(ModelError, match=r"armistice-assistant\[rivals\]"):
        verbatim_transform("model", "http://127.0.0.1:1/v1")


def test_verbatim_core_is_opened_on_the_given_server(monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, Any] = {}
    client = SimpleNamespace(LLMClient=lambda **options: made.setdefault("client", options))
    core = SimpleNamespace(VerbatimTransform=lambda **options: made.setdefault("transform", options))
    modules = {"verbatim_core": core, "verbatim_core.llm_client": client}
    monkeypatch.setattr(importlib, "import_module", modules.__getitem__)
    verbatim_transform("qwen", "http://127.0.0.1:1/v1")
    assert made["client"] == {
        "model": "qwen",
        "temperature": 0.0,
        "api_base": "http://127.0.0.1:1/v1",
        "api_key": "none",
    }
    assert made["transform"]["template_mode"] == "contextual"
