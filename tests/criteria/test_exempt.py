"""Who is left out by default, and who only looks so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cloud_entitlements.access import open_index
from cloud_entitlements.criteria import Settings, analyse
from cloud_entitlements.criteria.exempt import EXEMPTIONS, Exemption
from tests.criteria.world import FOLDER, NOW, Case, cases, snapshot_of, worlds

EXEMPT = FOLDER.parent / "exempt"


@pytest.fixture(scope="module")
def left_out(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Exemption | None]:
    """By ARN."""
    found = {}
    for number, (world, those) in enumerate(worlds(EXEMPT).items()):
        folder: Path = tmp_path_factory.mktemp(f"exempt-{number}")
        snapshot = snapshot_of(world, those, folder)
        index = open_index(snapshot, folder / "cache")
        found.update({one.subject.arn: one.exempt for one in analyse(snapshot, index, Settings(), NOW, ())})
        index.close()
    return found


@pytest.mark.parametrize("case", cases(EXEMPT), ids=lambda case: case.name)
def test_a_role_is_left_out_by_what_it_trusts(case: Case, left_out: Mapping[str, Exemption | None]) -> None:
    found = left_out[case.arn]
    assert (found.id if found else None) == case.given["exempt"]


@pytest.mark.parametrize("exemption", EXEMPTIONS, ids=lambda one: one.id)
def test_each_exemption_has_a_case_and_says_why(exemption: Exemption) -> None:
    assert exemption.id in {one.given["exempt"] for one in cases(EXEMPT)}
    assert exemption.why


def test_who_is_left_out_is_judged_all_the_same(tmp_path: Path) -> None:
    case = next(one for one in cases(EXEMPT) if one.given["exempt"] == "ours")
    snapshot = snapshot_of(case.world, [case], tmp_path)
    index = open_index(snapshot, tmp_path / "cache")
    found = next(one for one in analyse(snapshot, index, Settings(), NOW) if one.subject.arn == case.arn)
    index.close()
    assert found.exempt is not None
    assert found.judgements["trust-unknown-account"].verdict == "fails"
