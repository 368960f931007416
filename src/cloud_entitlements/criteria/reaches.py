"""What each identity may do, taken from the index: sets of actions, reckoned once for equal policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cloud_entitlements.access import AccessIndex
from cloud_entitlements.access.index.giving import Giving
from cloud_entitlements.criteria.criterion import Evidence
from cloud_entitlements.criteria.grants import place, together
from cloud_entitlements.criteria.levels import every_action
from cloud_entitlements.criteria.own_credentials import credentials, own_credentials
from cloud_entitlements.criteria.passed_roles import pass_role, passed_to
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
            yield replace(one, reach=_detailed(self._index, one, self._reach(one, numbers.get(one.arn))))

    def _reach(self, subject: Subject, number: int | None) -> Reach:
        if subject.type == "group":
            return _of_group(self._index, subject)
        return NOTHING if number is None else self._sets[self._of[number]]

    def grants(self, subject: Subject) -> Sequence[Giving]:
        """The statements that allow something, of the policies that were read."""
        return _grants(self._index, subject)

    def given_by(self, subject: Subject, actions: int) -> Sequence[Evidence]:
        """The statements that allow any of these actions, whatever else takes it."""
        found = self._index.giving_of_policies(subject.account_id, subject.policies, actions)
        return [_evidence(one) for one in found if one.statement is not None]

    def taken_by(self, subject: Subject, actions: int) -> Sequence[str]:
        """What keeps it, for certain, from actions that its own policies grant; else what leaves them on some resources."""
        found = [one for one in self._index.taking(subject.arn, actions) if one.layer != "identity"]
        sure = [one for one in found if one.broad] or [one for one in found if one.how == "not_allowed"]
        return list(dict.fromkeys(f"`{one.source}`" for one in sure))


def _evidence(one: Giving) -> Evidence:
    condition = ", on a condition" if one.conditional else ""
    return Evidence(
        f"{place(one)} allows it{condition}",
        policy=one.source,
        document=one.document or "",
        statement=one.statement,
    )


def reach_of(index: AccessIndex, subject: Subject) -> Reach:
    """Of one identity, without reckoning everybody's."""
    if subject.type == "group":
        return _detailed(index, subject, _of_group(index, subject))
    found = index.actions_of(subject.arn)
    if found is None:
        return NOTHING
    return _detailed(index, subject, Reach(found.certain, found.broad, found.possible, found.granted))


def _of_group(index: AccessIndex, subject: Subject) -> Reach:
    documents = (one.document for one in subject.policies)
    found = index.actions_of_policies(subject.account_id, documents)
    return Reach(found.certain, found.broad, found.possible, found.granted)


def _grants(index: AccessIndex, subject: Subject) -> Sequence[Giving]:
    found = index.giving_of_policies(subject.account_id, subject.policies, every_action())
    return [one for one in found if one.statement is not None]


def _detailed(index: AccessIndex, subject: Subject, reach: Reach) -> Reach:
    """With what sets of actions don't say."""
    if reach.broad & pass_role():
        passing = (one for one in _grants(index, subject) if one.broad & pass_role())
        reach = replace(reach, passes_roles_to=passed_to(passing, index.organization))
    if reach.possible & ~reach.broad & credentials() and subject.type != "role":
        own = own_credentials(_grants(index, subject), index.organization)
        reach = replace(reach, own_credentials=own & ~reach.broad)
    if subject.unread:
        # a policy that was not read may allow everything: what counts here is what was
        known = together(one.actions for one in _grants(index, subject))
        reach = replace(reach, possible=reach.possible & known)
    return reach


def several(names: Iterable[str], most: int = 3) -> str:
    """`a, b, c and 4 more`."""
    listed = list(names)
    shown, more = listed[:most], len(listed) - most
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
