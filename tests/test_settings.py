from __future__ import annotations

import ast
from pathlib import Path

import pytest

import assistant
from assistant import paths
from assistant.errors import SettingsError
from assistant.paths import data_root, default_corpus, default_recipe, default_store
from assistant.settings import LanguageSettings, hush_gradio, load_language_settings, load_settings
from tests.specimens import write_corpus


def test_defaults_are_the_shipped_archive() -> None:
    settings = load_settings(environment={})
    assert (settings.corpus, settings.recipe) == (default_corpus(), default_recipe())
    assert settings.store == default_store(default_corpus())
    assert settings.chroma_url is None
    assert (settings.corpus / "catalogue.toml").is_file()
    assert settings.recipe.is_file()


def test_the_environment_is_heeded(tmp_path: Path) -> None:
    settings = load_settings(
        environment={
            "ASSISTANT_CORPUS": "~/archive",
            "ASSISTANT_RECIPE": str(tmp_path / "recipe.toml"),
            "ASSISTANT_STORE": str(tmp_path / "store"),
            "ASSISTANT_CHROMA_URL": "http://localhost:8000",
        }
    )
    assert settings.corpus == Path.home() / "archive"
    assert (settings.recipe, settings.store) == (tmp_path / "recipe.toml", tmp_path / "store")
    assert settings.chroma_url == "http://localhost:8000"


def test_what_is_given_goes_before_the_environment(tmp_path: Path) -> None:
    environment = {f"ASSISTANT_{name}": "elsewhere" for name in ("CORPUS", "RECIPE", "STORE")}
    settings = load_settings(tmp_path / "c", tmp_path / "r", tmp_path / "s", environment)
    assert (settings.corpus, settings.recipe, settings.store) == (tmp_path / "c", tmp_path / "r", tmp_path / "s")


def test_an_empty_setting_is_none() -> None:
    names = ("CORPUS", "RECIPE", "STORE", "CHROMA_URL")
    assert load_settings(environment={f"ASSISTANT_{name}": "" for name in names}) == load_settings(environment={})


def test_the_process_environment_is_read_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_STORE", str(tmp_path))
    assert load_settings().store == tmp_path


def test_no_other_module_reads_the_environment() -> None:
    package = Path(assistant.__file__).parent
    readers = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }
    assert readers == {"settings.py"}


def test_each_archive_has_its_own_store_in_the_cache(tmp_path: Path) -> None:
    one, other = (default_store(write_corpus(tmp_path / name, {"x": "Words."})) for name in ("one", "other"))
    assert one != other
    assert one.is_relative_to(Path.home())
    assert one == default_store(tmp_path / "other" / ".." / "one")


def test_the_shipped_archive_has_its_store_beside_the_recipe() -> None:
    assert default_store(default_corpus()) == data_root() / "index" / "store"


def test_an_installed_wheel_keeps_data_within_and_its_store_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "_data" / "corpus").mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path)
    assert default_corpus() == tmp_path / "_data" / "corpus"
    assert default_store(default_corpus()).is_relative_to(Path.home())


def test_keys_and_limits_of_language_models_come_from_the_environment() -> None:
    found = load_language_settings(
        {"OPENAI_API_KEY": "k", "OTHER_API_KEY": "x", "ASSISTANT_LLM_TIMEOUT": "9", "ASSISTANT_LLM_CONTEXT": "8192"}
    )
    assert (found.keys, found.timeout_s, found.context_tokens) == ({"OPENAI_API_KEY": "k"}, 9, 8_192)
    assert load_language_settings({"OPENAI_API_KEY": ""}) == LanguageSettings()


@pytest.mark.parametrize(("name", "value"), [("ASSISTANT_LLM_TIMEOUT", "0"), ("ASSISTANT_LLM_CONTEXT", "many")])
def test_a_limit_that_is_none_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is '{value}'"):
        load_language_settings({name: value})


def test_gradio_is_told_to_call_nobody(tmp_path: Path) -> None:
    environment = {"GRADIO_ANALYTICS_ENABLED": "True"}
    hush_gradio(tmp_path, environment)
    assert environment["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert environment["GRADIO_TEMP_DIR"] == str(tmp_path)
