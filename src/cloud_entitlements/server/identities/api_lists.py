"""What lists of identities and of recommendations share: filters that are given, and what a list is of."""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from cloud_entitlements.aws.pasted import Problem
from cloud_entitlements.server.connections.api_records import CoverageRecord, Page, Strict
from cloud_entitlements.server.connections.refusals import Invalid
from cloud_entitlements.server.identities.filters import shown

SEVERAL = "several separated by commas"
LOST = "the cursor is not one of this list: start again without it"
IdentityType = Literal["user", "role", "group", "root", "directory_user", "directory_group"]


class Given(Strict):
    """What an address may say."""

    def refuse_others(self, request: HttpRequest) -> None:
        """Raises Invalid: what is misspelled would widen the answer in silence, and of what is repeated only the last counts."""
        wrong: dict[str, Problem] = {}
        for name, values in request.GET.lists():
            if name not in type(self).model_fields:
                told = f"it is one of {', '.join(type(self).model_fields)}"
                wrong[shown(name)] = Problem("unknown", f"there is no filter `{shown(name)}`", told)
            elif len(values) > 1:
                wrong[name] = Problem("repeated", "it is given more than once", "separate values by commas")
        if wrong:
            raise Invalid(wrong)


class Filters(Given):
    q: str = Field("", description="words that the ARN or the account's name has")
    connection: str = Field("", description="id or name of a connection or import")
    tag: str = Field("", description="of connections")
    account: str = Field("", description=f"12 digits, {SEVERAL}")
    type: str = Field("", description=f"user, role, group, root, directory_user, directory_group; {SEVERAL}")
    criticality: str = Field("", description=f"high, medium, low; {SEVERAL}")


class ListPage(Filters, Page):
    criterion: str = Field("", description=f"ids of criteria, {SEVERAL}")
    gaps: bool = Field(False, description="tell the first gaps too")

    def filters(self, request: HttpRequest) -> dict[str, str]:
        """Raises Invalid."""
        self.refuse_others(request)
        return self.dict(exclude={"gaps", "cursor", "limit"})


class CoveredConnection(Schema):
    id: str
    name: str
    snapshot: str
    at: str
    accounts: CoverageRecord
    gaps: int


class DamagedConnection(Schema):
    id: str
    name: str
    why: str


class ListedGap(Schema):
    connection: str
    account_id: str
    part: str
    call: str
    code: str
    message: str
    stale_since: str


class ListCoverage(Schema):
    accounts: CoverageRecord
    gaps: int
    whole: bool
    connections: list[CoveredConnection]
    damaged: list[DamagedConnection] = Field(description="connections whose latest snapshot can't be read")
    waiting: list[str] = Field(description="connections whose latest snapshot is not judged yet")
    gap_list: list[ListedGap] | None = Field(None, description="the first 50, with `gaps=true`")
