"""In front of moto: who calls, whether they may, and a log of it. Denials are worded as AWS words them.

moto itself checks neither trust nor external ids across accounts, nor service or resource control policies.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import re
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import parse_qs

from moto.iam.models import iam_backends

from cloud_entitlements.simulator import callers, identity_center, organizations, regions
from cloud_entitlements.simulator.callers import Caller
from cloud_entitlements.simulator.keys import account_of
from cloud_entitlements.simulator.policies import Request, decide, statements

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/")
_FREE = frozenset({"sts:GetCallerIdentity"})
MAX_CALLS = 200_000

Start = Callable[..., Any]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in."""

    service: str
    operation: str
    parameters: dict[str, str]
    json: bool

    @property
    def action(self) -> str:
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True, slots=True)
class Call:
    n: int
    time: str
    account: str
    principal: str
    role_session: str
    service: str
    operation: str
    error: str | None
    region: str


class Denied(Exception):
    def __init__(self, code: str, message: str, status: int = 403, reason: str = "") -> None:
        super().__init__(message)
        self.code, self.status, self.reason = code, status, reason


@dataclass(slots=True)
class Guard:
    app: App
    calls: list[Call] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        signed = signer(environ)
        if signed is None:
            return refuse(
                start,
                Asked("", "", {}, json=False),
                Denied("MissingAuthenticationToken", "Request is missing Authentication Token"),
            )
        asked = asked_by(environ, signed.service)
        caller: Caller | None = None
        error: Denied | None = None
        try:
            caller = _identified(signed.key_id)
            _in_enabled_region(caller, signed.region, asked)
            authorize(caller, asked)
        except Denied as denied:
            error = denied
        self._note(caller, asked, error, signed.region)
        return refuse(start, asked, error) if error else self.app(environ, start)

    def _note(self, caller: Caller | None, asked: Asked, error: Denied | None, region: str) -> None:
        with self._lock:
            self.calls.append(
                Call(
                    n=next(self._numbers),
                    time=dt.datetime.now(dt.UTC).isoformat(),
                    account=caller.account if caller else "",
                    principal=caller.principal if caller else "",
                    role_session=caller.arn.rpartition("/")[2] if caller else "",
                    service=asked.service,
                    operation=asked.operation,
                    error=error.code if error else None,
                    region=region,
                )
            )
            del self.calls[:-MAX_CALLS]

    def calls_since(self, number: int) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(call) for call in self.calls if call.n > number]


@dataclass(frozen=True, slots=True)
class Signer:
    key_id: str
    service: str
    region: str

    @property
    def account(self) -> str:
        """Told by the key id itself; empty for one that is not AWS's."""
        try:
            return account_of(self.key_id)
        except (ValueError, IndexError):
            return ""


def signer(environ: dict[str, Any]) -> Signer | None:
    signed = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    return Signer(signed[1], signed[3], signed[2]) if signed else None


def _identified(key_id: str) -> Caller:
    try:
        return callers.identify(key_id)
    except callers.Expired:
        raise Denied("ExpiredToken", "The security token included in the request is expired") from None
    except Exception:  # noqa: BLE001  moto raises many kinds for a key that it does not know
        raise Denied(
            "InvalidClientTokenId", "The security token included in the request is invalid."
        ) from None


def _in_enabled_region(caller: Caller, region: str, asked: Asked) -> None:
    """A Region that the account has not enabled knows none of its credentials."""
    if not regions.enabled(caller.account, region):
        code, status = ("UnrecognizedClientException", 400) if asked.json else ("InvalidClientTokenId", 403)
        raise Denied(code, "The security token included in the request is invalid.", status)


def authorize(caller: Caller, asked: Asked) -> None:
    """Raises `Denied`. AssumeRole is decided by the role's trust together with the caller's policies."""
    if asked.action in _FREE:
        return
    if asked.action == "sts:AssumeRole":
        _assume(caller, asked.parameters)
        return
    context = _context(caller)
    request = Request(asked.action, "*", context, caller.names)
    _not_limited(caller, request)
    if decide(caller.identity_policies, _anywhere(caller, request)) != "Allow":
        raise _not_allowed(caller, asked.action)
    if asked.service == "organizations":
        _only_for_management(caller, asked)
    reason = identity_center.key_refused(caller.account, asked.action, caller.identity_policies)
    if reason:
        said = (
            f"User: {caller.arn} is not authorized to perform: kms:Decrypt on the resource associated with this "
            "ciphertext because no identity-based policy allows the kms:Decrypt action"
        )
        raise Denied("AccessDeniedException", said, 400, reason)


def _anywhere(caller: Caller, request: Request) -> Request:
    """Resources are not read from the request: a statement that names some counts for all of its service."""
    named = {
        resource
        for statement in caller.identity_policies
        for resource in _resources(statement)
        if resource.startswith(f"arn:aws:{request.action.partition(':')[0]}:")
    }
    for resource in sorted(named):
        candidate = Request(request.action, resource, request.context, request.principals)
        if decide(caller.identity_policies, candidate) == "Allow":
            return candidate
    return request


def _resources(statement: Any) -> list[str]:
    resource = statement.get("Resource", [])
    return resource if isinstance(resource, list) else [resource]


def _context(caller: Caller) -> dict[str, str]:
    context = {"aws:PrincipalAccount": caller.account, "aws:PrincipalArn": caller.principal}
    organization = organizations.organization_id(caller.account)
    return {**context, **({"aws:PrincipalOrgID": organization} if organization else {})}


def _not_limited(caller: Caller, request: Request) -> None:
    """Service control policies of the caller's account, and its boundary."""
    verdict = organizations.denied_by(organizations.SCP, caller.account, request)
    if verdict == "explicit deny":
        raise _denied(caller, request, "with an explicit deny in a service control policy")
    if verdict == "no":
        raise _denied(
            caller, request, f"because no service control policy allows the {request.action} action"
        )
    if caller.boundary is not None and decide(caller.boundary, request) != "Allow":
        raise _denied(caller, request, f"because no permissions boundary allows the {request.action} action")


def _assume(caller: Caller, parameters: dict[str, str]) -> None:
    arn = parameters.get("RoleArn", "")
    parts = arn.split(":")
    account = parts[4] if len(parts) > 5 else ""  # noqa: PLR2004
    context = _context(caller)
    if "ExternalId" in parameters:
        context["sts:ExternalId"] = parameters["ExternalId"]
    request = Request("sts:AssumeRole", arn, context, caller.names)
    plain = _denied(caller, request, "")
    role = (
        next((r for r in iam_backends[account][callers.PARTITION].roles.values() if r.arn == arn), None)
        if account.isdigit()
        else None
    )
    _not_limited(caller, request)
    if role is None or getattr(organizations.account(account), "state", "ACTIVE") != "ACTIVE":
        raise plain
    if organizations.denied_by(organizations.RCP, account, request) is not None:
        # AWS names the layer to callers of the same organization alone; a stranger is told nothing.
        inside = organizations.organization_id(account) == organizations.organization_id(caller.account)
        raise _denied(caller, request, "with an explicit deny in a resource control policy" if inside else "")
    trusted = decide(statements(role.assume_role_policy_document), request, by_principal=True) == "Allow"
    own = decide(caller.identity_policies, request)
    if own == "Deny":
        raise _denied(caller, request, "with an explicit deny in an identity-based policy")
    if not trusted:
        raise plain
    if own != "Allow" and (account != caller.account or not _named_itself(role, caller)):
        raise _not_allowed(caller, "sts:AssumeRole", arn)


def _named_itself(role: Any, caller: Caller) -> bool:
    """In the same account a trust that names the caller needs no policy of the caller's."""
    exactly = frozenset({caller.arn, caller.principal})
    request = Request("sts:AssumeRole", role.arn, _context(caller), exactly)
    return decide(statements(role.assume_role_policy_document), request, by_principal=True) == "Allow"


def _only_for_management(caller: Caller, asked: Asked) -> None:
    manager = organizations.management_account(caller.account)
    if manager is None and asked.operation != "CreateOrganization":
        raise Denied(
            "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.", 400
        )
    if manager not in (None, caller.account) and asked.operation != "DescribeOrganization":
        raise Denied("AccessDeniedException", "You don't have permissions to access this resource.", 400)


def _not_allowed(caller: Caller, action: str, resource: str = "") -> Denied:
    on = f" on resource: {resource}" if resource else ""
    return Denied(
        "AccessDenied",
        f"User: {caller.arn} is not authorized to perform: {action}{on} "
        f"because no identity-based policy allows the {action} action",
    )


def _denied(caller: Caller, request: Request, why: str) -> Denied:
    on = f" on resource: {request.resource}" if request.resource != "*" else ""
    return Denied(
        "AccessDenied", f"User: {caller.arn} is not authorized to perform: {request.action}{on} {why}".strip()
    )


def asked_by(environ: dict[str, Any], service: str) -> Asked:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return Asked(service, target.rpartition(".")[2], {}, json=True)
    form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    return Asked(service, form.get("Action", ""), form, json=False)


_XML = (
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>{code}</Code>'
    "<Message>{message}</Message></Error><RequestId>{request}</RequestId></ErrorResponse>"
)


def error_xml(code: str, message: str, request: str = "") -> str:
    escaped = message.replace("&", "&amp;").replace("<", "&lt;")
    return _XML.format(code=code, message=escaped, request=request)


def refuse(start: Start, asked: Asked, denied: Denied) -> Iterable[bytes]:
    request = str(uuid.uuid4())
    if asked.json:
        code = denied.code if denied.code.endswith("Exception") else f"{denied.code}Exception"
        reason = {"Reason": denied.reason} if denied.reason else {}
        body = json.dumps({"__type": code, "message": str(denied), "Message": str(denied), **reason})
    else:
        body = error_xml(denied.code, str(denied), request)
    kind = "application/x-amz-json-1.1" if asked.json else "text/xml"
    sent = body.encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(sent))), ("x-amzn-RequestId", request)]
    start(f"{denied.status} {'Bad Request' if denied.status == 400 else 'Forbidden'}", headers)  # noqa: PLR2004
    return [sent]
