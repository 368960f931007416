"""Whether root credentials of member accounts are removed centrally; "root without MFA" says nothing then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from botocore.exceptions import ClientError

from cloud_entitlements.aws.collecting import Collector, Row, Scope
from cloud_entitlements.aws.sessions import AwsSession

_NEVER_SWITCHED_ON = frozenset({"ServiceAccessNotEnabledException", "OrganizationNotFoundException"})


def collect(session: AwsSession, _scope: Scope) -> Iterator[Row]:
    try:
        features = session.client("iam").list_organizations_features().get("EnabledFeatures", [])
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NEVER_SWITCHED_ON:
            raise
        features = []  # AWS's answer where IAM has no trusted access: nothing is removed centrally
    for feature in features:
        yield "root_access_features", {"name": feature}


COLLECTOR = Collector(
    name="root_access",
    level="organization",
    cadence=timedelta(hours=6),
    tables=("root_access_features",),
    operations=("iam:ListOrganizationsFeatures",),
    collect=collect,
)
