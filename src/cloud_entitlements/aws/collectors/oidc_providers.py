"""OIDC identity providers: the issuers whose tokens roles may trust."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cloud_entitlements.aws.collecting import Collector, Row, Scope
from cloud_entitlements.aws.sessions import AwsSession
from cloud_entitlements.inventory.moments import moment


def collect(session: AwsSession, _scope: Scope) -> Iterator[Row]:
    client = session.client("iam")
    for listed in client.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        found = client.get_open_id_connect_provider(OpenIDConnectProviderArn=listed["Arn"])
        yield (
            "oidc_providers",
            {
                "arn": listed["Arn"],
                "url": found.get("Url"),
                "client_ids": found.get("ClientIDList", []),
                "thumbprints": found.get("ThumbprintList", []),
                "created_at": moment(found.get("CreateDate")),
            },
        )


COLLECTOR = Collector(
    name="oidc_providers",
    level="account",
    cadence=timedelta(0),
    tables=("oidc_providers",),
    operations=("iam:ListOpenIDConnectProviders", "iam:GetOpenIDConnectProvider"),
    collect=collect,
)
