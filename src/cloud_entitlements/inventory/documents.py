"""Policy documents: canonical JSON, by SHA-256, so that equal policies are stored once.

A document that is no JSON, or repeats a key, keeps its own text and is marked malformed: no key wins.
Imports nothing of ours.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Document:
    sha256: str
    text: str
    malformed: bool

    def row(self) -> dict[str, object]:
        return {"sha256": self.sha256, "text": self.text, "malformed": self.malformed}


class _Repeated(ValueError):
    """A key stands twice in one object."""


def canonical(document: str | dict[str, Any]) -> Document:
    """`document` as botocore gives it: parsed already, or JSON text, perhaps URL-encoded."""
    text = document if isinstance(document, str) else ""
    if text.startswith("%"):  # no JSON begins like that
        text = unquote(text)
    try:
        parsed = json.loads(text, object_pairs_hook=_no_repeats) if isinstance(document, str) else document
        text, malformed = json.dumps(parsed, sort_keys=True, separators=(",", ":")), False
    except (ValueError, RecursionError):
        malformed = True
    return Document(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), text, malformed)


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Repeated
    return found
