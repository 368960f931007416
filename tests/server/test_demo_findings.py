"""What the simulated organization shows: a golden file says which identities fail which criterion.

`GOLDEN=write pytest tests/server/test_demo_findings.py` writes it anew; read the difference before you keep it.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from cloud_entitlements.access import open_index
from cloud_entitlements.criteria import CRITERIA, Assessed, Settings, analyse
from cloud_entitlements.inventory import Snapshot

if TYPE_CHECKING:
    from cloud_entitlements.server.connections.models import Connection

GOLDEN = Path(__file__).parents[1] / "cases" / "demo-findings.json"
NOW = datetime(2026, 11, 25, tzinfo=UTC)
"""The seed's days are told as of then."""


@pytest.fixture
def assessed(connected_whole: Connection, tmp_path: Path) -> list[Assessed]:
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connected_whole.id))
    assert snapshot is not None
    index = open_index(snapshot, tmp_path)
    try:
        return list(analyse(snapshot, index, Settings(), NOW))
    finally:
        index.close()


def test_the_simulated_organization_fails_what_the_golden_file_says(assessed: list[Assessed]) -> None:
    """One test, for it takes a whole organization to be collected."""
    _is_as_the_golden_file_says(assessed)
    failed = {
        id_
        for one in assessed
        if not one.exempt
        for id_, found in one.judgements.items()
        if found.verdict == "fails"
    }
    assert failed == {one.id for one in CRITERIA}, "each criterion is failed by somebody"
    exempt = {one.exempt.id for one in assessed if one.exempt}
    assert exempt == {"service_linked", "identity_center", "stacksets", "ours"}, "visibly"
    people = {one.subject.name: one for one in assessed if one.person}
    engineers = people["Platform Engineers"]
    assert engineers.person is not None
    assert (engineers.impact.letter, engineers.person.administrator) == ("E", True)
    assert engineers.person.through.rpartition("/")[2].startswith("AWSReservedSSO_Administrator_")


def _is_as_the_golden_file_says(assessed: list[Assessed]) -> None:
    found: dict[str, dict[str, list[str]]] = {one.id: defaultdict(list) for one in CRITERIA}
    for one in assessed:
        for id_, judgement in one.judgements.items():
            if judgement.verdict in ("fails", "contained"):
                verdict = f"{judgement.verdict}, exempt" if one.exempt else judgement.verdict
                found[id_][verdict].append(_short(one.subject.arn))
    told = {
        id_: {verdict: sorted(arns) for verdict, arns in sorted(those.items())}
        for id_, those in found.items()
    }
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    assert told == json.loads(GOLDEN.read_text(encoding="utf-8"))


def _short(arn: str) -> str:
    """Without what differs from installation to installation: our own roles' names end in a random suffix."""
    head, _, tail = arn.partition("/cloud-entitlements/")
    return f"{head}/cloud-entitlements/…" if tail else arn
