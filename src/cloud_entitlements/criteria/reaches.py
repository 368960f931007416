"""What each identity may do, taken from the index: sets of actions, reckoned once for equal policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cloud_entitlements.access import AccessIndex
from cloud_entitlements.access.index.giving import Giving
from cloud_entitlements.criteria.criterion import Evidence
from cloud_entitlements.criteria.subject import NOTHING, Reach, Subject


class Reaches:
    def __init__(self, index: AccessIndex) -> None:
        self._index = index
        self._sets: list[Reach] = []
        self._of: dict[int, int] = {}
        """Place in `_sets`, by the identity's number in the index."""
        for one in index.actions_of_all():
            self._sets.append(Reach(one.certain, one.broad, one.possible, one.granted))
            self._of.update(dict.fromkeys(one.ids, len(self._sets) - 1))

    def filled_in(self, subjects: Sequence[Subject]) -> Iterator[Subject]:
        """In their order."""
        numbers = self._index.numbers([one.arn for one in subjects if one.type != "group"])
        for one in subjects:
            yield replace(one, reach=self._reach(one, numbers.get(one.arn)))

    def _reach(self, subject: Subject, number: int | None) -> Reach:
        if subject.type == "group":
            documents = (one.document for one in subject.policies)
            found = self._index.actions_of_policies(subject.account_id, documents)
            return Reach(found.certain, found.broad, found.possible, found.granted)
        return NOTHING if number is None else self._sets[self._of[number]]

    def given_by(self, subject: Subject, actions: int) -> Sequence[Evidence]:
        """The statements that allow any of these actions, whatever else takes it."""
        found = self._index.giving_of_policies(subject.account_id, subject.policies, actions)
        return [_evidence(one) for one in found if one.statement is not None]

    def taken_by(self, subject: Subject, actions: int) -> Sequence[str]:
        """What keeps it, for certain, from actions that its own policies grant."""
        found = self._index.taking(subject.arn, actions)
        return list(
            dict.fromkeys(f"`{one.source}`" for one in found if one.broad and one.layer != "identity")
        )


def _evidence(one: Giving) -> Evidence:
    named = f"`{one.sid}`" if one.sid else f"{one.statement}"
    return Evidence(
        f"`{one.source}` allows it in statement {named}{', on a condition' if one.conditional else ''}",
        policy=one.source,
        document=one.document or "",
        statement=one.statement,
    )


def several(names: Iterable[str], most: int = 3) -> str:
    """`a, b, c and 4 more`."""
    listed = list(names)
    shown, more = listed[:most], len(listed) - most
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
