"""A user's access keys, and whether AWS was asked for them: an account's keys may take several runs to read."""

from __future__ import annotations

from cloud_entitlements.criteria.subject import Around, Row, Subject

NOT_ASKED = "AWS was not asked yet for the user's access keys"


def active_keys(subject: Subject) -> list[Row]:
    return [key for key in subject.access_keys if key["status"] == "Active"]


def were_not_asked(subject: Subject, around: Around) -> bool:
    """No row is no key only where all were asked, or where the credential report says so."""
    if subject.access_keys or around.account.outcomes.get("access_keys") != "partial":
        return False
    report = subject.report
    return report is None or any(report.get(f"access_key_{one}_active") == "true" for one in (1, 2))
