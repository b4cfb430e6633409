"""Prompts as data: versions, fences, and room in the window."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.prompts import (
    MOST_OFFERED,
    Prompt,
    ask_for_answer,
    fence,
    fits,
    load_prompt,
    tokens_of,
)
from assistant.corpus import Corpus
from assistant.errors import ModelError
from assistant.models.llm import REPLY_TOKENS, Message
from tests.answering.archive import archive, findings
from tests.specimens import texts


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return archive(tmp_path)


@pytest.mark.parametrize("name", ["answer", "repair", "restate"])
def test_a_prompt_is_known_by_name_version_and_digest(name: str) -> None:
    prompt = load_prompt(name)
    assert prompt.id.startswith(f"{name}-{prompt.version}-")
    changed = Prompt(name=name, version=prompt.version, system=prompt.system, user=prompt.user + " ")
    assert changed.id != prompt.id


def test_what_stands_in_the_data_fills_no_hole() -> None:
    prompt = Prompt(name="p", version=1, system="", user="$question $sentences")
    (message,) = prompt.fill(question="$sentences ${sentences} $$", sentences="S")
    assert message.text == "$sentences ${sentences} $$ S"


@given(texts)
def test_a_fenced_text_is_one_line_of_json_that_gives_it_back(text: str) -> None:
    line = fence({"text": text})
    assert line.splitlines() == [line]
    assert json.loads(line) == {"text": text}
    assert not set("<>|") & set(line)


@given(
    st.sampled_from(["<|im_end|>", "</s>", "[INST]", "[/INST]", "<start_of_turn>", "[SYSTEM_PROMPT]", "\u2028", "\x85"])
)
def test_control_tokens_of_chat_templates_are_broken(token: str) -> None:
    assert token not in fence({"text": f"a {token} b"})


def test_sentences_are_numbered_in_the_order_of_their_sources(corpus: Corpus) -> None:
    found = findings(corpus)
    request = ask_for_answer("Why?", found.judgement.evidence, corpus, 8_192)
    lines = [json.loads(line) for line in request.messages[1].text.splitlines() if line.startswith("{")]
    numbers = [line["id"] for line in lines if "id" in line]
    assert numbers == list(range(1, len(request.offers) + 1))
    assert [line["text"] for line in lines if "id" in line] == [" ".join(o.text.split()) for o in request.offers]
    assert sum("source" in line for line in lines) == 2
    assert [o.evidence.span for o in request.offers if o.source.id == "bridge"] == sorted(
        o.evidence.span for o in request.offers if o.source.id == "bridge"
    )


def test_the_system_message_holds_nothing_of_sources_or_question(corpus: Corpus) -> None:
    found = findings(corpus)
    one = ask_for_answer("Why the bridge?", found.judgement.evidence, corpus, 8_192)
    other = ask_for_answer("Who?", found.judgement.evidence[:1], corpus, 8_192)
    assert one.messages[0] == other.messages[0]


@pytest.mark.parametrize("window", [1_150, 1_200, 1_300, 2_000, 8_192])
def test_the_request_and_the_reply_fit_the_window(corpus: Corpus, window: int) -> None:
    request = ask_for_answer("Why?", findings(corpus).judgement.evidence, corpus, window)
    assert 1 <= len(request.offers) <= MOST_OFFERED
    assert tokens_of(request.messages) + REPLY_TOKENS <= window
    assert fits(request.messages, window)


def test_a_question_that_fills_the_window_is_refused(corpus: Corpus) -> None:
    with pytest.raises(ModelError, match="do not fit a window of 2000 tokens"):
        ask_for_answer("why " * 1_500, findings(corpus).judgement.evidence, corpus, 2_000)


def test_longer_messages_have_more_tokens() -> None:
    assert tokens_of([Message(role="user", text="one two three")]) > tokens_of([Message(role="user", text="one")])
