"""What an operator family is: how one value of the policy and one of the request compare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Compared = Literal["yes", "no", "neither", "error"]
"""`neither`: the request's value is not of the family, and satisfies the negated operator no more than the positive one
(COND-12). `error`: the pattern is not of the family; an Allow does not match, a Deny applies."""


Matcher = Callable[[str], bool | None]
"""Does a value of the request match one of the policy's? None: it is not of the family (COND-12)."""


def _one_by_one(_values: tuple[str, ...]) -> Matcher | None:
    return None


@dataclass(frozen=True, slots=True)
class Family:
    name: str
    compare: Callable[[str, str], Compared]
    """Of a value of the policy and one of the request."""
    expands: bool = False
    """VAR-01: variables are replaced in its values."""
    patterned: bool = False
    """Wildcards in a value of the policy mean something."""
    ready: Callable[[tuple[str, ...]], Matcher | None] = _one_by_one
    """`compare` with all values of a condition at once; None: they have to be compared one by one."""


def compared(equal: bool) -> Compared:
    return "yes" if equal else "no"
