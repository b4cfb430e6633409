"""One question at a time for each visitor, so many a minute, so many at once for all."""

from __future__ import annotations

from contextlib import ExitStack
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import QuestionError
from assistant.web.limits import Limits


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def ask(limits: Limits, visitor: str) -> None:
    with limits.admit(visitor):
        pass


def test_a_second_question_waits_for_the_answer_to_the_first() -> None:
    limits = Limits(per_minute=9, at_once=9)
    with limits.admit("ada"):
        with pytest.raises(QuestionError, match="still being answered"):
            ask(limits, "ada")
        ask(limits, "bo")
    ask(limits, "ada")


def test_a_refusal_says_how_long_to_wait_and_means_it() -> None:
    clock = Clock()
    limits = Limits(per_minute=2, at_once=1, clock=clock)
    ask(limits, "ada")
    clock.now += 20.5
    ask(limits, "ada")
    with pytest.raises(QuestionError, match=r"2 questions a minute; ask again in 40 seconds$"):
        ask(limits, "ada")
    ask(limits, "bo")
    clock.now += 38.6
    with pytest.raises(QuestionError, match=r"in 1 second$"):
        ask(limits, "ada")
    clock.now += 1
    ask(limits, "ada")


def test_a_refused_question_does_not_count() -> None:
    clock = Clock()
    limits = Limits(per_minute=1, at_once=1, clock=clock)
    ask(limits, "ada")
    for _ in range(5):
        clock.now += 10
        with pytest.raises(QuestionError):
            ask(limits, "ada")
    clock.now += 10
    ask(limits, "ada")


def test_an_answer_that_fails_gives_its_place_back() -> None:
    limits = Limits(per_minute=9, at_once=1)
    with pytest.raises(ZeroDivisionError), limits.admit("ada"):
        _ = 1 / 0
    ask(limits, "ada")


def test_visitors_beyond_the_limit_wait_their_turn() -> None:
    limits = Limits(per_minute=9, at_once=1)
    admitted = Event()

    def wait() -> None:
        with limits.admit("bo"):
            admitted.set()

    waiting = Thread(target=wait)
    with limits.admit("ada"):
        waiting.start()
        assert not admitted.wait(0.05)
    assert admitted.wait(10)
    waiting.join()


def test_nobody_waits_for_ever() -> None:
    limits = Limits(per_minute=1, at_once=1, patience_s=0.01)
    with limits.admit("ada"), pytest.raises(QuestionError, match="many are asking"):
        ask(limits, "bo")
    ask(limits, "bo")  # what was refused for want of a turn does not count


def test_idle_visitors_are_forgotten() -> None:
    clock = Clock()
    limits = Limits(per_minute=2, at_once=1, clock=clock)
    for number in range(1_000):
        ask(limits, f"visitor {number}")
    assert len(limits) == 1_000
    clock.now += 60
    ask(limits, "ada")
    assert len(limits) == 1


def test_many_threads_never_exceed_the_places() -> None:
    limits = Limits(per_minute=1_000, at_once=3)
    inside, most = [], [0]

    def visit(name: str) -> None:
        for _ in range(30):
            with limits.admit(name):
                inside.append(name)
                most[0] = max(most[0], len(inside))
                inside.remove(name)

    threads = [Thread(target=visit, args=(f"visitor {number}",)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most[0] <= 3
    with ExitStack() as stack:  # all places are free again
        for number in range(3):
            stack.enter_context(limits.admit(f"visitor {number}"))


@given(st.integers(1, 4), st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40)), max_size=40))
def test_no_minute_holds_more_than_its_share(per_minute: int, steps: list[tuple[str, int]]) -> None:
    clock = Clock()
    limits = Limits(per_minute=per_minute, at_once=1, clock=clock)
    admitted: dict[str, list[float]] = {"a": [], "b": []}
    for visitor, pause in steps:
        clock.now += pause
        recent = [time for time in admitted[visitor] if time > clock.now - 60]
        try:
            ask(limits, visitor)
        except QuestionError:
            assert len(recent) == per_minute
        else:
            assert len(recent) < per_minute
            admitted[visitor].append(clock.now)
