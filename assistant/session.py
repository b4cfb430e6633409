"""`Assistant`, the facade: open an archive, ask, read."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from llama_index.core.base.embeddings.base import BaseEmbedding

from assistant.answering.findings import Findings
from assistant.answering.generative import respond
from assistant.answering.restating import restate
from assistant.conversation import Conversation
from assistant.corpus import Corpus, load_corpus
from assistant.doctor import Check, examine
from assistant.domain import KINDS, Answer, Filter, Hit, Kind, Source, SourceInfo, Verified
from assistant.errors import IndexDamaged, IndexMissing, IndexStale, QuestionError
from assistant.evidence import Reader, judge, order_hits
from assistant.followup import Exchange
from assistant.index import Index, Progress, Workshop, build_index, open_index
from assistant.manifest import Manifest, stamp
from assistant.models.embedding import load_embedding
from assistant.models.llm import LanguageModel, load_llm
from assistant.reading import load_reader
from assistant.recipe import Recipe, digest, load_recipe
from assistant.retrieval import Retriever
from assistant.saving import load_conversation
from assistant.selection import select_passages
from assistant.settings import load_language_settings, load_settings
from assistant.text import one_line

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from assistant.llamaindex import ArchiveQueryEngine, ArchiveRetriever

MAX_QUESTION = 4_000
"""Characters of the longest question that is taken."""
_RETIRED = 8
"""Indexes of earlier builds that are kept open: no question takes as long as so many builds."""


class Assistant:
    """An open archive that answers with verbatim, cited passages, or says that it cannot.

    May be shared between threads. When another process rebuilds the index, the next question sees the new one.
    """

    def __init__(self, workshop: Workshop, reader: Reader, model: LanguageModel | None = None) -> None:
        """Use `open` instead, which finds the archive and builds what is missing."""
        self._workshop = workshop
        self._model = model
        self._reader = reader
        self._lock = Lock()
        self._stamp = (0, 0)
        self._index: Index | None = None
        self._retired: list[Index] = []

    @classmethod
    def open(
        cls,
        *,
        corpus: Path | str | None = None,
        recipe: Recipe | Path | str | None = None,
        store: Path | str | None = None,
        embedding: BaseEmbedding | str | None = None,
        reader: Reader | None = None,
        llm: LLM | str | None = None,
        stale: Literal["rebuild", "refuse"] = "rebuild",
        progress: Progress | None = None,
    ) -> Self:
        """An assistant on the shipped archive, or on the one whose folder is given.

        Builds the index on first use. An index that was made from another recipe, model or corpus is rebuilt or, with
        ``stale="refuse"``, refused. With a language model, of LlamaIndex or by name (`assistant.models.llm.load_llm`),
        answers are in prose; the quotes under it are cut by the program all the same.

        Raises:
            CorpusError, RecipeError, ModelError: a part cannot be used.
            IndexStale: the index is stale and was to be refused.
            IndexLocked: another process is building it.
        """
        assistant = cls.prepare(corpus=corpus, recipe=recipe, store=store, embedding=embedding, reader=reader, llm=llm)
        try:
            assistant.index()
        except (IndexMissing, IndexDamaged):
            assistant.build(progress=progress)
        except IndexStale:
            if stale == "refuse":
                raise
            assistant.build(progress=progress)
        return assistant

    @classmethod
    def prepare(
        cls,
        *,
        corpus: Path | str | None = None,
        recipe: Recipe | Path | str | None = None,
        store: Path | str | None = None,
        embedding: BaseEmbedding | str | None = None,
        reader: Reader | None = None,
        llm: LLM | str | None = None,
    ) -> Self:
        """An assistant whose index is neither opened nor built yet, for `build` and `doctor`."""
        settings = load_settings(_path(corpus), None if isinstance(recipe, Recipe) else _path(recipe), _path(store))
        loaded = recipe if isinstance(recipe, Recipe) else load_recipe(settings.recipe)
        model = (
            embedding if isinstance(embedding, BaseEmbedding) else load_embedding(embedding or loaded.embedding.model)
        )
        workshop = Workshop(
            corpus=load_corpus(settings.corpus),
            recipe=loaded,
            embedding=model,
            store=settings.store,
            chroma_url=settings.chroma_url,
        )
        used = reader or load_reader(loaded.reader, workshop.analyzer(), threads=settings.threads)
        return cls(workshop, used, None if llm is None else load_llm(llm, load_language_settings()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the index; a later question opens it again."""
        with self._lock:
            for index in (*self._retired, *([self._index] if self._index else [])):
                index.close()
            self._retired, self._index, self._stamp = [], None, (0, 0)

    def ask(
        self,
        question: str,
        *,
        sources: Sequence[str] | None = None,
        kinds: Sequence[Kind] | None = None,
        standalone: str | None = None,
    ) -> Answer:
        """An answer from the archive, or a refusal.

        Args:
            question: As the reader put it.
            sources: Ask only these sources; None for all.
            kinds: Ask only sources of these kinds; None for all.
            standalone: The question as it is to be understood, if it leans on an earlier one.

        Raises:
            QuestionError: the question is empty or too long, or a filter admits nothing.
            UnknownSource: a source to be asked is not in the archive.
        """
        return _last(self.ask_stream(question, sources=sources, kinds=kinds, standalone=standalone))

    def ask_stream(
        self,
        question: str,
        *,
        sources: Sequence[str] | None = None,
        kinds: Sequence[Kind] | None = None,
        standalone: str | None = None,
    ) -> Iterator[Verified | Answer]:
        """The statements of an answer as they are verified and, last, the answer, which alone stands.

        Raises:
            QuestionError, UnknownSource: as for `ask`, when the first item is taken.
        """
        yield from self.respond(self.find(question, sources=sources, kinds=kinds, standalone=standalone))

    def find(
        self,
        question: str,
        *,
        sources: Sequence[str] | None = None,
        kinds: Sequence[Kind] | None = None,
        standalone: str | None = None,
    ) -> Findings:
        """What the archive has on a question, judged and not yet answered; arguments and errors are those of `ask`."""
        began = time.perf_counter()
        understood = check_question(standalone or question)
        retriever = self._retriever()
        corpus = retriever.corpus
        wanted = make_filter(corpus, sources, kinds)
        hits = retriever.retrieve(understood, wanted)
        judgement = judge(understood, select_passages(hits, corpus, wanted, self.recipe), corpus, self._reader)
        return Findings(
            question=question,
            standalone=understood,
            hits=order_hits(hits, judgement),
            judgement=judgement,
            corpus=corpus,
            settings=self.recipe.answering,
            recipe=self._fingerprint(retriever.index),
            seconds=time.perf_counter() - began,
        )

    def respond(self, findings: Findings) -> Iterator[Verified | Answer]:
        """The answer that findings allow, as `ask_stream` gives it."""
        return respond(findings, self._model)

    def restate(self, question: str, earlier: Sequence[Exchange]) -> str | None:
        """A follow-up made standalone by the language model; None without one, or if what it says is of no use."""
        return restate(question, earlier, tuple(self.corpus), self._model) if self._model else None

    def conversation(
        self, *, sources: Sequence[str] | None = None, kinds: Sequence[Kind] | None = None
    ) -> Conversation:
        """A conversation about all sources, or the given ones."""
        make_filter(self.corpus, sources, kinds)
        return Conversation(self, sources=sources, kinds=kinds)

    def resume(self, path: Path | str) -> Conversation:
        """A conversation that was saved in a file, its citations verified against the archive.

        Raises:
            ConversationError: the file cannot be read, or cites what does not stand in the archive.
        """
        saved = load_conversation(Path(path), self.corpus)
        make_filter(self.corpus, saved.sources, saved.kinds)
        return Conversation(self, sources=saved.sources, kinds=saved.kinds, turns=saved.turns)

    @property
    def corpus(self) -> Corpus:
        """The archive's sources."""
        return self._workshop.corpus

    @property
    def recipe(self) -> Recipe:
        """How this archive is searched and answered from."""
        return self._workshop.recipe

    @property
    def fingerprint(self) -> str:
        """Twelve digits that change with recipe, model or corpus; stands on every answer's trace."""
        return self._fingerprint(self.index())

    def _fingerprint(self, index: Index) -> str:
        makings = index.manifest.makings
        return digest([self.recipe.fingerprint(), makings.corpus, makings.embedding.name, self._reader.identity])

    @property
    def reader(self) -> Reader:
        """What tells an answer from a mention."""
        return self._reader

    def sources(self) -> tuple[SourceInfo, ...]:
        """What the catalogue knows of each source."""
        return tuple(self.corpus)

    def source(self, source_id: str) -> Source:
        """A source with its text.

        Raises:
            UnknownSource: no source of that id.
        """
        return self.corpus.source(source_id)

    def build(self, *, force: bool = False, progress: Progress | None = None) -> Manifest:
        """The manifest of an index of the archive as it lies there now; see `assistant.index.build_index`."""
        renewed = replace(self._workshop, corpus=load_corpus(self.corpus.root))
        manifest = build_index(renewed, progress=progress, force=force)
        with self._lock:
            self._workshop = renewed
            if self._index is not None:
                self._current_index()  # with the corpus it was built from, and not at the next question
        return manifest

    def beside(self, corpus: Path, store: Path) -> Self:
        """An assistant on another archive with this one's recipe and models; its index lies in the given folder."""
        workshop = replace(self._workshop, corpus=load_corpus(corpus), store=store, chroma_url=None)
        return type(self)(workshop, self._reader, self._model)

    def doctor(self) -> tuple[Check, ...]:
        """What a health check found."""
        return examine(self._workshop)

    def index(self) -> Index:
        """The current index, opened again if it has been rebuilt since the last question.

        Raises:
            IndexMissing, IndexStale, IndexDamaged: it cannot be used.
        """
        with self._lock:
            return self._current_index()

    def _current_index(self) -> Index:
        seen = stamp(self._workshop.store)
        if self._index is not None and seen == self._stamp:
            return self._index
        try:
            opened = self._open_index()
        except IndexDamaged:
            if seen == stamp(self._workshop.store):
                raise
            return self._current_index()  # it was swept while it was being opened: there is a newer one
        if self._index is not None:
            self._retired.append(self._index)  # another thread may be searching it
        while len(self._retired) > _RETIRED:
            self._retired.pop(0).close()
        self._index, self._stamp = opened, seen
        return opened

    def _open_index(self) -> Index:
        try:
            return open_index(self._workshop)
        except IndexStale:  # perhaps not the index is old, but what this process knows of the corpus
            renewed = replace(self._workshop, corpus=load_corpus(self.corpus.root))
            opened = open_index(renewed)
            self._workshop = renewed
            return opened

    def retrieve(
        self, question: str, *, sources: Sequence[str] | None = None, kinds: Sequence[Kind] | None = None
    ) -> tuple[Hit, ...]:
        """The passages nearest to a question, best first."""
        checked = check_question(question)
        retriever = self._retriever()
        return retriever.retrieve(checked, make_filter(retriever.corpus, sources, kinds))

    def as_retriever(self, *, sources: Sequence[str] | None = None) -> ArchiveRetriever:
        """The archive as a LlamaIndex retriever."""
        from assistant.llamaindex import ArchiveRetriever

        return ArchiveRetriever(self, sources=sources)

    def as_query_engine(self, *, sources: Sequence[str] | None = None) -> ArchiveQueryEngine:
        """The archive as a LlamaIndex query engine, whose responses carry the verified citations."""
        from assistant.llamaindex import ArchiveQueryEngine

        return ArchiveQueryEngine(self, sources=sources)

    def _retriever(self) -> Retriever:
        with self._lock:
            index, workshop = self._current_index(), self._workshop  # an index and the corpus it was built from
        return Retriever(
            index=index, corpus=workshop.corpus, embedding=workshop.embedding, settings=workshop.recipe.retrieval
        )


def make_filter(corpus: Corpus, sources: Sequence[str] | None, kinds: Sequence[Kind] | None) -> Filter:
    """The filter that admits the given sources and kinds; None admits all.

    Raises:
        QuestionError: no source of the corpus is admitted.
        UnknownSource: a given source is not in the corpus.
    """
    if isinstance(sources, str):
        raise QuestionError(f"sources must be a list of ids, found the text {sources!r}; write [{sources!r}]")
    if strangers := set(kinds or ()) - set(KINDS):
        raise QuestionError(f"no kind of source {sorted(strangers)}; use {' or '.join(KINDS)}")
    if sources is None and kinds is None:
        return Filter()
    wanted = Filter(
        sources=None if sources is None else tuple(dict.fromkeys(sources)),
        kinds=None if kinds is None else tuple(dict.fromkeys(kinds)),
    )
    if not corpus.select(wanted):
        raise QuestionError("no source is left to ask; name other sources or kinds (`assistant sources` lists them)")
    return wanted


def _last(pieces: Iterator[Verified | Answer]) -> Answer:
    """The answer at the end of a stream."""
    return next(piece for piece in pieces if isinstance(piece, Answer))


def _path(value: Path | str | None) -> Path | None:
    return Path(value).expanduser() if value is not None else None


def check_question(question: str) -> str:
    """The question on one line, control characters as spaces."""
    if len(question) > MAX_QUESTION:
        raise QuestionError(f"the question has {len(question)} characters; ask in at most {MAX_QUESTION}")
    cleaned = one_line(question)
    if not cleaned:
        raise QuestionError("the question is empty; ask something")
    return cleaned
