"""The archive as LlamaIndex sees it: a retriever and a query engine for existing programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant.citation import byline
from assistant.domain import Citation, Hit, Span

if TYPE_CHECKING:
    from assistant.session import Assistant


class ArchiveRetriever(BaseRetriever):
    """Passages of the archive as nodes, with offsets into the source document."""

    def __init__(self, assistant: Assistant, *, sources: Sequence[str] | None = None) -> None:
        super().__init__()
        self._assistant, self._sources = assistant, sources

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [self._node(hit) for hit in self._assistant.retrieve(query_bundle.query_str, sources=self._sources)]

    def _node(self, hit: Hit) -> NodeWithScore:
        passage = hit.passage
        source = byline(self._assistant.corpus.info(passage.source_id))
        return NodeWithScore(
            node=_node(passage.id, passage.source_id, passage.span, passage.text, source), score=hit.score
        )


class ArchiveQueryEngine(BaseQueryEngine):
    """Answers of the archive as responses: quotes as source nodes, the whole answer in ``metadata``."""

    def __init__(self, assistant: Assistant, *, sources: Sequence[str] | None = None) -> None:
        super().__init__(callback_manager=CallbackManager())
        self._assistant, self._sources = assistant, sources

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        answer = self._assistant.ask(query_bundle.query_str, sources=self._sources)
        nodes = [NodeWithScore(node=_quote_node(citation)) for citation in answer.citations]
        return Response(response=answer.text, source_nodes=nodes, metadata=answer.to_dict())

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return self._query(query_bundle)


def _quote_node(citation: Citation) -> TextNode:
    place = f"{citation.source_id}:{citation.span.start}-{citation.span.end}"
    return _node(place, citation.source_id, citation.span, citation.quote, byline(citation.source))


def _node(id_: str, source_id: str, span: Span, text: str, source: str) -> TextNode:
    return TextNode(
        id_=id_,
        text=text,
        metadata={"source_id": source_id, "source": source},
        start_char_idx=span.start,
        end_char_idx=span.end,
    )
