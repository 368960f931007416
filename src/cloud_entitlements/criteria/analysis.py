"""Everybody in a snapshot, judged one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cloud_entitlements.access import AccessIndex, read_directory
from cloud_entitlements.criteria.catalogue import CRITERIA
from cloud_entitlements.criteria.criterion import Criterion, Judgement, unknown
from cloud_entitlements.criteria.exempt import Exemption, exemption
from cloud_entitlements.criteria.facts import Account, accounts
from cloud_entitlements.criteria.impact import Impact, impact_of
from cloud_entitlements.criteria.people import Person, Role, is_of_identity_center, people
from cloud_entitlements.criteria.reaches import Reaches
from cloud_entitlements.criteria.settings import Settings
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.inventory.layers import ORGANIZATION

_READ = frozenset({"collected", "carried", "partial", "absent"})


@dataclass(frozen=True, slots=True)
class Assessed:
    subject: Subject
    impact: Impact
    judgements: Mapping[str, Judgement]
    """By id of the criterion; those that are about this type of identity, and are asked."""
    exempt: Exemption | None
    """Judged all the same, so that it can be seen; but nothing is recommended."""
    person: Person | None = None
    """Of Identity Center; judged by no criterion."""


def analyse(
    snapshot: Snapshot,
    index: AccessIndex,
    settings: Settings,
    now: datetime,
    criteria: Iterable[Criterion] = CRITERIA,
) -> Iterator[Assessed]:
    """In order of accounts, those of Identity Center at the end. `now`: what ages are counted from."""
    asked = settings.asked(criteria)
    reaches = Reaches(index)
    organization = index.organization
    features = _root_features(snapshot) if organization.was_read(ORGANIZATION, "root_access") else None
    roles: dict[str, Role] = {}
    for account in accounts(snapshot, organization):
        around = Around(
            account.facts,
            organization,
            features,
            now,
            grants=reaches.grants,
            known_accounts=settings.known_accounts,
            given_by=reaches.given_by,
            taken_by=reaches.taken_by,
        )
        for one in _of_account(account, around, asked, settings, reaches):
            if is_of_identity_center(one.subject):
                roles[one.subject.arn] = Role(one.impact, one.judgements.get("administrator"))
            yield one
    for person in people(read_directory(snapshot), roles):
        yield Assessed(person.subject, person.impact, {}, None, person)


def _of_account(
    account: Account, around: Around, asked: tuple[Criterion, ...], settings: Settings, reaches: Reaches
) -> Iterator[Assessed]:
    for subject in reaches.filled_in(account.subjects):
        judgements = {
            one.id: judge(one, subject, around, settings.of(one).period)
            for one in asked
            if subject.type in one.types
        }
        yield Assessed(subject, impact_of(subject), judgements, exemption(subject, around))


def judge(criterion: Criterion, subject: Subject, around: Around, period: int | None) -> Judgement:
    """`period` in days."""
    outcomes = around.account.outcomes
    missing = [part for part in criterion.needs if outcomes.get(part, "missing") == "missing"]
    if missing:
        return unknown(f"not read: {', '.join(part.replace('_', ' ') for part in missing)}")
    found = criterion.judge(
        subject, replace(around, period=None if period is None else timedelta(days=period))
    )
    looked_at = (
        *criterion.needs,
        *(one for one in criterion.uses if outcomes.get(one, "missing") != "missing"),
    )
    stale = [found.stale_since] if found.stale_since else []
    stale += [
        around.account.collected_at.get(part, "") for part in looked_at if outcomes.get(part) not in _READ
    ]
    return replace(found, stale_since=min(stale)) if stale else found


def _root_features(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(row["name"] for row in snapshot.rows("root_access_features"))
