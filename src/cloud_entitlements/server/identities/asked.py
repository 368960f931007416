"""The list of identities as a program asks for it, and what can't be answered yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cloud_entitlements.criteria import CRITERIA, CRITICALITIES
from cloud_entitlements.criteria.impact import LETTERS
from cloud_entitlements.server.access.snapshots import choose
from cloud_entitlements.server.connections.refusals import NotFound, NotReady
from cloud_entitlements.server.identities.coverage import Covered, covered
from cloud_entitlements.server.identities.filters import checked, is_text, shown
from cloud_entitlements.server.identities.listing import ORDERS, Wanted
from cloud_entitlements.server.identities.models import Identity
from cloud_entitlements.server.identities.one import One, find

ALLOWED: Mapping[str, Sequence[str]] = {
    "type": Identity.Type.values,
    "impact": LETTERS,
    "administrator": Identity.Administrator.values,
    "criterion": tuple(one.id for one in CRITERIA),
    "criticality": CRITICALITIES,
    "exempt": ("yes", "no"),
    "sort": tuple(ORDERS),
}


def asked(given: Mapping[str, str]) -> Wanted:
    """By the names of `Wanted`; empty: not filtered by it. Raises Invalid, NotReady without any snapshot."""
    choose()
    return Wanted.of(checked({**given, "impact": given.get("impact", "").upper()}, ALLOWED))


def answerable(connection_id: str, tag: str = "") -> Covered:
    """What the rows are of. Raises NotReady where nothing is known: that is not the same as nothing there."""
    found = covered(connection_id, tag)
    if found.analyses:
        return found
    if found.waiting:
        raise NotReady("not_judged", "what was collected is not judged yet", "ask again in a moment")
    raise NotReady(
        "no_snapshot",
        "of what is asked for nothing was collected yet",
        "see `ciem snapshot list`, or ask without the filter",
    )


def one(arn: str, connection_id: str) -> One:
    """`connection_id` empty: of any that is shown. Raises NotFound, NotReady."""
    around = answerable(connection_id)
    found = find(arn, connection_id) if is_text(arn) else None
    if found is not None:
        return found
    unread = "" if around.whole else "; not every account was read, and it may be in one that was not"
    raise NotFound(
        f"there is no identity `{shown(arn)}` in what was read{unread}",
        "look for it by a part of its name with `ciem identities --search`",
    )
