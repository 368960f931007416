"""Judging a whole organization, and the lists that people then open: how long the analysis of a snapshot takes (and again,
when nothing changed), what it costs in memory, and how fast pages come with 20 people at once. Beside it, cloudsplaining on
the authorization details of 1,000 identities: seconds and findings.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any, TypeVar

from made_collected import collected
from made_organization import MANAGEMENT, made_account

T = TypeVar("T")
ACCOUNTS, IDENTITIES, INLINE = 100, 20_000, 3
PEOPLE, REQUESTS = 20, 20
"""Who ask at the same time, and how often each."""
PEER, PEER_VERSION = "cloudsplaining", "0.9.1"
LISTS = (
    "/identities/",
    "/identities/?sort=name",
    "/identities/?q=app-0000&type=role",
    "/identities/?administrator=yes&impact=E",
    "/recommendations/",
    "/recommendations/administrator/",
    "/",
)


def main() -> None:
    sizes = [int(one.replace(",", "").replace("_", "")) for one in sys.argv[1:]] or [IDENTITIES]
    print(__doc__)
    print(
        f"{'identities':>10}{'policies':>10}{'publish':>9}{'index':>8}{'analysis':>10}{'again':>8}{'memory':>9}"
    )
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            _start(Path(name))
            told = _judged(Path(name), size)
            print(told, flush=True)
            _lists(Path(name))
    _beside()


def _start(folder: Path) -> None:
    from cloud_entitlements.server import boot

    boot.start(folder)


def _judged(folder: Path, identities: int) -> str:
    from django.conf import settings

    from cloud_entitlements.access import open_index
    from cloud_entitlements.server.folders import index_folder
    from cloud_entitlements.server.recommendations.analysing import bring_up

    published, snapshot = _timed(lambda: collected(folder, max(1, identities // 200), identities, INLINE))
    indexed, _ = _timed(lambda: open_index(snapshot, index_folder(settings.DATA_DIR)).close())
    judged, _ = _timed(lambda: bring_up("benchmark"))
    again, _ = _timed(lambda: bring_up("benchmark"))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    policies = snapshot.count("documents")
    return (
        f"{identities:>10,}{policies:>10,}{published:>7.1f} s{indexed:>6.1f} s{judged:>8.1f} s{again:>6.1f} s"
        f"{memory:>6,.0f} MB"
    )


def _lists(folder: Path) -> None:
    cookie = _signed_in()
    with _served(folder) as (port, process):
        print(f"\n{PEOPLE} people at once, {REQUESTS} pages each:")
        print(f"{'page':<48}{'median':>10}{'p95':>10}{'slowest':>10}")
        for address in LISTS:
            taken = _asked(port, cookie, address)
            cut = quantiles(taken, n=20)
            print(
                f"{address:<48}{1000 * cut[9]:>7.0f} ms{1000 * cut[18]:>7.0f} ms{1000 * max(taken):>7.0f} ms"
            )
        print(f"memory of the server: {_memory(process):,.0f} MB")


def _signed_in() -> str:
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.create_superuser("bench", password="not of interest"))
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


@contextmanager
def _served(folder: Path) -> Iterator[tuple[int, Any]]:
    command = [str(Path(sys.executable).parent / "ciem"), "--data-dir", str(folder), "serve", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert process.stderr is not None
    port = next(
        int(found[1]) for line in process.stderr if (found := re.search(r"http://127\.0\.0\.1:(\d+)", line))
    )
    threading.Thread(target=process.stderr.read, daemon=True).start()
    try:
        yield port, process
    finally:
        process.terminate()
        process.wait(20)


def _asked(port: int, cookie: str, address: str) -> list[float]:
    taken: list[float] = []
    lock = threading.Lock()

    def person(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        time.sleep(number * 0.5 / PEOPLE)  # nor do they all come at once
        for _ in range(REQUESTS):
            started = time.perf_counter()
            connection.request("GET", address, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{address}: {answer.status}")
            with lock:
                taken.append(time.perf_counter() - started)
            time.sleep(0.5)  # a person looks at the page

    people = [threading.Thread(target=person, args=[number]) for number in range(PEOPLE)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    return taken


def _memory(process: Any) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


def _beside() -> None:
    """The same authorization details: one account of 1,000 identities."""
    account = MANAGEMENT
    details = made_account(Random("beside"), account, [account], 965, 1)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        path = home / "details.json"
        path.write_text(json.dumps(_complete(details)))
        ours, findings = _timed(lambda: _ours(home, path))
        print(f"\n{'1,000 identities':<24}{'seconds':>9}  findings")
        print(f"{'Cloud Entitlements':<24}{ours:>9.1f}  {findings}")
        peer = _peer(home, path)
        print(
            f"{PEER + ' ' + PEER_VERSION:<24}{peer[0]:>9.1f}  {peer[1]}"
            if peer
            else f"{PEER}: could not be installed"
        )


def _complete(details: dict[str, Any]) -> dict[str, Any]:
    """With the fields that AWS always gives, and the peer insists on."""
    dated = {"CreateDate": "2025-01-01T00:00:00+00:00"}
    for kind in ("User", "Role", "Group"):
        for one in details[f"{kind}DetailList"]:
            one |= {**dated, f"{kind}Id": "ID" + one[f"{kind}Name"], f"{kind}PolicyList": one.get(f"{kind}PolicyList", []),
                    "AttachedManagedPolicies": one.get("AttachedManagedPolicies", []), "GroupList": one.get("GroupList", []),
                    "InstanceProfileList": [], "Tags": one.get("Tags", [])}  # fmt: skip
    for one in details["Policies"]:
        one |= {**dated, "PolicyId": "ID" + one["PolicyName"], "Path": "/", "AttachmentCount": 1,
                "PermissionsBoundaryUsageCount": 0, "IsAttachable": True, "UpdateDate": dated["CreateDate"]}  # fmt: skip
        one["PolicyVersionList"][0] |= dated
    return details


def _ours(home: Path, path: Path) -> str:
    from cloud_entitlements.access import open_index
    from cloud_entitlements.criteria import Settings, analyse
    from cloud_entitlements.inventory import import_files
    from cloud_entitlements.inventory.offline import Given

    done = import_files(Given("beside", (path,), None, None, None, True), home / "beside")
    index = open_index(done.snapshot, home / "cache")
    from datetime import UTC, datetime

    counts: dict[str, int] = {}
    for one in analyse(done.snapshot, index, Settings(), datetime.now(UTC)):
        for id_, judgement in one.judgements.items():
            if judgement.verdict == "fails" and not one.exempt:
                counts[id_] = counts.get(id_, 0) + 1
    return f"{sum(counts.values()):,}: " + ", ".join(
        f"{count} {name}" for name, count in sorted(counts.items())
    )


def _peer(home: Path, path: Path) -> tuple[float, str] | None:
    venv = Path(__file__).resolve().parent.parent / ".cache" / f"{PEER}-{PEER_VERSION}"
    program = venv / "bin" / PEER
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        install = [str(venv / "bin" / "pip"), "install", "--quiet", f"{PEER}=={PEER_VERSION}"]
        if subprocess.run(install, check=False, capture_output=True).returncode:
            return None
    command = [str(program), "scan", "--input-file", str(path), "--output", str(home), "--skip-open-report"]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=os.environ)
    seconds = time.perf_counter() - started
    found = next(home.glob("*results*.json"), None) or next(home.glob("iam-results-*.json"), None)
    return seconds, _findings(json.loads(found.read_text())) if found else "none written"


def _findings(told: Any) -> str:
    """Of its own kinds, over principals' policies."""
    counts: dict[str, int] = {}
    for section in ("inline_policies", "customer_managed_policies", "aws_managed_policies"):
        for one in told.get(section, {}).values():
            for kind in ("PrivilegeEscalation", "DataExfiltration", "ResourceExposure", "ServiceWildcard", "CredentialsExposure", "InfrastructureModification"):  # fmt: skip
                found = one.get(kind) or {}
                some = found.get("findings", found) if isinstance(found, dict) else found
                counts[kind] = counts.get(kind, 0) + (1 if some else 0)
    return f"{sum(counts.values()):,} (policies with): " + ", ".join(
        f"{count} {name}" for name, count in counts.items()
    )


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


if __name__ == "__main__":
    main()
