"""Which actions a statement means, by what the catalogue knows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cloud_entitlements.policy.catalogue import actions_of, services
from cloud_entitlements.policy.document import Element
from cloud_entitlements.policy.lint.glob import glob
from cloud_entitlements.policy.pattern import has_wildcard

EVERYTHING = ("*", "*:*")
_CACHED = 16_384


@dataclass(frozen=True, slots=True)
class Meant:
    names: tuple[str, ...]
    """As AWS writes them."""
    known: bool
    """False: there are, or may be, others that the catalogue does not know; nothing follows from what is missing."""


@lru_cache(_CACHED)
def meant_by(pattern: str) -> Meant:
    folded = pattern.lower()
    service, _, name = folded.partition(":")
    if folded in EVERYTHING or service not in services():
        return Meant((), known=False)
    if not has_wildcard(name):
        one = actions_of(service).get(name)
        return Meant((one,), known=True) if one else Meant((), known=False)
    found = tuple(spelled for lower, spelled in actions_of(service).items() if glob(name, lower))
    return Meant(found, known=bool(found))


def meant(element: Element) -> Meant:
    if element.negated:
        return Meant((), known=False)
    each = [meant_by(pattern) for pattern in element.patterns]
    names = dict.fromkeys(name for one in each for name in one.names)
    return Meant(tuple(names), known=all(one.known for one in each))


def is_everything(pattern: str) -> bool:
    return pattern.lower() in EVERYTHING
