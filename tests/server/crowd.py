"""Made-up organizations of any size, as the rows that pages read."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from cloud_entitlements.server.connections.models import Account, Connection
from cloud_entitlements.server.identities.models import Analysis, Identity
from cloud_entitlements.server.identities.rows import weight_of

UNITS = ("Root / Security", "Root / Workloads / Production", "Root / Workloads / Staging", "Root / Sandboxes")


@dataclass(frozen=True, slots=True)
class Crowd:
    connection: Connection
    identities: int
    accounts: int


def crowd(
    name: str,
    accounts: int,
    identities: int,
    *,
    seed: int = 1,
    tags: tuple[str, ...] = (),
    units: bool = True,
    people: int = 0,
) -> Crowd:
    """So many accounts, each with up to so many identities; a tenth of the accounts were never read. `people`: of Identity
    Center, in no account.
    """
    chance = random.Random(seed)
    connection = Connection.objects.create(
        type="organization", name=name, tags=list(tags), status="connected", coverage_total=accounts
    )
    ids = [f"{seed:03}{number:09}" for number in range(accounts)]
    Account.objects.bulk_create(
        _account(connection, one, number, UNITS[number % len(UNITS)] if units else "")
        for number, one in enumerate(ids)
    )
    rows = [
        _identity(str(connection.id), one, number, chance)
        for place, one in enumerate(ids)
        if place % 10
        for number in range(chance.randint(1, identities))
    ]
    rows += [_person(str(connection.id), number) for number in range(people)]
    Identity.objects.bulk_create(rows, batch_size=500)
    analysed(connection, accounts, sum(1 for place in range(accounts) if place % 10))
    return Crowd(connection, len(rows), accounts)


def _account(connection: Connection, id_: str, number: int, unit: str) -> Account:
    status = "connected" if number % 10 else "denied"
    return Account(
        connection=connection, account_id=id_, name=f"account-{id_[-5:]}", status=status, unit_path=unit
    )


def analysed(connection: Connection, total: int, connected: int) -> Analysis:
    now = timezone.now() - timedelta(minutes=5)
    return Analysis.objects.create(
        connection_id=str(connection.id), name=connection.name, snapshot_id="1" * 32, collected_at=now, analysed_at=now,
        settings_key="x", coverage_total=total, coverage_connected=connected, gaps=0, health=50.0, health_least=40.0,
    )  # fmt: skip


def _identity(connection_id: str, account_id: str, number: int, chance: random.Random) -> Identity:
    letter = chance.choices("ABCDE", (40, 25, 15, 12, 8))[0]
    high = int(letter in "DE") * chance.randint(0, 2)
    return Identity(
        connection_id=connection_id, arn=f"arn:aws:iam::{account_id}:role/role-{number:05}", digest="", type="role",
        name=f"role-{number:05}", path="/", account_id=account_id, account_name=f"account-{account_id[-5:]}", search="",
        impact=letter, impact_points="ABCDE".index(letter) * 10, impact_because="", administrator="no", high=high,
        weight=weight_of(high, 0, 0),
    )  # fmt: skip


def _person(connection_id: str, number: int) -> Identity:
    return Identity(
        connection_id=connection_id, arn=f"arn:aws:identitystore::1:user/{number}", digest="", type="directory_user",
        name=f"person {number}", path="", account_id="", account_name="Identity Center", search="", impact="E",
        impact_points=40, impact_because="", impact_least=True, administrator="unknown",
    )  # fmt: skip
