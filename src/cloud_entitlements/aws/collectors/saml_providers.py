"""SAML identity providers: which there are. Their metadata documents are never asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cloud_entitlements.aws.collecting import Collector, Row, Scope
from cloud_entitlements.aws.sessions import AwsSession
from cloud_entitlements.inventory.moments import moment


def collect(session: AwsSession, _scope: Scope) -> Iterator[Row]:
    for found in session.client("iam").list_saml_providers().get("SAMLProviderList", []):
        yield (
            "saml_providers",
            {
                "arn": found["Arn"],
                "valid_until": moment(found.get("ValidUntil")),
                "created_at": moment(found.get("CreateDate")),
            },
        )


COLLECTOR = Collector(
    name="saml_providers",
    level="account",
    cadence=timedelta(0),
    tables=("saml_providers",),
    operations=("iam:ListSAMLProviders",),
    collect=collect,
)
