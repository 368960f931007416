"""Filters as a program gives them: what is not known is refused with what is, where a page passes it over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from unicodedata import category

from cloud_entitlements.aws.pasted import Problem
from cloud_entitlements.server.access.snapshots import choices
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.connections.refusals import Invalid

LONGEST = 300
_MOST_TOLD = 30
_ONE = frozenset({"sort", "exempt"})
"""Filters of a single value."""
_ACCOUNT = re.compile(r"[0-9]{12}")


def checked(given: Mapping[str, str], allowed: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The same without what is empty, and with the connection by its id. `allowed`: by filter, whose several values are
    separated by commas. Raises Invalid with all that is wrong.
    """
    asked = {name: value.strip() for name, value in given.items() if value.strip()}
    wrong = {name: problem for name, value in asked.items() if (problem := _text(value))}
    for name, values in allowed.items():
        if name in asked and name not in wrong:
            wrong |= _unknown(name, asked[name], values)
    for name, look in (("account", _account), ("tag", _tag), ("connection", _connection)):
        if name in asked and name not in wrong and (problem := look(asked[name])):
            wrong[name] = problem
    if wrong:
        raise Invalid(wrong)
    if "connection" in asked:
        asked["connection"] = _ids(asked["connection"])[0]
    return asked


def connection_id(reference: str) -> str:
    """Of a connection or import by id or name; empty stays empty. Raises Invalid."""
    return checked({"connection": reference}, {}).get("connection", "")


def is_text(given: str) -> bool:
    """Neither NUL nor halves of surrogate pairs, which not every database takes."""
    return "\x00" not in given and not any(category(one) == "Cs" for one in given)


def shown(given: str) -> str:
    return given[:LONGEST].encode("utf-8", "replace").decode()


def _text(value: str) -> Problem | None:
    if len(value) > LONGEST:
        return Problem("too_long", f"it has {len(value)} characters", f"give {LONGEST} at most")
    if not is_text(value):
        return Problem(
            "malformed",
            f"`{shown(value)}` holds what is no text",
            "leave NUL and halves of surrogate pairs out",
        )
    return None


def _unknown(name: str, given: str, values: Sequence[str]) -> dict[str, Problem]:
    for one in [given] if name in _ONE else given.split(","):
        if one not in values:
            return {name: _none_of(one, values)}
    return {}


def _none_of(given: str, values: Iterable[str]) -> Problem:
    listed = list(values)
    more = f" and {len(listed) - _MOST_TOLD} more" if len(listed) > _MOST_TOLD else ""
    told = (
        f"it is one of {', '.join(listed[:_MOST_TOLD])}{more}"
        if listed
        else "there is none yet: leave it out"
    )
    return Problem("unknown", f"`{shown(given)}` is not known", told)


def _account(given: str) -> Problem | None:
    wrong = next((one for one in given.split(",") if not _ACCOUNT.fullmatch(one)), None)
    if wrong is None:
        return None
    return Problem("malformed", f"`{shown(wrong)}` is no account id", "it has 12 digits")


def _tag(given: str) -> Problem | None:
    known = {tag for tags in Connection.objects.values_list("tags", flat=True) for tag in tags}
    return None if given in known else _none_of(given, sorted(known))


def _connection(given: str) -> Problem | None:
    found = _ids(given)
    if len(found) > 1:
        return Problem(
            "ambiguous", f"`{given}` is the name of more than one", f"give one of {', '.join(found)}"
        )
    return None if found else _none_of(given, sorted({one.name for one in choices()}))


def _ids(reference: str) -> list[str]:
    """Of the connections and imports with that id, else with that name."""
    found = {one.connection_id: one.name for one in choices()}
    return (
        [reference] if reference in found else sorted(id_ for id_, name in found.items() if name == reference)
    )
