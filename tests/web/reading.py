"""HTML read as a browser reads it: text and marks."""

from __future__ import annotations

from html.parser import HTMLParser

Attributes = dict[str, str]


class Read(HTMLParser):
    """All elements of some HTML, each with its attributes and the text within it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.elements: list[tuple[str, Attributes, list[str]]] = []
        self._open: list[tuple[str, Attributes, list[str]]] = []
        self.feed(html)
        self.close()
        assert not [name for name, _, _ in self._open], "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, {name: value or "" for name, value in attrs}, list[str]())
        self.elements.append(element)
        if tag != "input":
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.text += data
        for _, _, words in self._open:
            words.append(data)

    def all(self, tag: str, **wanted: str) -> list[tuple[Attributes, str]]:
        """The elements of a name that have some attributes, with their text."""
        return [
            (attributes, "".join(words))
            for name, attributes, words in self.elements
            if name == tag and all(attributes.get(key.rstrip("_").replace("_", "-")) == v for key, v in wanted.items())
        ]


def quote_of(html: str, name: str) -> str:
    """The text of a quote's marks, joined."""
    return "".join(
        words for attributes, words in Read(html).all("mark") if name in attributes["data-quotes"].split(" ")
    )


def text_of(html: str) -> str:
    """The text of a document in the reader."""
    (found,) = Read(html).all("div", class_="text")
    return found[1]
