"""Lines that the product prints for a customer, found on a page and done as the AWS CLI would do them."""

from __future__ import annotations

import html
import re
import shlex
from typing import Any

from cloud_entitlements.simulator.process import Running

SHORTHAND = re.compile(r"(\w+)=(.*?)(?=,\w+=|$)")


def plain(page: str) -> str:
    """The words of a page, with backticks where it shows code."""
    return html.unescape(re.sub("</?code>", "`", page))


def printed(page: str, command: str) -> str:
    """The one line to copy that runs `command`."""
    lines = {html.unescape(line) for line in re.findall(r'<code tabindex="0">(.*?)</code>', page, re.DOTALL)}
    (found,) = [line for line in lines if line.startswith(f"aws cloudformation {command} ")]
    return found


def option(line: str, name: str) -> list[str]:
    """The words that follow `--name`, as a shell splits them."""
    words = shlex.split(line)
    if f"--{name}" not in words:
        return []
    rest = words[words.index(f"--{name}") + 1 :]
    stop = next((number for number, word in enumerate(rest) if word.startswith("--")), len(rest))
    return rest[:stop]


def overrides(line: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in option(line, "parameter-overrides"))


def update(platform: Running, manager: str, line: str, template: str) -> None:
    """`aws cloudformation deploy`, beside the downloaded template."""
    (stack,) = option(line, "stack-name")
    platform.update(manager, stack, template, **overrides(line))


def let_go(platform: Running, manager: str, line: str) -> None:
    """`aws cloudformation delete-stack-instances` in a shell whose AWS_REGION is us-east-1."""
    (stackset,), (targets,) = option(line, "stack-set-name"), option(line, "deployment-targets")
    assert option(line, "regions") == ["${AWS_REGION:-$(aws configure get region)}"]
    given: dict[str, Any] = dict(SHORTHAND.findall(targets))
    for name in ("OrganizationalUnitIds", "Accounts"):
        given[name] = given[name].split(",")
    platform.client("cloudformation", manager).delete_stack_instances(
        StackSetName=stackset,
        DeploymentTargets=given,
        Regions=["us-east-1"],
        RetainStacks="--retain-stacks" in line,
    )
