"""What a language model wrote, checked by the program: ids, quotation marks, numbers, dates and names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.answering.prompts import Offer
from assistant.answering.prose import LONGEST, Prose, clean, requote
from assistant.answering.reply import Draft
from assistant.answering.support import unsupported
from assistant.citation import byline, verify
from assistant.domain import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A statement that may be shown."""

    text: str
    """Prose without markers; quotation marks only around words cut from the offers it rests on."""
    offers: tuple[Offer, ...]
    """What it rests on; never empty."""
    unsupported: tuple[str, ...]
    notes: tuple[str, ...]
    """What was wrong with it, though it may be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A statement that may not be shown, and why."""

    reason: str


def check(draft: Draft, offers: Mapping[int, Offer]) -> Checked | Dropped:
    """The statement as it may be shown, or the reason why it may not."""
    chosen = tuple(offers[number] for number in dict.fromkeys(draft.ids) if number in offers)
    strangers = [number for number in draft.ids if number not in offers]
    if not chosen:
        given = f"only numbers that were not offered ({_few(strangers)})" if strangers else "no citation"
        return Dropped(reason=f"a statement with {given} was dropped")
    if len(draft.text) > LONGEST:
        return Dropped(reason=f"a statement of {len(draft.text)} characters was dropped")
    prose = requote(clean(draft.text), lambda words: find_quote(words, chosen))
    if not any(character.isalnum() for character in prose.text):
        return Dropped(reason="a statement without words was dropped")
    cited = [text for one in chosen for text in (one.text, f"{byline(one.source.info)} {one.source.info.title}")]
    return Checked(
        text=prose.text, offers=chosen, unsupported=unsupported(prose.text, cited), notes=_notes(prose, strangers)
    )


def find_quote(words: str, offers: Sequence[Offer]) -> str | None:
    """The words as they stand in one of the offered sentences, cut from it; None if they stand in none."""
    for one in offers:
        sentence = Source(info=one.source.info, text=one.text)
        found = verify(words, one.source.id, [sentence])
        if found.verdict.accepted:
            return found.places[0].span.cut(sentence.text)
    return None


def _notes(prose: Prose, strangers: Sequence[int]) -> tuple[str, ...]:
    notes = []
    if strangers:
        notes.append(f"citations of sentences that were not offered ({_few(strangers)}) were removed")
    if prose.unquoted:
        notes.append("quotation marks around words that are in no cited sentence were removed")
    return tuple(notes)


def _few(numbers: Sequence[int]) -> str:
    shown = [str(number)[:9] for number in numbers[:5]]
    return ", ".join(shown) + (", …" if len(numbers) > 5 else "")
