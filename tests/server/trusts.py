"""An organization with one account whose roles trust whom a test says, collected once a day; judged each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from cloud_entitlements.inventory import Coverage, Gap, Publication, Staging, publish
from cloud_entitlements.inventory.authorization_details import NORMALIZE
from cloud_entitlements.inventory.layers import OF_ACCOUNT
from cloud_entitlements.server.recommendations.analysing import bring_up

OWN, MANAGEMENT, SISTER = "111111111111", "999999999999", "888888888888"
CONNECTION, NAME = "trusts", "Larkspur"
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


def role(name: str, *trusted: str) -> dict[str, Any]:
    """`trusted`: principals of type AWS, a statement each."""
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": one}, "Action": "sts:AssumeRole"} for one in trusted
    ]
    return {
        "Arn": f"arn:aws:iam::{OWN}:role/{name}",
        "RoleName": name,
        "Path": "/",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": statements},
    }


class Trusts:
    def __init__(self, folder: Path, connection_id: str = CONNECTION) -> None:
        self._folder, self._connection_id, self._day = folder, connection_id, 0

    def collected(self, *roles: dict[str, Any]) -> None:
        self._published(roles)

    def not_read(self) -> None:
        """Who is in the account could not be read again."""
        self._published(None)

    def _published(self, roles: Sequence[dict[str, Any]] | None) -> None:
        self._day += 1
        at = BEGAN + timedelta(days=self._day)
        staging = Staging(self._folder / self._connection_id / str(self._day), durable=False)
        for part, call in OF_ACCOUNT.items():
            if part != "authorization_details":
                staging.save(OWN, part, [], at)
            elif roles is None:
                staging.gap(OWN, part, Gap(call, "denied", "no"), at)
            else:
                staging.save(OWN, part, _rows(roles), at)
        staging.save("organization", "organization", _organization(), at)
        run = f"{self._day:x}" * 32
        publish(
            staging,
            settings.SNAPSHOTS_DIR,
            Publication(self._connection_id, run, Coverage(1, 1), at, name=NAME),
        )
        bring_up(self._connection_id)


def _rows(roles: Sequence[dict[str, Any]]) -> Iterator[Any]:
    for one in roles:
        yield from NORMALIZE["RoleDetailList"](one)


def _organization() -> Iterator[Any]:
    yield (
        "organization",
        {"id": "o-trusts0001", "management_account_id": MANAGEMENT, "feature_set": "ALL"},
    )
    for account_id in (OWN, MANAGEMENT, SISTER):
        path = f"o-trusts0001/r-trus/{account_id}/"
        yield (
            "accounts",
            {"id": account_id, "name": f"account-{account_id[:2]}", "state": "ACTIVE", "path": path},
        )
