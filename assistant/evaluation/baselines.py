"""Systems that are right, or wrong, in one known way: what a harness must tell apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from assistant.domain import Source
from assistant.evaluation.results import CitedQuote, CitedStatement, Question, RankedSpan, Response
from assistant.evaluation.run import System
from assistant.sentences import sentence_spans

REFUSAL = Response(text="The sources do not answer this question.", refused=True, confidence=0.0)


def oracle(gold: Sequence[Question], sources: Mapping[str, Source]) -> System:
    """A system that knows the gold: it cites what is required and refuses what cannot be answered."""
    known = {(question.question, question.history): question for question in gold}

    def system(asked: str, history: tuple[str, ...]) -> Response:
        question = known[asked, history]
        if not question.answerable:
            return REFUSAL
        places = [RankedSpan(source_id=g.source_id, span=g.span) for g in question.gold if g.required]
        return _answer(places, sources)

    return system


def always_refuses(asked: str, history: tuple[str, ...]) -> Response:  # noqa: ARG001 - a System
    """The refusal that is all this system ever says."""
    return REFUSAL


def never_refuses(sources: Sequence[Source]) -> System:
    """A system that cites the first sentence of the first source, whatever it is asked."""
    first = next(iter(sentence_spans(sources[0].text)))
    response = _answer([RankedSpan(source_id=sources[0].id, span=first)], {sources[0].id: sources[0]})
    return lambda _asked, _history: response


def misquoting(system: System) -> System:
    """The system, with the first word of every quote turned round."""

    def damaged(quote: CitedQuote) -> CitedQuote:
        first, _, rest = quote.quote.partition(" ")
        return replace(quote, quote=f"{first[::-1]}z {rest}")

    return _altered(system, damaged)


def misattributing(system: System, sources: Sequence[Source]) -> System:
    """The system, with every quote put under the next source of the list."""
    ids = [source.id for source in sources]

    def moved(quote: CitedQuote) -> CitedQuote:
        return replace(quote, source_id=ids[(ids.index(quote.source_id) + 1) % len(ids)])

    return _altered(system, moved)


def _altered(system: System, change: Callable[[CitedQuote], CitedQuote]) -> System:
    def altered(asked: str, history: tuple[str, ...]) -> Response:
        response = system(asked, history)
        return replace(response, citations=tuple(change(quote) for quote in response.citations))

    return altered


def _answer(places: Sequence[RankedSpan], sources: Mapping[str, Source]) -> Response:
    quotes = tuple(
        CitedQuote(number=number, source_id=p.source_id, quote=p.span.cut(sources[p.source_id].text), span=p.span)
        for number, p in enumerate(places, start=1)
    )
    statements = tuple(CitedStatement(text=f"“{q.quote}” [{q.number}]", citations=(q.number,)) for q in quotes)
    return Response(
        text=" ".join(statement.text for statement in statements),
        refused=False,
        citations=quotes,
        statements=statements,
        ranking=tuple(places),
        confidence=1.0,
    )
