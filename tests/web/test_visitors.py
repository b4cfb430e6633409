"""Who is at the page, and who is forgotten when."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.web import visitors as module
from assistant.web.visitors import GRACE_S, Visitor, Visitors


class Sources:
    """Stands for a visitor's sources."""

    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def visitors(clock: Clock) -> Visitors:
    welcome: Any = Sources
    return Visitors(welcome, clock)


def closed(visitor: Visitor) -> bool:
    own: Any = visitor.own
    return bool(own.closed)


def test_a_session_is_one_visitor(visitors: Visitors) -> None:
    ann = visitors.of("ann")
    assert visitors.of("ann") is ann
    assert visitors.of("ben") is not ann
    assert len(visitors) == 2


def test_who_leaves_is_forgotten_after_a_while_and_not_before(visitors: Visitors, clock: Clock) -> None:
    ann = visitors.of("ann")
    visitors.leave("ann")
    clock.now += GRACE_S
    assert visitors.of("ann") is ann, "a telephone that sleeps comes back"
    visitors.leave("ann")
    clock.now += GRACE_S + 1
    visitors.of("ben")
    assert closed(ann)
    assert visitors.of("ann") is not ann


def test_a_stranger_may_leave_too(visitors: Visitors) -> None:
    visitors.leave("nobody")
    assert len(visitors) == 0


def test_when_it_is_full_the_longest_quiet_is_forgotten(visitors: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    ann, ben = visitors.of("ann"), visitors.of("ben")
    visitors.of("ann")
    visitors.of("eve")
    assert (closed(ann), closed(ben)) == (False, True)


def test_at_the_end_everybody_is_forgotten(visitors: Visitors) -> None:
    ann = visitors.of("ann")
    visitors.close()
    assert closed(ann)
    assert len(visitors) == 0
