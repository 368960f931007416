"""What no collector leaves behind, and nobody should take for a pass."""

from __future__ import annotations

from cloud_entitlements.criteria.catalogue import password_policy
from cloud_entitlements.criteria.subject import Subject
from tests.criteria.test_catalogue import around
from tests.criteria.world import NOW


def test_an_account_without_a_row_about_its_password_policy_was_not_read() -> None:
    report = {"password_enabled": "true", "generated_at": NOW.isoformat()}
    somebody = Subject("arn:aws:iam::123456789012:user/ada", "user", "123456789012", "ada", report=report)
    found = password_policy.CRITERION.judge(somebody, around(password_policy="collected"))
    assert (found.verdict, found.evidence) == ("unknown", ())
