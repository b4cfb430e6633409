"""HTML from text that nobody vouches for: every piece passes through `escaped`."""

from __future__ import annotations

from html import escape

_NUL = "\ufffd"
"""HTML has no way to hold U+0000; this sign stands for it, one character for one."""


def escaped(text: str) -> str:
    r"""The text as HTML that shows it, in an element or in a quoted attribute; browsers give it back unchanged.

    A bare carriage return would come back as a line feed, so it is written as a reference.

    >>> escaped('<b title="x">\r\n')
    '&lt;b title=&quot;x&quot;&gt;&#13;\n'
    """
    return escape(text).replace("\r", "&#13;").replace("\0", _NUL)


def tag(name: str, content: str = "", **attributes: str | int | None) -> str:
    """An element around content that is HTML already; attributes are escaped, and left out where None.

    An underscore stands for a hyphen in an attribute's name, and one at its end is dropped.

    >>> tag("p", "1 &lt; 2", class_="a", data_turn=3, title=None)
    '<p class="a" data-turn="3">1 &lt; 2</p>'
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{given}>{content}</{name}>"
