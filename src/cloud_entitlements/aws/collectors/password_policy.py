"""The account's password policy. Having none is a fact, and a row; not being able to ask is a gap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from botocore.exceptions import ClientError

from cloud_entitlements.aws.collecting import Collector, Row, Scope
from cloud_entitlements.aws.sessions import AwsSession


def collect(session: AwsSession, _scope: Scope) -> Iterator[Row]:
    try:
        policy = session.client("iam").get_account_password_policy()["PasswordPolicy"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        yield "password_policy", {"present": False, "settings": {}}
        return
    yield (
        "password_policy",
        {"present": True, "settings": {name: str(value) for name, value in policy.items()}},
    )


COLLECTOR = Collector(
    name="password_policy",
    level="account",
    cadence=timedelta(0),
    tables=("password_policy",),
    operations=("iam:GetAccountPasswordPolicy",),
    collect=collect,
)
