"""IAM Identity Center: one instance in one Region, its permission sets, assignments, people and groups.

moto gives every account an instance in every Region, knows no boundaries of permission sets, and takes each set for
provisioned to the caller's own account. Mended here; a set's role appears in an account with the first assignment.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.iam.models import iam_backends
from moto.identitystore.models import Group, IdentityStoreData, Name, User, identitystore_backends
from moto.identitystore.responses import IdentityStoreResponse
from moto.ssoadmin.exceptions import ResourceNotFoundException
from moto.ssoadmin.models import (
    CustomerManagedPolicy,
    Instance,
    ManagedPolicy,
    PermissionSet,
    SSOAdminBackend,
    ssoadmin_backends,
)
from moto.ssoadmin.responses import SSOAdminResponse

from cloud_entitlements.simulator.policies import Request, Statement, decide

PARTITION = "aws"
RESERVED = "/aws-reserved/sso.amazonaws.com/"
_MANAGED = "arn:aws:iam::aws:policy/"
_SERVICES = ("sso", "identitystore")
_OPEN = frozenset({"ListInstances", "DescribeInstance"})
"""What AWS answers without the key: it is about the instance, and not what is in it."""
_WORDS = {"sso": "KMS_AccessDeniedException", "identitystore": "KMS_ACCESS_DENIED"}


@dataclass(frozen=True, slots=True)
class Key:
    """A KMS key of the customer's own, and the services whose data it hides from whoever may not use it."""

    arn: str
    services: tuple[str, ...] = _SERVICES


KEYS: dict[str, Key] = {}
"""By management account."""
DISABLED: set[str] = set()
"""Ids of users."""


def install() -> None:
    original = SSOAdminBackend.__init__

    def init(self: Any, region_name: str, account_id: str) -> None:
        original(self, region_name, account_id)
        self.instances = []

    SSOAdminBackend.__init__ = init
    SSOAdminBackend.create_account_assignment = _provisioning(SSOAdminBackend.create_account_assignment)
    for operation in (list_instances, describe_instance, get_permissions_boundary_for_permission_set,
                      list_accounts_for_provisioned_permission_set):  # fmt: skip
        setattr(SSOAdminResponse, operation.__name__, operation)
    IdentityStoreResponse.list_users = _with_status(IdentityStoreResponse.list_users)


def key_refused(account: str, action: str, identity_policies: tuple[Statement, ...]) -> str:
    """The reason that AWS gives with the denial; empty when no key is in the way."""
    service, _, operation = action.partition(":")
    key = KEYS.get(account)
    if key is None or service not in key.services or operation in _OPEN:
        return ""
    allowed = decide(identity_policies, Request("kms:Decrypt", key.arn)) == "Allow"
    return "" if allowed else _WORDS[service]


def encrypt(manager: str, key: str, services: list[str]) -> None:
    """With an empty key it is AWS's own again, which everybody may use."""
    KEYS.pop(manager, None)
    if key:
        KEYS[manager] = Key(key, tuple(services) or _SERVICES)


def list_instances(self: Any) -> str:
    return json.dumps({"Instances": [_told(self, one) for one in self.ssoadmin_backend.instances]})


def describe_instance(self: Any) -> str:
    arn = self._get_param("InstanceArn")
    found = next((one for one in self.ssoadmin_backend.instances if one.instance_arn == arn), None)
    if found is None:
        raise ResourceNotFoundException(f"Could not find Instance with id {arn.rpartition('/')[2]}")
    key = KEYS.get(self.current_account)
    kind = (
        {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": key.arn} if key else {"KeyType": "AWS_OWNED_KMS_KEY"}
    )
    return json.dumps(
        {**_told(self, found), "EncryptionConfigurationDetails": {**kind, "EncryptionStatus": "ENABLED"}}
    )


def _told(answer: Any, instance: Any) -> dict[str, Any]:
    return {**instance.to_json(), "PrimaryRegion": getattr(instance, "home", answer.region)}


def get_permissions_boundary_for_permission_set(self: Any) -> str:
    found = self.ssoadmin_backend._find_permission_set(
        self._get_param("InstanceArn"), self._get_param("PermissionSetArn")
    )
    boundary = getattr(found, "boundary", None)
    if boundary is None:
        raise ResourceNotFoundException("Permissions boundary not found for the permission set")
    return json.dumps({"PermissionsBoundary": boundary})


def list_accounts_for_provisioned_permission_set(self: Any) -> str:
    wanted = self._get_param("PermissionSetArn")
    assigned = self.ssoadmin_backend.account_assignments
    accounts = sorted({one.target_id for one in assigned if one.permission_set_arn == wanted})
    start, count = int(self._get_param("NextToken") or 0), int(self._get_param("MaxResults") or 100)
    rest = {"NextToken": str(start + count)} if start + count < len(accounts) else {}
    return json.dumps({"AccountIds": accounts[start : start + count], **rest})


def _with_status(original: Callable[[Any], str]) -> Callable[[Any], str]:
    def list_users(self: Any) -> str:
        answer = json.loads(original(self))
        for user in answer["Users"]:
            user["UserStatus"] = "DISABLED" if user["UserId"] in DISABLED else "ENABLED"
        return json.dumps(answer)

    return list_users


def _provisioning(original: Callable[..., Any]) -> Callable[..., Any]:
    def create_account_assignment(self: Any, **given: Any) -> Any:
        answer = original(self, **given)
        found = self._find_permission_set(given["instance_arn"], given["permission_set_arn"])
        provision(found, given["target_id"], self.region_name)
        return answer

    return create_account_assignment


def provision(found: Any, account: str, region: str) -> None:
    """The role of a permission set in an account, unless it is there."""
    backend = iam_backends[account][PARTITION]
    stem = f"AWSReservedSSO_{found.name}_"
    if any(role.name.startswith(stem) and role.path.startswith(RESERVED) for role in backend.roles.values()):
        return
    provider = f"arn:aws:iam::{account}:saml-provider/AWSSSO_0a1b2c3d4e5f_DO_NOT_DELETE"
    statement = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
                 "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}}  # fmt: skip
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    path = RESERVED if region == "us-east-1" else f"{RESERVED}{region}/"
    name = f"{stem}{_hex(account, found.name)}"
    backend.create_role(name, trust, path, _boundary_arn(found, account), "", [], "43200")
    for policy in found.managed_policies:
        backend.attach_role_policy(policy.arn, name)
    for policy in found.customer_managed_policies:
        arn = f"arn:aws:iam::{account}:policy{policy.path}{policy.name}"
        if arn in backend.managed_policies:
            backend.attach_role_policy(arn, name)
    if found.inline_policy:
        backend.put_role_policy(name, "AwsSSOInlinePolicy", found.inline_policy)


def _boundary_arn(found: Any, account: str) -> str | None:
    boundary: Mapping[str, Any] = getattr(found, "boundary", None) or {}
    reference = boundary.get("CustomerManagedPolicyReference")
    if reference:
        return f"arn:aws:iam::{account}:policy{reference['Path']}{reference['Name']}"
    return boundary.get("ManagedPolicyArn")


def _hex(*parts: str) -> str:
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:16]


def plant(given: Mapping[str, Any], manager: str, accounts: Callable[[str], Iterator[str]]) -> None:
    """`accounts` are those of a name in the seed: a unit with all below it, an account, or `everywhere`."""
    region, backend = given["region"], ssoadmin_backends[manager][given["region"]]
    instance = _planted(manager, region)
    backend.instances.append(instance)
    for replica in given.get("replicas", []):  # listed there, and permission sets can't be read there
        ssoadmin_backends[manager][replica].instances.append(instance)
    for place, owner in given.get("foreign", {}).items():
        ssoadmin_backends[manager][place].instances.insert(0, _planted(owner, place))
    store = identitystore_backends[manager][region].identity_stores.setdefault(
        instance.identity_store_id, IdentityStoreData()
    )
    ids = _people(given, manager, instance.identity_store_id, store)
    sets = {one["name"]: _permission_set(one, instance.instance_arn) for one in given["permission_sets"]}
    backend.permission_sets.extend(sets.values())
    for assignment in given["assignments"]:
        for account in sorted({account for name in assignment["in"] for account in accounts(name)}):
            for kind in ("group", "user"):
                for name in assignment.get(f"{kind}s", []):
                    backend.create_account_assignment(
                        instance_arn=instance.instance_arn,
                        target_id=account,
                        target_type="AWS_ACCOUNT",
                        permission_set_arn=sets[assignment["set"]].permission_set_arn,
                        principal_type=kind.upper(),
                        principal_id=ids[kind, name],
                    )
    if "kms_key" in given:
        encrypt(manager, given["kms_key"], [])


def _planted(manager: str, region: str) -> Any:
    """With the ids of the seed: moto draws them anew each time."""
    instance = Instance(manager, region)
    instance.instance_arn = f"arn:aws:sso:::instance/ssoins-{_hex(manager, 'instance')}"
    instance.identity_store_id = f"d-{_hex(manager, 'store')[:10]}"
    instance.home = region
    return instance


def _permission_set(given: Mapping[str, Any], instance_arn: str) -> Any:
    made = PermissionSet(given["name"], "", instance_arn, given.get("session", "PT1H"), "", [])
    instance = instance_arn.rpartition("/")[2]
    made.permission_set_arn = f"arn:aws:sso:::permissionSet/{instance}/ps-{_hex(instance, given['name'])}"
    made.managed_policies = [ManagedPolicy(_MANAGED + name, name) for name in given.get("attached", [])]
    made.customer_managed_policies = [CustomerManagedPolicy(name) for name in given.get("customer", [])]
    made.inline_policy = json.dumps(given["inline"]) if "inline" in given else ""
    if "boundary" in given:
        made.boundary = (
            {"ManagedPolicyArn": _MANAGED + given["boundary"]}
            if not given["boundary"].startswith("CUSTOM/")
            else {
                "CustomerManagedPolicyReference": {
                    "Name": given["boundary"].removeprefix("CUSTOM/"),
                    "Path": "/",
                }
            }
        )
    return made


def _people(
    given: Mapping[str, Any], manager: str, store_id: str, store: Any
) -> Mapping[tuple[str, str], str]:
    ids: dict[tuple[str, str], str] = {}
    for number, user in enumerate(given["users"]):
        ids["user", user["name"]] = made = _id(manager, "user", user["name"])
        store.users[made] = _user(user, made, store_id, number)
        if not user.get("enabled", True):
            DISABLED.add(made)
    for name, members in given["groups"].items():
        ids["group", name] = made = _id(manager, "group", name)
        store.groups[made] = Group(made, name, [], f"People of {name}", store_id)
        for member in members:
            membership = _id(manager, "membership", f"{name}/{member}")
            store.group_memberships[membership] = {
                "IdentityStoreId": store_id,
                "MembershipId": membership,
                "GroupId": made,
                "MemberId": {"UserId": ids["user", member]},
            }
    return ids


def _user(given: Mapping[str, Any], user_id: str, store_id: str, number: int) -> Any:
    """With all that an identity provider sends; of most of it nothing may be stored."""
    display = given.get("display", given["name"])
    return User(
        user_id,
        store_id,
        given["name"],
        Name(display, display.rpartition(" ")[2], display.partition(" ")[0], None, None, None),
        display,
        f"nickname-{number}",
        f"https://people.example.com/{number}",
        [{"Value": f"person-{number}@example.com", "Type": "work", "Primary": True}],
        [{"StreetAddress": f"{number} Canary Street", "Locality": "Port Canary", "Country": "XX"}],
        [{"Value": f"+1-555-01{number:02}", "Type": "work", "Primary": True}],
        "employee",
        f"title-{number}",
        "en",
        "en-US",
        "UTC",
    )


def _id(manager: str, kind: str, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{manager}/{kind}/{name}"))
