"""Answers over the shipped archive stay as they were accepted; `tests.update_golden` accepts new ones."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import ndiff

import pytest

from assistant import Assistant
from tests.stores import make_assistant, make_workshop
from tests.update_golden import answer_anew, load_golden

GOLDEN = {answer["question"]: answer for answer in load_golden()}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    made = make_assistant(make_workshop(tmp_path_factory.mktemp("golden") / "store"))
    made.build()
    with made:
        yield made


@pytest.mark.parametrize("question", GOLDEN)
def test_an_answer_is_the_one_that_was_accepted(question: str, assistant: Assistant) -> None:
    expected, (found,) = GOLDEN[question], answer_anew(assistant, [question])
    if found == expected:
        return
    lines = "\n".join(
        f"{name}:\n" + "\n".join(ndiff(str(expected.get(name)).splitlines(), str(found[name]).splitlines()))
        for name in found
        if found[name] != expected.get(name)
    )
    pytest.fail(
        f"the answer to {question!r} changed (- accepted, + now):\n{lines}\n"
        "If it is meant to, accept it with `make golden` and read the difference before you commit it.",
        pytrace=False,
    )


def test_golden_answers_hold_both_answers_and_refusals() -> None:
    assert len(GOLDEN) >= 25
    assert {answer["refused"] for answer in GOLDEN.values()} == {True, False}
    assert all(bool(answer["citations"]) is not answer["refused"] for answer in GOLDEN.values())
