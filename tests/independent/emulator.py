"""ministack, an emulator of AWS by other people: installed in an environment of its own, run as a process.

Nothing of it is imported here, and it knows nothing of ours; everything goes over HTTP.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements.txt"
CACHE = HERE.parents[1] / ".cache"
INSTALL_SECONDS, READY_SECONDS = 300, 30
HOME = "us-east-1"
FLOW = "iam,sts,organizations,cloudformation"
DECISIONS = "iam,sts,s3,sqs,sns,dynamodb,secretsmanager,kms,ssm"
_STAMP = ".installed"


class NotInstalled(Exception):
    """The environment could not be made, with pip's own last words."""


@dataclass(frozen=True, slots=True)
class Credentials:
    key: str
    secret: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Emulator:
    endpoint: str
    log: Path

    def client(self, service: str, account: str, region: str = HOME) -> Any:
        """As the administrator of `account`: here an account's id is the access key of its root, any secret does."""
        return _root_client(self.endpoint, service, account, region)

    def client_as(self, service: str, credentials: Credentials | None, region: str = HOME) -> Any:
        """It signs until the next one is asked for; without credentials never.

        All people share one of a service: making a client costs more than most calls.
        """
        if credentials is None:
            return _unsigned_client(self.endpoint, service, region)
        signing = _anybody().get_credentials()
        signing.access_key, signing.secret_key, signing.token = (
            credentials.key,
            credentials.secret,
            credentials.token,
        )
        return _client_of_anybody(self.endpoint, service, region)

    def forget(self) -> None:
        """Everything that was made in it."""
        request = urllib.request.Request(f"{self.endpoint}/_ministack/reset", method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()

    def requests(self) -> int:
        """How many it has answered so far, by its own log."""
        return len(re.findall(r"\[ministack\] \w+ \S+ -> service=", self.log.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def _session() -> boto3.Session:
    """One for all: service models are read from disk once."""
    return boto3.Session(region_name=HOME)


@lru_cache(maxsize=64)
def _root_client(endpoint: str, service: str, account: str, region: str) -> Any:
    root = {"aws_access_key_id": account, "aws_secret_access_key": "any"}
    return _session().client(service, region_name=region, endpoint_url=endpoint, **root)


@lru_cache(maxsize=16)
def _unsigned_client(endpoint: str, service: str, region: str) -> Any:
    unsigned = Config(signature_version=UNSIGNED)
    return _session().client(service, region_name=region, endpoint_url=endpoint, config=unsigned)


@lru_cache(maxsize=1)
def _anybody() -> boto3.Session:
    return boto3.Session("nobody", "yet", region_name=HOME)


@lru_cache(maxsize=64)
def _client_of_anybody(endpoint: str, service: str, region: str) -> Any:
    return _anybody().client(service, region_name=region, endpoint_url=endpoint)


def installed() -> Path:
    """The environment's Python. Made once for each version, and kept in the checkout's cache."""
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    version = re.search(r"^ministack==([\d.]+)", wanted, re.MULTILINE)
    assert version is not None
    home = CACHE / f"ministack-{version[1]}"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{home.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp, content = home / _STAMP, f"{sys.version}\n{wanted}"
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != content:
            shutil.rmtree(home, ignore_errors=True)
            _install(home)
            stamp.write_text(content, encoding="utf-8")
    return home / "bin" / "python"


def _install(home: Path) -> None:
    pip = [str(home / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    options = ["install", "--only-binary", ":all:", "--require-hashes", "--requirement", str(REQUIREMENTS)]
    for command in ([sys.executable, "-m", "venv", str(home)], [*pip, *options]):
        try:
            subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=True)
        except subprocess.TimeoutExpired:
            raise NotInstalled(f"ministack was not installed within {INSTALL_SECONDS} s") from None
        except subprocess.CalledProcessError as error:
            words = (error.stderr or error.stdout).strip().splitlines() or [f"code {error.returncode}"]
            raise NotInstalled(f"ministack can't be installed: {words[-1]}") from None


@contextmanager
def running(python: Path, folder: Path, services: str = FLOW) -> Iterator[Emulator]:
    """On a port of its own, enforcing IAM; `services` are those that it answers for."""
    port = _free_port()
    emulator = Emulator(f"http://127.0.0.1:{port}", folder / "ministack.log")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": services,
        "LOG_LEVEL": "DEBUG",  # each request is a line
    }
    with emulator.log.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [str(python), "-m", "ministack"], env=environment, cwd=folder, stdout=log, stderr=log
        )
        try:
            _wait(process, emulator)
            yield emulator
        finally:
            _end(process)


def _wait(process: subprocess.Popen[bytes], emulator: Emulator) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{emulator.endpoint}/_ministack/health", timeout=2) as answer:
                answer.read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"ministack did not come up:\n{emulator.log.read_text(encoding='utf-8')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
