"""Starting Django on a data folder, from a terminal: settings, and a database that is up to date.

Imports Django late, so that `--help` is quick.
"""

from __future__ import annotations

import fcntl
import gc
import os
from pathlib import Path


class NewerDatabase(Exception):
    """The database was written by a newer program than this one."""


def start(data_dir: str | Path | None = None) -> None:
    """Sets up Django on `data_dir` (else CIEM_DATA_DIR, else the user's data folder), and migrates if needed."""
    if data_dir is not None:
        os.environ["CIEM_DATA_DIR"] = str(data_dir)
    os.environ["DJANGO_SETTINGS_MODULE"] = "cloud_entitlements.server.settings"
    import django

    django.setup()
    _collect_seldom()
    from django.conf import settings

    settings.DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    # One process migrates, the others wait: a terminal and a server may start at once on an empty folder.
    with (settings.DATA_DIR / ".migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _migrate()


def _collect_seldom() -> None:
    """Python looks for cycles at each 700 objects more, through all that is kept: two fifths of an analysis went there."""
    gc.set_threshold(50_000, 20, 100)


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    ours = {"connections", "identities", "people", "recommendations", "work"}
    unknown = {
        key
        for key in executor.loader.applied_migrations
        if key[0] in ours and key not in executor.loader.disk_migrations
    }
    if unknown:
        names = ", ".join(sorted(f"{app}.{name}" for app, name in unknown))
        raise NewerDatabase(
            f"the database was written by a newer program (it knows `{names}`): upgrade this one"
        )
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
