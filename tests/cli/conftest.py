from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.inventory import Snapshot, import_files
from cloud_entitlements.inventory.offline import Given
from cloud_entitlements.simulator.process import Running


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Ciem = Callable[..., Ended]


@pytest.fixture
def ciem(tmp_path: Path) -> Ciem:
    """The installed program, as a person runs it, on a folder of its own."""
    program = Path(sys.executable).parent / "ciem"
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "CIEM_", "DATABASE_URL", "DJANGO_"))
    }

    def run(
        *arguments: str, aws: Running | None = None, more: dict[str, str] | None = None, typed: str = ""
    ) -> Ended:
        cut_off = {
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }
        environment = {**plain, **(aws.environment() if aws else cut_off), **(more or {})}
        command = [str(program), "--data-dir", str(tmp_path / "data"), *arguments]
        ended = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=180, check=False, input=typed
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return run


SHOP = "222222222222"
QUEUE = f"arn:aws:sqs:eu-west-1:{SHOP}:orders"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
HOSTILE = "\x1b[31mown"


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}],
    }


def user(name: str, *inline: dict[str, Any], account: str = SHOP, **more: Any) -> dict[str, Any]:
    return {
        "Arn": f"arn:aws:iam::{account}:user/{name}",
        "UserName": name,
        "Path": "/",
        "UserPolicyList": [{"PolicyName": HOSTILE, "PolicyDocument": one} for one in inline],
        **more,
    }


PEOPLE = (
    user("ada", allow(["sqs:SendMessage", "sqs:Get*"])),
    user("bob", allow("sqs:*", Condition=MFA)),
    user("eve"),
    user("kim", AttachedManagedPolicies=[{"PolicyName": "lost", "PolicyArn": f"arn:aws:iam::{SHOP}:policy/lost"}]),
)  # fmt: skip
"""Who may send to the queue: ada for certain, bob with MFA, kim perhaps, eve never; and the account's root."""
Importing = Callable[..., Snapshot]


@pytest.fixture
def person() -> Callable[..., dict[str, Any]]:
    return user


@pytest.fixture
def importing(tmp_path: Path) -> Importing:
    """`importing("audit", *users, organization=…, resources=…)`: a snapshot in the program's data folder."""

    def make(
        name: str,
        *people: dict[str, Any],
        organization: dict[str, Any] | None = None,
        resources: dict[str, Any] | None = None,
    ) -> Snapshot:
        def written(file: str, content: Any) -> Path:
            path = tmp_path / file
            path.write_text(json.dumps(content))
            return path

        details = {"UserDetailList": people, "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
        given = Given(
            name,
            (written("details.json", details),),
            organization=written("organization", organization) if organization else None,
            resource_policies=written("resources", resources or {QUEUE: {"policy": None}}),
            standalone=organization is None,
        )
        (tmp_path / "data").mkdir(exist_ok=True)
        done = import_files(given, tmp_path / "data" / "snapshots")
        assert not done.problems, done.problems
        return done.snapshot

    return make


@pytest.fixture
def shop(ciem: Ciem, importing: Importing) -> Ciem:
    """The program, with one account that stands alone and the PEOPLE in it."""
    importing("shop", *PEOPLE)
    return ciem
