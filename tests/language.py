"""A language model that says what was written for it, and fails the test if more is asked of it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.llms.custom import CustomLLM
from pydantic import PrivateAttr

from assistant.models.llm import LanguageModel, Message

PIECE = 7
"""Characters that arrive together."""


class OverrunError(AssertionError):
    """More was asked of a scripted model than was written for it."""


class ScriptedLLM(CustomLLM):
    """Gives one line of its script after the other; a line that is an error is raised, a number is waited for."""

    window: int = 8_192
    piece: int = PIECE
    _script: list[Any] = PrivateAttr(default_factory=list)
    _asked: list[list[ChatMessage]] = PrivateAttr(default_factory=list)
    _forms: list[dict[str, Any]] = PrivateAttr(default_factory=list)
    _overrun: bool = PrivateAttr(default=False)

    def __init__(self, *script: object, **fields: object) -> None:
        super().__init__(**fields)
        self._script = list(script)

    @property
    def asked(self) -> list[str]:
        """All that each call was told, as one text."""
        return ["\n".join(str(message.content) for message in messages) for messages in self._asked]

    @property
    def messages(self) -> list[list[ChatMessage]]:
        """The messages of each call."""
        return self._asked

    @property
    def forms(self) -> list[dict[str, Any]]:
        """What each call was held to."""
        return self._forms

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=self.window, num_output=512, model_name="scripted", is_chat_model=True)

    def check(self) -> None:
        """Fail if the script ran out, or was not needed to its end."""
        if self._overrun:
            raise OverrunError("the model was asked more often than its script has lines")
        assert not self._script, f"the script has lines that nobody asked for: {self._script!r:.200}"

    def complete(self, prompt: str, formatted: bool = False, **kwargs: object) -> CompletionResponse:
        raise NotImplementedError

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: object) -> CompletionResponseGen:
        raise NotImplementedError

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: object) -> ChatResponseGen:
        self._asked.append(list(messages))
        self._forms.append(kwargs)
        if not self._script:
            self._overrun = True
            raise OverrunError("the script has run out")
        return self._play(self._script.pop(0))

    def _play(self, line: object) -> ChatResponseGen:
        for part in line if isinstance(line, list) else [line]:
            if isinstance(part, Exception):
                raise part
            if isinstance(part, float):
                time.sleep(part)
                continue
            text = part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)
            for start in range(0, len(text), self.piece):
                yield _response(text[start : start + self.piece])


def _response(delta: str) -> ChatResponse:
    return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=delta), delta=delta)


def reply(*statements: tuple[str, Sequence[object]], answered: bool = True) -> dict[str, Any]:
    """A reply in the form that is asked for: (text, ids) of each statement."""
    return {"answered": answered, "statements": [{"evidence": list(ids), "text": text} for text, ids in statements]}


def scripted(*script: object, timeout_s: float = 10.0, **fields: object) -> tuple[LanguageModel, ScriptedLLM]:
    """A model with a script, ready to be spoken to, and its inside."""
    llm = ScriptedLLM(*script, **fields)
    return LanguageModel(llm=llm, name="scripted", timeout_s=timeout_s), llm


USER = Message(role="user", text="Say something.")
