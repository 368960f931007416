"""How a user, or root, gets in: password, MFA devices, access keys; and why it is not known, where it is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cloud_entitlements.criteria.facts import when
from cloud_entitlements.server.identities.about import About
from cloud_entitlements.server.identities.parts import Part

KEYS, REPORT, DEVICES = "access_keys", "credential_report", "mfa_devices"
_NEVER = "N/A"


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    """Empty: the credential report does not tell it."""
    number: int
    status: str
    created_at: datetime | None
    days: int | None
    last_used_at: datetime | None
    service: str
    region: str


@dataclass(frozen=True, slots=True)
class Keys:
    listed: Sequence[Key]
    part: Part
    """Where they come from."""
    unknown: str
    """Why they are not known; empty: they are."""


def keys(about: About) -> Keys:
    """As IAM lists them; else as the credential report has them, without their ids."""
    part = about.part(KEYS)
    if part.read:
        rows = about.subject.access_keys
        return Keys([_key(number, row, about.now) for number, row in enumerate(rows, 1)], part, "")
    report = about.part(REPORT)
    if about.subject.report is not None:
        return Keys(list(_of_report(about.subject.report, about.now)), report, "")
    return Keys((), part, part.why)


def _key(number: int, row: Mapping[str, Any], now: datetime) -> Key:
    created = when(row["created_at"])
    return Key(
        row["id"],
        number,
        row["status"] or "",
        created,
        (now - created).days if created else None,
        when(row["last_used_at"]),
        row.get("last_used_service") or "",
        row.get("last_used_region") or "",
    )


def _of_report(report: Mapping[str, str], now: datetime) -> Iterator[Key]:
    for number in (1, 2):
        told = {
            name.removeprefix(f"access_key_{number}_"): value
            for name, value in report.items()
            if name.startswith(f"access_key_{number}_") and value not in (_NEVER, "not_supported")
        }
        created = when(told.get("last_rotated"))
        if created is None and told.get("active") != "true":
            continue
        yield Key(
            "",
            number,
            "Active" if told.get("active") == "true" else "Inactive",
            created,
            (now - created).days if created else None,
            when(told.get("last_used_date")),
            told.get("last_used_service", ""),
            told.get("last_used_region", ""),
        )


@dataclass(frozen=True, slots=True)
class Password:
    enabled: str
    """`true`, `false`, `not_supported`: of root, AWS does not tell."""
    last_used: datetime | None
    never_used: bool
    """It was never used, or not since AWS began to note it."""
    changed: datetime | None
    next_rotation: datetime | None
    mfa: str
    as_of: str
    """When AWS made the report."""


@dataclass(frozen=True, slots=True)
class SignIn:
    password: Password | None
    unknown: str
    """Why the credential report says nothing of it."""
    devices: Sequence[Mapping[str, Any]]
    devices_unknown: str


def sign_in(about: About) -> SignIn:
    report, part, devices = about.subject.report, about.part(REPORT), about.part(DEVICES)
    unknown = part.why if not part.read else "it is younger than the account's credential report"
    as_of = next(
        (
            row["generated_at"] or ""
            for row in about.snapshot.rows("credential_report", account_id=about.subject.account_id)
        ),
        "",
    )
    return SignIn(
        _password(report, as_of) if report is not None else None,
        "" if report is not None else unknown,
        about.subject.mfa_devices,
        "" if devices.read else devices.why,
    )


def _password(report: Mapping[str, str], as_of: str) -> Password:
    used = report.get("password_last_used", "")
    return Password(
        report.get("password_enabled", ""),
        when(used),
        used in ("no_information", _NEVER),
        when(report.get("password_last_changed")),
        when(report.get("password_next_rotation")),
        report.get("mfa_active", ""),
        as_of,
    )
