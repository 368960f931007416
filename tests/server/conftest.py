from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from cloud_entitlements.simulator.process import Running

if TYPE_CHECKING:  # Django is set up after this file is imported
    from cloud_entitlements.server.connections.models import Connection
    from cloud_entitlements.work.models import Run


@pytest.fixture(autouse=True)
def fresh_folders() -> Iterator[None]:
    from django.conf import settings

    yield
    for folder in (settings.SNAPSHOTS_DIR, settings.STAGING_DIR):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time alone: reports are asked for without a pause."""
    collectors = "cloud_entitlements.aws.collectors"
    monkeypatch.setattr(f"{collectors}.last_accessed_jobs.FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(f"{collectors}.credential_report.FIRST_PAUSE_SECONDS", 0.01)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time alone is mocked: botocore does not pause between its attempts."""
    monkeypatch.setattr("cloud_entitlements.aws.sessions.time", SimpleNamespace(sleep=lambda _seconds: None))
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)


@pytest.fixture
def deploy(platform: Running) -> Iterator[Callable[..., str]]:
    """Plays the customer: deploys a connection's template and gives the RoleArn; deletes the stack afterwards."""
    from cloud_entitlements.server.connections import commands

    made: list[tuple[str, str]] = []

    def _deploy(connection: Connection, number: int = 0, template: str | None = None) -> str:
        manager = platform.organization(number)["management_account_id"]
        stack = commands.template_names(connection).stack_name
        made.append((manager, stack))
        return platform.deploy(manager, stack, template or commands.template(connection)).get("RoleArn", "")

    yield _deploy
    for manager, stack in made:
        platform.client("cloudformation", manager).delete_stack(StackName=stack)


@pytest.fixture
def connected_whole(
    platform: Running, deploy: Callable[..., str], finish: Callable[[Run], Run], transactional_db: Any
) -> Connection:
    """The first organization, all of it."""
    from cloud_entitlements.server.connections import commands

    draft = commands.add("organization", "Larkspur", [platform.organization()["root_id"]], ["demo"])
    run = finish(commands.connect(draft, deploy(draft)))
    assert run.state == "done", run.error
    return commands.find(str(draft.id))


@pytest.fixture
def connected(
    platform: Running, deploy: Callable[..., str], finish: Callable[[Run], Run], transactional_db: Any
) -> Connection:
    """The first organization, connected through one unit of two accounts: quick to collect."""
    from cloud_entitlements.server.connections import commands

    draft = commands.add("organization", "Larkspur", ["ou-lark-40000000"], ["demo"])
    run = finish(commands.connect(draft, deploy(draft)))
    assert run.state == "done", run.error
    return commands.find(str(draft.id))


@pytest.fixture
def page(transactional_db: Any) -> Client:
    """A browser of an administrator who is signed in."""
    from django.contrib.auth.models import User

    client = Client()
    client.force_login(User.objects.create_superuser("ada", password="correct horse battery"))
    return client


@pytest.fixture
def api(transactional_db: Any) -> Callable[..., Any]:
    """A program with a token: `api("GET", "/organizations")` gives the answer's status and its JSON."""
    from cloud_entitlements.server.people.tokens import create_token

    client = Client(headers={"Authorization": f"Bearer {create_token('test')}"})

    def call(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        sent = json.dumps(body) if body is not None else ""
        answer = client.generic(method, f"/api/v1{path}", sent, content_type="application/json")
        return answer.status_code, json.loads(answer.content or "null")

    return call


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The minute that a new role may need is not waited for."""
    for place in ("aws.checks", "server.connections.collecting"):
        monkeypatch.setattr(f"cloud_entitlements.{place}.PROPAGATION_SECONDS", 0)


@pytest.fixture
def quay(platform: Running, deploy: Callable[..., str], finish: Callable[[Run], Run]) -> Connection:
    """Two accounts of the organization in which things go wrong, connected; every collector is due again at once."""
    from .trouble import QUAY, connect, draft

    connection = draft(QUAY)
    return connect(connection, deploy(connection), finish)
