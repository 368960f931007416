"""When an identity was last seen to do something, from every place that tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cloud_entitlements.criteria.facts import when
from cloud_entitlements.criteria.subject import Around, Subject

_IN_REPORT = (
    ("password_last_used", "signed in with its password"),
    ("access_key_1_last_used_date", "used its first access key"),
    ("access_key_2_last_used_date", "used its second access key"),
)


@dataclass(frozen=True, slots=True)
class Use:
    at: datetime
    text: str
    key_id: str = ""


def uses_of_user(subject: Subject) -> Iterator[Use]:
    for column, text in _IN_REPORT:
        at = when((subject.report or {}).get(column))
        if at is not None:
            yield Use(at, text)
    for key in subject.access_keys:
        at = when(key["last_used_at"])
        if at is not None:
            yield Use(at, f"used the access key `{key['id']}`", key["id"])
    yield from uses_of_services(subject)


def uses_of_services(subject: Subject) -> Iterator[Use]:
    """What AWS was last asked: nothing where it was not."""
    for one in (subject.last_accessed or {}).get("services") or ():
        at = when(one["at"])
        if at is not None:
            yield Use(at, f"used the service `{one['service']}`")


def is_past(at: datetime, around: Around) -> bool:
    """Longer ago than the period; exactly as long is not."""
    return around.period is not None and around.now - at > around.period
