"""IAM: what stock moto lacks or gets wrong, mended one by one. `install` is called once, before any state.

- AWS managed policies: moto parses all of them for every account; here one appears when it is first attached.
- a template's role: moto ignores ManagedPolicyArns and keeps inline policies as dicts, which breaks
  GetAccountAuthorizationDetails; a role that exists already is an error on AWS; an update changes its trust, too.
- GetAccountAuthorizationDetails: moto leaves out policy names and never pages.
- the credential report: moto has no root row and one date for all.
- the account summary: moto says of root what no account says.
- ListOrganizationsFeatures and SimulatePrincipalPolicy are missing.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from moto.core.responses import ActionResult
from moto.iam import models, responses
from moto.iam.exceptions import ReportNotPresentException
from moto.iam.models import AWSManagedPolicy, IAMBackend, Role, iam_backends

from cloud_entitlements.simulator import callers, organizations
from cloud_entitlements.simulator.policies import Request, decide

_MANAGED = re.compile(r"arn:aws:iam::aws:policy/(?:.*/)?([^/]+)")
ROOT_FACTS: dict[str, dict[str, str]] = {}
"""Columns of the root row of the credential report, by account, where a seed says them."""
USER_FACTS: dict[tuple[str, str], dict[str, str]] = {}
"""The same of users, by account and user name."""
ROOT_FEATURES: dict[str, list[str]] = {}
"""Features of central root access, by management account."""


def install() -> None:
    IAMBackend._init_aws_policies = lambda _self: []
    IAMBackend._init_managed_policies = _lazily
    for kind in ("role", "user", "group"):
        name = f"attach_{kind}_policy"
        setattr(IAMBackend, name, _ensuring(getattr(IAMBackend, name)))
    Role.create_from_cloudformation_json = classmethod(
        _role_from_template(Role.create_from_cloudformation_json)
    )
    Role.update_from_cloudformation_json = classmethod(_role_updated)
    Role.delete_from_cloudformation_json = classmethod(_role_deleted)
    answers = responses.IamResponse
    answers.get_account_authorization_details = authorization_details
    answers.get_credential_report = credential_report
    answers.get_account_summary = account_summary
    answers.list_organizations_features = organizations_features
    answers.simulate_principal_policy = simulate


class LazyPolicies(dict[str, Any]):
    """ARN → policy. An AWS managed one is made when it is first asked for."""

    _documents: dict[str, Any] | None = None

    def __init__(self, backend: Any) -> None:
        super().__init__()
        self.backend = backend

    def __missing__(self, arn: str) -> Any:
        if LazyPolicies._documents is None:
            LazyPolicies._documents = json.loads(models.aws_managed_policies_data)
        found = _MANAGED.fullmatch(arn or "")
        if found is None or found.group(1) not in LazyPolicies._documents:
            raise KeyError(arn)
        data = LazyPolicies._documents[found.group(1)]
        self[arn] = AWSManagedPolicy.from_data(
            found.group(1), self.backend.account_id, self.backend.region_name, data
        )
        return self[arn]


def _lazily(backend: Any) -> LazyPolicies:
    return LazyPolicies(backend)


def _ensuring(original: Callable[..., Any]) -> Callable[..., Any]:
    def attach(self: Any, policy_arn: str, *args: Any, **kwargs: Any) -> Any:
        with contextlib.suppress(KeyError):  # moto's own answer says that there is none
            self.managed_policies[policy_arn]
        return original(self, policy_arn, *args, **kwargs)

    return attach


def _role_from_template(original: Any) -> Callable[..., Any]:
    def create(
        cls: Any, name: str, resource: dict[str, Any], account_id: str, region: str, **more: Any
    ) -> Any:
        properties = resource["Properties"]
        backend = iam_backends[account_id]["aws"]
        wanted = properties.get("RoleName", name)
        if any(role.name == wanted for role in backend.roles.values()):
            raise AlreadyExists(f"{wanted} already exists in stack or account {account_id}")
        _may_be_made(account_id, f"arn:aws:iam::{account_id}:role{properties.get('Path', '/')}{wanted}")
        _boundary_exists(backend, properties.get("PermissionsBoundary"))
        role = original.__func__(cls, name, resource, account_id, region, **more)
        for arn in properties.get("ManagedPolicyArns", []):
            backend.attach_role_policy(arn, role.name)
        for policy, document in role.policies.items():
            role.policies[policy] = document if isinstance(document, str) else json.dumps(document)
        return role

    return create


def _role_updated(
    _cls: Any, /, original_resource: Any, cloudformation_json: dict[str, Any], account_id: str, **_more: Any
) -> Any:
    """Trust, policies, boundary and tags; name and path stay, as ours do."""
    role, properties, backend = (
        original_resource,
        cloudformation_json["Properties"],
        iam_backends[account_id]["aws"],
    )
    _boundary_exists(backend, properties.get("PermissionsBoundary"))
    role.assume_role_policy_document = json.dumps(properties["AssumeRolePolicyDocument"])
    role.policies = {
        policy["PolicyName"]: json.dumps(policy["PolicyDocument"])
        for policy in properties.get("Policies", [])
    }
    role.permissions_boundary_arn = properties.get("PermissionsBoundary", "")
    role.tags = list(backend._tag_verification(properties.get("Tags", [])).values())
    return role


class NotMade(Exception):
    """A resource of a template was not made, in CloudFormation's words."""

    @property
    def message(self) -> str:
        return str(self)


class AlreadyExists(NotMade): ...


_MAKER: ContextVar[callers.Caller | None] = ContextVar("maker", default=None)


@contextlib.contextmanager
def made_by(caller: callers.Caller) -> Iterator[None]:
    token = _MAKER.set(caller)
    try:
        yield
    finally:
        _MAKER.reset(token)


def _may_be_made(account_id: str, arn: str) -> None:
    """Roles of a stack are made with the permissions of whoever creates it, in the same account."""
    maker = _MAKER.get()
    if maker is None or maker.account != account_id:
        return
    request = Request("iam:CreateRole", arn, {"aws:PrincipalArn": maker.principal}, maker.names)
    said = f"User: {maker.arn} is not authorized to perform: iam:CreateRole on resource: {arn} "
    if organizations.denied_by(organizations.SCP, account_id, request) is not None:
        raise NotMade(f"{said}with an explicit deny in a service control policy")
    if maker.boundary is not None and decide(maker.boundary, request) != "Allow":
        raise NotMade(f"{said}because no permissions boundary allows the iam:CreateRole action")
    if decide(maker.identity_policies, request) != "Allow":
        raise NotMade(f"{said}because no identity-based policy allows the iam:CreateRole action")


def _boundary_exists(backend: Any, arn: Any) -> None:
    if not isinstance(arn, str) or not arn:
        return
    try:
        backend.managed_policies[arn]
    except KeyError:
        raise NotMade(f"Scope ARN: {arn} does not exist or is not attachable.") from None


def _role_deleted(_cls: Any, name: str, _resource: dict[str, Any], account_id: str, _region: str) -> None:
    backend = iam_backends[account_id]["aws"]
    # `name` is what the role's physical id was; properties may still hold unresolved functions
    for role in [
        role for role in backend.roles.values() if name in (role.name, role.id, role.physical_resource_id)
    ]:
        for policy in list(role.managed_policies.values()):
            policy.detach_from(role)
        del backend.roles[role.id]


def authorization_details(self: Any) -> ActionResult:
    wanted = self._get_param("Filter", []) or [
        "User",
        "Group",
        "Role",
        "LocalManagedPolicy",
        "AWSManagedPolicy",
    ]
    entities = _entities(self.backend, wanted)
    start, count = int(self._get_param("Marker") or 0), int(self._get_param("MaxItems") or 100)
    answer: dict[str, Any] = {
        name: [] for name in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
    }
    for name, entity in entities[start : start + count]:
        answer[name].append(entity)
    answer["IsTruncated"] = start + count < len(entities)
    if answer["IsTruncated"]:
        answer["Marker"] = str(start + count)
    return ActionResult(answer)


def _entities(backend: Any, wanted: list[str]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for kind, field, entities in (
        ("User", "UserDetailList", backend.users),
        ("Group", "GroupDetailList", backend.groups),
        ("Role", "RoleDetailList", backend.roles),
    ):
        found += [(field, entity) for entity in entities.values()] if kind in wanted else []
    for policy in list(backend.managed_policies.values()):
        policy.policy_name, policy.policy_id, policy.permissions_boundary_usage_count = (
            policy.name,
            policy.id,
            0,
        )
        aws = policy.arn.startswith("arn:aws:iam::aws:")
        if ("AWSManagedPolicy" if aws else "LocalManagedPolicy") in wanted and (
            not aws or policy.attachment_count
        ):
            found.append(("Policies", policy))
    return found


_COLUMNS = [
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
]


def credential_report(self: Any) -> ActionResult:
    backend = self.backend
    if not backend.credential_report:
        raise ReportNotPresentException("Credential report not present")
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, restval="N/A", extrasaction="ignore")
    writer.writeheader()
    writer.writerow(_root(backend.account_id))
    for user in backend.users.values():
        writer.writerow(_user(backend.account_id, user))
    made = dt.datetime.now(dt.UTC).replace(microsecond=0)
    return ActionResult({"Content": text.getvalue(), "ReportFormat": "text/csv", "GeneratedTime": made})


def _root(account_id: str) -> dict[str, str]:
    plain = {name: "false" for name in _COLUMNS if name.endswith("_active")}
    own = {
        "user": "<root_account>",
        "arn": f"arn:aws:iam::{account_id}:root",
        "password_enabled": "not_supported",
    }
    dates = {"user_creation_time": "2021-03-04T08:00:00+00:00", "password_last_used": "no_information",
             "password_last_changed": "not_supported", "password_next_rotation": "not_supported"}  # fmt: skip
    return {**plain, **own, **dates, **ROOT_FACTS.get(account_id, {})}


def _user(account_id: str, user: Any) -> dict[str, str]:
    plain = dict(zip(_COLUMNS, next(csv.reader([user.to_csv().strip()])), strict=False))
    plain["mfa_active"] = "true" if user.mfa_devices else "false"
    return {**plain, **USER_FACTS.get((account_id, user.name), {})}


def account_summary(self: Any) -> ActionResult:
    """Moto knows nothing of root's keys and devices: they are as the report says."""
    told = dict(self.backend.get_account_summary().summary_map)
    root = ROOT_FACTS.get(self.current_account, {})
    told["AccountMFAEnabled"] = int(root.get("mfa_active") == "true")
    told["AccountPasswordPresent"] = int(_root_has_password(self.current_account, root))
    told["AccountAccessKeysPresent"] = sum(root.get(f"access_key_{n}_active") == "true" for n in (1, 2))
    return ActionResult({"SummaryMap": told})


def _root_has_password(account_id: str, root: dict[str, str]) -> bool:
    """Where root credentials are managed centrally, a seed says of whom they were not removed."""
    manager = organizations.management_account(account_id)
    managed = manager not in (None, account_id) and "RootCredentialsManagement" in ROOT_FEATURES.get(
        manager or "", []
    )
    return not managed or root.get("password_last_used", "")[:4].isdigit()


def organizations_features(self: Any) -> ActionResult:
    return ActionResult({"EnabledFeatures": ROOT_FEATURES.get(self.current_account, [])})


def simulate(self: Any) -> ActionResult:
    """Identity policies and service control policies of the account's own principals, as AWS's simulator."""
    source = self._get_param("PolicySourceArn")
    results = [
        _simulated(source, action, resource)
        for action in self._get_param("ActionNames", [])
        for resource in self._get_param("ResourceArns", []) or ["*"]
    ]
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def _simulated(source: str, action: str, resource: str) -> dict[str, Any]:
    account = source.split(":")[4]
    request = Request(action, resource, {"aws:PrincipalArn": source}, frozenset({source}))
    organized = organizations.denied_by(organizations.SCP, account, request) is None
    allowed = decide(callers.policies_of(source), request) == "Allow" and organized
    return {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": "allowed" if allowed else "implicitDeny",
        "OrganizationsDecisionDetail": {"AllowedByOrganizations": organized},
    }
