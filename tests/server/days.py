"""A connection whose account is collected once a day, as a test says; judged each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from cloud_entitlements.inventory import Coverage, Gap, Publication, Staging, publish
from cloud_entitlements.inventory.authorization_details import NORMALIZE
from cloud_entitlements.inventory.layers import OF_ACCOUNT
from cloud_entitlements.server.identities.models import Analysis
from cloud_entitlements.server.recommendations.analysing import bring_up

ACCOUNT, CONNECTION = "111111111111", "analysed"
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
HOSTILE = "<img-src=x-onerror=alert(1)>"
FORMULA = "=1+1"


def user(name: str, *documents: dict[str, Any]) -> dict[str, Any]:
    inline = [{"PolicyName": f"p{n}", "PolicyDocument": one} for n, one in enumerate(documents)]
    return {
        "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "UserName": name,
        "Path": "/",
        "UserPolicyList": inline,
    }


class Days:
    """A connection whose account is collected once a day, as each test says."""

    def __init__(self, folder: Path, connection: str = CONNECTION) -> None:
        self._folder, self._day, self._connection = folder / connection, 0, connection

    def collected(self, *users: dict[str, Any]) -> Analysis:
        return self._published(users, None)

    def not_read(self, part: str = "authorization_details") -> Analysis:
        return self._published((), part)

    def _published(self, users: tuple[dict[str, Any], ...], gap: str | None) -> Analysis:
        self._day += 1
        at = BEGAN + timedelta(days=self._day)
        staging = Staging(self._folder / str(self._day), durable=False)
        for part, call in OF_ACCOUNT.items():
            if part == gap:
                staging.gap(ACCOUNT, part, Gap(call, "denied", "no"), at)
            elif part == "authorization_details":
                rows = (row for one in users for row in NORMALIZE["UserDetailList"](one))
                staging.save(ACCOUNT, part, rows, at)
            else:
                staging.save(ACCOUNT, part, [], at)
        published = Publication(self._connection, f"{self._day}" * 32, Coverage(1, 1), at)
        publish(staging, settings.SNAPSHOTS_DIR, published)
        found = bring_up(self._connection)
        assert found is not None
        return found
