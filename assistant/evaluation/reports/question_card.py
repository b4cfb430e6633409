"""One question of a run as HTML: the answer beside the gold, with right and wrong told apart by sign, word and colour.

Everything that comes from a source, a question or a model is untrusted and goes through `html.escape`.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant.domain import Span
from assistant.evaluation.archive import Archive
from assistant.evaluation.reports.outcome import JudgedQuote, Mark, Outcome
from assistant.evaluation.reports.tables import shown, words
from assistant.evaluation.results import GoldSpan, Item

_STYLE = {Mark.GOLD: ("right", "✓"), Mark.BESIDE: ("beside", "~"), Mark.ALTERED: ("wrong", "✗")}


def question_card(one: Outcome, archive: Archive | None, *, css_class: str) -> str:
    """The question as a ``details`` element: open if it was missed."""
    question = one.item.question
    style, sign = ("wrong", "✗ missed") if one.misses else ("right", "✓ right")
    summary = (
        f'<summary><span class="sign {style}">{sign}</span> <span class="asked">{escape(question.question)}</span> '
        f'<span class="faint">{escape(question.kind)} · {escape(question.id)}</span></summary>'
    )
    sides = f'<div class="sides"><div>{_answer(one)}</div><div>{_gold(one, archive)}</div></div>'
    opened = " open" if one.misses else ""
    return (
        f'<details class="question {css_class}"{opened}>{summary}{_history(question.history)}{_misses(one.misses)}'
        f"{sides}{_values(one.item)}</details>"
    )


def _history(history: Sequence[str]) -> str:
    if not history:
        return ""
    asked = "".join(f"<li>{escape(earlier)}</li>" for earlier in history)
    return f'<p class="faint">Asked before:</p><ol class="faint">{asked}</ol>'


def _misses(misses: Sequence[str]) -> str:
    return f'<ul class="misses">{"".join(f"<li>{escape(miss)}</li>" for miss in misses)}</ul>' if misses else ""


def _answer(one: Outcome) -> str:
    response = one.item.response
    head = "Answer (a refusal)" if response.refused else "Answer"
    quotes = "".join(_quote(quote, one.item.question.gold) for quote in one.quotes)
    return f'<h3>{head}</h3><p class="answer">{escape(response.text) or "(nothing)"}</p>{quotes}'


def _quote(quote: JudgedQuote, gold: Sequence[GoldSpan]) -> str:
    style, sign = _STYLE.get(quote.mark, ("", "?"))
    wanted = [g.span for g in gold if g.source_id == quote.cited.source_id]
    words_shown = escape(quote.cited.quote)
    if quote.span is not None and len(quote.span) == len(quote.cited.quote):
        words_shown = _marked(quote.cited.quote, quote.span, wanted)
    return (
        f'<blockquote class="{style}">[{quote.cited.number}] {words_shown}'
        f'<span class="verdict"><span class="sign">{sign}</span> {quote.mark.value}</span>'
        f'<span class="place">{_place(quote.cited.source_id, quote.span or quote.cited.span)}</span></blockquote>'
    )


def _gold(one: Outcome, archive: Archive | None) -> str:
    gold = one.item.question.gold
    if not gold:
        return "<h3>Gold</h3><p>The sources do not say: a refusal is right.</p>"
    spans = "".join(_gold_span(span, hit, one, archive) for span, hit in zip(gold, one.quoted_gold, strict=True))
    notes = one.item.question.notes
    return f"<h3>Gold</h3>{spans}" + (f'<p class="faint">{escape(notes)}</p>' if notes else "")


def _gold_span(gold: GoldSpan, quoted: bool | None, one: Outcome, archive: Archive | None) -> str:
    style, sign, verdict = _gold_style(gold, quoted)
    body = "(the source's text is not at hand)"
    if archive is not None and gold.source_id in archive:
        quotes = [q.span for q in one.quotes if q.span is not None and q.cited.source_id == gold.source_id]
        body = _marked(gold.span.cut(archive.text(gold.source_id)), gold.span, quotes)
    return (
        f'<blockquote class="{style}">{body}<span class="verdict"><span class="sign">{sign}</span> {verdict}</span>'
        f'<span class="place">{_place(gold.source_id, gold.span)}</span></blockquote>'
    )


def _gold_style(gold: GoldSpan, quoted: bool | None) -> tuple[str, str, str]:
    if quoted is None:
        return "", "?", Mark.UNCHECKED.value
    if quoted:
        return "right", "✓", "quoted" if gold.required else "quoted (not required)"
    return ("wrong", "✗", "required, not quoted") if gold.required else ("", "–", "good evidence, not required")


def _marked(text: str, at: Span, others: Sequence[Span]) -> str:
    """The text, which stands at ``at``, with the parts that other spans share underlined."""
    parts, position = [], at.start
    for other in sorted(others):
        start, end = max(other.start, position), min(other.end, at.end)
        if start < end:
            before, shared = text[position - at.start : start - at.start], text[start - at.start : end - at.start]
            parts.append(f"{escape(before)}<mark>{escape(shared)}</mark>")
            position = end
    return "".join(parts) + escape(text[position - at.start :])


def _place(source_id: str, span: Span | None) -> str:
    where = "no place named" if span is None else f"characters {span.start}–{span.end}"
    return f"{escape(source_id)}, {where}"


def _values(item: Item) -> str:
    rows = "".join(
        f"<tr><td>{escape(words(name))}</td><td>{shown(value.value)}</td>"
        f'<td class="why">{escape(value.reason)}</td></tr>'
        for name, value in item.values.items()
    )
    confidence = "" if item.response.confidence is None else f", confidence {shown(item.response.confidence)}"
    return (
        f'<details class="faint"><summary>Figures: {shown(item.seconds)} s{confidence}</summary>'
        f'<div class="wide"><table>{rows}</table></div></details>'
    )
