"""The list of identities: what is asked for, as filters of an address, and the rows that answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet

from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.identities.models import Analysis, Identity
from cloud_entitlements.server.keyset import Order
from cloud_entitlements.server.recommendations.models import Recommendation

ORDERS: Mapping[str, Order] = {
    "impact": Order("impact_points", descending=True),
    "recommendations": Order("weight", descending=True),
    "score": Order("score", descending=True, nullable=True),
    "name": Order("name"),
    "account": Order("account_id"),
    "used": Order("last_used_at", nullable=True),
    "created": Order("created_at", nullable=True),
}
PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Empty: not filtered by it. Several values of one filter are separated by commas."""

    q: str = ""
    connection: str = ""
    tag: str = ""
    account: str = ""
    type: str = ""
    impact: str = ""
    administrator: str = ""
    criterion: str = ""
    criticality: str = ""
    exempt: str = ""
    vulnerable: str = ""
    """Something is suggested to it. Each of the two is `yes` or `no`."""
    sort: str = "impact"
    cursor: str = field(default="", compare=False)

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """What is not known is passed over: an old link still opens."""
        known = {one.name: given.get(one.name, "").strip()[:300] for one in fields(cls)}
        found = cls(**{name: value for name, value in known.items() if value})
        return found if found.sort in ORDERS else replace(found, sort="impact")

    @property
    def order(self) -> Order:
        return ORDERS[self.sort]

    def address(self, path: str, **changes: str) -> str:
        """A filter that changes begins at the first page."""
        plain = {one.name: one.default for one in fields(self)}
        told = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "cursor"} | changes
        query = urlencode({name: value for name, value in told.items() if value and value != plain.get(name)})
        return f"{path}?{query}" if query else path


def shown_connections(tag: str = "") -> list[str]:
    """Those whose identities are shown: what is switched off is shown nowhere."""
    off, tagged = set(), set()
    for id_, enabled, tags in Connection.objects.values_list("id", "enabled", "tags"):
        off |= set() if enabled else {str(id_)}
        tagged |= {str(id_)} if tag in tags else set()
    found = Analysis.objects.values_list("connection_id", flat=True)
    return [one for one in found if one not in off and (not tag or one in tagged)]


def identities(wanted: Wanted) -> QuerySet[Identity]:
    """Unordered."""
    found = Identity.objects.filter(connection_id__in=shown_connections(wanted.tag))
    for word in wanted.q.lower().split():
        found = found.filter(search__contains=word)
    for column, given in (
        ("connection_id", wanted.connection),
        ("account_id", wanted.account),
        ("type", wanted.type),
        ("impact", wanted.impact.upper()),
        ("administrator", wanted.administrator),
    ):
        if given:
            found = found.filter(**{f"{column}__in": given.split(",")})
    if wanted.exempt in ("yes", "no"):
        found = found.exclude(exempt="") if wanted.exempt == "yes" else found.filter(exempt="")
    if wanted.vulnerable in ("yes", "no"):
        found = found.filter(weight__gt=0) if wanted.vulnerable == "yes" else found.filter(weight=0)
    for one in wanted.criticality.split(",") if wanted.criticality else ():
        if one in ("high", "medium", "low"):
            found = found.filter(**{f"{one}__gt": 0})
    return _failing(found, wanted.criterion) if wanted.criterion else found


def _failing(found: QuerySet[Identity], criteria: str) -> QuerySet[Identity]:
    mine = Q(connection_id=OuterRef("connection_id"), arn=OuterRef("arn"))
    failing = Recommendation.objects.filter(mine, criterion__in=criteria.split(","), state="suggested")
    return found.filter(Exists(failing))
