"""Connecting and collecting 100 accounts of 50 roles, beside the same reads by a bare boto3 loop.

Prints a table: seconds, AWS calls for each account, peak memory. The simulated AWS runs on the same machine
and takes most of the time: read the columns beside each other, not alone.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cloud_entitlements.simulator import process

ACCOUNTS, ROLES, THREADS = 100, 50, 16
ASKED = 12
"""Identities of each account whose report of last access is in one run."""


def main() -> None:
    seed = f"generated:{ACCOUNTS}x{ROLES}"
    with process.running(seed) as simulator, tempfile.TemporaryDirectory() as folder:
        os.environ.update(simulator.environment())
        os.environ["CIEM_DATA_DIR"] = folder
        told = Path(folder) / "told.json"
        told.write_text(json.dumps(dict(simulator.told)))
        os.environ["CIEM_BENCH_TOLD"] = str(told)
        product = _in_process_of_its_own("product", simulator.told["organizations"][0])
        bare = _in_process_of_its_own("bare", simulator.told["organizations"][0])
        calls = _calls_per_account(simulator)
    print(f"{ACCOUNTS} accounts x {ROLES} roles, {THREADS} threads, {os.cpu_count()} cores")
    print(f"{'':34}{'seconds':>10}{'peak MB':>10}")
    print(f"{'connect, prove, collect, publish':34}{product['seconds']:>10.1f}{product['megabytes']:>10.0f}")
    print(f"{'the same reads, bare boto3':34}{bare['seconds']:>10.1f}{bare['megabytes']:>10.0f}")
    print(f"AWS calls for each member account, connecting: {calls:.1f}")


def _in_process_of_its_own(what: str, organization: Any) -> dict[str, float]:
    """Peak memory is a process's, so each measurement has one."""
    command = [sys.executable, __file__, what, organization["root_id"], organization["management_account_id"]]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, megabytes = ended.stdout.split()[-2:]
    return {"seconds": float(seconds), "megabytes": float(megabytes)}


def product(root_id: str, manager: str) -> None:
    from cloud_entitlements.server import boot

    boot.start()
    from cloud_entitlements.server.connections import commands, handlers
    from cloud_entitlements.work.runner import Runner

    connection = commands.add("organization", "Generated", [root_id])
    arn = _deploy(manager, commands.template(connection))
    started = time.monotonic()
    run = commands.connect(connection, arn)
    run = Runner(handlers.HANDLERS, threads=THREADS).run_until_ended(
        run, lambda _run: None, every_seconds=0.1
    )
    if run.state != "done":
        raise SystemExit(run.error)
    _say(started)


def _deploy(manager: str, template: str) -> str:
    told = json.loads(Path(os.environ["CIEM_BENCH_TOLD"]).read_text())
    return process.Running(None, told).deploy(manager, "ciem-bench", template)["RoleArn"]


def bare(_root_id: str, manager: str) -> None:
    """The reads of one collection without the product: assume, then the account's calls, in threads."""
    import boto3

    from cloud_entitlements.server import boot

    boot.start()
    from cloud_entitlements.server.connections import commands

    connection = commands.find("Generated")
    role = connection.role_arn
    sts = boto3.client("sts")

    def read(account: str) -> None:
        arn = role.replace(manager, account)
        got = sts.assume_role(RoleArn=arn, RoleSessionName="bench", ExternalId=connection.external_id)[
            "Credentials"
        ]
        session = boto3.Session(got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"])
        iam = session.client("iam")
        roles: list[str] = []
        for page in iam.get_paginator("get_account_authorization_details").paginate(
            PaginationConfig={"PageSize": 1000}
        ):
            roles += [role["Arn"] for role in page["RoleDetailList"]]
        iam.get_account_summary()
        iam.generate_credential_report()
        time.sleep(0.5)
        iam.generate_credential_report()
        iam.get_credential_report()
        iam.list_virtual_mfa_devices()
        iam.list_open_id_connect_providers()
        iam.list_saml_providers()
        for pair in (roles[first : first + 2] for first in range(0, ASKED, 2)):
            jobs = [
                iam.generate_service_last_accessed_details(Arn=arn, Granularity="ACTION_LEVEL")["JobId"]
                for arn in pair
            ]
            while jobs:
                time.sleep(0.25)
                jobs = [
                    job
                    for job in jobs
                    if iam.get_service_last_accessed_details(JobId=job)["JobStatus"] == "IN_PROGRESS"
                ]

    accounts = [f"4{number:011}" for number in range(1, ACCOUNTS + 1)]
    started = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(read, accounts))
    _say(started)


def _say(started: float) -> None:
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(time.monotonic() - started, megabytes)


def _calls_per_account(simulator: process.Running) -> float:
    """From the simulator's own log, not from ours; the bare loop is left out."""
    counted: Counter[str] = Counter()
    for call in simulator.calls():
        if "role/cloud-entitlements/" in call["principal"] and call["role_session"] == "cloud-entitlements":
            counted[call["account"]] += 1
    members = [
        count
        for account, count in counted.items()
        if account != simulator.organization()["management_account_id"]
    ]
    return sum(members) / max(1, len(members))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        {"product": product, "bare": bare}[sys.argv[1]](*sys.argv[2:])
    else:
        main()
