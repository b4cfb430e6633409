"""A follow-up made standalone by a language model, in words of the conversation only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.analysis import is_function_word, words
from assistant.answering.prompts import fence, fits, load_prompt
from assistant.answering.reply import question_schema, read_object
from assistant.citation import byline
from assistant.domain import SourceInfo
from assistant.errors import ModelError
from assistant.followup import Exchange
from assistant.models.llm import LanguageModel

_TURNS = 4
"""Earlier turns that the model is shown."""
_LONGEST = 500
"""Characters of the longest question that is taken from it."""


def restate(
    question: str, earlier: Sequence[Exchange], catalogue: Iterable[SourceInfo], model: LanguageModel
) -> str | None:
    """The question as the model makes it standalone; None if it fails, or brings matter of its own."""
    recent = earlier[-_TURNS:]
    conversation = "\n".join(
        fence({"question": turn.standalone, "answered with": [" ".join(text.split()) for text in turn.cited]})
        for turn in recent
    )
    messages = load_prompt("restate").fill(conversation=conversation, question=fence({"question": question}))
    if not fits(messages, model.context_tokens):
        return None
    try:
        reply = "".join(model.speak(messages, question_schema()))
    except ModelError:
        return None  # the readings without it are there
    said = read_object(reply[reply.find("{") : reply.rfind("}") + 1]).get("question")
    known = [question, *(text for turn in recent for text in (turn.question, turn.standalone, *turn.cited))]
    known += [f"{byline(info)} {info.title}" for info in catalogue]
    return said if isinstance(said, str) and _keeps_to(said, known) else None


def _keeps_to(restated: str, known: Iterable[str]) -> bool:
    """Whether a question is one, and has no word of matter that was not there before."""
    there = {word for text in known for word in words(text)}
    said = [word for word in words(restated) if not is_function_word(word)]
    return 0 < len(restated) <= _LONGEST and bool(said) and all(word in there for word in said)
