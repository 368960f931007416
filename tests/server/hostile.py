"""500 names as an attacker might give them to users, policies and accounts; and what none of them may become."""

from __future__ import annotations

import csv
import io
import itertools
import re
from html.parser import HTMLParser

_PAYLOADS = (
    "<x-evil>", "<script>evil()</script>", '"><img src=x onerror=evil()>', "'><svg onload=evil()>", "</title><x-evil>",
    "</textarea><x-evil>", "</script><x-evil>", "<!--<x-evil>-->", '" onmouseover="evil()', "' autofocus onfocus='evil()",
    "`onclick=evil()`", "javascript:evil()", "data:text/html,<x-evil>", "{{ evil }}", "{% evil %}", "${evil}", "$(evil)",
    "; evil #", "&& evil", "`evil`", "=1+1", "+1", "-1", "@SUM(1)", "=cmd|'/c calc'!A0", "\t=1+1", "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07", "\x1b]8;;http://evil.invalid\x1b\\x\x1b]8;;\x1b\\", "\u202egnp.exe", "\u2066x\u2069", "a\x00b", "a\r\nb",
    "\ufffe", "%00", "%3Cx-evil%3E", "&lt;x-evil&gt;", "&#60;x-evil&#62;", "../../etc/passwd", "..%2f", "' OR 1=1 --",
    '"; DROP TABLE identities_identity; --', "%s%s%n", "{0.__class__}", "\ud83d\ude00", "ﬁ", "ß", "İ", "é" * 40, "x" * 120,
)  # fmt: skip
_AROUND = ("{}", "a{}", "{}z", "{} {}", "team/{}", "({})", "[{}]", "{}'", '"{}', "\\{}")
HOSTILE = tuple(
    dict.fromkeys(
        form.format(*[payload] * form.count("{}")) for form, payload in itertools.product(_AROUND, _PAYLOADS)
    )
)
_OURS = {
    "a", "abbr", "article", "aside", "b", "blockquote", "body", "br", "button", "circle", "code", "datalist", "dd", "details", "div",
    "dl", "dt", "em", "fieldset", "figure", "figcaption", "form", "g", "h1", "h2", "h3", "h4", "head", "header", "html", "i", "input",
    "kbd", "label", "legend", "li", "line", "link", "main", "mark", "meta", "nav", "ol", "option", "p", "path", "polyline", "pre",
    "progress", "rect", "script", "section", "select", "small", "span", "strong", "summary", "svg", "table", "tbody", "td", "text",
    "textarea", "tfoot", "th", "thead", "time", "title", "tr", "tspan", "ul", "use", "symbol", "defs", "clippath", "desc",
}  # fmt: skip


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _OURS:
            self.wrong.append(f"<{tag}>")
        named = dict(attrs)
        if tag == "script" and not (named.get("src") or "").startswith("/static/"):
            self.wrong.append("a script of its own")
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.wrong.append(f"{tag} {name}")
            if name in ("href", "src", "action") and not re.match(
                r"(/|\?|#|https://docs\.aws\.amazon\.com/|$)", value or ""
            ):
                self.wrong.append(f"{tag} {name}={value}")


def acts_in_html(page: str) -> list[str]:
    """What a browser would take for more than text."""
    reader = _Reader()
    reader.feed(page)
    return reader.wrong


def acts_in_csv(text: str) -> list[str]:
    """Cells that a spreadsheet would take for formulas."""
    rows = csv.reader(io.StringIO(text, newline=""))
    return [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def acts_in_a_terminal(text: str) -> list[str]:
    """Control characters, and those that turn the direction of writing."""
    return re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
