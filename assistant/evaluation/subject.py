"""What is evaluated: an opened assistant as a system, its sources, the chosen questions, and their provenance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Literal, Protocol, Self, TypeAlias

from assistant.domain import Answer, Kind, Source, SourceInfo
from assistant.errors import EvaluationError
from assistant.evaluation.adapters import Asks, assistant_system
from assistant.evaluation.archive import Archive
from assistant.evaluation.gold import load_gold, split_of
from assistant.evaluation.provenance import corpus_digest, provenance
from assistant.evaluation.public_data import GoldArgument, load_squad, sample, write_corpus
from assistant.evaluation.results import Question, Run
from assistant.evaluation.run import System
from assistant.recipe import Recipe


class OpenAssistant(Protocol):
    """What the evaluation asks of an opened assistant."""

    def ask(self, question: str, *, kinds: Sequence[Kind] | None = None) -> Answer:
        """The answer, from sources of the given kinds alone."""
        ...

    def conversation(self, *, kinds: Sequence[Kind] | None = None) -> Asks:
        """A new conversation about sources of the given kinds."""
        ...

    @property
    def fingerprint(self) -> str:
        """Digest of recipe, model and corpus."""
        ...

    @property
    def recipe(self) -> Recipe:
        """How the archive is searched and answered from."""
        ...

    def sources(self) -> tuple[SourceInfo, ...]:
        """What is known of each source."""
        ...

    def source(self, source_id: str) -> Source:
        """A source with its text."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class _Limited:
    """An assistant that is asked about sources of some kinds alone."""

    assistant: OpenAssistant
    kinds: Sequence[Kind]

    def ask(self, question: str) -> Answer:
        return self.assistant.ask(question, kinds=self.kinds)

    def conversation(self) -> Asks:
        return self.assistant.conversation(kinds=self.kinds)


class Opener(Protocol):
    """Opens an assistant: on its own archive, or on the one in a folder with a store beside it."""

    def __call__(self, *, corpus: Path | None = None, store: Path | None = None) -> OpenAssistant:
        """The opened assistant."""
        ...


Split: TypeAlias = Literal["dev", "test", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which questions are asked."""

    gold: GoldArgument
    split: Split = "all"
    """Which half of a project's own gold; public data is not split."""
    sample: int | None = None
    """At most so many answerable and so many unanswerable questions; None for all."""
    limit: int | None = None
    """Only the first so many questions; None for all."""
    seed: int = 0
    kinds: tuple[Kind, ...] | None = None
    """Kinds of source that are asked; None for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """All that `evaluate` needs."""

    system: System
    sources: tuple[Source, ...]
    questions: tuple[Question, ...]
    provenance: dict[str, str]


@contextmanager
def open_subject(choice: Choice, opener: Opener, *, command: str) -> Iterator[Subject]:
    """The subject, for as long as the assistant is open; public data is indexed in a folder that is removed after.

    Raises:
        EvaluationError: the gold cannot be used, or no question is left to ask.
    """
    if choice.gold.form == "jsonl":
        with opener() as assistant:
            sources = sources_of(assistant)
            yield _subject(assistant, sources, load_gold(choice.gold.path, sources), choice, command)
        return
    data = load_squad(choice.gold.path)
    with TemporaryDirectory() as folder:
        write_corpus(Path(folder) / "corpus", data.sources)
        with opener(corpus=Path(folder) / "corpus", store=Path(folder) / "store") as assistant:
            yield _subject(assistant, data.sources, data.questions, choice, command)


def choose(questions: Sequence[Question], choice: Choice) -> tuple[Question, ...]:
    """The questions of the split, sampled, up to the limit, in their order.

    Raises:
        EvaluationError: none is left.
    """
    whole = choice.gold.form == "squad" or choice.split == "all"
    kept = tuple(question for question in questions if whole or split_of(question.id) == choice.split)
    if choice.sample is not None:
        kept = sample(kept, answerable=choice.sample, unanswerable=choice.sample, seed=choice.seed)
    if not kept[: choice.limit]:
        raise EvaluationError(f"no question of {choice.gold} is left; choose another split, sample or limit")
    return kept[: choice.limit]


def sources_of(assistant: OpenAssistant) -> tuple[Source, ...]:
    """Every source of an assistant's archive, with its text."""
    return tuple(assistant.source(info.id) for info in assistant.sources())


def archive_of(run: Run, sources: Sequence[Source]) -> Archive | None:
    """The sources as an archive to check the run against; None if they are not those that it was made with."""
    return Archive(sources) if run.provenance.get("corpus") == corpus_digest(sources) else None


def _subject(
    assistant: OpenAssistant, sources: tuple[Source, ...], questions: Sequence[Question], choice: Choice, command: str
) -> Subject:
    chosen = choose(questions, choice)
    made_with = provenance(
        gold=chosen,
        sources=sources,
        recipe=assistant.fingerprint,
        models=[assistant.recipe.embedding.model, assistant.recipe.reader.model],
        command=command,
    )
    system = assistant_system(assistant if choice.kinds is None else _Limited(assistant, choice.kinds))
    return Subject(system=system, sources=sources, questions=chosen, provenance=made_with)
