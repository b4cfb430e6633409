"""Small runs to report on: one right answer, one misquote, one wrong refusal, one failure, all with hostile words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.domain import Source, Span
from assistant.evaluation.results import CitedQuote, CitedStatement, GoldSpan, Question, Response, Run
from assistant.evaluation.run import System, evaluate
from tests.specimens import make_source

HOSTILE = "<script>alert('&\"');</script>"
TEXT = f"The border stays at the river. {HOSTILE} is not markup. Trade resumes in May."
SOURCES = (make_source(TEXT, "report"),)


def span_of(words: str, text: str = TEXT) -> Span:
    """Where words stand in a text."""
    start = text.index(words)
    return Span(start=start, end=start + len(words))


def question(name: str, words: str = "", *, kind: str = "direct", asked: str = "Where is the border?") -> Question:
    """A question whose required gold are the words, or one that cannot be answered."""
    gold = (GoldSpan(source_id="report", span=span_of(words), required=True),) if words else ()
    return Question(
        id=name, question=asked, kind=kind, history=(), answerable=bool(words), gold=gold, contains=(), notes=HOSTILE
    )


def response(words: str, *, quote: str | None = None, confidence: float = 0.9) -> Response:
    """An answer that cites the words, or gives other ones out for them."""
    cited = CitedQuote(number=1, source_id="report", quote=quote or words, span=span_of(words))
    text = f"“{cited.quote}” [1]"
    return Response(
        text=text,
        refused=False,
        citations=(cited,),
        statements=(CitedStatement(text=text, citations=(1,)),),
        confidence=confidence,
    )


REFUSAL = Response(text="The sources do not say.", refused=True, confidence=0.1)
QUESTIONS = (
    question("right", "The border stays at the river."),
    question("hostile", f"{HOSTILE} is not markup.", kind=HOSTILE, asked=f"{HOSTILE}?"),
    question("misquoted", "Trade resumes in May."),
    question("refused", "Trade resumes in May.", kind="keyword"),
    question("failed", "Trade resumes in May.", kind="keyword"),
    question("silent", kind="unanswerable"),
    question("overbold", kind="unanswerable"),
)
RESPONSES = {
    "right": response("The border stays at the river."),
    "hostile": response(f"{HOSTILE} is not markup."),
    "misquoted": response("Trade resumes in May.", quote="Trade resumes in Mai."),
    "refused": REFUSAL,
    "failed": Response(text="bell \x07 and half a pair \ud800", refused=False, error="ValueError: \x00 broke"),
    "silent": REFUSAL,
    "overbold": response("Trade resumes in May.", confidence=0.3),
}


def answering(responses: Sequence[Response]) -> System:
    """A system that gives the responses one after the other."""
    waiting = iter(responses)
    return lambda _question, _history: next(waiting)


def sample_run(name: str = "sample", *, sources: Sequence[Source] = SOURCES, **changed: Response) -> Run:
    """The run of all questions, with some responses changed by the question's id."""
    responses = [(RESPONSES | changed)[one.id] for one in QUESTIONS]
    run = evaluate(
        answering(responses), QUESTIONS, name=name, sources=sources, provenance={"models": HOSTILE, "command": "x"}
    )
    return replace(run, items=tuple(replace(item, seconds=0.01 * (n + 1)) for n, item in enumerate(run.items)))
