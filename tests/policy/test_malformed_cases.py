"""Whatever stands in a case, it is answered: with a decision, or with what is wrong."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.policy.cases import FIELDS, answer

FOLDER = Path(__file__).parents[1] / "cases" / "policy"
JUNK: tuple[Any, ...] = (
    None, 5, -1.5, True, "", "unknown", "*", [], [[]], {}, {"a": 1}, ["x", 1], {"federated": "x"}, "a:b", "{{{",
)  # fmt: skip


def cases() -> list[dict[str, Any]]:
    held = [json.loads(file.read_text(encoding="utf-8")) for file in sorted((FOLDER / "s3").glob("*.json"))]
    held += [json.loads((FOLDER / "kms" / "grants.json").read_text(encoding="utf-8"))]
    return [{**one["base"], **case} for one in held for case in one["cases"]]


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if above:
        yield above
    if isinstance(value, dict | list):
        for name in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[name], (*above, name))


@pytest.mark.parametrize("seed", range(8))
def test_junk_in_any_place_is_answered(seed: int) -> None:
    chance = random.Random(seed)
    listed = cases()
    for _ in range(300):
        case = copy.deepcopy(chance.choice(listed))
        place = chance.choice(list(places(case)))
        below: Any = case
        for name in place[:-1]:
            below = below[name]
        below[place[-1]] = copy.deepcopy(chance.choice(JUNK))
        found = answer(case, explained=True)
        assert ("error" in found) != ("decision" in found), case
        json.dumps(found)


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_number_in_any_field_is_told_with_the_field(field: str) -> None:
    assert f"`{field}`" in answer({"principal": "anonymous", "action": "s3:GetObject", field: 5})["error"]


@pytest.mark.parametrize("case", [None, [], "x", 5, {}])
def test_what_is_no_case_is_told(case: Any) -> None:
    assert answer(case)["error"]
