"""Fills the simulated AWS from a readable file, in the server's own process: thousands of roles in a second."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from moto.iam.models import AccessKeyLastUsed, iam_backends
from moto.organizations.models import organizations_backends

from cloud_entitlements.simulator import (
    iam,
    identity_center,
    organizations,
    regions,
    stacksets,
    usage,
)
from cloud_entitlements.simulator.organizations import RCP, SCP

PARTITION = "aws"
FOLDER = Path(__file__).parent / "seeds"
OPERATOR = "operator"
BEGAN = "2024-06-03"
"""When identities were made of which a seed does not say it."""
_MANAGED = "arn:aws:iam::aws:policy/"
_SERVICE_ROLES = ("job-function/", "service-role/")


def load(name: str) -> dict[str, Any]:
    """`demo`, `empty`, `generated:ACCOUNTSxROLES`, or the path of a file of the same form."""
    if name.startswith("generated:"):
        accounts, _, roles = name.removeprefix("generated:").partition("x")
        return _generated(int(accounts), int(roles))
    path = Path(name) if name.endswith((".yaml", ".yml")) else FOLDER / f"{name}.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def plant(seed: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what the operator must know: credentials and ids."""
    random.seed(7)  # moto draws ids: the same seed gives the same ones
    told: dict[str, Any] = {"platform": _platform(seed["platform"]), "operators": {}, "organizations": []}
    for account in seed.get("alone", []):
        told["operators"][account] = _operator(account)
    for organization in seed.get("organizations", []):
        told["operators"][organization["management"]["id"]] = _operator(organization["management"]["id"])
        _organization(organization, seed.get("kits", {}))
        names = {"id": organization["id"], "root_id": organization["root"], "name": organization["name"]}
        told["organizations"].append({**names, "management_account_id": organization["management"]["id"]})
    return told


_PLATFORM_ROLES: tuple[tuple[str, list[str]], ...] = (
    ("role", ["iam:GetRole", "iam:SimulatePrincipalPolicy"]),
    ("narrow_role", []),
    ("person_role", ["iam:GetRole"]),
)


def _platform(given: Mapping[str, str]) -> dict[str, str]:
    """The account that the product runs in: a user with keys, and roles for those who want one."""
    backend = iam_backends[given["account"]][PARTITION]
    path, _, name = given["user"].rpartition("/")
    user = backend.create_user("us-east-1", name, f"{path}/")
    own = [f"arn:aws:iam::{given['account']}:role{given[key]}" for key, _ in _PLATFORM_ROLES if key in given]
    backend.put_user_policy(name, "platform", _platform_policy(own, ["iam:GetRole", "iam:GetUser"]))
    for key, known in _PLATFORM_ROLES:
        if key in given:
            _platform_role(backend, given["account"], given[key], known)
    return {"account": given["account"], "principal_arn": user.arn, **_key(backend, name)}


def _platform_role(backend: Any, account: str, path_and_name: str, known: list[str]) -> None:
    path, _, name = path_and_name.rpartition("/")
    trust = _trust({"AWS": f"arn:aws:iam::{account}:root"})
    backend.create_role(name, json.dumps(trust), f"{path}/", None, "", [], "3600")
    backend.put_role_policy(name, "platform", _platform_policy([], known))


def _platform_policy(own_roles: list[str], known: list[str]) -> str:
    roles = ["arn:aws:iam::*:role/cloud-entitlements/*", *own_roles]
    statements = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": roles}]
    statements += [{"Effect": "Allow", "Action": known, "Resource": "*"}] if known else []
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _operator(account: str) -> dict[str, str]:
    """The customer's administrator, who creates stacks; belongs to no kit."""
    backend = iam_backends[account][PARTITION]
    backend.create_user("us-east-1", OPERATOR, "/")
    backend.attach_user_policy(f"{_MANAGED}AdministratorAccess", OPERATOR)
    return _key(backend, OPERATOR)


def _key(backend: Any, user: str) -> dict[str, str]:
    key = backend.create_access_key(user)
    return {"access_key_id": key.access_key_id, "secret_access_key": key.secret_access_key}


def _organization(given: Mapping[str, Any], kits: Mapping[str, Any]) -> None:
    manager = given["management"]["id"]
    backend = organizations_backends[manager][PARTITION]
    backend.create_organization("us-east-1", FeatureSet=given.get("feature_set", "ALL"))
    _identify(backend, given)
    units = {given["root"]: given["root"], **dict(_units(backend, given["root"], given["units"]))}
    for policy_type in (SCP, RCP):
        backend.ou[0].add_policy_type(policy_type)
    for account in given["accounts"]:
        add_account(
            backend, account["id"], account["name"], units[account["unit"]], account.get("state", "ACTIVE")
        )
    for kind, field in ((SCP, "service_control_policies"), (RCP, "resource_control_policies")):
        for policy in given.get(field, []):
            _control_policy(backend, kind, policy, units)
    if given.get("trusted_access"):
        stacksets.TRUST[manager] = "ENABLED"
    iam.ROOT_FEATURES[manager] = given.get("root_features", [])
    regions.ENABLED[manager] = frozenset(given.get("regions", []))
    for account in [given["management"], *given["accounts"]]:
        _furnish(account, manager, kits)
    if "identity_center" in given:
        identity_center.plant(
            given["identity_center"], manager, lambda name: _meant(backend, given, units, name)
        )


def _meant(backend: Any, given: Mapping[str, Any], units: Mapping[str, str], name: str) -> Iterator[str]:
    """Accounts by the name of one, by a unit's with all below it, or `everywhere`."""
    named = [
        one["id"] for one in (given["management"], *given["accounts"]) if name in ("everywhere", one["name"])
    ]
    yield from named
    if name in units:
        yield from (account.id for account in organizations.below(backend, units[name]))


def _identify(backend: Any, given: Mapping[str, Any]) -> None:
    """The ids of the seed, everywhere moto has put those that it drew."""
    backend.org.id, backend.org.root_id = given["id"], given["root"]
    backend.ou[0].id = given["root"]
    master = backend.accounts[0]
    master.name, master.parent_id = given["management"]["name"], given["root"]
    for thing in [*backend.accounts, *backend.ou, *backend.policies]:
        thing.organization_id = given["id"]


def _units(backend: Any, parent: str, tree: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for number, (name, below) in enumerate(tree.items(), start=1):
        unit = backend.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]
        made = next(found for found in backend.ou if found.id == unit)
        made.id = _unit_id(backend.org.root_id, parent, number)
        for kind in ("p-FullAWSAccess", "p-RCPFullAWSAccess"):
            if kind not in [policy.id for policy in made.attached_policies]:
                backend.attach_policy(PolicyId=kind, TargetId=made.id)
        yield name, made.id
        yield from _units(backend, made.id, below)


def _unit_id(root: str, parent: str, number: int) -> str:
    """`ou-<root>-<eight>`: the path of positions from the root, as letters and digits."""
    above = "" if parent.startswith("r-") else parent.rpartition("-")[2].rstrip("0")
    return f"ou-{root.removeprefix('r-')}-{(above + str(number)).ljust(8, '0')}"


def add_account(backend: Any, account_id: str, name: str, parent: str, state: str = "ACTIVE") -> None:
    """As `CreateAccount`, with an id of the seed's; the account starts in `parent`."""
    status = backend.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]
    drawn = status["AccountId"]
    account = next(found for found in backend.accounts if found.id == drawn)
    organizations_backends.master_accounts[account_id] = organizations_backends.master_accounts.pop(drawn)
    account.id, account.parent_id, account.state, account.status = account_id, parent, state, state
    account.organization_id = backend.org.id
    manager = backend.org.master_account_id
    own = iam_backends[account_id][PARTITION]
    trust = _trust({"AWS": f"arn:aws:iam::{manager}:root"})
    own.create_role("OrganizationAccountAccessRole", json.dumps(trust), "/", None, "", [], "3600")
    own.attach_role_policy(f"{_MANAGED}AdministratorAccess", "OrganizationAccountAccessRole")
    stacksets.follow_organization()


def join(manager: str, name: str, unit: str | None = None) -> str:
    """A new account joins below `unit` (an id or a name; the root when there is none)."""
    backend = organizations_backends[manager][PARTITION]
    parents = {found.name: found.id for found in backend.ou} | {found.id: found.id for found in backend.ou}
    number = max(int(account.id) for account in backend.accounts) + 1
    add_account(backend, f"{number:012}", name, parents[unit or backend.org.root_id])
    return f"{number:012}"


def _control_policy(backend: Any, kind: str, given: Mapping[str, Any], units: Mapping[str, str]) -> None:
    content = json.dumps(given["document"])
    made = backend.create_policy(Name=given["name"], Description="", Type=kind, Content=content, Tags=[])
    for target in given["targets"]:
        backend.attach_policy(
            PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=units.get(target, target)
        )


def _furnish(account: Mapping[str, Any], manager: str, kits: Mapping[str, Any]) -> None:
    account_id = account["id"]
    iam.ROOT_FACTS[account_id] = account.get("root", {})
    for name in account.get("kits", []):
        text = (
            json.dumps(kits[name], default=str).replace("ACCOUNT", account_id).replace("MANAGEMENT", manager)
        )
        furnish(account_id, json.loads(text))


def furnish(account_id: str, kit: Mapping[str, Any]) -> None:
    backend = iam_backends[account_id][PARTITION]
    for provider in kit.get("saml", []):
        backend.create_saml_provider(provider, "<EntityDescriptor>" + "x" * 1000 + "</EntityDescriptor>")
    for provider in kit.get("oidc", []):
        backend.create_open_id_connect_provider(provider["url"], ["0" * 40], provider["clients"], [])
    for policy in kit.get("policies", []):
        _policy(backend, policy)
    for group in kit.get("groups", []):
        backend.create_group(group["name"], "/")
        _permit(backend, account_id, "group", group)
    for user in kit.get("users", []):
        _user(backend, account_id, user)
    for group in kit.get("groups", []):
        for member in group.get("members", []):
            backend.add_user_to_group(group["name"], member)
    for role in kit.get("roles", []):
        _role(backend, account_id, role)
    if "password_policy" in kit:
        length = kit["password_policy"]["minimum_length"]
        backend.update_account_password_policy(True, False, 90, length, 5, True, True, True, True)


def _policy(backend: Any, given: Mapping[str, Any]) -> None:
    policy = backend.create_policy("", "/", json.dumps(given["document"]), given["name"], [])
    for _ in range(given.get("versions", 1) - 1):
        backend.create_policy_version(policy.arn, json.dumps(given["document"]), "false")


def _permit(backend: Any, account_id: str, kind: str, given: Mapping[str, Any]) -> None:
    for name in given.get("attached", []):
        getattr(backend, f"attach_{kind}_policy")(_arn(account_id, name), given["name"])
    for name, document in given.get("inline", {}).items():
        getattr(backend, f"put_{kind}_policy")(given["name"], name, json.dumps(document))


def _arn(account_id: str, name: str) -> str:
    if name.startswith("CUSTOM/"):
        return f"arn:aws:iam::{account_id}:policy/{name.removeprefix('CUSTOM/')}"
    return _MANAGED + name


def _user(backend: Any, account_id: str, given: Mapping[str, Any]) -> None:
    name = given["name"]
    user = backend.create_user("us-east-1", name, "/", _tags(given))
    user.create_date = _day(given.get("created", BEGAN))
    usage.remember(user.arn, given)
    if "console" in given:
        user.password, user.password_last_used = "x", _day(given["console"])
    if given.get("mfa"):
        device = backend.create_virtual_mfa_device(name, "/")
        backend.enable_mfa_device(name, device.serial_number, "123456", "654321")
    for key in given.get("keys", []):
        made = backend.create_access_key(name)
        made.create_date = _day(key["created"])
        service = key.get("service", "s3")
        made.last_used = (
            AccessKeyLastUsed(_day(key["used"]), service, "eu-central-1") if "used" in key else None
        )
    for group in given.get("groups", []):
        backend.add_user_to_group(group, name)
    _permit(backend, account_id, "user", given)


def _role(backend: Any, account_id: str, given: Mapping[str, Any]) -> None:
    trust = given.get("document_trust") or _trust(given["trust"], given)
    boundary = _arn(account_id, given["boundary"]) if "boundary" in given else None
    path, description = given.get("path", "/"), given.get("description", "")
    role = backend.create_role(
        given["name"], json.dumps(trust), path, boundary, description, _tags(given), "3600"
    )
    role.create_date = _day(given.get("created", BEGAN))
    last = usage.remember(role.arn, given)
    if last is not None:
        role.last_used, role.last_used_region = _day(last.isoformat()), "eu-central-1"
    _permit(backend, account_id, "role", given)
    if given.get("instance_profile"):
        backend.create_instance_profile(given["name"], "/", [given["name"]])


def _trust(principal: Mapping[str, str], given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    condition: dict[str, Any] = {}
    if given and "external_id" in given:
        condition["StringEquals"] = {"sts:ExternalId": given["external_id"]}
    if given and given.get("mfa"):
        condition["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
    saml = "saml-provider" in str(principal.get("Federated", ""))
    action = "sts:AssumeRoleWithSAML" if saml else "sts:AssumeRole"
    statement = {"Effect": "Allow", "Principal": dict(principal), "Action": action}
    return {
        "Version": "2012-10-17",
        "Statement": [{**statement, **({"Condition": condition} if condition else {})}],
    }


def _tags(given: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in given.get("tags", {}).items()]


def _day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(str(text)).replace(hour=9)


def _generated(accounts: int, roles: int) -> dict[str, Any]:
    """An organization of any size, for measuring: `accounts` members with `roles` roles each."""
    kit = {"roles": [
        {"name": f"app-{number:04}", "trust": {"Service": "ec2.amazonaws.com"}, "attached": ["ReadOnlyAccess" if number % 3 else "AmazonS3FullAccess"],
         "inline": {"own": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": f"arn:aws:s3:::bucket-{number}/*"}]}}}
        for number in range(roles)]}  # fmt: skip
    units: dict[str, Any] = {f"Unit {number}": {} for number in range(max(1, accounts // 25))}
    members = [
        {
            "id": f"4{number:011}",
            "name": f"member-{number}",
            "unit": f"Unit {number % len(units)}",
            "kits": ["generated"],
        }
        for number in range(1, accounts + 1)
    ]
    return {
        "platform": {"account": "999988887777", "user": "/platform/cloud-entitlements"},
        "kits": {"generated": kit},
        "organizations": [
            {"name": "Generated", "id": "o-generated1", "root": "r-gene", "trusted_access": True, "units": units,
             "management": {"id": "400000000000", "name": "generated-management"}, "accounts": members}
        ],
    }  # fmt: skip
