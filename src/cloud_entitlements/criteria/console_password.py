"""Whether a user has a console password: the credential report alone says so."""

from __future__ import annotations

from collections.abc import Mapping

from cloud_entitlements.criteria.criterion import Judgement, not_applicable, unknown

Report = Mapping[str, str]


def has_password(report: Report | None) -> Report | Judgement:
    """The report's line, where there is a password; else what follows."""
    if report is None:
        return unknown("the user is younger than the credential report")
    enabled = report.get("password_enabled")
    if enabled == "false":
        return not_applicable("the user has no console password")
    if enabled != "true":
        return unknown("the credential report does not say whether the user has a console password")
    return report
