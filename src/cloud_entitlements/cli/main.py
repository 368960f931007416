"""`ciem`: global options, and command groups that load when they are used."""

from __future__ import annotations

import importlib
import os
import sys
from importlib.metadata import version

import click

from cloud_entitlements.cli.context import Context, Failed

GROUPS = {
    "account": ("connections", "account", "Connect single accounts, and look after them."),
    "can": ("can", "can", "May a principal do an action on a resource? With the proof."),
    "criteria": (
        "criteria",
        "criteria",
        "What is checked, how critical it is, and after how many days it fails.",
    ),
    "demo": ("demo", "demo", "Try everything on a simulated AWS organization."),
    "doctor": ("doctor", "doctor", "Check this machine's AWS identity."),
    "evaluate": ("evaluate", "evaluate", "Decide questions about policies, without AWS."),
    "identities": (
        "identities",
        "identities",
        "List identities: impact, administrators, recommendations, score.",
    ),
    "identity": (
        "identity",
        "identity",
        "One identity: why its impact, what is recommended, how to mend it.",
    ),
    "picture": ("picture", "picture", "The pictures of the pages: JSON, CSV, SVG."),
    "platform": ("care", "platform", "The AWS identity that the product runs as."),
    "org": ("connections", "org", "Connect organizations, and look after them."),
    "permissions": ("permissions", "permissions", "What may a principal do? By action and resource."),
    "policy": ("policy", "policy", "Look at policy documents."),
    "recommendations": (
        "recommendations",
        "recommendations",
        "List what fails, acknowledge it, or fail a pipeline on it.",
    ),
    "serve": ("serve", "serve", "Start the server."),
    "snapshot": (
        "snapshot",
        "snapshot",
        "Make snapshots from files, list and compare them, choose the default, remove imports.",
    ),
    "token": ("token", "token", "Make, list and revoke API tokens."),
    "who-can": ("who_can", "who_can", "Who may do an action on a resource? Everybody in a snapshot."),
}


INTERRUPTED = 130
READER_LEFT = 141


class Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(GROUPS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in GROUPS:
            return None
        module, attribute, _ = GROUPS[name]
        found: click.Command = getattr(importlib.import_module(f"cloud_entitlements.cli.{module}"), attribute)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in sorted(GROUPS.items())])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data-dir", envvar="CIEM_DATA_DIR", help="Folder of state and snapshots.", metavar="FOLDER")
@click.option(
    "--output",
    type=click.Choice(["table", "json", "jsonl", "csv", "sarif"]),
    default="table",
    show_default=True,
    help="Form of what is printed on stdout; sarif of `policy lint` alone.",
)
@click.version_option(version("cloud-entitlements"), prog_name="ciem")
@click.pass_context
def root(ctx: click.Context, data_dir: str | None, output: str) -> None:
    """Cloud Entitlements: who may do what in your AWS organization. It never changes anything in AWS."""
    if output == "sarif" and ctx.invoked_subcommand != "policy":
        raise click.BadParameter("`sarif` is a form of `ciem policy lint` alone", param_hint="--output")
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    ctx.obj = Context(data_dir=data_dir, output=output)


def main() -> None:
    """Exit codes: 0 ok, 1 failed, 2 usage, 3 finished with gaps, 4 sign-in, 5 unreachable, 130 interrupted,
    141 whoever read stdout has left.
    """
    try:
        code = _run(hoisted(sys.argv[1:]))
    except click.exceptions.Exit as ended:
        code = ended.exit_code
    except click.Abort:
        code = INTERRUPTED
    except click.ClickException as wrong:
        wrong.show()
        code = wrong.exit_code
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = _reader_left()
    raise SystemExit(code)


def _reader_left() -> int:
    """`ciem … | head`: what is still in the buffer goes nowhere, or Python would complain of it at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return READER_LEFT


_GLOBAL = ("--output", "--data-dir")


def hoisted(arguments: list[str]) -> list[str]:
    """Global options stand anywhere: `ciem org list --output json` is `ciem --output json org list`."""
    first: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in _GLOBAL:
            first += [argument, *([value] if (value := next(waiting, None)) is not None else [])]
        elif argument.startswith(tuple(f"{name}=" for name in _GLOBAL)):
            first.append(argument)
        else:
            rest.append(argument)
    return [*first, *rest]


def _run(arguments: list[str]) -> int:
    with root.make_context("ciem", arguments) as ctx:
        try:
            root.invoke(ctx)
        except Failed as failed:
            ctx.obj.complain(failed)
            return failed.exit_code
    return 0
