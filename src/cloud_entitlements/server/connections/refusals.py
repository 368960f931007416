"""Why a command was refused, for page, terminal and API alike.

    Refusal
    ├── Invalid     a field is wrong (422)
    ├── Taken       somebody else holds it (409)
    ├── NotReady    something else comes first (409)
    └── NotFound    no such connection (404)

Every refusal says what, why and what next. Neither frozen nor slotted: Python writes to an exception as it passes.
Imports `models` and `aws.pasted`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cloud_entitlements.aws.pasted import Problem
from cloud_entitlements.server.connections.models import Connection


class Refusal(Exception):
    """A command was not carried out, and nothing was changed."""


@dataclass(eq=False)
class Invalid(Refusal):
    fields: Mapping[str, Problem]

    def __str__(self) -> str:
        return "; ".join(f"{field}: {problem.text}" for field, problem in self.fields.items())


@dataclass(eq=False)
class Taken(Refusal):
    text: str
    fix: str
    other: Connection

    def __str__(self) -> str:
        return self.text


@dataclass(eq=False)
class NotReady(Refusal):
    code: str
    text: str
    fix: str

    def __str__(self) -> str:
        return self.text


@dataclass(eq=False)
class NotFound(Refusal):
    text: str
    fix: str

    def __str__(self) -> str:
        return self.text
