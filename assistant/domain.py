"""The nouns of the assistant: frozen values that flow from the corpus to an answer.

Offsets everywhere are half-open, count Unicode code points, and point into the text of the whole source.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["primary", "background"]
KINDS: tuple[Kind, ...] = ("primary", "background")
Certainty: TypeAlias = Literal["stated", "inferred", "approximate", "unknown"]

FORMATS = ("markdown", "chicago", "bibtex", "csl", "json")
"""Forms in which a conversation can be written out."""

UNKNOWN = "unknown"
"""What a catalogue says where nothing is known; a field is never left out."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """A stretch of a source's text: ``text[start:end]``, never empty."""

    start: int
    """First code point, counted from 0."""
    end: int
    """One past the last code point."""

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, found {self.start}:{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def cut(self, text: str) -> str:
        """The words of this span.

        >>> Span(start=3, end=9).cut("to Stalin")
        'Stalin'

        Raises:
            ValueError: the span ends beyond the text.
        """
        if self.end > len(text):
            raise ValueError(f"span {self.start}:{self.end} ends beyond a text of {len(text)} characters")
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share a character."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether every character of the other span is in this one."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """What the catalogue knows of a source; every field is given, ``"unknown"`` where nothing is known."""

    id: str
    """Stable identifier, e.g. ``telegram-mao-1951-06-13``."""
    title: str
    """Title under which a reader would look for it."""
    kind: Kind
    """``primary`` (a document of its time) or ``background`` (written about it later)."""
    form: str
    """Kind of document in words: letter, telegram, essay."""
    author: str
    """Who speaks."""
    addressee: str
    """To whom."""
    date: str
    """ISO 8601, as precise as is known: ``1951``, ``1951-06``, ``1951-06-14`` or ``1951-06-14T18:30``."""
    date_certainty: Certainty
    """How the date is known."""
    date_note: str
    """What is certain about the date and what is not; may be empty."""
    place: str
    """Where it was written."""
    language: str
    """BCP 47 tag of this text, e.g. ``en``."""
    translated_from: str
    """Languages it passed through, nearest first; ``none`` for an original."""
    translator: str
    """Who translated it; ``none`` for an original."""
    archive_reference: str
    """Shelf-mark of the original."""
    publication: str
    """Where this text was published."""
    rights: str
    """Who may use it, and how."""
    edition_notes: str
    """What an editor added or changed; how brackets are to be read."""
    unverified: tuple[str, ...]
    """Names of the fields above whose value has not been checked against a copy."""
    file: str
    """Path of the text, relative to the corpus folder."""
    sha256: str
    """SHA-256 of the file's bytes, 64 hexadecimal digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document: what is known of it, and its immutable text."""

    info: SourceInfo
    text: str
    """The whole text, exactly as the file's bytes decode from UTF-8."""

    @property
    def id(self) -> str:
        """The source's identifier."""
        return self.info.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A searchable stretch of a source."""

    source_id: str
    span: Span
    text: str
    """Always ``source.text[span.start:span.end]``."""

    @property
    def id(self) -> str:
        """Source and place in one string, e.g. ``letter:0-27``."""
        return f"{self.source_id}:{self.span.start}-{self.span.end}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that retrieval found, with its fused score (higher is better)."""

    passage: Passage
    score: float
    dense_rank: int | None = None
    """Place in the dense list, from 1; None if not found there."""
    lexical_rank: int | None = None
    """Place in the lexical list, from 1; None if not found there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A sentence or clause that may answer the question."""

    source_id: str
    span: Span
    """What would be quoted."""
    score: float
    """How well it answers, 0 to 1, comparable between questions."""
    carrier: Span | None = None
    """The words in it that carry the answer, where the reader can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locus:
    """Where in a source a quote stands, as a person would say it."""

    paragraph: int
    """Paragraph number, from 1, on its page if the source has pages; headings are not counted."""
    point: str | None
    """Number of the point that this paragraph opens (``"3"``), if it is numbered."""
    heading: str | None
    """The nearest heading above, if the source has any."""
    page: int | None = None
    """Page number, from 1, if the source has pages: form feeds part them."""

    def __str__(self) -> str:
        page = f"p. {self.page}, " if self.page else ""
        point = f"point {self.point}, " if self.point else ""
        heading = f"“{self.heading}”, " if self.heading else ""
        return f"{heading}{page}{point}para. {self.paragraph}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A verbatim quote with its place and its speaker."""

    number: int
    """Footnote number in this answer, from 1."""
    source_id: str
    span: Span
    quote: str
    """Cut by the program: always ``source.text[span.start:span.end]``."""
    locus: Locus
    source: SourceInfo
    """Who speaks, to whom, when, in which edition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence of an answer, and the citations it stands on."""

    text: str
    """Prose with markers such as ``[1]``."""
    citations: tuple[int, ...]
    """Numbers of its citations; never empty in an answer that is not a refusal."""
    unsupported: tuple[str, ...] = ()
    """Numbers, dates and names in it that its citations do not bear out; the text says so too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How an answer came about."""

    answerer: str
    """Which path made it: ``extractive`` or ``generative``."""
    recipe: str
    """Fingerprint of recipe, models and corpus."""
    answered_probability: float
    """The program's belief that the sources answer, 0 to 1."""
    threshold: float
    """Below this belief it refuses."""
    seconds: float
    """Time from question to answer."""
    notes: tuple[str, ...] = ()
    """Anything that a careful reader should know."""
    model: str = ""
    """The language model that was asked; empty if none was."""
    prompt: str = ""
    """Name, version and digest of the prompt that it was asked with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A part of an answer that is still being made: a statement, and the citations that it is the first to stand on."""

    statement: Statement
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer, or a refusal: then ``text`` says so, ``hits`` are the nearest passages, and nothing is cited."""

    question: str
    """As it was asked."""
    standalone: str
    """As it was understood."""
    text: str
    """Prose with ``[1]`` markers."""
    refused: bool
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    """What retrieval found, best first."""
    trace: Trace

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form with the field names of this class; spans are ``{"start", "end"}`` objects."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question of a conversation and its answer."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which sources a question is put to; None means all."""

    sources: tuple[str, ...] | None = None
    kinds: tuple[Kind, ...] | None = field(default=None)

    def admits(self, info: SourceInfo) -> bool:
        """Whether a source may be searched and quoted."""
        return (self.sources is None or info.id in self.sources) and (self.kinds is None or info.kind in self.kinds)
