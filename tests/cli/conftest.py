from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.simulator.process import Running


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Ciem = Callable[..., Ended]


@pytest.fixture
def ciem(tmp_path: Path) -> Ciem:
    """The installed program, as a person runs it, on a folder of its own."""
    program = Path(sys.executable).parent / "ciem"
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "CIEM_", "DATABASE_URL", "DJANGO_"))
    }

    def run(
        *arguments: str, aws: Running | None = None, more: dict[str, str] | None = None, typed: str = ""
    ) -> Ended:
        cut_off = {
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }
        environment = {**plain, **(aws.environment() if aws else cut_off), **(more or {})}
        command = [str(program), "--data-dir", str(tmp_path / "data"), *arguments]
        ended = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=180, check=False, input=typed
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return run
