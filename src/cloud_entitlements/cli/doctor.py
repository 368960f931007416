"""`ciem doctor`: the checks before the wizard, and the policy that the platform's identity needs."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from cloud_entitlements.cli.context import Context, Failed
from cloud_entitlements.cli.printing import rows


@click.command(help="Check this machine's AWS identity, and print the policy that it needs.")
@click.option("--store", is_flag=True, help="Store this identity: templates will trust it, and no other.")
@click.pass_obj
def doctor(context: Context, store: bool) -> None:
    context.start()
    from django.conf import settings

    from cloud_entitlements.aws.doctor import CHECKS_DOCTOR, examine
    from cloud_entitlements.aws.sessions import AwsSessions
    from cloud_entitlements.aws.template import ROLE_PATH
    from cloud_entitlements.server.connections import platform

    if store:
        _store(platform)
    titles = {kind.code: kind for kind in CHECKS_DOCTOR}
    found = [
        _told(result, titles[result.code])
        for result in examine(AwsSessions(), platform.stored(), settings.PLATFORM_PRINCIPAL, ROLE_PATH)
    ]
    columns = {"title": "CHECK", "state": "STATE", "detail": "DETAIL"}
    rows(context, found, columns)
    failed = [check for check in found if check["state"] == "failed"]
    _print_policy(platform, ROLE_PATH)
    if failed:
        first = failed[0]
        fix = first["causes"][0]["fix"] if first["causes"] else "see the page on credentials"
        raise Failed(f"{first['title']}: {first['detail']}", fix, code=first["failure"])


def _told(result: Any, kind: Any) -> dict[str, Any]:
    failure = result.failure
    return {
        "code": result.code,
        "title": kind.title,
        "state": result.state,
        "detail": result.detail or (failure.message if failure else ""),
        "call": failure.call if failure else kind.call,
        "failure": failure.code if failure else None,
        "causes": [{"text": cause.text, "fix": cause.fix} for cause in failure.causes] if failure else [],
    }


def _store(platform: Any) -> None:
    from django.conf import settings

    from cloud_entitlements.aws.platform import PlatformIdentity, discover
    from cloud_entitlements.aws.sessions import AwsSessions

    found = discover(AwsSessions(), settings.PLATFORM_PRINCIPAL)
    if not isinstance(found, PlatformIdentity):
        fix = found.causes[0].fix if found.causes else ""
        raise Failed(found.message, fix, code=found.code)
    platform.store(found)


def _print_policy(platform: Any, role_path: str) -> None:
    from cloud_entitlements.aws.platform import policy_for_platform

    stored = platform.stored()
    policy = (
        policy_for_platform(stored.partition, role_path, stored.arn)
        if stored
        else policy_for_platform("aws", role_path)
    )
    click.echo("\nthe platform's identity needs this policy, and nothing else:", file=sys.stderr)
    click.echo(json.dumps(policy, indent=2), file=sys.stderr)
