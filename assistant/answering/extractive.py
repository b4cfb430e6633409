"""The default answerer: statements that are quotes, each with its speaker; no model writes a word."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from assistant.answering.findings import Findings
from assistant.citation import byline, cite, in_document_order
from assistant.corpus import Corpus
from assistant.domain import KINDS, Answer, Citation, Evidence, Hit, Statement, Trace
from assistant.evidence import Judgement, narrow
from assistant.recipe import Answering
from assistant.structure import locus

NAME = "extractive"
REFUSAL = "The sources do not answer this question."
_NEAREST = " The nearest passages"


def answer(findings: Findings) -> Answer:
    """The answer in quotes, or the refusal, that the findings allow."""
    began = time.perf_counter()
    chosen = choose(findings.judgement, findings.settings)
    citations = cite_evidence(findings.standalone, chosen, findings.corpus)
    trace = findings.trace(NAME, seconds=time.perf_counter() - began)
    return compose(findings, state(citations), citations, trace) if citations else refusal(findings, trace)


def refusal(findings: Findings, trace: Trace) -> Answer:
    """The answer that says that the sources do not answer."""
    return replace(compose(findings, (), (), trace), text=refuse(findings.hits, findings.corpus), refused=True)


def compose(findings: Findings, statements: Sequence[Statement], citations: Sequence[Citation], trace: Trace) -> Answer:
    """An answer of statements and citations."""
    return Answer(
        question=findings.question,
        standalone=findings.standalone,
        text="\n".join(statement.text for statement in statements),
        refused=False,
        statements=tuple(statements),
        citations=tuple(citations),
        hits=findings.hits,
        trace=trace,
    )


def choose(judgement: Judgement, settings: Answering) -> tuple[Evidence, ...]:
    """The evidence worth quoting: the best, and what comes near it; nothing if the question is not answered."""
    if judgement.answered < settings.threshold or not judgement.evidence:
        return ()
    least = settings.keep_ratio * judgement.evidence[0].score
    return tuple(item for item in judgement.evidence[: settings.max_quotes] if item.score >= least)


def cite_evidence(question: str, chosen: Sequence[Evidence], corpus: Corpus) -> tuple[Citation, ...]:
    """Numbered citations of the chosen evidence: primary sources first, then the best; each in its own order."""
    narrowed = [narrow(question, item, corpus) for item in chosen]
    order = sorted(
        dict.fromkeys(item.source_id for item in chosen), key=lambda source: KINDS.index(corpus.info(source).kind)
    )
    ordered = in_document_order(narrowed, order)
    return tuple(cite(n, corpus.source(item.source_id), item.span) for n, item in enumerate(ordered, start=1))


def state(citations: Sequence[Citation]) -> tuple[Statement, ...]:
    """One statement for each citation; the speaker is named where he begins."""
    return tuple(_statements(citations))


def _statements(citations: Sequence[Citation]) -> Iterator[Statement]:
    for _, group in groupby(citations, key=lambda citation: citation.source_id):
        for index, citation in enumerate(group):
            speaker = f"{byline(citation.source)}: " if index == 0 else ""
            yield Statement(text=f"{speaker}“{citation.quote}” [{citation.number}]", citations=(citation.number,))


def refuse(hits: Sequence[Hit], corpus: Corpus) -> str:
    """The words of a refusal, which names the nearest passages and quotes nothing."""
    nearest = [f"{_name(hit, corpus)}" for hit in hits[:3]]
    return f"{REFUSAL}{_NEAREST} are {'; '.join(nearest)}." if nearest else REFUSAL


def without_nearest(text: str) -> str:
    """The words of a refusal without the passages that it names, for those who show them in their own way."""
    return text.partition(_NEAREST)[0]


def _name(hit: Hit, corpus: Corpus) -> str:
    source = corpus.source(hit.passage.source_id)
    return f"{byline(source.info)}, {locus(source.text, hit.passage.span)}"
