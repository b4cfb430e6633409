"""Answers in prose by a language model, which chooses evidence by number and writes about it; the program quotes.

Whatever the model does, an `Answer` comes of it: what it wrote and the program could verify, a refusal if it says that
the sources do not answer, or else the extractive answer with the reason on its trace.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from assistant.answering import extractive
from assistant.answering.checks import Checked, Dropped, check
from assistant.answering.findings import Findings
from assistant.answering.prompts import Offer, Request, ask_for_answer, fits, load_prompt
from assistant.answering.reply import ReplyReader, reply_schema
from assistant.answering.support import listed
from assistant.citation import cite
from assistant.domain import Answer, Citation, Statement, Trace, Verified
from assistant.errors import ModelError
from assistant.models.llm import LanguageModel, Message

NAME = "generative"
_LONGEST_REPAIRED = 2_000
"""Characters of a useless reply that are shown to the model again."""


def respond(findings: Findings, model: LanguageModel | None) -> Iterator[Verified | Answer]:
    """The answer's statements as they are verified, and last the answer.

    The answer alone stands: if the model breaks off, it is the extractive one, and the statements before it are
    withdrawn. Where the program itself holds that the sources do not answer, no model is asked.
    """
    plain = extractive.answer(findings)
    if model is None or plain.refused:
        yield from _in_parts(plain)
        return
    writing = _Writing(findings=findings, prompt=load_prompt("answer").id, model=model.name)
    try:
        yield from writing.write(model)
    except ModelError as error:
        writing.failure = str(error)
    yield writing.finish(plain)


def _in_parts(answer: Answer) -> Iterator[Verified | Answer]:
    cited = {citation.number: citation for citation in answer.citations}
    for statement in answer.statements:
        yield Verified(statement=statement, citations=tuple(cited[number] for number in statement.citations))
    yield answer


@dataclass(slots=True, kw_only=True)
class _Writing:
    """An answer while it is being made."""

    findings: Findings
    prompt: str
    model: str
    began: float = field(default_factory=time.perf_counter)
    statements: list[Statement] = field(default_factory=list)
    citations: dict[int, Citation] = field(default_factory=dict)
    """By the number under which the sentence was offered."""
    notes: list[str] = field(default_factory=list)
    refused: bool = False
    failure: str = ""
    """Why the model's answer cannot be given; empty if it can."""

    def write(self, model: LanguageModel) -> Iterator[Verified]:
        """The statements that the model makes, in one round or, if that yields none, two.

        Raises:
            ModelError: it failed, or took too long.
        """
        found = self.findings
        request = ask_for_answer(found.standalone, found.judgement.evidence, found.corpus, model.context_tokens)
        reader = ReplyReader()
        yield from self._round(model, request, reader)
        if self.statements or self.refused:
            return
        again = replace(request, messages=(*request.messages, *self._repair(reader)))
        if fits(again.messages, model.context_tokens):
            self.notes.append("the model was asked once more")
            self.prompt += f" {load_prompt('repair').id}"
            yield from self._round(model, again, ReplyReader())

    def _repair(self, reader: ReplyReader) -> tuple[Message, ...]:
        problem = (
            "; ".join(dict.fromkeys(self.notes)) if reader.drafts else "it held no statement in the form asked for"
        )
        said = reader.text.strip()[:_LONGEST_REPAIRED] or "(nothing)"
        return (Message(role="assistant", text=said), *load_prompt("repair").fill(problem=problem))

    def _round(self, model: LanguageModel, request: Request, reader: ReplyReader) -> Iterator[Verified]:
        offers = {one.number: one for one in request.offers}
        for piece in model.speak(request.messages, reply_schema(list(offers))):
            for draft in reader.feed(piece):
                yield from self._take(check(draft, offers))
            if reader.done:
                break
        for draft in reader.rest():
            yield from self._take(check(draft, offers))
        self.refused = reader.refused or reader.says_no()
        if not reader.whole:
            self.notes.append("the model's reply broke off; what was whole of it is given")

    def _take(self, found: Checked | Dropped) -> Iterator[Verified]:
        if isinstance(found, Dropped):
            self.notes.append(found.reason)
            return
        self.notes += found.notes
        fresh = [one for one in found.offers if one.number not in self.citations]
        for one in fresh:
            self.citations[one.number] = self._cite(one)
        numbers = tuple(self.citations[one.number].number for one in found.offers)
        statement = Statement(text=_written(found, numbers), citations=numbers, unsupported=found.unsupported)
        if statement.text not in [earlier.text for earlier in self.statements]:
            self.statements.append(statement)
            yield Verified(statement=statement, citations=tuple(self.citations[one.number] for one in fresh))

    def _cite(self, one: Offer) -> Citation:
        return cite(len(self.citations) + 1, one.source, one.evidence.span)

    def finish(self, plain: Answer) -> Answer:
        """The answer: the model's, its refusal, or the plain one with the reason."""
        if self.failure or (not self.refused and not self.statements):
            reason = self.failure or "the language model gave no statement that could be used"
            shown = f" after {len(self.statements)} statements, which are withdrawn" if self.statements else ""
            self.notes.append(f"{reason}{shown}; the quotes were chosen without it")
            return replace(plain, trace=self._trace(extractive.NAME))
        if self.refused:
            return extractive.refusal(self.findings, self._trace(NAME))
        citations = sorted(self.citations.values(), key=lambda citation: citation.number)
        return extractive.compose(self.findings, self.statements, citations, self._trace(NAME))

    def _trace(self, answerer: str) -> Trace:
        seconds = time.perf_counter() - self.began
        trace = self.findings.trace(answerer, seconds=seconds, model=self.model, prompt=self.prompt)
        return replace(trace, notes=(*trace.notes, *dict.fromkeys(self.notes)))


def _written(found: Checked, numbers: tuple[int, ...]) -> str:
    """The statement with its markers, and the word on what its citations do not bear out."""
    markers = "".join(f"[{number}]" for number in numbers)
    return " ".join([found.text, markers, *([listed(found.unsupported)] if found.unsupported else [])])
