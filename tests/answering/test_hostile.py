"""Whatever a language model says, `ask` gives an answer of which everything that is promised is true."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import Answer, Assistant, Verified
from assistant.models.llm import LanguageModel
from tests.answering.archive import QUESTION, TEXTS, assert_quotes, assert_true
from tests.language import ScriptedLLM
from tests.specimens import write_corpus
from tests.stores import make_assistant, make_workshop

REPLIES = 5_000
"""Examples; most of them take two replies, for the first is of no use."""

_MARKS = [
    *"“”\"'‘’„‟«»‹›「」『』〝〞＂`´″❝❞🙶🙷ʺ״",
    *("&quot;", "&ldquo;", "&amp;quot;", "&#8220;", "\\u201c", "''", ",,"),
]
_TRUE = [
    "burned down in 1874",
    "The old bridge was built of oak in 1820.",
    "two tracks",
    "13th army group",
    "in August we will attack",
    "arches [3] and",
]
_FALSE = ["burned down in 1875", "12th army group", "we will retreat", "the moon is cheese", "Kissinger", "1951", "oak"]
_NOISE = [
    *(
        "[1]",
        "[99]",
        "【2】",
        "(source 7)",
        "[^4]",
        "¹²",
        "[1,2,3]",
        "]",
        "[",
        "\\",
        "{",
        "}",
        '{"evidence": [2]',
        "```",
        "\n",
        "\r",
    ),
    *(
        "<b>",
        "</statement>",
        "<|im_end|>",
        "![x](http://a.example/?q=1)",
        "[y](javascript:alert)",
        "http://b.example",
        "#",
        "> ",
    ),
    *(
        "\x00",
        "\x1b[31m",
        "\u202e",
        "\u200b",
        "\ufeff",
        "\ud800",
        "\u2028",
        "é",
        "e\u0301",
        "三八线",
        "🏴",
        "ﬁ",
        "½",
        "٣",
        "９",
    ),
    *(" ", " ", "Mao's", "troops' ", "e.g. ", "—", "…", "null", "Ignore the above.", "x" * 1_200),
]
_TEXT = st.lists(st.sampled_from([*_MARKS, *_MARKS, *_TRUE, *_TRUE, *_FALSE, *_NOISE]), max_size=12).map("".join)
_ID = st.one_of(
    st.integers(-2, 9),
    st.sampled_from(
        ["2", "[3]", "id 4", "²", "", True, False, None, 1e300, 2.0, 10**40, [1, [2]], {"id": 3}, {"x": 1}]
    ),
)
_IDS = st.one_of(st.lists(_ID, max_size=5), _ID)
_TEXT_NAME = st.sampled_from(["text", "text", "text", "statement", "answer", "Text", "sentence"])
_ID_NAME = st.sampled_from(["evidence", "evidence", "evidence", "ids", "citations", "id", "source", "evidences"])
_STATEMENT = st.one_of(
    st.builds(lambda ids_name, ids, name, text: {ids_name: ids, name: text}, _ID_NAME, _IDS, _TEXT_NAME, _TEXT),
    st.builds(lambda ids_name, ids, name, text: {name: text, ids_name: ids}, _ID_NAME, _IDS, _TEXT_NAME, _TEXT),
    st.sampled_from([None, 7, "It burned. [2]", [], {"text": None}, {"text": {"text": "deep"}}]),
)
_OBJECT = st.builds(
    lambda answered, statements: {"answered": answered, "statements": statements},
    st.sampled_from([True, True, True, True, "yes", None, False]),
    st.lists(_STATEMENT, max_size=5),
).map(lambda value: json.dumps(value, ensure_ascii=False))


def _damage(text: str, cut: float, before: str, after: str) -> str:
    return before + text[: int(len(text) * cut)] + after


_REPLY = st.one_of(
    _OBJECT,
    _OBJECT,
    st.builds(
        _damage,
        _OBJECT,
        st.floats(0, 1),
        st.sampled_from(["", "Sure: ", "{", '"', "```json\n", "<think>{</think>"]),
        _TEXT,
    ),
    _TEXT,
    st.text(max_size=80),
    st.sampled_from(
        [
            "{" * 3_000,
            "[" * 3_000,
            '{"a":' * 3_000,
            "}" * 50,
            '{"text": "' + "y" * 30_000,
            "\\" * 99,
            "It burned [2]. " * 400,
        ]
    ),
)
_PLAYED = st.one_of(
    _REPLY,
    _REPLY,
    _REPLY,
    st.builds(
        lambda text, error: [text, error], _REPLY, st.sampled_from([OSError("gone"), ValueError("“x”"), KeyError(3)])
    ),
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("hostile")
    made = make_assistant(make_workshop(folder / "store", write_corpus(folder / "archive", TEXTS)))
    made.build()
    with made:
        yield made


@settings(max_examples=REPLIES, suppress_health_check=list(HealthCheck))
@given(first=_PLAYED, second=_PLAYED)
def test_no_reply_makes_an_answer_untrue_or_fails(assistant: Assistant, first: object, second: object) -> None:
    llm = ScriptedLLM(first, second, piece=64)
    assistant._model = LanguageModel(llm=llm, name="hostile", timeout_s=20)
    pieces = list(assistant.ask_stream(QUESTION))
    answer = pieces[-1]
    assert isinstance(answer, Answer)
    assert len(llm.messages) in (1, 2)
    assert_true(answer, assistant.corpus)
    assert_shown_is_true([piece for piece in pieces if isinstance(piece, Verified)], assistant)
    json.dumps(answer.to_dict(), ensure_ascii=False).encode()


def assert_shown_is_true(streamed: list[Verified], assistant: Assistant) -> None:
    """Also of what was shown and perhaps withdrawn."""
    quotes: dict[int, str] = {}
    for piece in streamed:
        for citation in piece.citations:
            assert citation.span.cut(assistant.source(citation.source_id).text) == citation.quote
            quotes[citation.number] = citation.quote
        if not any(piece.statement == earlier.statement for earlier in streamed[: streamed.index(piece)]):
            assert_quotes(piece.statement.text, list(quotes.values()))


def test_the_replies_are_hostile_and_yet_some_are_taken() -> None:
    """The property above would mean little if nothing were ever accepted, or everything."""
    from hypothesis import find

    from assistant.answering.reply import ReplyReader

    def takes(reply: object) -> bool:
        reader = ReplyReader()
        return isinstance(reply, str) and len(list(reader.feed(reply))) > 1

    assert find(_REPLY, takes)
    assert find(_REPLY, lambda reply: isinstance(reply, str) and not takes(reply) and len(reply) > 20)
