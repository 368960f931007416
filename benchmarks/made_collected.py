"""An organization of any size as a connection would have collected it: with reports, keys, devices and last use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from made_organization import MANAGEMENT, ORGANIZATION, ROOT, UNITS, made_account, made_control

from cloud_entitlements.inventory import Coverage, Publication, Snapshot, Staging, canonical, publish
from cloud_entitlements.inventory.authorization_details import NORMALIZE
from cloud_entitlements.inventory.layers import OF_ACCOUNT

NOW = datetime(2026, 11, 25, tzinfo=UTC)
Row = tuple[str, Mapping[str, Any]]
OTHERS = 35
"""Identities of an account that are no roles of applications."""


def collected(folder: Path, accounts: int, identities: int, inline: int) -> Snapshot:
    """`identities`: of all accounts together; `inline`: policies that each role of an application has of its own."""
    ids = [str(int(MANAGEMENT) + number) for number in range(accounts)]
    staging = Staging(folder / "staging", durable=False)
    staging.save("organization", "organization", _organization(ids), NOW)
    staging.save("organization", "organization_policies", _control(ids), NOW)
    staging.save("organization", "root_access", [], NOW)
    for account in ids:
        random = Random(f"7 {account}")
        made = made_account(random, account, ids, identities // accounts - OTHERS, inline)
        for part in OF_ACCOUNT:
            staging.save(account, part, _PARTS.get(part, _nothing)(random, account, made), NOW)
    publication = Publication("benchmark", "b" * 32, Coverage(accounts, accounts), NOW, name="Benchmark")
    return publish(staging, folder / "snapshots", publication)


def _organization(ids: list[str]) -> Iterator[Row]:
    yield "organization", {"id": ORGANIZATION, "management_account_id": ids[0], "feature_set": "ALL"}
    yield "units", {"id": ROOT, "kind": "root", "name": "Root", "path": f"{ORGANIZATION}/{ROOT}/"}
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        yield "policy_types", {"root_id": ROOT, "type": kind, "status": "ENABLED"}
    for number, account in enumerate(ids):
        unit = "" if number == 0 else f"{UNITS[number % len(UNITS)]}/"
        path = f"{ORGANIZATION}/{ROOT}/{unit}{account}/"
        yield "accounts", {"id": account, "name": f"account-{number}", "state": "ACTIVE", "path": path}


def _control(ids: list[str]) -> Iterator[Row]:
    found = made_control(ids)
    for kind in ("service", "resource"):
        for one in found[f"{kind}_control_policies"]:
            document = canonical(one["document"])
            yield "documents", document.row()
            type_ = f"{kind.upper()}_CONTROL_POLICY"
            yield (
                "organization_policies",
                {"id": one["id"], "type": type_, "name": one["id"], "document": document.sha256},
            )
            for target in one["targets"]:
                yield "organization_policy_targets", {"policy_id": one["id"], "target_id": target}


def _details(_random: Random, _account: str, made: Mapping[str, Any]) -> Iterator[Row]:
    for name, normalize in NORMALIZE.items():
        for one in made[name]:
            yield from normalize(one)


def _report(random: Random, account: str, made: Mapping[str, Any]) -> Iterator[Row]:
    plain = {"user_creation_time": "2024-01-01T00:00:00+00:00", "password_last_changed": "N/A"}
    for one in made["UserDetailList"]:
        columns = {
            **plain,
            "password_enabled": random.choice(("true", "false")),
            "password_last_used": _moment(random),
            "mfa_active": random.choice(("true", "false")),
            **{f"access_key_{n}_active": "false" for n in (1, 2)},
        }
        yield "credential_report", {"arn": one["Arn"], "user": one["UserName"], "columns": columns}
    root = {**plain, "mfa_active": "true", "access_key_1_active": "false", "access_key_2_active": "false"}
    yield (
        "credential_report",
        {"arn": f"arn:aws:iam::{account}:root", "user": "<root_account>", "columns": root},
    )


def _keys(random: Random, account: str, made: Mapping[str, Any]) -> Iterator[Row]:
    for number, one in enumerate(made["UserDetailList"]):
        if random.random() < 0.5:
            key = {"id": f"AKIA{account}{number}", "user_arn": one["Arn"], "user_name": one["UserName"]}
            times = {"created_at": _moment(random), "last_used_at": _moment(random)}
            yield "access_keys", {**key, "status": "Active", **times}


def _accessed(random: Random, _account: str, made: Mapping[str, Any]) -> Iterator[Row]:
    for one in (*made["UserDetailList"], *made["RoleDetailList"]):
        services = [{"service": name, "at": _moment(random)} for name in random.sample(_SERVICES, 4)]
        yield (
            "last_accessed",
            {
                "arn": one["Arn"],
                "asked_at": NOW.isoformat(),
                "granularity": "ACTION_LEVEL",
                "services": services,
                "tracked": list(_SERVICES),
                "actions": [],
                "tracked_actions": [],
            },
        )


_SERVICES = ("s3", "sqs", "dynamodb", "kms", "secretsmanager", "lambda", "sns", "ec2", "logs", "ecr")


def _moment(random: Random) -> str:
    return (NOW - timedelta(days=random.randint(0, 400))).isoformat()


def _summary(_random: Random, _account: str, _made: Mapping[str, Any]) -> Iterator[Row]:
    for name, value in (("AccountMFAEnabled", 1), ("AccountAccessKeysPresent", 0)):
        yield "account_summary", {"name": name, "value": value}


def _nothing(_random: Random, _account: str, _made: Mapping[str, Any]) -> Iterator[Row]:
    return iter(())


_PARTS = {
    "authorization_details": _details,
    "account_summary": _summary,
    "credential_report": _report,
    "access_keys": _keys,
    "last_accessed": _accessed,
}
