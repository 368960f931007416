"""What an identity may do service by service, and when each was used last, as far as AWS tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from cloud_entitlements.access.index.actions import allowed_always
from cloud_entitlements.access.index.universe import names
from cloud_entitlements.criteria.facts import when
from cloud_entitlements.criteria.impact import LEAST, Letter, Reason, classes
from cloud_entitlements.criteria.levels import of_services
from cloud_entitlements.criteria.passed_roles import starter_of
from cloud_entitlements.criteria.score import DANGEROUS, services_used
from cloud_entitlements.criteria.subject import Reach
from cloud_entitlements.server.identities.about import About
from cloud_entitlements.server.identities.addresses import permissions_address

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
    """What policies that were read give, without what no policy governs: that is nobody's doing."""

    reach: Reach
    unread: bool = False
    starter: str = ""
    """As in `criteria.passed_roles`: it decides what `iam:PassRole` is worth."""

    def within(self, actions: int) -> Held:
        reach = self.reach
        return replace(
            self,
            reach=replace(
                reach,
                certain=reach.certain & actions,
                broad=reach.broad & actions,
                possible=reach.possible & actions,
                granted=reach.granted & actions,
            ),
        )


def held(about: About) -> Held:
    subject = about.subject
    known = ~allowed_always("user" if subject.type == "group" else subject.type)
    unread = any(one.unread for one in about.flow.given)
    if unread:  # what was not read may give anything: only what was read is told
        known &= about.flow.read
    return Held(subject.reach, unread, starter_of(subject.reach)).within(known)


def services(about: About, had: Held) -> Sequence[Service]:
    """The most dangerous first. Those that were used and are not granted are among them."""
    uses, proofs = uses_of(about), permissions_address(about)
    found = [
        one
        for name, mask in of_services()
        if (one := _service(name, had.within(mask), uses.get(name, Use("unknown")), proofs))
    ]
    return sorted(found, key=lambda one: (-one.points, -one.actions, one.name))


def _service(name: str, had: Held, use: Use, proofs: str) -> Service | None:
    reach = had.reach
    if not reach.possible and use.at is None:
        return None
    points, grave = weigh(had)
    return Service(
        name,
        letter_of(points),
        points,
        reach.possible.bit_count(),
        reach.broad.bit_count(),
        reach.certain.bit_count(),
        grave,
        use,
        f"{proofs}&service={name}",
    )


def weigh(had: Held) -> tuple[int, int]:
    """Points of the gravest action, and how many count as dangerous."""
    most = grave = 0
    for one in classes(starts=bool(had.starter)) if had.reach.possible else ():
        if most and one.points < DANGEROUS:
            break
        found = one.held(had.reach)
        if found:
            most = most or one.points
            grave += found.bit_count() if one.points >= DANGEROUS else 0
    return most, grave


def letter_of(points: int) -> Letter:
    return next(letter for letter, least in LEAST.items() if points >= least)


def dangerous(had: Held, most: int = MOST_DANGEROUS) -> Sequence[Reason]:
    """The gravest actions, the first `most` of them."""
    return list(islice(_dangerous(had), most))


def _dangerous(had: Held) -> Iterator[Reason]:
    for one in classes(starts=bool(had.starter)):
        if one.points < DANGEROUS:
            return
        yield from (one.reason(name, had.starter) for name in names(one.held(had.reach)))


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
