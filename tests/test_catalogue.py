"""An entry comes and goes, and the rest of a catalogue stays byte for byte."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.catalogue import Form, with_entry, without_entry
from assistant.corpus import parse_catalogue
from assistant.paths import default_corpus
from tests.specimens import as_toml, entry

FORMS: tuple[Form, Form] = (".toml", ".jsonl")
_words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip)
_ends = st.sampled_from(["", "\n", "\n\n", "\n# a comment at the end", "\n# a comment at the end\n"])


def written(form: Form, ids: list[str], end: str) -> str:
    """A catalogue that an editor wrote."""
    entries = [entry(source_id, "Text.") for source_id in ids]
    if form == ".toml":
        return "# by hand\n" + "\n".join(map(as_toml, entries)).rstrip("\n") + end
    return "\n".join(map(json.dumps, entries)) + end.partition("#")[0]


def ids_in(text: str, form: Form) -> list[str]:
    return [info.id for info in parse_catalogue(Path(f"catalogue{form}"), text)]


def removed(text: str, source_id: str, form: Form) -> str:
    rest = without_entry(text, source_id, form)
    assert rest is not None
    return rest


@pytest.mark.parametrize("form", FORMS)
@given(end=_ends, title=_words, order=st.permutations(["one", "two", "three"]))
def test_entries_go_without_a_trace_in_any_order(form: Form, end: str, title: str, order: list[str]) -> None:
    before = written(form, ["a", "b"], end)
    text = before
    for source_id in ("one", "two", "three"):
        text = with_entry(text, entry(source_id, "Text.", title=title), form)
    assert ids_in(text, form) == ["a", "b", "one", "two", "three"]
    for count, source_id in enumerate(order, start=1):
        text = removed(text, source_id, form)
        left = [one for one in ("one", "two", "three") if one not in order[:count]]
        assert ids_in(text, form) == ["a", "b", *left]
    assert text == before


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_catalogue_is_empty_again(form: Form) -> None:
    text = with_entry("", entry("one", "Text."), form)
    assert ids_in(text, form) == ["one"]
    both = with_entry(text, entry("two", "Text."), form)
    assert removed(removed(both, "one", form), "two", form) == ""
    assert removed(removed(both, "two", form), "one", form) == ""


@pytest.mark.parametrize("form", FORMS)
def test_what_editors_wrote_later_stays(form: Form) -> None:
    before = written(form, ["a"], "\n")
    later = written(form, ["b"], "\n")
    text = with_entry(before, entry("one", "Text."), form) + later
    assert ids_in(removed(text, "one", form), form) == ["a", "b"]


def test_an_entry_that_an_editor_mended_goes_too() -> None:
    before = written(".toml", ["a"], "\n")
    text = with_entry(before, entry("one", "Text."), ".toml").replace('place = "unknown"', 'place = "Beijing"')
    assert removed(text, "one", ".toml") == before.replace('place = "unknown"', 'place = "Beijing"')


@pytest.mark.parametrize(
    "changes",
    [{"# one: added": "# one: noted"}, {"# one: end": ""}, {"# one: end\n": "# one: end"}],
    ids=["beginning", "end", "line end"],
)
def test_an_entry_without_its_comments_is_not_touched(changes: Mapping[str, str]) -> None:
    text = with_entry(written(".toml", ["a"], "\n"), entry("one", "Text."), ".toml")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    assert without_entry(text, "one", ".toml") is None


@pytest.mark.parametrize("form", FORMS)
def test_there_is_nothing_to_take_out_of_what_is_not_there(form: Form) -> None:
    assert without_entry(written(form, ["a"], "\n"), "b", form) is None


def test_the_shipped_catalogue_can_be_added_to() -> None:
    path = default_corpus() / "catalogue.toml"
    before = path.read_text(encoding="utf-8")
    text = with_entry(before, entry("one", "Text."), ".toml")
    assert ids_in(text, ".toml") == [*ids_in(before, ".toml"), "one"]
    assert removed(text, "one", ".toml") == before
