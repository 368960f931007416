"""Fixes, filled in with what AWS or a file called things: what is to be pasted is what it seems to be."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import hcl2
import pytest

from cloud_entitlements.criteria import CRITERIA, Criterion
from cloud_entitlements.criteria.fixes import Filled, filled

HOSTILE = (
    "ada", "it's $(touch /tmp/x) `id`", 'a" \\ ${file("/etc/passwd")} %{ if true }', "x\nrm -rf /", "x\r\u2028y",
    "; rm -rf / #", "--profile=other", "</script><b>", "\u202eada",
)  # fmt: skip
"""None of them is a name that IAM takes; an import may say anything."""


def _filled(criterion: Criterion, name: str) -> Filled:
    facts = dict.fromkeys(("name", "arn", "key", "policy", "group", "other"), name)
    return filled(criterion.fix, {**facts, "account": "123456789012", "type": criterion.types[0]})


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda one: one.id)
def test_terraform_can_be_read_and_calls_nothing(criterion: Criterion, name: str) -> None:
    text = _filled(criterion, name).terraform
    hcl2.loads(f"{text}\n")
    assert "${file" not in text.replace("$${", "")


@pytest.mark.parametrize("name", HOSTILE)
def test_lines_for_the_shell_call_aws_alone(name: str, tmp_path: Path) -> None:
    """They are run, with an `aws` and a `ciem` that do nothing, and with nothing else to be found."""
    shell = shutil.which("bash")
    assert shell is not None
    for criterion in CRITERIA:
        text = _filled(criterion, name).cli
        script = f"aws() {{ echo called >> calls; }}\nciem() {{ aws; }}\n{text}\n"
        ran = subprocess.run(
            [shell],
            input=script,
            text=True,
            capture_output=True,
            check=False,
            env={"PATH": "/nowhere"},
            cwd=tmp_path,
        )
        assert ran.stdout + ran.stderr == "", f"{criterion.id}: {ran.stderr}"
        calls = (tmp_path / "calls").read_text().split() if (tmp_path / "calls").exists() else []
        (tmp_path / "calls").unlink(missing_ok=True)
        lines = _filled(criterion, "ada").cli.splitlines()
        assert calls == ["called" for line in lines if line.startswith(("aws ", "ciem "))], criterion.id


@pytest.mark.parametrize("name", ["x\ny", "x\ty", "x\x00y", "\u202eada", ""])
def test_what_can_not_be_pasted_stays_a_placeholder(name: str) -> None:
    assert "NAME" in _filled(CRITERIA[0], name).cli
