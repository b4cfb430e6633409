"""question -> ranked Hits: a dense and a lexical LlamaIndex retriever, fused by reciprocal rank.

Not LlamaIndex's own fusion and vector retrievers: they merge equal passages of different documents into one, ask for an
OpenAI key, and rank by a score that cannot be zero (measured; see design/retrieval.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant.corpus import Corpus
from assistant.domain import KINDS, Filter, Hit, Passage, Span
from assistant.index import Index
from assistant.models.embedding import embed_question
from assistant.recipe import Retrieval
from assistant.vectors import Found


class DenseRetriever(BaseRetriever):
    """Passages whose vectors lie nearest to the question's; those at right angles or beyond are dropped."""

    def __init__(self, index: Index, embedding: BaseEmbedding, limit: int, wanted: Filter) -> None:
        super().__init__()
        self._index, self._embedding, self._limit, self._wanted = index, embedding, limit, wanted

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        vector = embed_question(self._embedding, query_bundle.query_str)
        return _nodes(
            found for found in self._index.vectors.search(vector, self._limit, self._wanted) if found.score > 0
        )


class LexicalRetriever(BaseRetriever):
    """Passages that share words with the question, by BM25."""

    def __init__(self, index: Index, limit: int, wanted: Filter) -> None:
        super().__init__()
        self._index, self._limit, self._wanted = index, limit, wanted

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return _nodes(self._index.lexical.search(query_bundle.query_str, self._limit, self._wanted))


def _nodes(found: Iterable[Found]) -> list[NodeWithScore]:
    """LlamaIndex's form of what was found; the text is cut later, from the source, for the few that are kept."""
    return [NodeWithScore(node=TextNode(id_=one.id), score=one.score) for one in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retriever:
    """Finds the passages for a question in an open index."""

    index: Index
    corpus: Corpus
    embedding: BaseEmbedding
    settings: Retrieval

    def retrieve(self, question: str, wanted: Filter = Filter()) -> tuple[Hit, ...]:  # noqa: B008 - frozen
        """The best hits by fused score; ties by kind, source and place. The same question gives the same hits.

        Each kind of source is searched by itself: a few primary documents would be lost among the many passages that
        are written about them.
        """
        found = [self._retrieve(question, part) for part in self._parts(wanted)]
        return tuple(sorted(chain.from_iterable(found), key=lambda hit: -hit.score)[: self.settings.hits])

    def _parts(self, wanted: Filter) -> list[Filter]:
        """The filter for each kind that the archive has and the filter admits, primary first."""
        kinds = [kind for kind in KINDS if kind in self.corpus.kinds and kind in (wanted.kinds or KINDS)]
        return [replace(wanted, kinds=(kind,)) for kind in kinds] if len(kinds) > 1 else [wanted]

    def _retrieve(self, question: str, wanted: Filter) -> list[Hit]:
        limit = self.settings.candidates
        dense = DenseRetriever(self.index, self.embedding, limit, wanted).retrieve(question)
        lexical = LexicalRetriever(self.index, limit, wanted).retrieve(question)
        fused = fuse(_ranks(dense), _ranks(lexical), self.settings)
        return [self._hit(ranked) for ranked in fused[: self.settings.hits]]

    def _hit(self, ranked: Ranked) -> Hit:
        return Hit(
            passage=read_passage(ranked.id, self.corpus),
            score=ranked.score,
            dense_rank=ranked.dense_rank,
            lexical_rank=ranked.lexical_rank,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A passage id with its fused score and its places in the two lists."""

    id: str
    score: float
    dense_rank: int | None
    lexical_rank: int | None


def _ranks(nodes: Sequence[NodeWithScore]) -> dict[str, int]:
    return {node.node_id: rank for rank, node in enumerate(nodes, start=1)}


def fuse(dense: dict[str, int], lexical: dict[str, int], settings: Retrieval) -> list[Ranked]:
    """Both lists as one, best first; ties by id.

    Reciprocal rank fusion: the sum over lists of ``weight / (k + rank)`` (Cormack, Clarke and Buettcher 2009).
    """
    ranked = [
        Ranked(
            id=id_,
            score=_share(settings.dense_weight, dense.get(id_), settings.rrf_k)
            + _share(settings.lexical_weight, lexical.get(id_), settings.rrf_k),
            dense_rank=dense.get(id_),
            lexical_rank=lexical.get(id_),
        )
        for id_ in dense.keys() | lexical.keys()
    ]
    return sorted((one for one in ranked if one.score > 0), key=lambda one: (-one.score, one.id))


def _share(weight: float, rank: int | None, k: float) -> float:
    return 0.0 if rank is None else weight / (k + rank)


def read_passage(passage_id: str, corpus: Corpus) -> Passage:
    """The passage of an id, cut from its source."""
    source_id, _, place = passage_id.rpartition(":")
    start, _, end = place.partition("-")
    span = Span(start=int(start), end=int(end))
    return Passage(source_id=source_id, span=span, text=span.cut(corpus.source(source_id).text))
