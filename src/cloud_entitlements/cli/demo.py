"""`ciem demo`: the whole product on a simulated AWS, in one process tree, ended by one Ctrl-C."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from cloud_entitlements.cli.context import Context, Failed
from cloud_entitlements.cli.serve import refuse_taken_port

NAME = "Larkspur Freight"


@click.command(help="Try everything on a simulated AWS organization; nothing leaves this machine.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535))
@click.option("--once", is_flag=True, help="Connect the first organization, print what was found, and end.")
@click.option("--json", "as_json", is_flag=True, help="With --once: print JSON.")
@click.pass_obj
def demo(context: Context, port: int, once: bool, as_json: bool) -> None:
    if importlib.util.find_spec("moto") is None:
        raise Failed("the demo's simulated AWS is not installed", "pip install 'cloud-entitlements[demo]'")
    if not once:
        refuse_taken_port(port)
    started = time.monotonic()
    with _data_dir(context) as folder, _simulator() as simulator:
        context.data_dir = str(folder)
        context.start()
        connection = _connect(simulator)
        if once:
            _print(connection, time.monotonic() - started, as_json=as_json)
            return
        _say(f"connected after {time.monotonic() - started:.0f} s")
        _serve(port, simulator)


@contextmanager
def _data_dir(context: Context) -> Iterator[Path]:
    """A fresh folder that goes with the demo, unless one was asked for."""
    if context.data_dir:
        yield Path(context.data_dir)
        return
    with tempfile.TemporaryDirectory(prefix="ciem-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def _simulator() -> Iterator[Any]:
    """The simulated AWS, and an environment in which boto3 reaches it alone."""
    from cloud_entitlements.simulator import process

    _say("starting a simulated AWS …")
    with process.running("demo") as simulator:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.pop("CIEM_PLATFORM_PRINCIPAL", None)
        os.environ.pop("DATABASE_URL", None)
        os.environ.update(simulator.environment())
        yield simulator


def _connect(simulator: Any) -> Any:
    from cloud_entitlements.cli.waiting import wait
    from cloud_entitlements.server.connections import commands

    organization = simulator.organization(0)
    existing = commands.connections().filter(name=NAME).first()
    if existing is not None:
        raise Failed(
            "this folder holds a demo from before, whose simulated AWS is gone",
            "leave out --data-dir, or empty it",
        )
    connection = commands.add("organization", NAME, [organization["root_id"]], ["demo", "europe"])
    _say("playing the customer: creating the stack in the management account …")
    stack = commands.template_names(connection).stack_name
    outputs = simulator.deploy(organization["management_account_id"], stack, commands.template(connection))
    run = commands.connect(connection, outputs["RoleArn"])
    return wait(connection, run)


def _print(connection: Any, seconds: float, *, as_json: bool) -> None:
    found = _found(connection, seconds)
    if as_json:
        click.echo(json.dumps(found))
        return
    accounts, identities = found["accounts"], found["identities"]
    click.echo(
        f"{found['organization']['name']} ({found['organization']['id']}): {found['organization']['status']}"
    )
    click.echo(f"accounts: {accounts['connected']} of {accounts['total']}")
    click.echo("identities: " + ", ".join(f"{count} {kind}s" for kind, count in identities.items()))
    click.echo(f"gaps: {len(found['gaps'])}; {found['seconds']} s")


def _found(connection: Any, seconds: float) -> dict[str, Any]:
    from django.conf import settings

    from cloud_entitlements.inventory import Snapshot

    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connection.id))
    if snapshot is None:
        raise Failed("nothing was collected", "run `ciem demo` again and send us what it says")
    gaps = [
        {"account_id": gap["account_id"], "collector": gap["of_collector"], "call": gap["call"], "code": gap["code"],
         "message": gap["message"]}
        for gap in snapshot.rows("gaps")
    ]  # fmt: skip
    identities = snapshot.manifest.identities
    return {
        "organization": {
            "id": connection.organization_id,
            "name": connection.name,
            "status": connection.status,
        },
        "accounts": {"total": connection.coverage_total, "connected": connection.coverage_connected},
        "identities": {kind: identities[kind] for kind in ("user", "role", "group")},
        "gaps": gaps,
        "seconds": round(seconds, 1),
    }


def _serve(port: int, simulator: Any) -> None:
    from cloud_entitlements.cli.serve import run
    from cloud_entitlements.server.people.codes import Purpose, demo_administrator, make_code

    demo_administrator()
    code = make_code(Purpose.SIGN_IN)
    second = simulator.organization(1)
    run(
        "127.0.0.1",
        port,
        more=f"""
  open the product      {{url}}/sign-in/?code={code}
  the customer's side   {simulator.console}

Try: connect {second["name"]} (root {second["root_id"]}) by hand. Its console switches trusted access on
and takes the template. Several of its accounts have troubles on purpose. Ctrl-C ends everything.
""",
    )


def _say(text: str) -> None:
    click.echo(text, file=sys.stderr)
