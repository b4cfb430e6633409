from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.base.response.schema import Response
from llama_index.core.llms import MockLLM
from llama_index.core.postprocessor import SimilarityPostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import ResponseMode, get_response_synthesizer
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters
from llama_index.vector_stores.chroma import ChromaVectorStore

from assistant import Assistant
from assistant.citation import byline
from assistant.models.embedding import WordLlamaEmbedding, embed_question
from tests.stores import make_assistant, make_workshop

LETTER, TELEGRAM = "letter-gao-kim-1951-06-14", "telegram-mao-1951-06-13"
QUESTION = "What were Mao's conditions for an armistice?"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    made = make_assistant(make_workshop(tmp_path_factory.mktemp("llamaindex") / "store"))
    made.build()
    with made:
        yield made


def text_node(found: NodeWithScore) -> TextNode:
    assert isinstance(found.node, TextNode)
    return found.node


def assert_verbatim(assistant: Assistant, found: NodeWithScore) -> None:
    node = text_node(found)
    text = assistant.source(node.metadata["source_id"]).text
    assert text[node.start_char_idx : node.end_char_idx] == node.text


def test_the_retriever_gives_the_hits_as_nodes_with_offsets(assistant: Assistant) -> None:
    nodes = assistant.as_retriever().retrieve(QUESTION)
    hits = assistant.retrieve(QUESTION)
    assert [(node.node_id, node.score) for node in nodes] == [(hit.passage.id, hit.score) for hit in hits]
    for node, hit in zip(nodes, hits, strict=True):
        assert_verbatim(assistant, node)
        source_id = hit.passage.source_id
        assert node.metadata == {"source_id": source_id, "source": byline(assistant.corpus.info(source_id))}


def test_the_retriever_asks_only_its_sources(assistant: Assistant) -> None:
    nodes = assistant.as_retriever(sources=[LETTER]).retrieve(QUESTION)
    assert {node.metadata["source_id"] for node in nodes} == {LETTER}


def test_the_retriever_answers_asynchronously_too(assistant: Assistant) -> None:
    retriever = assistant.as_retriever()
    assert asyncio.run(retriever.aretrieve(QUESTION)) == retriever.retrieve(QUESTION)


def test_the_retriever_serves_a_stock_query_engine(assistant: Assistant) -> None:
    engine = RetrieverQueryEngine(
        retriever=assistant.as_retriever(),
        response_synthesizer=get_response_synthesizer(llm=MockLLM(), response_mode=ResponseMode.COMPACT),
        node_postprocessors=[SimilarityPostprocessor(similarity_cutoff=0.02)],
    )
    response = engine.query(QUESTION)
    assert "restoration of the border at the 38th parallel" in str(response)
    assert response.source_nodes[0].node_id == assistant.retrieve(QUESTION)[0].passage.id


def test_the_retriever_can_be_fused_with_others(assistant: Assistant) -> None:
    fused = QueryFusionRetriever(
        [assistant.as_retriever(sources=[LETTER]), assistant.as_retriever(sources=[TELEGRAM])],
        llm=MockLLM(),
        num_queries=1,
        mode=FUSION_MODES.RECIPROCAL_RANK,
        use_async=False,
        similarity_top_k=4,
    )
    assert {node.metadata["source_id"] for node in fused.retrieve("Who received the telegram?")} == {LETTER, TELEGRAM}


def test_the_query_engine_gives_the_answer_with_its_quotes(assistant: Assistant) -> None:
    response = assistant.as_query_engine().query(QUESTION)
    answer = assistant.ask(QUESTION)
    assert isinstance(response, Response)
    assert response.response == str(response) == answer.text
    assert [text_node(node).text for node in response.source_nodes] == [c.quote for c in answer.citations]
    for node in response.source_nodes:
        assert_verbatim(assistant, node)
    assert response.metadata is not None
    assert response.metadata["citations"] == answer.to_dict()["citations"]
    assert response.metadata["refused"] is False


def test_the_query_engine_takes_bundles_and_waits(assistant: Assistant) -> None:
    engine = assistant.as_query_engine(sources=[LETTER])
    response = asyncio.run(engine.aquery(QueryBundle("Who signed the letter?")))
    assert {node.metadata["source_id"] for node in response.source_nodes} <= {LETTER}
    assert engine.get_prompts() == {}


def test_a_refusal_reaches_the_query_engine_without_quotes(assistant: Assistant) -> None:
    response = assistant.as_query_engine().query("Quarterly revenue of the zeppelin company?")
    assert response.source_nodes == []
    assert str(response).startswith("The sources do not answer this question.")


def test_a_stock_program_reads_our_collection(assistant: Assistant) -> None:
    collection = assistant.index().vectors._collection
    index = VectorStoreIndex.from_vector_store(
        ChromaVectorStore(chroma_collection=collection), embed_model=WordLlamaEmbedding()
    )
    nodes = index.as_retriever(similarity_top_k=3).retrieve(QUESTION)
    assert len(nodes) == 3
    for node in nodes:
        assert_verbatim(assistant, node)
    ours = {found.id for found in assistant.index().vectors.search(embed_question(WordLlamaEmbedding(), QUESTION), 3)}
    assert {node.node_id for node in nodes} == ours


def test_a_stock_program_filters_our_collection(assistant: Assistant) -> None:
    index = VectorStoreIndex.from_vector_store(
        ChromaVectorStore(chroma_collection=assistant.index().vectors._collection), embed_model=WordLlamaEmbedding()
    )
    only = MetadataFilters(filters=[MetadataFilter(key="source_id", value=LETTER, operator=FilterOperator.EQ)])
    nodes = index.as_retriever(similarity_top_k=3, filters=only).retrieve(QUESTION)
    assert {node.metadata["source_id"] for node in nodes} == {LETTER}
