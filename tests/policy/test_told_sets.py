"""Sets in words: read as they are written, the phrases mean the sets that they were made of."""

from __future__ import annotations

import itertools

import pytest

from cloud_entitlements.policy.told_sets import told_sets

NAMES = ("team", "env", "something else")
SETS = [frozenset(chosen) for size in (1, 2, 3) for chosen in itertools.combinations(NAMES, size)]


@pytest.mark.parametrize("size", range(1, len(SETS) + 1))
def test_phrases_mean_the_sets_that_they_were_made_of(size: int) -> None:
    for mine in itertools.combinations(SETS, size):
        others = set(SETS) - set(mine)
        for lasts in (False, True):
            phrases = told_sets(mine, others, NAMES, lasts=lasts)
            assert {one for one in SETS if any(means(phrase, one) for phrase in phrases)} == set(mine)


def test_what_was_not_tried_is_spoken_of_only_where_it_changes_nothing() -> None:
    mine = [one for one in SETS if "team" in one]
    others = set(SETS) - set(mine)
    assert told_sets(mine, others, NAMES, lasts=True) == ["has team"]
    assert told_sets(mine, others, NAMES, lasts=False) == ["has team and only team or env or something else"]


def means(phrase: str, found: frozenset[str]) -> bool:
    if phrase == "is present":
        return True
    needed, bounded, allowed = phrase.removeprefix("has ").partition("only ")
    least = set(needed.removesuffix(" and ").split(" and ")) - {""}
    if "nothing else" in least:
        return found == least - {"nothing else"}
    return found >= least and (not bounded or found <= set(allowed.split(" or ")))
