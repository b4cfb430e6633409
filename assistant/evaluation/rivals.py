"""Rival systems in the harness's terms, on the same texts and the same language model: the extra ``rivals``.

LlamaIndex's ``CitationQueryEngine`` as it comes, and ``verbatim-core``, the nearest neighbour: a language model types
spans, and those that stand in the passage are kept. Neither knows a conversation, so a follow-up is asked bare. Both
libraries are imported when they are used.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from assistant.domain import Passage, Source, Span
from assistant.errors import ModelError
from assistant.evaluation.adapters import Search
from assistant.evaluation.results import CitedQuote, CitedStatement, RankedSpan, Response
from assistant.evaluation.run import System
from assistant.sentences import sentence_spans

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.llms import LLM
    from llama_index.core.schema import NodeWithScore

_MARKERS = re.compile(r"\[(\d+(?:\s*,\s*\d+)*)\]")
_LEADING_MARKERS = re.compile(r"(?:\[\d+(?:\s*,\s*\d+)*\]\s*)+")
_REFUSAL = re.compile(
    r"^empty response"
    r"|\b(?:none of the|no) (?:provided |given |available )?(?:sources?|information|mention|answer)\b"
    r"|\b(?:sources?|passages?|texts?|documents?|context|information|telegram|letter)\b[^.]{0,60}?"
    r"\b(?:do|does|did|is|are|was|were)(?: not|n't) (?:\w+ )?"
    r"(?:mention|provid|contain|stat|specif|say|includ|address|giv|answer)"
    r"|\bnot (?:\w+ )?(?:mentioned|provided|specified|stated|given|found|addressed) in (?:the|any)\b"
    r"|\b(?:cannot|can't|can not|unable to) (?:be )?(?:answer|determin|find|found|provide)"
    r"|\b(?:not enough|insufficient) information\b|\bi(?: do not|'m not| don't) (?:know|sure)\b",
    re.IGNORECASE,
)


class Transforms(Protocol):
    """What is used of ``verbatim_core.VerbatimTransform``."""

    def transform(self, question: str, context: Iterable[dict[str, Any]]) -> Any:  # noqa: ANN401 - their type
        """Their ``QueryResponse``."""
        ...


def citation_engine(sources: Iterable[Source], llm: LLM, embedding: BaseEmbedding, *, top: int = 3) -> BaseQueryEngine:
    """LlamaIndex's ``CitationQueryEngine`` over the texts, with its own splitter, prompts and sizes."""
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.query_engine import CitationQueryEngine

    documents = [Document(text=source.text, metadata={"source_id": source.id}) for source in sources]
    index = VectorStoreIndex.from_documents(documents, embed_model=embedding)
    return CitationQueryEngine.from_args(index, llm=llm, similarity_top_k=top)


def citation_engine_system(engine: BaseQueryEngine) -> System:
    """The system that asks a ``CitationQueryEngine``.

    The text of a cited node is taken as its quote, with the source it came from and its offsets, if it names any. It
    refuses if it says "Empty Response", or if its first sentence says that the sources do not answer.
    """

    def answer(question: str, history: tuple[str, ...]) -> Response:  # noqa: ARG001 - a system takes both
        found = engine.query(question)
        text, nodes = str(found), list(found.source_nodes)
        cited = {number for statement in statements_of(text) for number in statement.citations}
        numbered = [(number, node) for number, node in enumerate(nodes, start=1) if number in cited]
        return Response(
            text=text,
            refused=is_refusal(text),
            citations=tuple(_node_quote(number, node) for number, node in numbered),
            statements=statements_of(text),
            ranking=tuple(
                RankedSpan(source_id=quote.source_id, span=quote.span)
                for quote in (_node_quote(0, node) for node in nodes)
                if quote.span is not None
            ),
        )

    return answer


def verbatim_transform(model: str, api_base: str, *, api_key: str = "none", template: str = "contextual") -> Transforms:
    """A ``verbatim_core.VerbatimTransform`` as it comes, at temperature 0, on an OpenAI-compatible server.

    Raises:
        ModelError: verbatim-core is not installed.
    """
    core, client = _verbatim_core("verbatim_core"), _verbatim_core("verbatim_core.llm_client")
    llm_client = client.LLMClient(model=model, temperature=0.0, api_base=api_base, api_key=api_key)
    transform: Transforms = core.VerbatimTransform(llm_client=llm_client, template_mode=template)
    return transform


def verbatim_system(transform: Transforms, search: Search, *, top: int = 5) -> System:
    """The system that gives the first passages of a search to ``verbatim-core``; no span kept is a refusal."""

    def answer(question: str, history: tuple[str, ...]) -> Response:  # noqa: ARG001 - a system takes both
        passages = [hit.passage for hit in search(question)[:top]]
        found = transform.transform(question=question, context=[_context(passage) for passage in passages])
        citations = tuple(_highlight(citation, found.documents, passages) for citation in _their_citations(found))
        return Response(
            text=found.answer,
            refused=not citations,
            citations=citations,
            statements=statements_of(found.answer) if citations else (),
            ranking=tuple(RankedSpan(source_id=p.source_id, span=p.span) for p in passages),
        )

    return answer


def statements_of(text: str) -> tuple[CitedStatement, ...]:
    """The sentences of prose with ``[1]`` or ``[1, 2]`` markers; a marker after a full stop belongs before it.

    >>> [(s.text, s.citations) for s in statements_of("Water is wet [2]. The sky is red. [1, 3] So they say.")]
    [('Water is wet [2].', (2,)), ('The sky is red. [1, 3]', (1, 3)), ('So they say.', ())]
    """
    sentences: list[str] = []
    for sentence in (span.cut(text) for span in sentence_spans(text)):
        leading = _LEADING_MARKERS.match(sentence) if sentences else None
        if leading:
            sentences[-1] += " " + leading[0].rstrip()
        rest = sentence[leading.end() :] if leading else sentence
        sentences += [rest] if rest else []
    return tuple(CitedStatement(text=sentence, citations=_numbers(sentence)) for sentence in sentences)


def is_refusal(text: str) -> bool:
    """Whether prose says at its beginning that the sources do not answer.

    >>> is_refusal("The sources do not mention Taiwan."), is_refusal("Mao does raise it [1].")
    (True, False)
    """
    first = next((statement.text for statement in statements_of(text)), "")
    return not first or _REFUSAL.search(first.replace("’", "'")) is not None


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(number) for group in _MARKERS.findall(text) for number in group.split(",")))


def _node_quote(number: int, node: NodeWithScore) -> CitedQuote:
    inner = node.node
    text = re.sub(r"^Source \d+:\n", "", inner.get_content()).removesuffix("\n")
    start, end = getattr(inner, "start_char_idx", None), getattr(inner, "end_char_idx", None)
    span = None if start is None or end is None or not 0 <= start < end else Span(start=start, end=end)
    return CitedQuote(number=number, source_id=str(inner.metadata.get("source_id", "")), quote=text, span=span)


def _context(passage: Passage) -> dict[str, Any]:
    return {"content": passage.text, "title": passage.source_id, "source": passage.source_id}


def _their_citations(found: Any) -> list[Any]:  # noqa: ANN401 - their type
    return [citation for citation in found.structured_answer.citations if citation.number is not None]


def _highlight(citation: Any, documents: Sequence[Any], passages: Sequence[Passage]) -> CitedQuote:  # noqa: ANN401
    """Their citation, with its offsets moved from the passage into the source."""
    passage = passages[citation.doc_index]
    highlight = documents[citation.doc_index].highlights[citation.highlight_index]
    span = Span(start=passage.span.start + highlight.start, end=passage.span.start + highlight.end)
    return CitedQuote(number=citation.number, source_id=passage.source_id, quote=citation.text, span=span)


def _verbatim_core(name: str) -> Any:  # noqa: ANN401 - a module
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ModelError(
            f"{name} cannot be imported ({error}); install the extra: pip install 'armistice-assistant[rivals]'"
        ) from error
