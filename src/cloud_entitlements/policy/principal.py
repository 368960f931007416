"""Who asks, and whom a policy means by `Principal`; each match has a kind, which decides what implicit denies limit it.

Section 3 of the rules: the kinds ANY, ACCOUNT, USER, FEDERATED_PARENT, ROLE, SESSION, SERVICE, FEDERATED.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from typing import Any, Literal

from cloud_entitlements.policy.document import PrincipalElement
from cloud_entitlements.policy.errors import MalformedRequest
from cloud_entitlements.policy.truth import F, T, Truth, U, negated

PrincipalType = Literal[
    "user", "role", "session", "federated_user", "root", "service", "anonymous", "federated"
]


class Kind(Enum):
    ANY = "any"
    ACCOUNT = "account"
    USER = "user"
    FEDERATED_PARENT = "federated parent"
    ROLE = "role"
    SESSION = "session"
    SERVICE = "service"
    FEDERATED = "federated"


@dataclass(frozen=True, slots=True)
class Principal:
    type: PrincipalType
    arn: str
    """The caller's ARN; a service's name; a provider's ARN or literal for `federated`; empty for anonymous."""
    account: str = ""
    partition: str = "aws"
    name: str = ""
    """Of the user or role, without its path; of a federated user's parent it is not known."""
    session: str = ""
    """Of a session; a role's own session name is not known (TRI-07)."""
    parent: str = ""
    """ARN of the role or user that a session is of, with its path; empty: not known. A user with itself for a parent
    holds credentials of GetSessionToken."""

    is_role: bool = field(init=False)
    service_linked: Truth = field(init=False)
    may_be_bounded: bool = field(init=False)
    """BND-01: users and roles have boundaries; root and service-linked roles never."""

    def __post_init__(self) -> None:
        """Told once: each decision asks for them more than once."""
        object.__setattr__(self, "is_role", self.type in ("role", "session"))
        object.__setattr__(self, "service_linked", _service_linked(self))
        object.__setattr__(self, "may_be_bounded", self.type != "root" and self.service_linked != T)


def _service_linked(caller: Principal) -> Truth:
    """SLR-01: by its path, which a session's ARN does not carry; AWS gives all of them names that begin alike."""
    if caller.type == "role" or caller.parent:
        return T if _SERVICE_LINKED in (caller.parent or caller.arn) else F
    return U if caller.type == "session" and caller.name.startswith("AWSServiceRoleFor") else F


_IAM = re.compile(
    r"arn:(?P<partition>[\w-]+):iam::(?P<account>[0-9]{12}):(?P<what>user|role)/(?:.*/)?(?P<name>[^/]+)"
)
_ROOT = re.compile(r"arn:(?P<partition>[\w-]+):iam::(?P<account>[0-9]{12}):root")
_SESSION = re.compile(
    r"arn:(?P<partition>[\w-]+):sts::(?P<account>[0-9]{12}):(?P<what>assumed-role|federated-user)/(?P<name>[^/]+)(?:/(?P<session>.+))?"
)
_SERVICE = re.compile(r"[\w.-]+\.amazonaws\.com(?:\.cn)?")
_ACCOUNT = re.compile(r"[0-9]{12}")
_SERVICE_LINKED = ":role/aws-service-role/"


def parse_principal(given: str | Mapping[str, Any]) -> Principal:
    """Raises MalformedRequest."""
    if not isinstance(given, str | Mapping):
        raise MalformedRequest(f"`{given}` is no principal")
    if isinstance(given, Mapping):
        provider = given.get("federated")
        if not isinstance(provider, str) or len(given) != 1:
            raise MalformedRequest('a principal that is an object is `{"federated": "<provider>"}`')
        return Principal("federated", provider)
    if given == "anonymous":
        return Principal("anonymous", "")
    if _SERVICE.fullmatch(given):
        return Principal("service", given)
    for found in (_IAM.fullmatch(given), _ROOT.fullmatch(given), _SESSION.fullmatch(given)):
        if found is not None:
            return _of_arn(given, found.groupdict())
    raise MalformedRequest(
        f"`{given}` is no principal: an ARN of a user, role, session or root, a service, or `anonymous`"
    )


def _of_arn(arn: str, parts: Mapping[str, str | None]) -> Principal:
    account, partition, name = parts["account"] or "", parts["partition"] or "", parts.get("name") or ""
    what = parts.get("what")
    if what is None:
        return Principal("root", arn, account, partition)
    if what == "assumed-role":
        if not parts["session"]:
            raise MalformedRequest(f"`{arn}` is a role's session without a name")
        return Principal("session", arn, account, partition, name, parts["session"] or "")
    if what == "federated-user":
        return Principal("federated_user", arn, account, partition, "", name)
    return Principal("user" if what == "user" else "role", arn, account, partition, name)


def with_parent(caller: Principal, parent: str) -> Principal:
    """A session, or a federated user, with what it is a session of. Raises MalformedRequest."""
    meant = parse_principal(parent)
    wanted = {"session": "role", "federated_user": "user", "user": "user", "root": "root"}.get(caller.type)
    same = meant.name == caller.name or caller.type == "federated_user"
    if meant.type != wanted or meant.account != caller.account or not same:
        raise MalformedRequest(f"`{caller.arn}` is no session of `{parent}`")
    return replace(caller, parent=parent)


def match_principal(element: PrincipalElement, caller: Principal, *, bounded: Truth = F) -> dict[Kind, Truth]:
    """The kinds through which the element means the caller, with the truth of each; empty when it does not."""
    if element.negated:
        # PRN-05: with Deny it spares nobody who has a boundary, nor perhaps somebody whose boundary was not read
        return {Kind.ANY: max(negated(_spared(element, caller)), bounded)}
    return _listed(element, caller)


def _listed(element: PrincipalElement, caller: Principal) -> dict[Kind, Truth]:
    found: dict[Kind, Truth] = {}
    for type_, value in element.entries:
        matched = _entry(type_, value, caller)
        if matched is not None and matched[1] > found.get(matched[0], F):
            found[matched[0]] = matched[1]
    return found


def _spared(element: PrincipalElement, caller: Principal) -> Truth:
    """PRN-04: the account too must be listed, and of a session its role; then it is excepted.

    That is said of Deny; with Allow, which AWS no longer takes, listed is understood in the same way.
    """
    kinds = _listed(element, caller)
    if Kind.ANY in kinds:
        return T
    if caller.type in ("service", "federated", "anonymous"):
        return max(kinds.values(), default=F)
    account = kinds.get(Kind.ACCOUNT, F)
    if caller.type == "root":
        return account
    own = {"user": Kind.USER, "federated_user": Kind.FEDERATED_PARENT}.get(caller.type, Kind.ROLE)
    return min(account, kinds.get(own, F))


def _entry(type_: str, value: str, caller: Principal) -> tuple[Kind, Truth] | None:
    if value == "*" and type_ in ("*", "AWS"):
        return Kind.ANY, T
    if type_ == "Service":  # PRN-06: whoever a service acts for is not the service
        return (Kind.SERVICE, T) if caller.type == "service" and _same_service(value, caller.arn) else None
    if type_ == "Federated":
        return (Kind.FEDERATED, T) if caller.type == "federated" and value == caller.arn else None
    if type_ == "CanonicalUser":
        # which account that is can't be told from the id: TRI-08
        return (Kind.ACCOUNT, U) if caller.account else None
    if not caller.account:
        return None
    return _aws(value, caller)


def _same_service(value: str, caller: str) -> bool:
    return value.lower() == caller.lower()


def _aws(value: str, caller: Principal) -> tuple[Kind, Truth] | None:
    if _ACCOUNT.fullmatch(value):
        return (Kind.ACCOUNT, T) if value == caller.account else None
    meant = _meant(value)
    if meant is None or meant.account != caller.account or meant.partition != caller.partition:
        return None
    return (Kind.ACCOUNT, T) if meant.type == "root" else _same(meant, caller)


@lru_cache(16_384)
def _meant(value: str) -> Principal | None:
    try:
        return parse_principal(value)
    except MalformedRequest:
        # PRN-02: a unique id is a principal that was deleted; PRN-01: no partial wildcards; PRN-03: no groups
        return None


def _same(meant: Principal, caller: Principal) -> tuple[Kind, Truth] | None:
    if meant.type == "user":
        return _same_user(meant, caller)
    if meant.type == "federated_user":
        return (Kind.SESSION, T) if meant.arn == caller.arn else None
    if not (meant.is_role and caller.is_role and meant.name == caller.name):
        return None
    if meant.type == "role":
        # names of roles are unique in an account, whatever their path; a session's ARN has lost it (PRN-01)
        return (Kind.ROLE, T) if caller.type == "session" or meant.arn == caller.arn else None
    if caller.type == "role":
        return Kind.SESSION, U  # TRI-07
    return (Kind.SESSION, T) if meant.session == caller.session else None


def _same_user(meant: Principal, caller: Principal) -> tuple[Kind, Truth] | None:
    if caller.type == "federated_user":
        if caller.parent:
            return (Kind.FEDERATED_PARENT, T) if meant.arn == caller.parent else None
        return Kind.FEDERATED_PARENT, U  # whose session it is does not stand in its ARN
    return (Kind.USER, T) if meant.arn == caller.arn else None
