"""Language models by name and by instance; their time, length and failures."""

from __future__ import annotations

import sys
import threading
import time
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from llama_index.core import Settings as LlamaIndexSettings

from assistant.errors import ModelError
from assistant.models.llm import MOST_CHARACTERS, LanguageModel, load_llm
from assistant.settings import LanguageSettings
from tests.language import USER, ScriptedLLM, scripted

NAMES = (
    "ollama:llama3.2",
    "openai:gpt-x",
    "anthropic:claude-x",
    "openai-like:http://127.0.0.1:9/v1#m",
    "llama-cpp:m.gguf",
)
KEYS = LanguageSettings(keys={"OPENAI_API_KEY": "k1-secret", "ANTHROPIC_API_KEY": "k2", "ASSISTANT_LLM_KEY": "k3"})
MODULES = {
    "ollama": ("llama_index.llms.ollama", "Ollama"),
    "openai": ("llama_index.llms.openai", "OpenAI"),
    "anthropic": ("llama_index.llms.anthropic", "Anthropic"),
    "openai-like": ("llama_index.llms.openai_like", "OpenAILike"),
    "llama-cpp": ("llama_index.llms.llama_cpp", "LlamaCPP"),
}


def install(monkeypatch: pytest.MonkeyPatch, provider: str, window: int = 4_096) -> list[dict[str, Any]]:
    """A stand-in for an integration's package; what it is made with is listed."""
    made: list[dict[str, Any]] = []

    def make(**arguments: Any) -> object:  # noqa: ANN401 - stands for any integration
        made.append(arguments)
        return SimpleNamespace(metadata=SimpleNamespace(context_window=window, model_name="m"), class_name=lambda: "X")

    module, class_name = MODULES[provider]
    stand_in = ModuleType(module)
    setattr(stand_in, class_name, make)
    monkeypatch.setitem(sys.modules, module, stand_in)
    return made


@pytest.mark.parametrize("name", NAMES)
def test_a_model_is_made_by_its_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = name.partition(":")[0]
    made = install(monkeypatch, provider)
    model = load_llm(name, KEYS)
    assert (model.name, model.context_tokens, len(made)) == (name, 4_096, 1)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_package_is_named_by_its_extra(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = name.partition(":")[0]
    monkeypatch.setitem(sys.modules, MODULES[provider][0], None)
    with pytest.raises(ModelError, match=rf"pip install 'armistice-assistant\[{provider}\]'"):
        load_llm(name, KEYS)


@pytest.mark.parametrize(("name", "variable"), [("openai:m", "OPENAI_API_KEY"), ("anthropic:m", "ANTHROPIC_API_KEY")])
def test_a_missing_key_is_named_by_its_variable(name: str, variable: str) -> None:
    with pytest.raises(ModelError, match=variable):
        load_llm(name, LanguageSettings())


def test_keys_come_from_the_settings_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from the environment")
    made = install(monkeypatch, "openai")
    load_llm("openai:m", KEYS)
    assert made[0]["api_key"] == "k1-secret"
    with pytest.raises(ModelError, match="no key"):
        load_llm("openai:m", LanguageSettings())


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    made = install(monkeypatch, "openai-like")
    load_llm("openai-like:http://127.0.0.1:9/v1#a:b", LanguageSettings())
    assert (made[0]["api_base"], made[0]["model"], made[0]["api_key"]) == ("http://127.0.0.1:9/v1", "a:b", "none")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "gpt-4",
        "openai:",
        "ollama",
        "no-such:m",
        "openai-like:m",
        "openai-like:ftp://h#m",
        "openai-like:http://h/v1",
    ],
)
def test_a_name_that_is_none_is_refused_with_the_known_forms(name: str) -> None:
    with pytest.raises(ModelError, match=r"openai-like:(URL#MODEL|http)"):
        load_llm(name, KEYS)


@pytest.mark.parametrize("url", ["http://user:secret@h/v1#m", "http://h/v1?key=secret#m"])
def test_a_key_in_an_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ModelError, match="must hold no key") as caught:
        load_llm(f"openai-like:{url}", KEYS)
    assert "secret" not in str(caught.value)


def test_a_model_that_cannot_be_made_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> object:
        raise ValueError("no such model")

    install(monkeypatch, "ollama")
    monkeypatch.setattr(sys.modules["llama_index.llms.ollama"], "Ollama", fail)
    with pytest.raises(ModelError, match=r"cannot be loaded.*no such model"):
        load_llm("ollama:m", KEYS)


def test_a_model_without_a_window_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "ollama", window=-1)
    with pytest.raises(ModelError, match="-1 tokens"):
        load_llm("ollama:m", KEYS)


def test_a_model_of_llama_index_is_taken_as_it_is() -> None:
    llm = ScriptedLLM()
    model = load_llm(llm, KEYS)
    assert model.llm is llm
    assert model.name.endswith("/scripted")


def test_a_model_that_does_not_tell_its_window_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScriptedLLM, "metadata", property(lambda _: 1 / 0))
    with pytest.raises(ModelError, match=r"does not tell its window \(ZeroDivisionError\)"):
        load_llm(ScriptedLLM(), KEYS)


def test_the_global_default_of_llama_index_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = LlamaIndexSettings._llm
    install(monkeypatch, "ollama")
    load_llm("ollama:m", KEYS)
    model, _ = scripted("Hello")
    assert "".join(model.speak([USER])) == "Hello"
    assert LlamaIndexSettings._llm is before


def test_keys_are_never_shown() -> None:
    assert "secret" not in repr(KEYS)
    model = LanguageModel(llm=ScriptedLLM(ValueError("bad key k1-secret")), name="m", secrets=("k1-secret",))
    assert "secret" not in repr(model)
    with pytest.raises(ModelError, match="bad key …"):
        list(model.speak([USER]))


def test_a_reply_arrives_in_pieces() -> None:
    model, llm = scripted("one two three four")
    assert list(model.speak([USER])) == ["one two", " three ", "four"]
    llm.check()


def test_a_reply_whose_pieces_are_not_told_apart_is_read_from_its_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    model, _ = scripted("")

    def grow(*_: object, **__: object) -> Any:  # noqa: ANN401 - a generator of responses
        for text in ("a", "ab", "abc"):
            yield SimpleNamespace(delta=None, message=SimpleNamespace(content=text))

    monkeypatch.setattr(ScriptedLLM, "stream_chat", grow)
    assert list(model.speak([USER])) == ["a", "b", "c"]


def test_a_failure_is_a_model_error_and_what_came_before_it_stands() -> None:
    model, _ = scripted(["well ", ConnectionError("gone")])
    pieces = model.speak([USER])
    assert next(pieces) == "well "
    with pytest.raises(ModelError, match=r"scripted failed \(ConnectionError: gone\)"):
        next(pieces)


def test_a_script_that_has_run_out_is_noticed_though_the_failure_was_caught() -> None:
    model, llm = scripted()
    with pytest.raises(ModelError, match="run out"):
        list(model.speak([USER]))
    with pytest.raises(AssertionError, match="more often"):
        llm.check()


def test_a_silent_server_is_not_waited_for() -> None:
    model, _ = scripted(["half a ", 1.0, "sentence"], timeout_s=0.1)
    began = time.monotonic()
    with pytest.raises(ModelError, match="did not finish in time"):
        list(model.speak([USER]))
    assert time.monotonic() - began < 0.8


def test_ten_megabytes_are_cut_off_and_the_stream_is_left() -> None:
    model, _ = scripted("x" * 10_000_000, piece=1_000)
    assert len("".join(model.speak([USER]))) == MOST_CHARACTERS
    deadline = time.monotonic() + 5
    while any(thread.name == "language-model" for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the stream is still being read"
        time.sleep(0.01)


def test_a_reader_that_goes_away_stops_the_stream() -> None:
    model, _ = scripted("x" * 100_000)
    pieces = model.speak([USER])
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    deadline = time.monotonic() + 5
    while any(thread.name == "language-model" for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the stream is still being read"
        time.sleep(0.01)


def shaped(monkeypatch: pytest.MonkeyPatch, kind: str, *script: object) -> ScriptedLLM:
    """A scripted model that says that it is one of an integration's."""
    monkeypatch.setattr(ScriptedLLM, "class_name", classmethod(lambda _: kind))
    return ScriptedLLM(*script)


SCHEMA = {"type": "object"}


def held_to(monkeypatch: pytest.MonkeyPatch, kind: str) -> dict[str, Any]:
    """What a model of a kind is held to when JSON of a schema is wanted."""
    llm = shaped(monkeypatch, kind, "{}")
    assert list(LanguageModel(llm=llm, name="m").speak([USER], SCHEMA)) == ["{}"]
    return llm.forms[0]


def test_a_server_that_knows_schemas_is_held_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("OpenAILike", "openai_llm"):
        assert held_to(monkeypatch, kind)["response_format"]["json_schema"]["schema"] == SCHEMA
    assert held_to(monkeypatch, "Ollama_llm") == {"format": SCHEMA}
    assert held_to(monkeypatch, "Anthropic_LLM") == {}


def test_a_server_that_refuses_the_schema_is_asked_without(monkeypatch: pytest.MonkeyPatch) -> None:
    llm = shaped(monkeypatch, "OpenAILike", ValueError("400: response_format"), "{}")
    assert list(LanguageModel(llm=llm, name="m").speak([USER], SCHEMA)) == ["{}"]
    assert [bool(form) for form in llm.forms] == [True, False]
    llm.check()


def test_a_server_that_fails_after_it_began_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    llm = shaped(monkeypatch, "OpenAILike", ["{", ValueError("broken")])
    with pytest.raises(ModelError, match="broken"):
        list(LanguageModel(llm=llm, name="m").speak([USER], SCHEMA))
    llm.check()
