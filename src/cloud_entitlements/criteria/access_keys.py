"""A user's access keys, as far as they are known."""

from __future__ import annotations

from cloud_entitlements.criteria.criterion import Judgement, not_applicable, unknown
from cloud_entitlements.criteria.subject import Around, Row, Subject

_WHOLE = frozenset({"collected", "carried"})


def active_keys(subject: Subject, around: Around) -> list[Row] | Judgement:
    """Those that are switched on; or why there are none to judge."""
    found = [key for key in subject.access_keys if key["status"] == "Active"]
    if found:
        return found
    if not subject.access_keys and _may_have_some(subject, around):
        return unknown("not every user's access keys could be read, and those of this user were not")
    return not_applicable("the user has no active access key")


def _may_have_some(subject: Subject, around: Around) -> bool:
    """AWS lists keys user by user: where not all could be asked, the credential report may say who has none."""
    if around.account.outcomes.get("access_keys") in _WHOLE:
        return False
    report = subject.report
    return report is None or any(report.get(f"access_key_{number}_active") != "false" for number in (1, 2))
