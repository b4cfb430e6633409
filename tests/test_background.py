"""The essays say nothing that their brief does not say, and lean on works that the bibliography names."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from assistant.bibliography import Bibliography, load_bibliography, references
from assistant.corpus import Corpus
from assistant.domain import Filter, Source
from assistant.paths import default_corpus
from tests.facts import SEED, Brief, Claim, body, content, load_claims, load_facts, ordinary_words
from tests.specimens import SEED as HANDED_OVER

ROOT = default_corpus()
ESSAYS = sorted(path.stem for path in (ROOT / "sources" / "background").glob("*.md"))
_QUOTED = re.compile(r"“([^”]+)”")


@pytest.fixture(scope="module")
def essays(corpus: Corpus) -> dict[str, Source]:
    return {info.id: corpus.source(info.id) for info in corpus.select(Filter(kinds=("background",)))}


@pytest.fixture(scope="module")
def brief(corpus: Corpus, essays: dict[str, Source]) -> Brief:
    primary = "\n".join(corpus.source(info.id).text for info in corpus.select(Filter(kinds=("primary",))))
    facts = {**load_facts(ROOT), SEED: primary}
    return Brief(facts=facts, ordinary=ordinary_words([*facts.values(), *(essay.text for essay in essays.values())]))


@pytest.fixture(scope="module")
def bibliography() -> Bibliography:
    return load_bibliography(ROOT)


# The essays


def test_there_are_sixteen_essays_and_each_stands_in_the_catalogue(essays: dict[str, Source]) -> None:
    assert len(ESSAYS) == 16
    assert sorted(essays) == ESSAYS
    assert {essay.info.file for essay in essays.values()} == {f"sources/background/{name}.md" for name in ESSAYS}


def test_the_primary_documents_go_first(corpus: Corpus) -> None:
    kinds = [info.kind for info in corpus]
    assert kinds == sorted(kinds, key=("primary", "background").index)


@pytest.mark.parametrize("name", ESSAYS)
def test_an_essay_has_400_to_900_words_headings_and_its_title(name: str, essays: dict[str, Source]) -> None:
    essay = essays[name]
    assert 400 <= len(body(essay.text).cut(essay.text).split()) <= 900
    assert essay.text.startswith(f"# {essay.info.title}\n\n## ")
    assert essay.text.count("\n## ") >= 3
    assert not re.search(r"https?:|<[a-z]+>|\]\(|^\|", essay.text, re.MULTILINE), "no links, HTML or tables"


@pytest.mark.parametrize("name", ESSAYS)
def test_an_essay_quotes_only_what_is_in_hand(
    name: str, essays: dict[str, Source], brief: Brief, bibliography: Bibliography
) -> None:
    titles = [f"{work.title} {work.container_title}" for work in bibliography]
    essay = essays[name].text
    in_hand = " | ".join([*brief.facts.values(), *titles, *(source.info.title for source in essays.values())])
    in_hand = in_hand.translate(_PLAIN).lower()
    assert [words for words in _QUOTED.findall(essay) if words.translate(_PLAIN).lower() not in in_hand] == []


_PLAIN = str.maketrans("’‘“”", "''\"\"")


# References


@pytest.mark.parametrize("name", ESSAYS)
def test_every_reference_resolves_and_is_used(name: str, essays: dict[str, Source], bibliography: Bibliography) -> None:
    text = essays[name].text
    listed = references(text)
    lines = [line for line in text.split("\n## References\n")[1].splitlines() if line.strip()]
    assert [ref.number for ref in listed] == list(range(1, len(lines) + 1)), "every line a reference, numbered from 1"
    assert bibliography.works_of(essays[name])
    marks = {int(number) for number in re.findall(r"\[(\d+)\]", body(text).cut(text))}
    assert marks == {ref.number for ref in listed}


def test_every_work_is_used(essays: dict[str, Source], bibliography: Bibliography) -> None:
    used = {ref.work for essay in essays.values() for ref in references(essay.text)}
    assert [work.id for work in bibliography if work.id not in used] == []


def test_the_bibliography_says_no_more_than_the_brief(brief: Brief, bibliography: Bibliography) -> None:
    everything = content(" | ".join(brief.facts.values())).numbers
    for work in bibliography:
        words = f"{work.title} {work.page} {work.volume} {work.issue} {work.issued.written()} | {work.note}"
        assert content(words).numbers - everything == set(), work.id


# Claims


@pytest.mark.parametrize("name", ESSAYS)
def test_every_claim_is_a_sentence_of_its_essay(name: str, essays: dict[str, Source]) -> None:
    text = body(essays[name].text).cut(essays[name].text)
    assert [claim.text for claim in load_claims(ROOT, name) if text.count(claim.text) != 1] == []


@pytest.mark.parametrize("name", ESSAYS)
def test_every_sentence_with_a_number_a_month_or_a_name_is_claimed(
    name: str, essays: dict[str, Source], brief: Brief
) -> None:
    assert brief.unclaimed(essays[name].text, load_claims(ROOT, name)) == []


@pytest.mark.parametrize("name", ESSAYS)
def test_every_number_date_and_name_of_a_claim_stands_in_the_facts_it_cites(name: str, brief: Brief) -> None:
    found = {claim.text: strangers for claim in load_claims(ROOT, name) if (strangers := brief.strangers(claim))}
    assert found == {}


@pytest.mark.parametrize("name", ESSAYS)
def test_the_headings_say_no_more_than_the_claims(name: str, essays: dict[str, Source], brief: Brief) -> None:
    cited = {fact for claim in load_claims(ROOT, name) for fact in claim.facts}
    text = essays[name].text
    for heading in re.findall(r"^#+ (.*)$", body(text).cut(text), re.MULTILINE):
        assert brief.strangers(Claim(text=heading, facts=tuple(cited))) == [], heading


# The check bites


def claims() -> Iterator[tuple[str, Claim]]:
    for name in ESSAYS:
        yield from ((name, claim) for claim in load_claims(ROOT, name))


MADE = Claim(
    text="Kennan met Yakov Malik on Long Island on 31 May 1951 for about two and a half hours [4].",
    facts=("2.3-11", "3-13"),
)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("31 May", "30 May", ["number 30", "date 30 May"]),
        ("31 May", "31 June", ["date 31 Jun", "month Jun"]),
        ("1951", "1950", ["number 1950"]),
        ("Yakov Malik", "Adam Malik", ["name adam"]),
        ("Kennan", "Kirk", ["name kirk"]),
        ("Long Island", "Staten Island", ["name staten"]),
        ("two and a half", "three and a half", ["number 3"]),
        ("[4]", "[5]", []),
    ],
)
def test_a_changed_date_number_or_name_is_found(brief: Brief, old: str, new: str, found: list[str]) -> None:
    assert brief.strangers(MADE) == []
    assert brief.strangers(MADE.model_copy(update={"text": MADE.text.replace(old, new)})) == found


@pytest.mark.parametrize("facts", [("2.3-11",), ("2.3-11", "9-99")])
def test_a_claim_that_cites_too_few_facts_is_found(brief: Brief, facts: tuple[str, ...]) -> None:
    text = "Trygve Lie met Malik on 31 May 1951."
    missing = [f"fact {name}" for name in facts if name == "9-99"]
    assert brief.strangers(Claim(text=text, facts=facts)) == [*missing, "name lie", "name trygve"]


def test_the_day_of_any_date_cannot_be_changed_unseen(brief: Brief) -> None:
    """Each date of each claim, with a day that no fact has."""
    tried = 0
    for name, claim in claims():
        for day in re.finditer(r"\b\d{1,2}(?= (?:January|June|July|August|October|December)\b)", claim.text):
            changed = claim.text[: day.start()] + "39" + claim.text[day.end() :]
            assert brief.strangers(claim.model_copy(update={"text": changed})), (name, changed)
            tried += 1
    assert tried > 100


def test_a_sentence_without_its_claim_is_found(essays: dict[str, Source], brief: Brief) -> None:
    for name in ESSAYS:
        kept = load_claims(ROOT, name)
        gone = next(claim for claim in kept if brief.needs_claim(claim.text))
        assert brief.unclaimed(essays[name].text, [claim for claim in kept if claim != gone]) != []


def test_a_sentence_slipped_into_an_essay_is_found(essays: dict[str, Source], brief: Brief) -> None:
    text = essays[ESSAYS[0]].text.replace("\n\n## References", " Lin Biao flew home on 12 June.\n\n## References")
    assert brief.unclaimed(text, load_claims(ROOT, ESSAYS[0])) == ["Lin Biao flew home on 12 June."]


# The brief


@pytest.mark.shared
def test_the_facts_are_the_lines_of_the_brief() -> None:
    page = HANDED_OVER.parent / "facts.md"
    if not page.is_file():
        pytest.skip("the brief is not beside this checkout")
    assert list(load_facts(ROOT).values()) == list(stating_lines(page.read_text(encoding="utf-8")))


def stating_lines(page: str) -> Iterator[str]:
    """The lines of the brief that state something: no headings, rules, heads of tables or lists, and no directions."""
    lines = page[page.index("### 0.1 ") :].split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        head = following.startswith("|---") or line in ("Official / documentary", "Scholarly", "Press / tertiary")
        if line and not head and not line.startswith(("#", "---", "|---")):
            yield line
