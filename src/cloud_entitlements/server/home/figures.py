"""The numbers of Home, each with the address of the list that it counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from cloud_entitlements.criteria import CRITERIA, CRITICALITIES
from cloud_entitlements.criteria.impact import LETTERS
from cloud_entitlements.server.home import tally
from cloud_entitlements.server.home.over_time import Lately
from cloud_entitlements.server.home.scope import Scope
from cloud_entitlements.server.home.tally import Recommended, Vulnerable
from cloud_entitlements.server.identities.models import Identity
from cloud_entitlements.server.recommendations.models import Recommendation

State = Recommendation.State
WORST = 8
_TYPES = dict(Identity.Type.choices)
DIRECTORY_TYPES = f"{Identity.Type.DIRECTORY_USER},{Identity.Type.DIRECTORY_GROUP}"
"""Of people and groups that are in no account."""


@dataclass(frozen=True, slots=True)
class Count:
    name: str
    count: int
    address: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a breakdown: how many recommendations are pending, and to how many identities."""

    key: str
    name: str
    recommendations: int
    to_recommendations: str
    identities: int
    to_identities: str


@dataclass(frozen=True, slots=True)
class People:
    """Identities, and root users."""

    identities: Count
    vulnerable: Count
    sound: Count
    """Nothing is suggested to them."""
    types: Sequence[Count]
    impacts: Sequence[Count]
    """The gravest first."""


@dataclass(frozen=True, slots=True)
class States:
    """Of recommendations."""

    suggested: Count
    """All that were, but for what was withdrawn: the three that follow together."""
    pending: Count
    acknowledged: Count
    followed: Count


@dataclass(frozen=True, slots=True)
class Figures:
    people: People
    states: States
    found: Count
    resolved: Count
    since: date
    """What was found and resolved is counted from the beginning of this day, UTC."""
    by_criticality: Sequence[Part]
    by_provider: Sequence[Part]
    by_account: Sequence[Part]
    """Those with the gravest and most."""
    accounts: int
    """How many accounts have any."""
    by_type: Sequence[Part]
    worst: Sequence[Identity]
    """Identities with the gravest and most recommendations."""


def figures(scope: Scope, connection_ids: Sequence[str], week: Sequence[Lately]) -> Figures:
    """`week`: what was found and resolved, day by day."""
    those = Identity.objects.filter(connection_id__in=connection_ids)
    counted, identities = tally.recommendations(recommended(connection_ids)), tally.identities(those)
    pending = [one for one in counted if one.state == State.SUGGESTED]
    states, since = tally.by(counted, "state"), week[0].day
    found, resolved = sum(one.found for one in week), sum(one.resolved for one in week)
    by_account = _by_account(pending, identities)
    people = _people(scope, identities)
    return Figures(
        people,
        _states(scope, states),
        found=Count("Found", found, scope.recommendations(found=str(since))),
        resolved=Count("Resolved", resolved, scope.recommendations(resolved=str(since))),
        since=since,
        by_criticality=_by_criticality(scope, pending, identities),
        by_provider=[_of_aws(scope, states[State.SUGGESTED], people.vulnerable.count)],
        by_account=[_account(scope, one) for one in by_account[:WORST]],
        accounts=len(by_account),
        by_type=_by_type(scope, pending, identities),
        worst=list(those.filter(weight__gt=0).order_by("-weight", "id")[:WORST]),
    )


def recommended(connection_ids: Sequence[str]) -> QuerySet[Recommendation]:
    """By criteria that there are: of others the lists know nothing."""
    known = [one.id for one in CRITERIA]
    return Recommendation.objects.filter(connection_id__in=connection_ids, criterion__in=known)


def _people(scope: Scope, identities: Sequence[Vulnerable]) -> People:
    types, impacts = (tally.by(identities, column, "every") for column in ("type", "impact"))
    bad = sum(one.count for one in identities)
    return People(
        Count("Identities", types.total(), scope.identities()),
        Count("Vulnerable", bad, scope.identities(vulnerable="yes")),
        Count("Not vulnerable", types.total() - bad, scope.identities(vulnerable="no")),
        [Count(name, types[one], scope.identities(type=one), one) for one, name in _TYPES.items()],
        [Count(one, impacts[one], scope.identities(impact=one), one) for one in reversed(LETTERS)],
    )


def _states(scope: Scope, states: Mapping[str, int]) -> States:
    pending, acknowledged, followed = (
        states.get(one, 0) for one in (State.SUGGESTED, State.ACKNOWLEDGED, State.FOLLOWED)
    )
    address = scope.recommendations()
    return States(
        Count("Suggested", pending + acknowledged + followed, address),
        Count("Pending", pending, address, "suggested"),
        Count("Acknowledged", acknowledged, address, "acknowledged"),
        Count("Followed", followed, address, "followed"),
    )


def _by_criticality(
    scope: Scope, pending: Sequence[Recommended], identities: Sequence[Vulnerable]
) -> Sequence[Part]:
    counts = tally.by(pending, "criticality")
    return [
        Part(
            one,
            one.capitalize(),
            counts[one],
            scope.recommendations(criticality=one),
            sum(getattr(those, one) for those in identities),
            scope.identities(criticality=one, sort="recommendations"),
        )
        for one in CRITICALITIES
    ]


def _of_aws(scope: Scope, pending: int, vulnerable: int) -> Part:
    address = scope.identities(vulnerable="yes", sort="recommendations")
    return Part("aws", "Amazon Web Services", pending, scope.recommendations(), vulnerable, address)


def _by_type(
    scope: Scope, pending: Sequence[Recommended], identities: Sequence[Vulnerable]
) -> Sequence[Part]:
    counts, those = tally.by(pending, "type"), tally.by(identities, "type")
    return [
        Part(
            one,
            name,
            counts[one],
            scope.recommendations(type=one),
            those[one],
            scope.identities(type=one, vulnerable="yes", sort="recommendations"),
        )
        for one, name in _TYPES.items()
    ]


@dataclass(frozen=True, slots=True)
class _Account:
    connection_id: str
    id: str
    name: str
    recommendations: int
    grave: tuple[int, ...]
    identities: int


def _by_account(pending: Sequence[Recommended], identities: Sequence[Vulnerable]) -> Sequence[_Account]:
    """The gravest first. An account that is known through two connections is two."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    those: Counter[tuple[str, str]] = Counter()
    names: dict[tuple[str, str], str] = {}
    for one in pending:
        counts[one.connection_id, one.account_id][one.criticality] += one.count
    for other in identities:
        key = other.connection_id, other.account_id
        those[key] += other.count
        names[key] = other.account_name
    listed = [_one_account(key, found, names.get(key, ""), those[key]) for key, found in counts.items()]
    return sorted(listed, key=lambda one: (*(-count for count in one.grave), one.id))


def _one_account(key: tuple[str, str], found: Counter[str], name: str, identities: int) -> _Account:
    grave = tuple(found[one] for one in CRITICALITIES)
    return _Account(*key, name, found.total(), grave, identities)


def _account(scope: Scope, one: _Account) -> Part:
    where = {"connection": one.connection_id}
    where |= {"account": one.id} if one.id else {"type": DIRECTORY_TYPES}
    return Part(
        one.id,
        one.name,
        one.recommendations,
        scope.recommendations(**where),
        one.identities,
        scope.identities(**where, vulnerable="yes", sort="recommendations"),
    )
