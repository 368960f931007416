"""Every case of every criterion, judged over a published snapshot and its index."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cloud_entitlements.access import open_index
from cloud_entitlements.criteria import CRITERIA, Judgement, Settings, analyse
from cloud_entitlements.criteria.fixes import facts, filled
from tests.criteria.test_fixes import UNFILLED
from tests.criteria.world import NOW, Case, cases, known_in, snapshot_of, worlds

VERDICTS = {"fails", "passes", "unknown"}
ALWAYS_KNOWN = {"direct-permissions", "inline-policy"}
"""What an identity's own row says is all that they ask for; where it was not read, there is no identity."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], Judgement]:
    """By ARN and criterion."""
    found = {}
    for number, (world, those) in enumerate(worlds().items()):
        folder: Path = tmp_path_factory.mktemp(f"world-{number}")
        snapshot = snapshot_of(world, those, folder)
        index = open_index(snapshot, folder / "cache")
        for one in analyse(snapshot, index, Settings(known_accounts=known_in(world)), NOW):
            found.update({(one.subject.arn, id_): judgement for id_, judgement in one.judgements.items()})
        index.close()
    return found


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.criterion}: {case.name}")
def test_a_case_is_judged_as_it_says(case: Case, judged: Mapping[tuple[str, str], Judgement]) -> None:
    found = judged[case.arn, case.criterion]
    told = f"{found.why} {found.evidence}"
    assert found.verdict == case.given["verdict"], told
    assert bool(found.stale_since) == bool(case.given.get("is_stale", False)), told
    shown = f"{found.why}\n" + "\n".join(
        f"{one.text} {one.policy} {one.statement} {one.key_id} {one.at}" for one in found.evidence
    )
    for words in case.given.get("says", []):
        assert case.filled(words) in shown
    for words in case.given.get("silent", []):
        assert words not in shown


def test_no_text_of_a_case_has_a_place_that_was_not_filled(
    judged: Mapping[tuple[str, str], Judgement],
) -> None:
    """Evidence, reasons and fixes, as pages, terminal and API show them."""
    by_id = {one.id: one for one in CRITERIA}
    checked = 0
    for (arn, id_), found in judged.items():
        type_, _, name = arn.partition(":iam::")[2].partition(":")[2].partition("/")
        told = [(one.policy, one.key_id, one.account_id) for one in found.evidence]
        fix = filled(by_id[id_].fix, facts(name or type_, arn, type_, told))
        for text in (found.why, *(one.text for one in found.evidence), fix.console, fix.cli, fix.terraform):
            assert not UNFILLED.findall(text), f"{arn} {id_}: {text}"
            checked += 1
        if found.verdict == "fails" and any(policy for policy, *_ in told):
            assert "POLICY" not in fix.cli + fix.terraform + fix.console, f"{arn} {id_}"
    assert checked > 1000


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.id)
def test_each_criterion_has_cases_of_every_kind(criterion: object) -> None:
    from cloud_entitlements.criteria import Criterion

    assert isinstance(criterion, Criterion)
    found = {one.given["verdict"] for one in cases() if one.criterion == criterion.id}
    wanted = VERDICTS - ({"unknown"} if criterion.id in ALWAYS_KNOWN else set())
    assert found >= wanted, f"{criterion.id} has no case that {wanted - found}"


def test_no_file_of_cases_is_of_a_criterion_that_does_not_exist() -> None:
    assert {one.criterion for one in cases()} <= {one.id for one in CRITERIA}
