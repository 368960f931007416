"""Every case of every criterion, as it stands in the database after a snapshot was judged; on both database engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.server.identities.models import Identity
from cloud_entitlements.server.recommendations.analysing import bring_up
from cloud_entitlements.server.recommendations.models import KnownAccount, Recommendation
from tests.criteria.world import Case, known_in, snapshot_of, worlds

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
CONNECTION = "cases"


def test_what_is_kept_is_what_the_cases_say(settings: Any, tmp_path: Path) -> None:
    """A world after the other, for each takes seconds; what is wrong is told together."""
    wrong: list[str] = []
    count = 0
    for number, (world, those) in enumerate(worlds().items()):
        settings.SNAPSHOTS_DIR = tmp_path / str(number) / "snapshots"
        snapshot_of(world, those, tmp_path / str(number))
        Identity.objects.all().delete()
        Recommendation.objects.all().delete()
        KnownAccount.objects.all().delete()
        for account_id in known_in(world):
            KnownAccount.objects.create(connection_id=CONNECTION, account_id=account_id, name="Supplier")
        assert bring_up(CONNECTION) is not None
        wrong += [told for case in those if (told := _wrong(case))]
        count += len(those)
    assert wrong == []
    assert count > 300


def _wrong(case: Case) -> str:
    row = Identity.objects.get(arn=case.arn)
    kept = Recommendation.objects.filter(criterion=case.criterion, arn=case.arn).first()
    wanted = case.given["verdict"]
    suggested = bool(kept and kept.state == "suggested")
    if suggested != (wanted == "fails" and not row.exempt):
        return (
            f"{case.criterion}, {case.name}: {'suggested' if suggested else 'not suggested'}, and it {wanted}"
        )
    told = row.judged.get(case.criterion, {}).get("verdict", "fails" if suggested else "passes")
    if told != wanted and not row.exempt:
        return f"{case.criterion}, {case.name}: kept as {told}, and it {wanted}"
    if kept and bool(kept.stale_since) != bool(case.given.get("is_stale", False)):
        return f"{case.criterion}, {case.name}: stale since {kept.stale_since}"
    return ""
