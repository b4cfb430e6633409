"""Sentences and clauses of real prose."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given

from assistant.domain import Source, Span
from assistant.sentences import MAX_SENTENCE, clause_spans, sentence_spans
from assistant.structure import blocks
from tests.specimens import texts


def sentences(text: str) -> list[str]:
    return [span.cut(text) for span in sentence_spans(text)]


def clauses(sentence: str) -> list[str]:
    return [span.cut(sentence) for span in clause_spans(sentence, Span(start=0, end=len(sentence)))]


@given(texts)
def test_sentences_are_trimmed_ordered_and_apart(text: str) -> None:
    spans = list(sentence_spans(text))
    assert all(span.cut(text) == span.cut(text).strip() for span in spans)
    assert all(left.end <= right.start for left, right in itertools.pairwise(spans))


@given(texts)
def test_sentences_cover_every_word_outside_headings_and_list_markers(text: str) -> None:
    def words(spans: list[Span]) -> list[int]:
        return [offset for span in spans for offset in range(span.start, span.end) if not text[offset].isspace()]

    bodies = [block.body for block in blocks(text) if not block.level]
    assert words(list(sentence_spans(text))) == words(bodies)


@given(texts, texts)
def test_clauses_are_trimmed_parts_of_their_sentence_in_order(left: str, right: str) -> None:
    text = f"{left}; {right}"
    for sentence in sentence_spans(text):
        spans = clause_spans(text, sentence)
        assert all(sentence.contains(span) and span.cut(text) == span.cut(text).strip() for span in spans)
        assert all(one.end <= other.start for one, other in itertools.pairwise(spans))


# A bar stands where a sentence ends.
PROSE = {
    "plain": "We waited.| They came!| Did they?| Yes.",
    "dots in a date": "On 13.6.51 he wrote.| On 14 June 1951 they answered.",
    "initials": "To Comrade Stalin, I.V. and V. M. Molotov.| Then George F. Kennan spoke.",
    "initials before a name": "J. Edgar wrote to Z. D. Peng.| He agreed.",
    "titles": "Dr. Smith met Gen. MacArthur and Messrs. Gross and Hickerson.| They talked.",
    "numbers": "See No. 5, p. 7, and Art. IX of vol. II.| It cost $3.50.| That is 3.5 percent.",
    "the word no": "The answer was no.| Mao agreed.| It is a work of art.| The rest is not.",
    "months": "On Jan. 5 they left.| They came back in Dec.| The war went on until Sept. 1953.",
    "Latin": "Cf. Smith, op. cit., p. 5.| See ibid.| The rest, e.g. Mao, i.e. Peng et al., left.",
    "et al. last": "Written by Gao et al.| The letter says so.",
    "companies": "He worked for Fox & Co.| They paid.| He worked for Fox & Co. Hong Kong.",
    "states": "The U.S. President spoke in the U.S.| The U.K. Government agreed at 3 p.m.| They left.",
    "letter last": "It was plan B.| Then came plan C.",
    "ellipsis in a sentence": "We wait… then go.| We wait ... then go.",
    "ellipsis at the end": "We wait…| Then we go...| The end.",
    "spaced ellipsis": "He wrote . . . that they wait . . .| The enemy came. . . .| Then peace.",
    "editor's ellipsis": "They said [. . .] that […] and [...] that.| Next.",
    "lower case goes on": "“Why?” he asked.| Is it? yes, it is.",
    "quotations": "He said: “We wait.”| “They come!”| The enemy came.",
    "single quotes and guillemets": "He said ‘Go.’| «Wait.»| Then left.",
    "brackets around a sentence": "(He left.)| She came.| [It was late.]| They slept.",
    "brackets in a sentence": "He left (see p. 5. Also p. 6!) at once.| She came [from Moscow. By train] later.",
    "bracket never closed": "He left (with Mao.| She came.",
    "bracketed words": "[State Department official envoy George F.] Kennan spoke.| Filippov [Stalin].| Next.",
    "points in a line": "He said: 1. To wait.| 2. To ask.",
    "decimal and file numbers": "Telegram No. 110260/sh.| To Gao Gang, 5.25 tons.",
    "semicolons": "Terms: to wait; to ask; to go.| End.",
    "Chinese": "停战。|谈判！|好吗？|“好。”|他说。",
    "Chinese brackets": "他说（好。不好。）|走了。|完（好。不好）了。",
    "Japanese": "「行く。」|中立地帯です。|終わり｡|はい",
    "Korean": "휴전이다.| 협상한다.",
    "marks together": "What?!| No!!| Yes.",
    "full stop in a word": "Go to archive.org.| Then read.txt it.",
    "white space between": "One.  |Two.\r\n|Three.\u00a0|Four.\u3000|Five.",
    "no end": "no full stop at all",
    "line breaks within": "One sentence\nover two lines.| Next\r\none.",
}


@pytest.mark.parametrize("prose", PROSE.values(), ids=PROSE)
def test_sentences_end_where_a_reader_ends_them(prose: str) -> None:
    assert sentences(prose.replace("|", "")) == [piece.strip() for piece in prose.split("|")]


def test_list_markers_and_headings_are_no_part_of_a_sentence() -> None:
    text = "# Terms.\n\n- 1. To wait. To look.\n- 2. To ask.\n\n(a) To go."
    assert sentences(text) == ["To wait.", "To look.", "To ask.", "To go."]


def test_a_sentence_does_not_run_into_the_next_paragraph() -> None:
    assert sentences("He left (with Mao. And\n\nPeng) came. Later.") == [
        "He left (with Mao.",
        "And",
        "Peng) came.",
        "Later.",
    ]


def test_the_sentences_of_a_span_are_those_of_the_text() -> None:
    text = "He wrote. 2. To ask. # 3 is last.\n\n- 1. Next. Last."
    whole = list(sentence_spans(text))
    for first, last in itertools.combinations_with_replacement(range(len(whole)), 2):
        span = Span(start=whole[first].start, end=whole[last].end)
        assert list(sentence_spans(text, span)) == whole[first : last + 1]


def test_the_telegrams_condition_is_one_sentence(telegram: Source) -> None:
    assert (
        "Conditions for the armistice: restoration of the border at the 38th parallel; to apportion from both North "
        "Korea and South Korea an insignificant strip [to serve] as a neutral zone."
    ) in sentences(telegram.text)


def test_the_telegram_and_the_letter_have_the_sentences_that_a_reader_counts(telegram: Source, letter: Source) -> None:
    assert len(sentences(telegram.text)) == 25
    assert sentences(letter.text)[0] == "To Comrade Stalin, I.V."
    assert sentences(letter.text)[-1] == "[attached handwritten letter]."


@pytest.mark.parametrize("gap", [" ", "\n", "\t", "\u3000"])
def test_an_endless_sentence_is_parted_at_white_space(gap: str) -> None:
    text = gap.join(["words"] * 2_000)
    pieces = sentences(text)
    assert len(pieces) > 4
    assert all(len(piece) <= MAX_SENTENCE and set(piece.split(gap)) == {"words"} for piece in pieces)


def test_an_endless_word_is_parted_all_the_same() -> None:
    pieces = sentences("线" * 5_000)
    assert [len(piece) for piece in pieces] == [2_000, 2_000, 1_000]


@pytest.mark.parametrize("unit", ["and then. ", "(And then. ", "so. . . ", "to go; "])
def test_a_long_text_without_a_clear_end_takes_time_in_proportion(unit: str) -> None:
    began = time.perf_counter()
    assert len(sentences(unit * 50_000)) > 1
    assert time.perf_counter() - began < 5  # 12 s for 400,000 characters when each stop looked back to the beginning


# A bar stands where a clause ends; what precedes a slash is left out.
CLAUSES = [
    "Terms:/to restore it|to leave a strip.",
    "We wait for them|they come to us.",
    "At 12:30 they came here|then they left again.",
    "条件：/恢复边界|划出中立区。",
    "He said “to wait; to go” and left them|then they all came.",
    "He said (as: one) of the first|then they all came.",
]


@pytest.mark.parametrize("marked", CLAUSES)
def test_clauses_are_the_parts_that_can_be_quoted_alone(marked: str) -> None:
    semicolon = "；" if "：" in marked else "; "
    sentence = marked.replace("|", semicolon).replace("/", "" if semicolon == "；" else " ")
    assert clauses(sentence) == marked.rpartition("/")[2].split("|")


@pytest.mark.parametrize(
    "sentence",
    [
        "He said (first: to wait; to go) and left.",
        "“To wait for it; to go there.”",
        "They came here; yes.",
        "We waited, and they came.",
    ],
)
def test_a_sentence_whose_parts_cannot_stand_alone_has_no_clauses(sentence: str) -> None:
    assert clauses(sentence) == []


def test_the_condition_sentence_has_two_clauses(telegram: Source) -> None:
    (span,) = [s for s in sentence_spans(telegram.text) if "38th parallel" in s.cut(telegram.text)]
    assert [clause.cut(telegram.text) for clause in clause_spans(telegram.text, span)] == [
        "restoration of the border at the 38th parallel",
        "to apportion from both North Korea and South Korea an insignificant strip [to serve] as a neutral zone.",
    ]
