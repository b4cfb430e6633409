"""How often, and how many at once, visitors may ask.

A visitor has one question under way; a second one is refused at once. How many questions are answered at the same time,
whoever asks, is limited too; those beyond wait their turn, but not for ever.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from assistant.errors import QuestionError

_WINDOW_S = 60.0


class Limits:
    """Leave to ask, for each visitor and for all; safe between threads. Idle visitors are forgotten after a minute."""

    def __init__(
        self,
        per_minute: int,
        at_once: int,
        clock: Callable[[], float] = time.monotonic,
        *,
        patience_s: float = 60.0,
    ) -> None:
        """Limits of questions a minute for one visitor, and at the same time for all; how long one waits for a turn."""
        self._per_minute = per_minute
        self._clock = clock
        self._patience_s = patience_s
        self._lock = Lock()
        self._places = BoundedSemaphore(at_once)
        self._busy: set[str] = set()
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()  # those who asked last stand last

    @contextmanager
    def admit(self, visitor: str) -> Iterator[None]:
        """The leave to ask one question, to be held until it is answered.

        Raises:
            QuestionError: the visitor's question before is not answered yet, or he has asked too many, or no turn came.
        """
        with self._lock:
            self._check(visitor)
            self._busy.add(visitor)
        try:
            with self._turn():
                self._count(visitor)
                yield
        finally:
            with self._lock:
                self._busy.remove(visitor)

    def __len__(self) -> int:
        """How many visitors are remembered."""
        with self._lock:
            return len(self._asked.keys() | self._busy)

    def _check(self, visitor: str) -> None:
        if visitor in self._busy:
            raise QuestionError("your question before this one is still being answered; wait for its answer")
        self._forget()
        times = self._asked.get(visitor, deque())
        wait = times[0] + _WINDOW_S - self._clock() if len(times) == self._per_minute else 0.0
        if wait > 0:
            raise QuestionError(
                f"each visitor may ask {self._per_minute} questions a minute; ask again in {_seconds(math.ceil(wait))}"
            )

    def _forget(self) -> None:
        """Drop those who have asked nothing for a minute."""
        horizon = self._clock() - _WINDOW_S
        while self._asked and next(iter(self._asked.values()))[-1] <= horizon:
            self._asked.popitem(last=False)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One of the places that all share."""
        if not self._places.acquire(timeout=self._patience_s):
            raise QuestionError("many are asking at this moment; ask again in a minute")
        try:
            yield
        finally:
            self._places.release()

    def _count(self, visitor: str) -> None:
        with self._lock:
            self._asked.setdefault(visitor, deque(maxlen=self._per_minute)).append(self._clock())
            self._asked.move_to_end(visitor)


def _seconds(count: int) -> str:
    return f"{count} second{'' if count == 1 else 's'}"
