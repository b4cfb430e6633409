"""Text of strangers in HTML."""

from __future__ import annotations

from hypothesis import given

from assistant.web.markup import escaped, tag
from tests.specimens import texts
from tests.web.reading import Read


@given(texts)
def test_what_is_escaped_is_read_as_it_was(text: str) -> None:
    expected = text.replace("\0", "\ufffd")
    assert Read(escaped(text)).text == expected
    assert Read(escaped(text)).elements == []
    ((attributes, _),) = Read(tag("i", title=text)).all("i")
    assert attributes == {"title": expected}


def test_nothing_that_a_browser_acts_on_is_left() -> None:
    made = escaped("""<img src=x onerror="alert(1)">' & \r\n \0""")
    assert made == "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#x27; &amp; &#13;\n \ufffd"


def test_attributes_without_a_value_are_left_out() -> None:
    assert tag("li", "1", class_="a", data_n=2, title=None, hidden="") == '<li class="a" data-n="2" hidden="">1</li>'
