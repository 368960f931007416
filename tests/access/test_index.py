"""The index and the engine, asked of each identity by itself, say the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.access import AccessIndex, Asker, Question, open_index, opening, read_organization
from cloud_entitlements.access.index.build import build
from cloud_entitlements.access.opening import KEPT, forget
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


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_index_equals_asking_everybody(seed: int, tmp_path: Path) -> None:
    snapshot = made(seed, tmp_path)
    asker = Asker(read_organization(snapshot))
    index = open_index(snapshot, tmp_path / "cache")
    for number, (action, resource) in enumerate(QUESTIONS):
        context = CONTEXTS[(seed + number) % len(CONTEXTS)]
        expected = _one_by_one(asker, action, resource, context)
        assert _by_index(index, action, resource, context) == expected, (action, resource, context)


def _silent(_what: str, _done: int, _of: int) -> None:
    """Nobody watches."""


@pytest.mark.parametrize("seed", range(4))
def test_an_index_made_from_an_earlier_one_says_what_a_new_one_says(seed: int, tmp_path: Path) -> None:
    before, after = made(seed, tmp_path), made(seed, tmp_path, changed=True)
    open_index(before, tmp_path / "cache")
    grown, new = open_index(after, tmp_path / "cache"), open_index(after, tmp_path / "other")
    for action, resource in QUESTIONS:
        assert _by_index(grown, action, resource, None) == _by_index(new, action, resource, None)
    assert [sorted(one.ids) for one in grown.actions_of_all()] == [
        sorted(one.ids) for one in new.actions_of_all()
    ]


def test_policies_that_an_earlier_index_has_read_are_not_read_again(tmp_path: Path) -> None:
    before, after = made(1, tmp_path), made(1, tmp_path, changed=True)
    first, second, alone = (tmp_path / name for name in ("first", "second", "alone"))
    build(before, first, _silent)
    grown, whole = build(after, second, _silent, first), build(after, alone, _silent)
    assert 0 < grown < whole / 2


def test_a_damaged_index_is_made_anew(tmp_path: Path) -> None:
    snapshot = made(2, tmp_path)
    answer = _by_index(open_index(snapshot, tmp_path / "cache"), *QUESTIONS[0], None)
    (path,) = (tmp_path / "cache").glob("*/*.sqlite")
    path.write_bytes(b"no database" * 1000)
    assert _by_index(open_index(snapshot, tmp_path / "cache"), *QUESTIONS[0], None) == answer
    assert path.read_bytes()[:6] == b"SQLite"


def test_few_indexes_are_kept_and_those_of_a_connection_can_be_forgotten(tmp_path: Path) -> None:
    for seed in range(KEPT + 2):
        open_index(made(seed, tmp_path / "home"), tmp_path / "cache").close()
    kept = list((tmp_path / "cache").glob("*/*"))
    assert len(kept) == KEPT
    forget(tmp_path / "cache", kept[0].parent.name)
    assert not list((tmp_path / "cache").glob("*/*"))


def test_threads_share_an_index(tmp_path: Path) -> None:
    index = open_index(made(3, tmp_path), tmp_path / "cache")
    alone = [_by_index(index, action, resource, None) for action, resource in QUESTIONS]
    other = open_index(made(3, tmp_path), tmp_path / "other")
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(_by_index, other, action, resource, None) for action, resource in QUESTIONS * 2]
    assert [one.result() for one in asked] == alone * 2


def test_a_disk_that_is_full_is_said_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(opening, "build", full)
    with pytest.raises(OSError, match="disk is full"):
        open_index(made(4, tmp_path), tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*/*"))
