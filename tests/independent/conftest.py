from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from . import emulator
from .emulator import Emulator
from .organization import Organization, found_organization
from .world import World

PLATFORM = "990000000001"
_managers = itertools.count(510000000001)


@dataclass(frozen=True, slots=True)
class Platform:
    """The user that the product runs as, in an account of its own."""

    arn: str
    key: str
    secret: str


@pytest.fixture(scope="session")
def python_of_ministack() -> Path:
    try:
        return emulator.installed()
    except emulator.NotInstalled as error:
        if os.environ.get("CIEM_REQUIRE_MINISTACK"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def ministack(python_of_ministack: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator.running(python_of_ministack, tmp_path_factory.mktemp("ministack")) as running:
        yield running


@pytest.fixture(scope="session")
def world(python_of_ministack: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An emulator of its own, since it is wiped between questions."""
    folder = tmp_path_factory.mktemp("decisions")
    with emulator.running(python_of_ministack, folder, emulator.DECISIONS) as running:
        yield World(running)


@pytest.fixture(scope="session")
def platform_user(ministack: Emulator) -> Platform:
    """It has the one permission that the product asks for, and no other."""
    from cloud_entitlements.aws.platform import policy_for_platform
    from cloud_entitlements.aws.template import ROLE_PATH

    iam = ministack.client("iam", PLATFORM)
    arn = iam.create_user(UserName="cloud-entitlements", Path="/platform/")["User"]["Arn"]
    policy = json.dumps(policy_for_platform("aws", ROLE_PATH))
    iam.put_user_policy(UserName="cloud-entitlements", PolicyName="assume", PolicyDocument=policy)
    made = iam.create_access_key(UserName="cloud-entitlements")["AccessKey"]
    return Platform(arn, made["AccessKeyId"], made["SecretAccessKey"])


@pytest.fixture
def as_platform(
    ministack: Emulator, platform_user: Platform, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Platform]:
    """The product's credentials are the platform user's, and AWS is the emulator."""
    from cloud_entitlements.aws.sessions import forget_platform_credentials

    monkeypatch.setenv("AWS_ENDPOINT_URL", ministack.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", platform_user.key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", platform_user.secret)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    forget_platform_credentials()
    yield platform_user
    forget_platform_credentials()


@pytest.fixture
def organization(ministack: Emulator, as_platform: Platform) -> Organization:
    """One of the test's own: to the emulator each management account has its organization."""
    return found_organization(ministack, str(next(_managers)))


@pytest.fixture(autouse=True)
def fresh_folders() -> Iterator[None]:
    from django.conf import settings

    yield
    for folder in (settings.SNAPSHOTS_DIR, settings.STAGING_DIR):
        shutil.rmtree(folder, ignore_errors=True)
