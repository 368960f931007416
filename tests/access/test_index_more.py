"""The index and the engine, asked of each identity by itself, say the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.access import AccessIndex, Asker, Question, open_index, read_organization
from cloud_entitlements.policy import Decision

from .made import CONTEXTS, QUESTIONS, made

SEEDS = 40


def _told(decision: Decision) -> tuple[Any, ...]:
    return decision.outcome, decision.residual, decision.context_keys, decision.incomplete, decision.minimised


def _everybody(asker: Asker) -> Iterator[str]:
    organization = asker.organization
    yield from organization.identities
    accounts = {one.account_id for one in organization.identities.values()} | organization.accounts.keys()
    yield from (f"arn:aws:iam::{account}:root" for account in accounts)


def _one_by_one(asker: Asker, action: str, resource: str, context: Any) -> dict[str, tuple[Any, ...]]:
    found = {}
    for arn in _everybody(asker):
        decision = asker.can(Question(arn, action, resource, None, context)).decision
        if decision.outcome != "denied":
            found[arn] = _told(decision)
    return found


def _by_index(index: AccessIndex, action: str, resource: str, context: Any) -> dict[str, tuple[Any, ...]]:
    answer = index.who_can(action, resource, None, context)
    return {one.arn: _told(decision) for one, decision in answer.with_decisions()}


@pytest.mark.parametrize("seed", [*range(300,340),358,90,216])
def test_the_index_equals_asking_everybody(seed: int, tmp_path: Path) -> None:
    snapshot = made(seed, tmp_path)
    asker = Asker(read_organization(snapshot))
    index = open_index(snapshot, tmp_path / "cache")
    for number, (action, resource) in enumerate(QUESTIONS):
        context = CONTEXTS[(seed + number) % len(CONTEXTS)]
        expected = _one_by_one(asker, action, resource, context)
        assert _by_index(index, action, resource, context) == expected, (action, resource, context)
