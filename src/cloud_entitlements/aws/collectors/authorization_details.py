"""Users, groups, roles, and the managed policies that are attached: all of IAM in pages of up to 1,000."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cloud_entitlements.aws.collecting import Collector, Row, Scope, pages
from cloud_entitlements.aws.sessions import AwsSession
from cloud_entitlements.inventory.authorization_details import NORMALIZE

PAGE = 1000
# AWS managed policies come only where attached; asking for unattached local ones shows what could be attached.
KINDS = ["User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"]


def collect(session: AwsSession, _scope: Scope) -> Iterator[Row]:
    client = session.client("iam")
    for page in pages(client.get_account_authorization_details, Filter=KINDS, MaxItems=PAGE):
        for field, normalize in NORMALIZE.items():
            for entity in page.get(field, []):
                yield from normalize(entity)


COLLECTOR = Collector(
    name="authorization_details",
    level="account",
    cadence=timedelta(0),
    tables=("users", "groups", "roles", "managed_policies", "documents"),
    operations=("iam:GetAccountAuthorizationDetails",),
    collect=collect,
)
