"""Language models: any of LlamaIndex's, by instance or by name, spoken to with a limit on time and length.

Nothing here is called unless a reader names a model, and LlamaIndex's global default is never touched.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from assistant.errors import ModelError
from assistant.settings import LanguageSettings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

REPLY_TOKENS = 700
"""Tokens that a reply may take; integrations that stop short by default are told so."""
MOST_CHARACTERS = 20_000
"""Length after which a reply is cut off."""
_QUEUED = 256
_POLL_S = 0.05
Schema: TypeAlias = Mapping[str, Any]
"""A JSON schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is said to a model."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModel:
    """A LlamaIndex LLM that is given a time, and whose failures are all one kind of error."""

    llm: LLM
    name: str
    timeout_s: float = 120.0
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What no message may show."""

    @property
    def context_tokens(self) -> int:
        """How much it can read and write in one turn.

        Raises:
            ModelError: it does not say.
        """
        try:
            return int(self.llm.metadata.context_window)
        except Exception as error:
            raise ModelError(f"language model {self.name} does not tell its window ({type(error).__name__})") from error

    def speak(self, messages: Sequence[Message], schema: Schema | None = None) -> Iterator[str]:
        """The reply, piece by piece, as JSON of the schema where the model's server can be held to it.

        Raises:
            ModelError: the model failed or took too long; what came before stands.
        """
        deadline = time.monotonic() + self.timeout_s
        form = _form(self.llm, schema) if schema else {}
        said = False
        try:
            for piece in _read(self._start(messages, form), deadline, self):
                said = True
                yield piece
        except ModelError:
            if said or not form or time.monotonic() >= deadline:
                raise
        else:
            return
        yield from _read(self._start(messages, {}), deadline, self)  # a server that knows no schema refuses it at once

    def _start(self, messages: Sequence[Message], form: Mapping[str, Any]) -> Callable[[], Iterator[str]]:
        def start() -> Iterator[str]:
            from llama_index.core.base.llms.types import ChatMessage

            said = ""
            chat = [ChatMessage(role=message.role, content=message.text) for message in messages]
            for response in self.llm.stream_chat(chat, **form):
                whole = str(response.message.content or "")
                piece = whole[len(said) :] if response.delta is None else str(response.delta)
                said += piece
                yield piece

        return start


def _read(start: Callable[[], Iterator[str]], deadline: float, model: LanguageModel) -> Iterator[str]:
    """The pieces of a reply that is read in a thread of its own, so that a silent server is waited for no longer."""
    pieces: Queue[str | Exception | None] = Queue(maxsize=_QUEUED)
    stop = Event()
    Thread(target=_pump, args=(start, pieces, stop), name="language-model", daemon=True).start()
    length = 0
    try:
        while length < MOST_CHARACTERS:
            piece = _next(pieces, deadline, model)
            if piece is None:
                return
            yield piece[: MOST_CHARACTERS - length]
            length += len(piece)
    finally:
        stop.set()


def _next(pieces: Queue[str | Exception | None], deadline: float, model: LanguageModel) -> str | None:
    try:
        piece = pieces.get(timeout=max(deadline - time.monotonic(), 0.001))
    except Empty:
        raise ModelError(
            f"language model {model.name} did not finish in time; try again, or give it more time"
        ) from None
    if isinstance(piece, Exception):
        what = " ".join(f"{type(piece).__name__}: {piece}".split())
        for secret in model.secrets:
            what = what.replace(secret, "…")
        raise ModelError(
            f"language model {model.name} failed ({what:.300}); check that it runs and can be reached"
        ) from piece
    return piece


def _pump(start: Callable[[], Iterator[str]], pieces: Queue[str | Exception | None], stop: Event) -> None:
    """Put the pieces, then None or what went wrong, into the queue, until nobody reads it any more."""
    last: Exception | None = None
    try:
        for piece in start():
            if not _put(piece, pieces, stop):
                return
    except Exception as error:  # noqa: BLE001 - it is raised again where the reply is read
        last = error
    _put(last, pieces, stop)


def _put(piece: str | Exception | None, pieces: Queue[str | Exception | None], stop: Event) -> bool:
    while not stop.is_set():
        try:
            pieces.put(piece, timeout=_POLL_S)
        except Full:
            continue
        return True
    return False


def _form(llm: LLM, schema: Schema) -> dict[str, Any]:
    """What holds a model's server to a schema; nothing where we know of no way."""
    kind = llm.class_name().lower()
    if "ollama" in kind:
        return {"format": schema}
    if "openai" in kind:
        wrapped = {"name": "reply", "strict": True, "schema": schema}
        return {"response_format": {"type": "json_schema", "json_schema": wrapped}}
    return {}


def load_llm(model: LLM | str, settings: LanguageSettings) -> LanguageModel:
    """The language model of a name, or the given one of LlamaIndex.

    Names: ``ollama:MODEL``, ``openai:MODEL``, ``anthropic:MODEL``, ``openai-like:URL#MODEL``, ``llama-cpp:PATH``.

    Raises:
        ModelError: no such name, its package or key is missing, or it cannot be loaded.
    """
    if not isinstance(model, str):
        given = LanguageModel(llm=model, name=model.class_name(), timeout_s=settings.timeout_s)
        _ = given.context_tokens
        return replace(given, name=f"{model.class_name()}/{model.metadata.model_name}")
    provider, _, rest = model.partition(":")
    if provider not in _PROVIDERS or not rest:
        raise ModelError(f"no language model {model!r}; use one of {', '.join(_KNOWN)}")
    module, class_name, arguments = _PROVIDERS[provider]
    chosen = arguments(rest, settings)
    try:
        factory: Callable[..., LLM] = getattr(import_module(module), class_name)
    except ImportError as error:
        raise ModelError(
            f"language model {model!r} needs a package that is not installed ({error}): "
            f"pip install 'armistice-assistant[{provider}]'"
        ) from error
    try:
        llm = factory(**chosen)
        window = int(llm.metadata.context_window)
    except Exception as error:
        raise ModelError(f"language model {model!r} cannot be loaded ({type(error).__name__}: {error})") from error
    if window <= 0:
        raise ModelError(f"language model {model!r} says that it can read {window} tokens; choose another")
    return LanguageModel(llm=llm, name=model, timeout_s=settings.timeout_s, secrets=tuple(settings.keys.values()))


def _key(name: str, settings: LanguageSettings) -> str:
    if name not in settings.keys:
        raise ModelError(f"no key for the language model: set {name} in the environment")
    return settings.keys[name]


def _ollama(rest: str, settings: LanguageSettings) -> dict[str, Any]:
    return {
        "model": rest,
        "request_timeout": settings.timeout_s,
        "context_window": settings.context_tokens,
        "temperature": 0,
    }


def _openai(rest: str, settings: LanguageSettings) -> dict[str, Any]:
    key = _key("OPENAI_API_KEY", settings)
    return {"model": rest, "api_key": key, "timeout": settings.timeout_s, "temperature": 0, "max_retries": 1}


def _anthropic(rest: str, settings: LanguageSettings) -> dict[str, Any]:
    key = _key("ANTHROPIC_API_KEY", settings)
    return {
        "model": rest,
        "api_key": key,
        "timeout": settings.timeout_s,
        "temperature": 0,
        "max_tokens": REPLY_TOKENS,
        "max_retries": 1,
    }


def _openai_like(rest: str, settings: LanguageSettings) -> dict[str, Any]:
    url, _, model = rest.partition("#")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or not model:
        raise ModelError(f"no address and model in {rest!r}; write openai-like:http://HOST:PORT/v1#MODEL")
    if parts.username is not None or parts.password is not None or parts.query:
        raise ModelError("the address of a language model must hold no key; set ASSISTANT_LLM_KEY in the environment")
    return {
        "model": model,
        "api_base": url,
        "api_key": settings.keys.get("ASSISTANT_LLM_KEY", "none"),
        "is_chat_model": True,
        "context_window": settings.context_tokens,
        "timeout": settings.timeout_s,
        "temperature": 0,
        "max_retries": 1,
    }


def _llama_cpp(rest: str, settings: LanguageSettings) -> dict[str, Any]:
    return {
        "model_path": rest,
        "context_window": settings.context_tokens,
        "max_new_tokens": REPLY_TOKENS,
        "temperature": 0.0,
        "verbose": False,
    }


_PROVIDERS: dict[str, tuple[str, str, Callable[[str, LanguageSettings], dict[str, Any]]]] = {
    "ollama": ("llama_index.llms.ollama", "Ollama", _ollama),
    "openai": ("llama_index.llms.openai", "OpenAI", _openai),
    "anthropic": ("llama_index.llms.anthropic", "Anthropic", _anthropic),
    "openai-like": ("llama_index.llms.openai_like", "OpenAILike", _openai_like),
    "llama-cpp": ("llama_index.llms.llama_cpp", "LlamaCPP", _llama_cpp),
}
_KNOWN = ("ollama:MODEL", "openai:MODEL", "anthropic:MODEL", "openai-like:URL#MODEL", "llama-cpp:PATH")
