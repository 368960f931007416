"""What each identity may do, taken from the index: sets of actions, reckoned once for equal policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cloud_entitlements.access import AccessIndex
from cloud_entitlements.access.index.universe import actions_of_element
from cloud_entitlements.criteria.criterion import Evidence
from cloud_entitlements.criteria.grants import grants_of, together
from cloud_entitlements.criteria.passed_roles import pass_role, passed_to
from cloud_entitlements.criteria.subject import NOTHING, Reach, Subject, statements


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
            yield replace(one, reach=self._detailed(one, self._reach(one, numbers.get(one.arn))))

    def _reach(self, _subject: Subject, number: int | None) -> Reach:
        return NOTHING if number is None else self._sets[self._of[number]]

    def _detailed(self, subject: Subject, reach: Reach) -> Reach:
        """With what sets of actions don't say."""
        if reach.broad & pass_role():
            grants = grants_of(subject, self._index.organization)
            reach = replace(reach, passes_roles_to=passed_to(grants))
        if subject.unread:
            # a policy that was not read may allow everything: what counts here is what was
            grants = grants_of(subject, self._index.organization)
            reach = replace(reach, possible=reach.possible & together(one.actions for one in grants))
        return reach

    def taken_by(self, _subject: Subject, _actions: int) -> Sequence[str]:
        """What keeps it from actions that its own policies grant."""
        return ()

    def given_by(self, subject: Subject, wanted: int) -> Sequence[Evidence]:
        """The statements that allow any of these actions, whatever else takes it."""
        return [
            Evidence(
                f"`{source.words}` allows it in statement {statement.sid or statement.number}",
                policy=source.words,
                document=source.document or "",
                statement=statement.number,
            )
            for source in subject.policies
            for statement in statements(self._index.organization, source.document) or ()
            if statement.effect == "Allow"
            and actions_of_element(statement.actions.patterns, statement.actions.negated) & wanted
        ]


def several(names: Iterable[str], most: int = 3) -> str:
    """`a, b, c and 4 more`."""
    listed = list(names)
    shown, more = listed[:most], len(listed) - most
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
