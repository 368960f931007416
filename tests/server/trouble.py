"""What the tests of failures share: an organization in which things go wrong, and ways to make them."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from cloud_entitlements.simulator.process import Running

if TYPE_CHECKING:
    from cloud_entitlements.server.connections.models import Account, Check, Connection
    from cloud_entitlements.work.models import Run

SEED = str(Path(__file__).parents[1] / "seeds" / "troubles.yaml")
HARBOUR, HOUSE, BILLING, ALONE = "420000000001", "990000000001", "410000000001", "430000000001"
PLATFORM = "999988887777"
QUAY = "ou-harb-10000000"

Deploy = Callable[..., str]
Finish = Callable[["Run"], "Run"]


def without_stackset(template: str) -> str:
    """The management role alone, as it would stand in an account that can't have the StackSet."""
    return re.sub(r"\n  MemberRoles:.*?(?=\nOutputs:)|\n  StackSetId:.*", "", template, flags=re.DOTALL)


def draft(targets: str = "r-harb", name: str = "Harbour") -> Connection:
    from cloud_entitlements.server.connections import commands

    return commands.add("organization", name, [targets])


def connect(connection: Connection, arn: str, finish: Finish) -> Connection:
    from cloud_entitlements.server.connections import commands

    finish(commands.connect(connection, arn))
    return commands.find(str(connection.id))


def failed(connection: Connection) -> Check:
    """The one line that failed."""
    return connection.checks.get(state="failed")


def why(connection: Connection) -> dict[str, Any]:
    """What the connection says about its last run."""
    from cloud_entitlements.server.connections import commands

    told: dict[str, Any] | None = commands.find(str(connection.id)).sync_failure
    assert told is not None
    return told


def account(connection: Connection, account_id: str) -> Account:
    return connection.accounts.get(account_id=account_id)


def made_by_hand(platform: Running, manager: str, connection: Connection, template: str) -> str:
    from cloud_entitlements.server.connections import commands

    stack = commands.template_names(connection).stack_name
    return platform.deploy(manager, stack, template)["RoleArn"]


def trust(platform_arn: str, **condition: Any) -> str:
    account_id = platform_arn.split(":")[4]
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
        "Action": "sts:AssumeRole",
    }
    extra = {"Condition": condition} if condition else {}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **extra}]})


def collected(connection: Connection, finish: Finish) -> Connection:
    """After another run."""
    from cloud_entitlements.server.connections import commands

    finish(commands.reprocess(connection))
    return commands.find(str(connection.id))


@contextlib.contextmanager
def ago(**time: float) -> Iterator[None]:
    """What is read meanwhile was read so long ago: `ago(days=2)`."""
    then = SimpleNamespace(now=lambda: timezone.now() - timedelta(**time))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cloud_entitlements.server.connections.staged.timezone", then)
        yield


def users(connection: Connection) -> set[str]:
    """Accounts whose users are in the last snapshot."""
    from django.conf import settings

    from cloud_entitlements.inventory import Snapshot

    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connection.id))
    assert snapshot is not None
    return {row["account_id"] for row in snapshot.rows("users")}
