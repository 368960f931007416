"""Starts the simulator as a process of its own and ends it; for the demo and for tests."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_NAMED = ["CAPABILITY_NAMED_IAM"]


@lru_cache(128)
def _client(service: str, region: str, endpoint: str, key_id: str, secret: str, token: str = "") -> Any:
    """Remembered: to make one takes longer than most calls do."""
    import boto3

    session = boto3.Session(key_id, secret, token or None, region, botocore_session=_botocore())
    return session.client(service, endpoint_url=endpoint)


def _botocore() -> Any:
    """With service models that are read from disk once."""
    import botocore.session

    session = botocore.session.Session()
    session.register_component("data_loader", _loader())
    return session


@lru_cache(1)
def _loader() -> Any:
    import botocore.session

    return botocore.session.Session().get_component("data_loader")


@dataclass(frozen=True, slots=True)
class Running:
    process: subprocess.Popen[str] | None
    """None when somebody else started it."""
    told: Mapping[str, Any]

    @property
    def endpoint(self) -> str:
        return str(self.told["endpoint"])

    @property
    def console(self) -> str:
        return str(self.told["console"])

    def organization(self, number: int = 0) -> Mapping[str, str]:
        found: Mapping[str, str] = self.told["organizations"][number]
        return found

    def environment(self, who: Mapping[str, str] | None = None) -> dict[str, str]:
        """Of a process that shall call this AWS, as the platform or as `who`, and no other AWS."""
        key = who or self.told["platform"]
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": key["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": key["secret_access_key"],
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    def calls(self, since: int = 0) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.endpoint}/_simulator/calls?since={since}") as answer:  # noqa: S310
            found: list[dict[str, Any]] = json.load(answer)
            return found

    def fail(self, *rules: Mapping[str, Any], seed: int = 0) -> None:
        """Plans faults: `running.fail({"kind": "throttle", "share": 0.5})`; without rules there are none."""
        body = json.dumps({"seed": seed, "rules": rules}).encode()
        request = urllib.request.Request(f"{self.endpoint}/_simulator/faults", body, method="POST")  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            answer.read()

    def faults(self) -> list[dict[str, Any]]:
        """Every request since the plan was made, with what was done to it."""
        with urllib.request.urlopen(f"{self.endpoint}/_simulator/faults") as answer:  # noqa: S310
            found: list[dict[str, Any]] = json.load(answer)
            return found

    def join(self, manager: str, name: str, unit: str | None = None) -> str:
        body = json.dumps({"manager": manager, "name": name, "unit": unit}).encode()
        request = urllib.request.Request(f"{self.endpoint}/_simulator/accounts", body, method="POST")  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return str(json.load(answer)["account_id"])

    def encrypt_identity_center(self, manager: str, key: str, *services: str) -> None:
        """With a KMS key of the customer's own, all of it or what these services answer; an empty key ends it."""
        body = json.dumps({"manager": manager, "key": key, "services": services}).encode()
        request = urllib.request.Request(f"{self.endpoint}/_simulator/identity-center", body, method="POST")  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            answer.read()

    def client(self, service: str, account: str, region: str = "us-east-1") -> Any:
        """A boto client of the customer's administrator, in the account's organization."""
        key = self.told["operators"][account]
        return _client(service, region, self.endpoint, key["access_key_id"], key["secret_access_key"])

    def inside(self, service: str, manager: str, account: str) -> Any:
        """A boto client of the same administrator in a member account, through the role that Organizations made."""
        got = self.client("sts", manager).assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole", RoleSessionName="operator"
        )["Credentials"]
        key = got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"]
        return _client(service, "us-east-1", self.endpoint, *key)

    def hold_stacksets(self, *, hold: bool) -> None:
        """While held, StackSets leave new instances RUNNING; let go, they deploy them."""
        body = json.dumps({"hold": hold}).encode()
        request = urllib.request.Request(f"{self.endpoint}/_simulator/stacksets", body, method="POST")  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            answer.read()

    def deploy(self, account: str, stack_name: str, template: str) -> dict[str, str]:
        """Plays the customer: creates the stack in `account` through the API, and returns its outputs."""
        cloudformation = self.client("cloudformation", account)
        cloudformation.create_stack(StackName=stack_name, TemplateBody=template, Capabilities=_NAMED)
        return self.outputs(account, stack_name)

    def update(self, account: str, stack_name: str, template: str, **changed: str) -> dict[str, str]:
        """As `aws cloudformation deploy` does: what is not overridden keeps the value that the stack has."""
        cloudformation = self.client("cloudformation", account)
        stack = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
        known = [one["ParameterKey"] for one in stack.get("Parameters", [])]
        parameters = [
            {"ParameterKey": key, "ParameterValue": changed[key]}
            if key in changed
            else {"ParameterKey": key, "UsePreviousValue": True}
            for key in known
        ]
        cloudformation.update_stack(
            StackName=stack_name, TemplateBody=template, Capabilities=_NAMED, Parameters=parameters
        )
        return self.outputs(account, stack_name)

    def outputs(self, account: str, stack_name: str) -> dict[str, str]:
        stack = self.client("cloudformation", account).describe_stacks(StackName=stack_name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def stop(self) -> None:
        if self.process is None:
            return
        if self.process.stdin:
            self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def start(seed: str = "demo", port: int = 0) -> Running:
    """Raises RuntimeError with the simulator's own words when it does not come up."""
    command = [sys.executable, "-m", "cloud_entitlements.simulator", "--until-stdin-closes"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--seed", seed],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError(f"the simulated AWS ended with code {process.wait()} before it was ready")
    return Running(process, json.loads(line))


@contextmanager
def running(seed: str = "demo") -> Iterator[Running]:
    simulator = start(seed)
    try:
        yield simulator
    finally:
        simulator.stop()
