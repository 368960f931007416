"""What an identity may do service by service, and when each was used last, as far as AWS tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal
from urllib.parse import urlencode

from cloud_entitlements.access.index.actions import allowed_always
from cloud_entitlements.access.index.universe import names
from cloud_entitlements.criteria.facts import when
from cloud_entitlements.criteria.impact import LEAST, Letter, Reason, classes
from cloud_entitlements.criteria.levels import of_services
from cloud_entitlements.criteria.score import DANGEROUS, services_used
from cloud_entitlements.criteria.subject import Reach
from cloud_entitlements.server.identities.about import About

Bucket = Literal["30", "60", "90", "earlier", "never", "unknown"]
BUCKETS: Mapping[Bucket, str] = {
    "30": "used in the last 30 days",
    "60": "31 to 60 days ago",
    "90": "61 to 90 days ago",
    "earlier": "earlier",
    "never": "never in 400 days",
    "unknown": "not known",
}
MOST_DANGEROUS = 12


@dataclass(frozen=True, slots=True)
class Use:
    bucket: Bucket
    at: datetime | None = None
    region: str = ""

    @property
    def words(self) -> str:
        return BUCKETS[self.bucket]


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    letter: Letter
    """As if it were all that the identity may do."""
    points: int
    actions: int
    """That it may do on some resource, in some circumstance."""
    broad: int
    """Those of them on every resource of a type, in some circumstance."""
    certain: int
    """Those of them on every resource of its account, in every circumstance."""
    dangerous: int
    use: Use
    address: str
    """Each action with its proof."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is told apart: what policies that were read give, and what no policy governs."""

    reach: Reach
    unread: bool


def held(about: About) -> Held:
    """Without what every identity of its type may do: it is nobody's doing."""
    subject = about.subject
    always = allowed_always("user" if subject.type == "group" else subject.type)
    mask = ~always
    flow = about.flow
    unread = any(one.unread for one in flow.given)
    if unread:  # what was not read may give anything: only what was read is listed
        known = 0
        for one in flow.given:
            known |= 0 if one.unread else one.actions
        mask &= known
    reach = subject.reach
    return Held(
        Reach(reach.certain & mask, reach.broad & mask, reach.possible & mask, reach.granted & mask), unread
    )


def services(about: About, reach: Reach) -> Sequence[Service]:
    """The most dangerous first. Those that were used and are not granted are among them."""
    uses = uses_of(about)
    found = [
        one
        for name, mask in of_services()
        if (one := _service(about, name, mask, reach, uses.get(name, Use("unknown"))))
    ]
    return sorted(found, key=lambda one: (-one.points, -one.actions, one.name))


def _service(about: About, name: str, mask: int, reach: Reach, use: Use) -> Service | None:
    possible = reach.possible & mask
    if not possible and use.at is None:
        return None
    points, dangerous = weigh(reach, mask)
    return Service(
        name,
        letter_of(points),
        points,
        possible.bit_count(),
        (reach.broad & mask).bit_count(),
        (reach.certain & mask).bit_count(),
        dangerous,
        use,
        permissions_address(about, service=name),
    )


def permissions_address(about: About, **more: str) -> str:
    given = {"principal": about.subject.arn, **more, "connection": about.one.row.connection_id}
    return f"/access/permissions/?{urlencode({name: value for name, value in given.items() if value})}"


def weigh(reach: Reach, mask: int) -> tuple[int, int]:
    """Points of the gravest action among `mask`, and how many count as dangerous."""
    most = dangerous = 0
    for one in classes():
        if most and one.points < DANGEROUS:
            break
        found = one.actions & mask & one.of(reach)
        if found:
            most = most or one.points
            dangerous += found.bit_count() if one.points >= DANGEROUS else 0
    return most, dangerous


def letter_of(points: int) -> Letter:
    return next(letter for letter, least in LEAST.items() if points >= least)


def dangerous(reach: Reach, most: int = MOST_DANGEROUS) -> Sequence[Reason]:
    """The gravest actions, the first `most` of them."""
    return list(islice(_dangerous(reach), most))


def _dangerous(reach: Reach) -> Iterator[Reason]:
    for one in classes():
        if one.points < DANGEROUS:
            return
        yield from (one.reason(name) for name in names(one.actions & one.of(reach)))


def uses_of(about: About) -> Mapping[str, Use]:
    """By service; what is not in it is not known: AWS lists no use of it, or was not asked yet."""
    accessed = about.subject.last_accessed
    if accessed is None:
        return {}
    regions = {one["service"]: one.get("region") or "" for one in accessed["services"] or ()}
    return {
        name: Use(bucket_of(at, about.now), at, regions.get(name, ""))
        for name, at in services_used(accessed).items()
    }


def bucket_of(at: datetime | None, now: datetime) -> Bucket:
    if at is None:
        return "never"
    bounds: tuple[tuple[Bucket, int], ...] = (("30", 30), ("60", 60), ("90", 90))
    return next((name for name, days in bounds if now - at <= timedelta(days=days)), "earlier")


@dataclass(frozen=True, slots=True)
class Asked:
    """When AWS was asked what the identity used."""

    at: datetime | None
    """None: not yet."""
    why: str
    """Why not."""


def asked(about: About) -> Asked:
    accessed = about.subject.last_accessed
    if accessed is not None:
        return Asked(when(accessed["asked_at"]), "")
    part = about.part("last_accessed")
    why = part.why or "AWS was not asked yet: identities come round one after the other, at least daily"
    return Asked(None, why)


def counted(found: Sequence[Service]) -> Sequence[tuple[Bucket, str, int]]:
    """How many granted services stand in each bucket."""
    granted = [one for one in found if one.actions]
    return [
        (bucket, words, sum(one.use.bucket == bucket for one in granted)) for bucket, words in BUCKETS.items()
    ]


