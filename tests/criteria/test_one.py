"""One identity read alone is the same as when everybody is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_entitlements.access import open_index
from cloud_entitlements.criteria.facts import accounts, one_subject
from cloud_entitlements.criteria.reaches import Reaches, reach_of
from tests.criteria.world import snapshot_of, worlds


@pytest.mark.parametrize("number", range(len(worlds())))
def test_one_identity_is_read_and_reckoned_as_all_are(number: int, tmp_path: Path) -> None:
    world, those = list(worlds().items())[number]
    snapshot = snapshot_of(world, those, tmp_path)
    index = open_index(snapshot, tmp_path / "cache")
    reaches = Reaches(index)
    seen = set()
    for account in accounts(snapshot, index.organization):
        for expected in reaches.filled_in(account.subjects):
            found = one_subject(snapshot, expected.arn)
            if expected.type == "root" and expected.report is None:
                assert found is not None
                assert found.arn == expected.arn
                continue
            assert found is not None, expected.arn
            assert reach_of(index, found) == expected.reach, expected.arn
            for name in (
                "policies",
                "groups",
                "members",
                "report",
                "mfa_devices",
                "access_keys",
                "unread",
                "trust",
            ):
                assert getattr(found, name) == getattr(expected, name), (expected.arn, name)
            assert found.last_accessed == expected.last_accessed
            seen.add(expected.type)
    index.close()
    assert {"user", "role", "root"} & seen


@pytest.mark.parametrize(
    "arn", ["", "x", "arn:aws:iam::1:user/", "arn:aws:iam::100000000001:user/nobody", "arn:aws:s3:::b"]
)
def test_who_is_not_there_is_not_made_up(arn: str, tmp_path: Path) -> None:
    world, those = next(iter(worlds().items()))
    assert one_subject(snapshot_of(world, those[:1], tmp_path), arn) is None
