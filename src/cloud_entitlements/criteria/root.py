"""What is known of an account's root: what it signs in with, and whether the organization took that away."""

from __future__ import annotations

from cloud_entitlements.criteria.subject import Around, Subject

MANAGED_CENTRALLY = "RootCredentialsManagement"
"""The feature lets the management account remove what its members' roots sign in with, and keeps them from recovering it.
Switching it on removes nothing. The management account's own root is never among them."""
_GOV = "arn:aws-us-gov:"


def has_password(subject: Subject, around: Around) -> bool | None:
    """None: not told. AWS long said `not_supported` in the report; the account summary is newer."""
    summary = around.account.summary.get("AccountPasswordPresent")
    if summary is not None:
        return summary > 0
    return {"true": True, "false": False}.get((subject.report or {}).get("password_enabled", "").lower())


def keys_present(subject: Subject, around: Around) -> bool | None:
    """None: not told. The summary is of now, the report up to four hours old: the summary counts."""
    summary = around.account.summary.get("AccountAccessKeysPresent")
    if summary is not None:
        return summary > 0
    return None if subject.report is None else bool(active_keys(subject))


def active_keys(subject: Subject) -> tuple[int, ...]:
    """Their numbers in the credential report."""
    report = subject.report or {}
    return tuple(one for one in (1, 2) if report.get(f"access_key_{one}_active", "").lower() == "true")


def is_managed_centrally(subject: Subject, around: Around) -> bool | None:
    """None: it was not read."""
    known = around.organization
    if known.standalone or subject.account_id == known.management_account:
        return False
    return None if around.root_features is None else MANAGED_CENTRALLY in around.root_features


def can_never_sign_in(subject: Subject) -> bool:
    """The root of an account in GovCloud has no console."""
    return subject.arn.startswith(_GOV)
