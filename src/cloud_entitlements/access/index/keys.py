"""Where a pattern is found again: by the literal text before its first wildcard.

What is found by its key is a candidate and no more; the engine decides whether the pattern matches. Whatever could match
must be found, and nothing is lost by finding more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cloud_entitlements.policy.pattern import SEGMENTS, has_wildcard

WIDE = ""
"""The key of patterns that have no better one."""
_BEFORE_WILDCARD = re.compile(r"[^*?]*")
_BEFORE_VARIABLE = re.compile(r"(?:(?!\$\{)[^*?])*")
_ANY = "*"


def literal(pattern: str, *, variables: bool = False) -> str:
    found = (_BEFORE_VARIABLE if variables else _BEFORE_WILDCARD).match(pattern)
    return found[0] if found else ""


def beginnings(text: str) -> list[str]:
    return [text[:length] for length in range(len(text) + 1)]


def resource_key(pattern: str, *, variables: bool) -> str:
    """`service|account|literal beginning of the resource part`; of an account with wildcards `*`."""
    segments = pattern.split(":", SEGMENTS - 1)
    if len(segments) < SEGMENTS or segments[0] != "arn":
        return WIDE
    _, _, service, _, account, part = segments
    if has_wildcard(service) or (variables and "${" in ":".join(segments[:-1])):
        return WIDE
    return _key(service, _ANY if has_wildcard(account) else account, literal(part, variables=variables))


def keys_of_resource(resource: str) -> list[str]:
    """Under these keys stand all patterns, beside the wide ones, that could match the ARN."""
    segments = resource.split(":")
    if len(segments) < SEGMENTS:
        return []
    parts = [":".join(segments[number:]) for number in range(SEGMENTS - 1, len(segments))]
    # RES-02: a `*` that ends a segment may run on over colons, so that what follows stands further on in the ARN
    services = dict.fromkeys(segments[2 : len(segments) - 3])
    accounts = dict.fromkeys([*segments[4 : len(segments) - 1], _ANY])
    return list(_all(services, accounts, parts))


def _all(services: Iterable[str], accounts: Iterable[str], parts: Iterable[str]) -> Iterator[str]:
    ends = [beginning for part in parts for beginning in beginnings(part)]
    for service in services:
        for account in accounts:
            for end in ends:
                yield _key(service, account, end)


def _key(service: str, account: str, part: str) -> str:
    return f"{service}|{account}|{part}"
