"""Known accounts, for page, terminal and API alike: accounts of others that people here know and expect in trust policies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cloud_entitlements.aws.pasted import Problem
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.access.snapshots import choices, readable
from cloud_entitlements.server.connections.refusals import Invalid, NotFound
from cloud_entitlements.server.identities.filters import is_text, shown
from cloud_entitlements.server.recommendations.commands import judge_again, refuse_connection
from cloud_entitlements.server.recommendations.models import KnownAccount
from cloud_entitlements.server.recommendations.policies import EVERYWHERE

LONGEST_NAME = 100
_ACCOUNT = re.compile(r"([0-9]{4})[ -]?([0-9]{4})[ -]?([0-9]{4})")
"""The console groups the digits."""
_ARN = re.compile(r"arn:[a-z-]+:[^:]*:[^:]*:([0-9]{12}):.+")


def known_accounts(connection_id: str) -> Sequence[KnownAccount]:
    """Those of the connection, and those of all; `connection_id` empty: those of all alone. Raises NotFound."""
    refuse_connection(connection_id)
    rows = KnownAccount.objects.filter(connection_id__in=(EVERYWHERE, connection_id))
    return sorted(rows, key=lambda row: (row.name.lower(), row.account_id, row.connection_id))


def account_in(given: str) -> str:
    """An account's twelve digits, of its number or of an ARN that names it; empty: it is neither."""
    text = given.strip()
    number, arn = _ACCOUNT.fullmatch(text), _ARN.fullmatch(text)
    return "".join(number.groups()) if number else arn[1] if arn else ""


def know(connection_id: str, account: str, name: str, by: str) -> KnownAccount:
    """From now on roles may trust the account: identities are judged anew, in the background. `account`: its number, or an
    ARN; `name`: whose it is. Raises Invalid, NotFound.
    """
    refuse_connection(connection_id)
    account_id = account_in(account)
    problems = {
        "account": _wrong_account(connection_id, account, account_id),
        "name": _wrong_name(name.strip()),
    }
    wrong = {field: problem for field, problem in problems.items() if problem}
    if wrong:
        raise Invalid(wrong)
    row, is_new = KnownAccount.objects.get_or_create(
        connection_id=connection_id,
        account_id=account_id,
        defaults={"name": name.strip(), "added_by": by},
    )
    if not is_new:  # by somebody else, in this moment
        raise Invalid({"account": _known_already(row)})
    judge_again(connection_id)
    return row


def forget(connection_id: str, account: str) -> None:
    """A role that trusts it is recommended to be mended again. Raises NotFound."""
    refuse_connection(connection_id)
    account_id = account_in(account)
    found, _ = KnownAccount.objects.filter(connection_id=connection_id, account_id=account_id).delete()
    if not found:
        raise NotFound(
            f"`{shown(account)[:80]}` is no account that is known {_where(connection_id)}",
            _elsewhere(account_id),
        )
    judge_again(connection_id)


def _elsewhere(account_id: str) -> str:
    rows = list(KnownAccount.objects.filter(account_id=account_id))
    if not rows:
        return "see `ciem criteria known` for those that are"
    if rows[0].connection_id:
        return f"it is known for a connection alone: `ciem criteria forget {account_id} --connection {rows[0].connection_id}`"
    return f"it is known for all connections: `ciem criteria forget {account_id}`"


def _where(connection_id: str) -> str:
    return "for this connection" if connection_id else "for all connections"


def _wrong_name(name: str) -> Problem | None:
    if not name:
        fix = "say whose the account is: whoever reads it later knows nothing else"
        return Problem("empty", "whose account it is, is missing", fix)
    if len(name) > LONGEST_NAME:
        text = f"the name has {len(name)} characters, and may have {LONGEST_NAME}"
        return Problem("too_long", text, "shorten it")
    if not is_text(name):
        return Problem(
            "malformed", "the name holds what is no text", "leave NUL and halves of surrogate pairs out"
        )
    return None


def _wrong_account(connection_id: str, given: str, account_id: str) -> Problem | None:
    if not account_id:
        text = f"`{shown(given.strip())[:80]}` is no account" if given.strip() else "the account is missing"
        return Problem("malformed", text, "give its twelve digits, or an ARN that has them")
    row = KnownAccount.objects.filter(
        connection_id__in=(EVERYWHERE, connection_id), account_id=account_id
    ).first()
    if row is not None:
        return _known_already(row)
    names = _own_of(connection_id, account_id)
    if names:
        text = f"`{account_id}` is an account of `{shown(names[0])}` itself"
        return Problem("own", text, "nothing is to be done: a role may trust it, and it is known anyway")
    return None


def _known_already(row: KnownAccount) -> Problem:
    text = f"`{row.account_id}` is known already, as `{shown(row.name)}`, {_where(row.connection_id)}"
    return Problem("known", text, "nothing is to be done; forget it there first, to name it anew")


def _own_of(connection_id: str, account_id: str) -> Sequence[str]:
    """Names of those that are meant and whose own it is; empty: to one of them, at least, it is a stranger."""
    those = list(_meant(connection_id))
    own = [one.manifest.name or one.manifest.connection_id for one in those if _is_own(one, account_id)]
    return own if len(own) == len(those) else ()


def _meant(connection_id: str) -> Iterator[Snapshot]:
    if not connection_id:
        yield from (one.snapshot for one in choices())
        return
    found = readable(connection_id)
    if found is not None:
        yield found


def _is_own(snapshot: Snapshot, account_id: str) -> bool:
    tables = (
        snapshot.rows("accounts", only=("id",), id=account_id),
        snapshot.rows("organization", only=("id",), management_account_id=account_id),
        snapshot.rows("collections", only=("account_id",), account_id=account_id),
    )
    return any(next(rows, None) is not None for rows in tables)
