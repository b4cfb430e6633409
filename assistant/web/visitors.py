"""Readers at the page: each has a conversation and sources that nobody else sees."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock

from assistant.domain import Turn, Verified
from assistant.web.answers import Pending, Talk
from assistant.web.own import OwnSources

MOST = 500
"""Visitors that are remembered; beyond that, whoever was quiet the longest is forgotten."""
GRACE_S = 600.0
"""How long a visitor whose page has closed is remembered: a telephone that sleeps comes back."""


@dataclass(slots=True, kw_only=True)
class Visitor:
    """One open page."""

    id: str
    """The session that Gradio gave it."""
    own: OwnSources
    """The archive, and beside it the visitor's own sources."""
    turns: tuple[Turn, ...] = ()
    pending: Pending | None = None
    trouble: str = ""
    before: tuple[Turn, ...] = ()
    """The turns as they were when the question under way was asked; it may be there to replace the last one."""
    editing: bool = False
    """Whether the next question takes the place of the last one."""
    verdicts: dict[int, str] = field(default_factory=dict)
    ticket: int = 0
    """Raised with each question; an answer to an older one comes too late."""
    left_at: float | None = None
    """When its page was closed; None while it is open."""

    @property
    def talk(self) -> Talk:
        """What the page shows of the conversation."""
        return Talk(turns=self.turns, pending=self.pending, trouble=self.trouble, verdicts=self.verdicts)

    def begin(self, question: str, earlier: tuple[Turn, ...]) -> int:
        """The ticket of a question that is now being answered, after the given turns."""
        self.before = self.turns
        self.turns, self.pending, self.trouble, self.editing = earlier, Pending(question=question), "", False
        self.verdicts = {number: verdict for number, verdict in self.verdicts.items() if number <= len(earlier)}
        self.ticket += 1
        return self.ticket

    def hear(self, piece: Verified) -> None:
        """Note a part of the answer that is being made."""
        if self.pending is not None:
            self.pending = replace(self.pending, pieces=(*self.pending.pieces, piece))

    def give_up(self) -> Pending | None:
        """The question that was under way, which now gets no answer; a turn that it was to replace stays."""
        given_up, self.pending = self.pending, None
        if given_up is not None:
            self.turns = self.before
        self.ticket += 1
        return given_up

    def restart(self) -> None:
        """Begin a new conversation; own sources stay."""
        self.turns, self.pending, self.trouble, self.editing = (), None, "", False
        self.verdicts.clear()
        self.ticket += 1


class Visitors:
    """The visitors by session, as many as fit."""

    def __init__(self, welcome: Callable[[], OwnSources], clock: Callable[[], float] = time.monotonic) -> None:
        """``welcome`` makes the sources of a new visitor."""
        self._welcome = welcome
        self._clock = clock
        self._here: OrderedDict[str, Visitor] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._here)

    def of(self, session: str) -> Visitor:
        """The visitor of a session; a new one if it is not known."""
        with self._lock:
            self._sweep()
            visitor = self._here.pop(session, None) or Visitor(id=session, own=self._welcome())
            visitor.left_at = None
            self._here[session] = visitor
            if len(self._here) > MOST:
                self._here.popitem(last=False)[1].own.close()
            return visitor

    def leave(self, session: str) -> None:
        """Note that a page has closed; its visitor is forgotten after a while."""
        with self._lock:
            if visitor := self._here.get(session):
                visitor.left_at = self._clock()
            self._sweep()

    def close(self) -> None:
        """Forget everybody."""
        with self._lock:
            for visitor in self._here.values():
                visitor.own.close()
            self._here.clear()

    def _sweep(self) -> None:
        old = self._clock() - GRACE_S
        for visitor in [v for v in self._here.values() if v.left_at is not None and v.left_at < old]:
            self._here.pop(visitor.id).own.close()
