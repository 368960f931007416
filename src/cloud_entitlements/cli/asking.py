"""What the questions share: which snapshot, what is known of the request, and refusals in the terminal's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloud_entitlements.cli.context import Context, Failed

if TYPE_CHECKING:
    from cloud_entitlements.access import AccessIndex
    from cloud_entitlements.inventory import Snapshot

Command = Callable[..., None]
TABLE_ROWS = 200
"""So many a table shows when nobody says how many; a longer one is read by nobody."""


@dataclass(frozen=True, slots=True)
class Where:
    """The snapshot that is asked; with neither, the default."""

    folder: Path | None
    connection: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """Of the request, beside its action and resource."""

    owner: str | None
    context: Mapping[str, tuple[str, ...]]
    assume: tuple[str, ...] = ()


def account_id(_context: Any, _parameter: Any, value: str | None) -> str | None:
    if value is not None and not (len(value) == 12 and value.isascii() and value.isdigit()):  # noqa: PLR2004
        raise click.BadParameter("an account id has 12 digits")
    return value


def of_snapshot(command: Command) -> Command:
    """Adds the options that choose a snapshot; the command is called with `where`."""

    @click.option("--connection", metavar="NAME|ID", help="The latest snapshot of this connection or import.")
    @click.option(
        "--snapshot",
        "folder",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Folder of a snapshot; with neither, the default.",
    )
    @wraps(command)
    def wrapped(*, folder: Path | None, connection: str | None, **options: Any) -> None:
        if folder and connection:
            raise click.UsageError("--snapshot and --connection both choose a snapshot: give one of them")
        command(where=Where(folder, connection), **options)

    return wrapped


def of_request(command: Command) -> Command:
    """Adds the options that say more of the request; the command is called with `known`."""

    @click.option(
        "--context",
        "pairs",
        multiple=True,
        metavar="KEY=VALUE",
        help="A key of the request, e.g. aws:SourceIp=192.0.2.1; again for more values.",
    )
    @click.option(
        "--assume",
        "assumptions",
        multiple=True,
        metavar="NAME",
        help="What may be taken for granted of the call: direct, now, internet, long-term-key; again for more.",
    )
    @click.option(
        "--resource-account",
        metavar="ID",
        callback=account_id,
        help="Whose the resource is, where its ARN does not say it.",
    )
    @wraps(command)
    def wrapped(
        *, pairs: tuple[str, ...], assumptions: tuple[str, ...], resource_account: str | None, **options: Any
    ) -> None:
        command(known=Known(resource_account, _context(pairs), assumptions), **options)

    return wrapped


def service_option(text: str) -> Callable[[Command], Command]:
    return click.option("--service", callback=_service, metavar="NAME", help=text)


def _service(_context: Any, _parameter: Any, value: str | None) -> str | None:
    if value is not None and not value.replace("-", "").isalnum():
        raise click.BadParameter(f"`{value}` is no service: give what stands before the colon, as in `s3`")
    return value.lower() if value else None


def limited(command: Command) -> Command:
    return click.option(
        "--limit",
        type=click.IntRange(0),
        help=f"Print so many at most; a table {TABLE_ROWS} when it is not given, other forms all.",
    )(command)


def most(context: Context, limit: int | None) -> int | None:
    """None: all."""
    return TABLE_ROWS if limit is None and context.output == "table" else limit


def tell_cut(left: int, what: str) -> None:
    """No list is cut in silence."""
    if left > 0:
        click.echo(
            f"ciem: and {left} more {what}: `--output jsonl` prints all, `--limit` chooses how many", err=True
        )


@contextmanager
def asking(context: Context, where: Where) -> Iterator[tuple[AccessIndex, Snapshot]]:
    """The index of the snapshot, made when there is none yet; what can't be answered ends the command with its fix."""
    snapshot = _snapshot(context, where)
    with answering():
        yield index_of(context, snapshot), snapshot


@contextmanager
def answering() -> Iterator[None]:
    """What can't be answered ends the command with its fix."""
    from cloud_entitlements.access import CannotAnswer
    from cloud_entitlements.policy import PolicyProblem

    try:
        yield
    except CannotAnswer as lost:
        raise Failed(lost.text, lost.fix, code=lost.code) from lost
    except PolicyProblem as wrong:
        fix = f"see `ciem {click.get_current_context().info_name} --help`"
        raise Failed(str(wrong), fix, code="malformed") from wrong


def index_of(context: Context, snapshot: Snapshot) -> AccessIndex:
    from cloud_entitlements.access import open_index
    from cloud_entitlements.cli.progress import progress
    from cloud_entitlements.server.folders import data_folder, index_folder

    data = data_folder(context.data_dir)
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        with progress() as tell:
            return open_index(snapshot, index_folder(data), tell)
    except OSError as error:
        raise Failed(
            f"the index of the snapshot can't be read or kept: {error}",
            "make room, or choose another --data-dir and name the snapshot with --snapshot FOLDER",
            code="disk",
        ) from error


def _snapshot(context: Context, where: Where) -> Snapshot:
    from cloud_entitlements.inventory.default import NoSuchSnapshot
    from cloud_entitlements.server.folders import data_folder, snapshots_folder

    try:
        found = _chosen(where, snapshots_folder(data_folder(context.data_dir)))
    except NoSuchSnapshot as lost:
        raise Failed(str(lost), "see `ciem snapshot list`", code="no_snapshot") from lost
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Failed(
            f"`{where.folder or where.connection}` is no snapshot that can be read: {error}",
            "see `ciem snapshot list`",
            code="no_snapshot",
        ) from error
    if found is None:
        fix = "import files with `ciem snapshot import`, or connect an organization with `ciem org add`"
        raise Failed("there is no snapshot yet", fix, code="no_snapshot")
    return found


def _chosen(where: Where, snapshots: Path) -> Snapshot | None:
    from cloud_entitlements.inventory import Snapshot, default_snapshot
    from cloud_entitlements.inventory.default import latest_of

    if where.folder:
        return Snapshot.open(where.folder)
    return latest_of(snapshots, where.connection) if where.connection else default_snapshot(snapshots)


def _context(pairs: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"`{pair}` is not KEY=VALUE", param_hint="--context")
        found[key] = (*found.get(key, ()), value)
    return found
