"""AWS::CloudFormation::StackSet in a template: service managed, with auto deployment, as AWS does it.

moto ignores this resource type and knows no automatic deployment. Here instances follow the organization:
accounts that join or move get the stack, those that leave lose it, the management account is skipped,
suspended accounts are INOPERABLE, and what a control policy or a leftover role stops is OUTDATED with AWS's
reason. The role that deploys, `stacksets-exec-…`, obeys the member's service control policies.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.cloudformation import models as cloudformation
from moto.cloudformation import responses
from moto.core.common_models import CloudFormationModel
from moto.core.responses import ActionResult
from moto.organizations.models import OrganizationsBackend

from cloud_entitlements.simulator import organizations
from cloud_entitlements.simulator.policies import Request

TRUSTED = "member.org.stacksets.cloudformation.amazonaws.com"
NOT_TRUSTED = "You must enable organizations access to operate a service managed stack set"
NOT_MANAGEMENT = (
    "You must be the management account or delegated admin account of an organization before operating a "
    "SERVICE_MANAGED stack set"
)
TRUST: dict[str, str] = {}
"""`ENABLED` by management account; absent is DISABLED."""
HELD: set[str] = set()
"""Not empty: new instances stay RUNNING."""
SETS: dict[str, Deployment] = {}
"""By StackSet id."""
NOT_EMPTY = (
    'Resource handler returned message: "StackSet is not empty (Service: CloudFormation, Status Code: 409)" '
    "(HandlerErrorCode: GeneralServiceException)"
)


@dataclass(slots=True)
class Instance:
    account: str
    region: str
    stack: Any | None
    status: str
    detailed: str
    reason: str

    def as_summary(self, stackset: Any) -> dict[str, Any]:
        summary = {
            "StackSetId": stackset.id,
            "Region": self.region,
            "Account": self.account,
            "Status": self.status,
            "StackInstanceStatus": {"DetailedStatus": self.detailed},
            "OrganizationalUnitId": getattr(organizations.account(self.account), "parent_id", ""),
        }
        if self.stack is not None:
            summary["StackId"] = self.stack.stack_id
        return {**summary, **({"StatusReason": self.reason} if self.reason else {})}


@dataclass(slots=True)
class Deployment:
    """A StackSet with its targets and instances."""

    manager: str
    region: str
    stackset: Any
    targets: list[str]
    regions: list[str]
    auto: bool
    instances: dict[str, Instance] = field(default_factory=dict)
    operations: list[dict[str, Any]] = field(default_factory=list)

    def wanted(self) -> dict[str, Any]:
        backend = organizations.backend_of(self.manager)
        found = [account for target in self.targets for account in organizations.below(backend, target)]
        return {account.id: account for account in found}

    def follow(self, action: str) -> None:
        """Deploys to accounts that are wanted and have none; takes it from those no longer wanted."""
        wanted = self.wanted()
        gone = [self.instances.pop(account) for account in list(self.instances) if account not in wanted]
        for instance in gone:
            _delete(instance)
        missing = [account for account in wanted if account not in self.instances]
        for account in missing:
            self.instances[account] = self._deploy(wanted[account])
        if gone or missing:
            self._note(action, [*missing, *(instance.account for instance in gone)])

    def redeploy(self) -> None:
        """Tries again what did not succeed, and brings all to the template as it is now."""
        for instance in list(self.instances.values()):
            if not _stuck(instance):
                _delete(self.instances.pop(instance.account))
        self.follow("UPDATE")

    def end(self) -> None:
        """Raises when instances are left: their accounts can't be reached, and AWS then deletes no StackSet."""
        self.let_go(list(self.instances), retain=False)
        if self.instances:
            raise cloudformation.ValidationError(message=NOT_EMPTY)

    def let_go(self, accounts: list[str], *, retain: bool) -> None:
        """DeleteStackInstances. `retain` leaves the stacks in their accounts, with their roles."""
        for account in accounts:
            instance = self.instances[account]
            if _stuck(instance) and not retain:
                instance.status = instance.detailed = "INOPERABLE"
                instance.reason = f"Account {account} is suspended"
                continue
            if not retain:
                _delete(instance)
            del self.instances[account]
        self._note("DELETE", accounts)

    def chosen(self, units: list[str], accounts: list[str], how: str) -> list[str]:
        """Accounts with an instance below `units`; INTERSECTION leaves those of `accounts` alone."""
        backend = organizations.backend_of(self.manager)
        below = {account.id for unit in units for account in organizations.below(backend, unit)}
        wanted = below & set(accounts) if how == "INTERSECTION" else below
        return [account for account in self.instances if account in wanted]

    def catch_up(self) -> int:
        """Deploys what was held."""
        held = [one.account for one in self.instances.values() if one.detailed == "RUNNING"]
        wanted = self.wanted()
        for account in held:
            self.instances[account] = self._deploy(wanted[account])
        return len(held)

    def _deploy(self, account: Any) -> Instance:
        region = self.regions[0]
        if HELD:
            return Instance(account.id, region, None, "OUTDATED", "RUNNING", "")
        if account.state != "ACTIVE":
            reason = f"Account {account.id} is {account.state.lower()}"
            return Instance(account.id, region, None, "INOPERABLE", "INOPERABLE", reason)
        denied = _denied(account.id)
        if denied:
            return Instance(account.id, region, None, "OUTDATED", "FAILED", denied)
        stack = cloudformation.Stack(
            stack_id=cloudformation.generate_stack_id(f"StackSet-{self.stackset.name}", region, account.id),
            name=f"StackSet-{self.stackset.name}-{uuid.uuid4()}",
            template=self.stackset.template,
            parameters=dict(self.stackset.parameters),
            account_id=account.id,
            region_name=region,
        )
        try:
            stack.create_resources()
        except Exception as error:  # noqa: BLE001  any failure of the member's stack is the instance's reason
            reason = (
                f"ResourceLogicalId:MemberRole, ResourceType:AWS::IAM::Role, ResourceStatusReason:{error}."
            )
            return Instance(account.id, region, None, "OUTDATED", "FAILED", reason)
        return Instance(account.id, region, stack, "CURRENT", "SUCCEEDED", "")

    def _note(self, action: str, accounts: list[str]) -> None:
        now = dt.datetime.now(dt.UTC)
        states = {account: self.instances.get(account) for account in accounts}
        failed = [
            account for account, instance in states.items() if instance and instance.status != "CURRENT"
        ]
        self.operations.insert(
            0,
            {
                "OperationId": str(uuid.uuid4()),
                "Action": action,
                "Status": "SUCCEEDED",
                "CreationTimestamp": now,
                "EndTimestamp": now,
                "StatusDetails": {"FailedStackInstancesCount": len(failed)},
                "accounts": accounts,
            },
        )


def _stuck(instance: Instance) -> bool:
    """It has a stack in an account that AWS suspended since."""
    return instance.stack is not None and getattr(
        organizations.account(instance.account), "state", ""
    ) not in (
        "ACTIVE",
        "",
    )


def _delete(instance: Instance) -> None:
    if instance.stack is not None:
        instance.stack.delete()


def _denied(account: str) -> str:
    """StackSets makes the role with a role of its own in the member, which control policies limit."""
    arn = f"arn:aws:iam::{account}:role/stacksets-exec-0123456789abcdef0123456789abcdef"
    session = f"arn:aws:sts::{account}:assumed-role/stacksets-exec-0123456789abcdef0123456789abcdef/stacksets"
    context = {"aws:PrincipalArn": arn, "aws:PrincipalAccount": account}
    request = Request("iam:CreateRole", "*", context, frozenset({arn}))
    if organizations.denied_by(organizations.SCP, account, request) is None:
        return ""
    return (
        "ResourceLogicalId:MemberRole, ResourceType:AWS::IAM::Role, ResourceStatusReason:Resource handler returned "
        f'message: "User: {session} is not authorized to perform: iam:CreateRole with an explicit deny in a service '
        'control policy".'
    )


class StackSetResource(CloudFormationModel):  # type: ignore[misc]
    __module__ = "simulator.cloudformation"  # moto takes the service from the second part of this name

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment

    @property
    def physical_resource_id(self) -> str:
        return str(self.deployment.stackset.id)

    @staticmethod
    def cloudformation_name_type() -> str:
        return "StackSetName"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::CloudFormation::StackSet"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "StackSetId"

    def get_cfn_attribute(self, _attribute: str) -> str:
        return self.physical_resource_id

    def is_created(self) -> bool:
        return True

    @classmethod
    def create_from_cloudformation_json(
        cls, _name: str, resource: dict[str, Any], account_id: str, region: str, **_more: Any
    ) -> StackSetResource:
        properties = resource["Properties"]
        _require_trust(account_id)
        backend = cloudformation.cloudformation_backends[account_id][region]
        stackset = backend.create_stack_set(
            properties["StackSetName"], properties["TemplateBody"], _parameters(properties), {},
            properties["PermissionModel"], None, None, properties.get("Description"),
        )  # fmt: skip
        deployment = Deployment(account_id, region, stackset, *_targets(properties), auto=_auto(properties))
        _require_targets(deployment)
        SETS[stackset.id] = deployment
        deployment.follow("CREATE")
        return cls(deployment)

    @classmethod
    def update_from_cloudformation_json(  # named by moto, which passes them by name
        cls,
        original_resource: StackSetResource,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> StackSetResource:
        properties, deployment = cloudformation_json["Properties"], original_resource.deployment
        deployment.targets, deployment.regions = _targets(properties)
        deployment.stackset.template = properties["TemplateBody"]
        deployment.stackset.parameters = _parameters(properties)
        _require_targets(deployment)
        deployment.redeploy()
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(
        cls, name: str, _resource: dict[str, Any], _account: str, _region: str
    ) -> None:
        if name in SETS:
            cls(SETS[name]).delete(_account, _region)

    def delete(self, _account: str, _region: str) -> None:
        self.deployment.end()
        self.deployment.stackset.delete()
        SETS.pop(self.physical_resource_id, None)


def _require_trust(account_id: str) -> None:
    backend = organizations.backend_of(account_id)
    services = [service.get("ServicePrincipal") for service in backend.services] if backend else []
    if backend is not None and backend.org.master_account_id != account_id:
        raise cloudformation.ValidationError(message=NOT_MANAGEMENT)
    if backend is None or (TRUST.get(account_id) != "ENABLED" and TRUSTED not in services):
        raise cloudformation.ValidationError(message=NOT_TRUSTED)


def _require_targets(deployment: Deployment) -> None:
    backend = organizations.backend_of(deployment.manager)
    known = {unit.id for unit in backend.ou} if backend else set()
    for target in deployment.targets:
        if target not in known:
            raise cloudformation.ValidationError(message=f"Organizational unit {target} not found")


def _targets(properties: dict[str, Any]) -> tuple[list[str], list[str]]:
    groups = properties.get("StackInstancesGroup", [])
    units = [
        unit
        for group in groups
        for unit in _list(group["DeploymentTargets"].get("OrganizationalUnitIds", []))
    ]
    regions = [region for group in groups for region in _list(group["Regions"])]
    return [part for unit in units for part in str(unit).split(",")], regions


def _parameters(properties: dict[str, Any]) -> dict[str, str]:
    return {given["ParameterKey"]: given["ParameterValue"] for given in properties.get("Parameters", [])}


def _auto(properties: dict[str, Any]) -> bool:
    return str(properties.get("AutoDeployment", {}).get("Enabled", "")).lower() == "true"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def follow_organization() -> None:
    """After accounts joined, moved, or changed their state."""
    for deployment in list(SETS.values()):
        if deployment.auto:
            deployment.follow("CREATE")


def hold(*, on: bool) -> int:
    HELD.clear()
    if on:
        HELD.add("all")
        return 0
    return sum(deployment.catch_up() for deployment in SETS.values())


def install() -> None:
    for name in ("move_account", "create_account", "remove_account_from_organization"):
        setattr(OrganizationsBackend, name, _followed(getattr(OrganizationsBackend, name)))
    answers = responses.CloudFormationResponse
    answers.activate_organizations_access = activate
    answers.deactivate_organizations_access = deactivate
    answers.describe_organizations_access = describe_access
    answers.list_stack_instances = list_instances
    answers.delete_stack_instances = delete_instances
    answers.list_stack_set_operations = list_operations
    answers.list_stack_set_operation_results = list_results


def _followed(original: Any) -> Any:
    def change(self: Any, **given: Any) -> Any:
        answer = original(self, **given)
        follow_organization()
        return answer

    return change


def activate(self: Any) -> ActionResult:
    TRUST[self.current_account] = "ENABLED"
    return ActionResult({})


def deactivate(self: Any) -> ActionResult:
    TRUST.pop(self.current_account, None)
    return ActionResult({})


def describe_access(self: Any) -> ActionResult:
    return ActionResult({"Status": TRUST.get(self.current_account, "DISABLED")})


def _deployment(self: Any) -> Deployment:
    stackset = self.cloudformation_backend.describe_stack_set(self._get_param("StackSetName"))
    return SETS[stackset.id]


def list_instances(self: Any) -> ActionResult:
    """Pages of a hundred, as AWS."""
    deployment = _deployment(self)
    instances = sorted(deployment.instances.values(), key=lambda instance: instance.account)
    start = int(self._get_param("NextToken") or 0)
    answer: dict[str, Any] = {
        "Summaries": [instance.as_summary(deployment.stackset) for instance in instances[start : start + 100]]
    }
    if start + 100 < len(instances):
        answer["NextToken"] = str(start + 100)
    return ActionResult(answer)


def delete_instances(self: Any) -> ActionResult:
    deployment, given = _deployment(self), self._get_param("DeploymentTargets", {})
    units, accounts = given.get("OrganizationalUnitIds", []), given.get("Accounts", [])
    chosen = deployment.chosen(units, accounts, given.get("AccountFilterType", ""))
    retain = str(self._get_param("RetainStacks")).lower() == "true"
    deployment.let_go(chosen if deployment.region in self._get_param("Regions", []) else [], retain=retain)
    return ActionResult({"OperationId": deployment.operations[0]["OperationId"]})


def list_operations(self: Any) -> ActionResult:
    told = [
        {k: v for k, v in operation.items() if k != "accounts"} for operation in _deployment(self).operations
    ]
    return ActionResult({"Summaries": told})


def list_results(self: Any) -> ActionResult:
    deployment, wanted = _deployment(self), self._get_param("OperationId")
    operation = next(found for found in deployment.operations if found["OperationId"] == wanted)
    return ActionResult({"Summaries": [_result(deployment, account) for account in operation["accounts"]]})


def _result(deployment: Deployment, account: str) -> dict[str, Any]:
    instance = deployment.instances.get(account)
    failed = instance is not None and instance.status != "CURRENT"
    answer = {
        "Account": account,
        "Region": deployment.regions[0],
        "Status": "FAILED" if failed else "SUCCEEDED",
    }
    return {**answer, **({"StatusReason": instance.reason} if failed and instance else {})}
