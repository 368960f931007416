"""Recommendations as a program asks for them: a list, or those of one criterion that are to be acknowledged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from cloud_entitlements.aws.pasted import Problem
from cloud_entitlements.criteria import CRITERIA, CRITICALITIES
from cloud_entitlements.server.access.snapshots import choose
from cloud_entitlements.server.connections.refusals import Invalid, NotFound
from cloud_entitlements.server.identities.filters import checked, is_text, shown
from cloud_entitlements.server.identities.models import Identity
from cloud_entitlements.server.recommendations import commands
from cloud_entitlements.server.recommendations.listing import ORDERS, STATES, Wanted, recommendations
from cloud_entitlements.server.recommendations.models import Recommendation

ALLOWED: Mapping[str, Sequence[str]] = {
    "type": Identity.Type.values,
    "criterion": tuple(one.id for one in CRITERIA),
    "criticality": CRITICALITIES,
    "state": (*STATES, "any"),
    "sort": tuple(ORDERS),
}
MOST = 1000
"""Identities that can be named at once."""


def asked(given: Mapping[str, str]) -> Wanted:
    """By the names of `Wanted`; empty: not filtered by it. Raises Invalid, NotReady without any snapshot."""
    return Wanted.of(_filters(given))


def _filters(given: Mapping[str, str]) -> Mapping[str, str]:
    choose()
    found = checked(given, ALLOWED)
    return found | ({"state": "any"} if "any" in found.get("state", "").split(",") else {})


@dataclass(frozen=True, slots=True)
class Meant:
    """Whose recommendations of one criterion are meant: by name, or all that the filters leave."""

    criterion: str
    arns: Sequence[str] = ()
    every: bool = False
    filters: Mapping[str, str] | None = None
    """By the names of `Wanted`."""


def to_acknowledge(meant: Meant) -> QuerySet[Recommendation]:
    """What is named may be acknowledged already, for another reason. Raises Invalid, NotFound, NotReady."""
    return _chosen(meant, "suggested" if meant.every else "suggested,acknowledged")


def to_suggest_again(meant: Meant) -> QuerySet[Recommendation]:
    """Raises Invalid, NotFound, NotReady."""
    return _chosen(meant, "acknowledged")


def _chosen(meant: Meant, states: str) -> QuerySet[Recommendation]:
    commands.criterion(meant.criterion)
    _refuse_unclear(meant)
    filters = {**(meant.filters or {}), "criterion": meant.criterion}
    found = recommendations(Wanted.of({**_filters(filters), "state": states}))
    if meant.arns:
        found = found.filter(arn__in=[one for one in meant.arns if is_text(one)])
        _refuse_unmet(meant, set(found.values_list("arn", flat=True)), states)
    elif not found.exists():
        raise _nothing(
            meant, f"no recommendation of `{meant.criterion}` that is {_words(states)} is left by the filters"
        )
    return found


def _refuse_unclear(meant: Meant) -> None:
    fix = "name their ARNs, or say `all` to mean all that the filters leave"
    wrong = None
    if bool(meant.arns) == meant.every:
        text = "both ARNs and all were given" if meant.every else "it is not said whose"
        wrong = Problem("unclear", text, fix)
    elif len(meant.arns) > MOST:
        wrong = Problem("too_many", f"{len(meant.arns)} ARNs were given, and {MOST} may be", fix)
    if wrong:
        raise Invalid({"arns": wrong})


def _refuse_unmet(meant: Meant, met: set[str], states: str) -> None:
    """One that is misspelled changes nothing of the others."""
    unmet = [shown(one) for one in meant.arns if one not in met]
    if unmet:
        more = f" and {len(unmet) - 3} more" if len(unmet) > 3 else ""  # noqa: PLR2004
        told = ", ".join(f"`{one}`" for one in unmet[:3])
        raise _nothing(
            meant, f"`{meant.criterion}` is not {_words(states)} of {told}{more}; nothing was changed"
        )


def _words(states: str) -> str:
    return states.replace(",", " or ")


def _nothing(meant: Meant, text: str) -> NotFound:
    return NotFound(text, f"see `ciem recommendations --criterion {meant.criterion} --state any`")
