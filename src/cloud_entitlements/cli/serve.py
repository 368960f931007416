"""`ciem serve`: the server, with the embedded runner."""

from __future__ import annotations

import sys

import click

from cloud_entitlements.cli.context import Context, Failed


@click.command(help="Start the server. It listens on this machine alone unless told otherwise.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535))
@click.option("--no-runner", is_flag=True, help="Serve pages and API only; another process does the work.")
@click.pass_obj
def serve(context: Context, host: str, port: int, no_runner: bool) -> None:
    context.start()
    run(host, port, runner=not no_runner)


def refuse_taken_port(port: int) -> None:
    from cloud_entitlements.server import serve as server

    try:
        server.refuse_taken("127.0.0.1", port)
    except server.PortTaken as taken:
        raise Failed(
            str(taken), f"choose another: `ciem demo --port {port + 1}`", code="port_taken"
        ) from taken


def run(host: str, port: int, *, runner: bool = True, more: str = "") -> None:
    from cloud_entitlements.server import serve as server

    code = server.first_administrator_code() if not more else None

    def ready(url: str) -> None:
        click.echo(f"serving on {url}", file=sys.stderr)
        if code:
            click.echo(f"make the first administrator: {url}/welcome/?code={code}", file=sys.stderr)
        if more:
            click.echo(more.replace("{url}", url), file=sys.stderr)

    try:
        server.serve(host, port, runner=runner, ready=ready)
    except server.PortTaken as taken:
        raise Failed(
            str(taken), f"choose another: `ciem serve --port {port + 1}`", code="port_taken"
        ) from taken
