"""Fixes, filled in with what AWS or a file called things: what is to be pasted is what it seems to be."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import hcl2
import pytest

from cloud_entitlements.criteria import CRITERIA, Criterion
from cloud_entitlements.criteria.fixes import Filled, facts, filled, general

HOSTILE = (
    "ada", "it's $(touch /tmp/x) `id`", 'a" \\ ${file("/etc/passwd")} %{ if true }', "x\nrm -rf /", "x\r\u2028y",
    "; rm -rf / #", "--profile=other", "</script><b>", "\u202eada",
)  # fmt: skip
"""None of them is a name that IAM takes; an import may say anything."""
UNFILLED = re.compile(r"(?<!\$)\{\w+\}")


HELD = ("", "attached", "attached, AWS's", "inline", "group", "group, AWS's", "group, inline")


def _filled(criterion: Criterion, name: str, held: str = "") -> Filled:
    of_it = dict.fromkeys(("name", "arn", "key", "policy", "group", "other"), name)
    known = {"account": "123456789012", "partition": "aws", "type": criterion.types[0], "held": held}
    return filled(criterion.fix, {**of_it, **known})


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda one: one.id)
def test_terraform_can_be_read_and_calls_nothing(criterion: Criterion, name: str) -> None:
    for held in HELD:
        text = _filled(criterion, name, held).terraform
        hcl2.loads(f"{text}\n")
        assert "${file" not in text.replace("$${", "")


@pytest.mark.parametrize(
    ("policy", "lines"),
    [
        ("arn:aws:iam::123456789012:policy/own", ["detach-user-policy --user-name ada --policy-arn arn:aws:iam::123456789012:policy/own"]),
        ("inline policy own", ["delete-user-policy --user-name ada --policy-name own"]),
        ("arn:aws:iam::aws:policy/All through group ops", ["remove-user-from-group --user-name ada --group-name ops"]),
        ("inline policy own through group ops", ["remove-user-from-group --user-name ada --group-name ops"]),
        ("", [
            "detach-user-policy --user-name ada --policy-arn POLICY", "delete-user-policy --user-name ada --policy-name POLICY",
        ]),
    ],
)  # fmt: skip
def test_a_policy_is_taken_away_as_it_is_held(policy: str, lines: list[str]) -> None:
    known = facts("ada", "arn:aws:iam::123456789012:user/ada", "user", [(policy, "", "")])
    fix = next(one.fix for one in CRITERIA if one.id == "administrator")
    found = [one for one in filled(fix, known).cli.splitlines() if "list-attached" not in one]
    assert [one for one in found if not one.startswith("#")] == [f"aws iam {one}" for one in lines]


@pytest.mark.parametrize(
    ("policy", "called"),
    [
        ("arn:aws:iam::123456789012:policy/own", ["create-policy-version"]),
        ("arn:aws-cn:iam::aws:policy/All", ["create-policy", "attach-user-policy", "detach-user-policy"]),
        ("inline policy own", ["put-user-policy"]),
        ("arn:aws:iam::aws:policy/All through group ops", ["create-policy", "attach-group-policy", "detach-group-policy"]),
        ("inline policy own through group ops", ["put-group-policy"]),
        ("arn:aws:iam::123456789012:policy/own through group ops", ["create-policy-version"]),
    ],
)  # fmt: skip
def test_a_policy_is_narrowed_where_it_stands(policy: str, called: list[str]) -> None:
    known = facts("ada", "arn:aws-cn:iam::123456789012:user/ada", "user", [("", "", ""), (policy, "", "")])
    fix = next(one.fix for one in CRITERIA if one.id == "all-resources")
    cli = filled(fix, known).cli
    assert re.findall(r"aws iam (\S+policy\S*)", cli) == called
    assert ("arn:aws-cn:iam::123456789012:policy/narrowed" in cli) == ("create-policy" in called)


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda one: one.id)
def test_nothing_stays_in_braces_of_whomever_it_is_told(criterion: Criterion) -> None:
    told = [general(criterion.fix), *(_filled(criterion, "ada", held) for held in HELD)]
    for fix in told:
        assert not UNFILLED.findall(f"{fix.console}\n{fix.cli}\n{fix.terraform}")


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("name", HOSTILE)
def test_lines_for_the_shell_call_aws_alone(name: str, held: str, tmp_path: Path) -> None:
    """They are run, with an `aws` and a `ciem` that do nothing, and with nothing else to be found."""
    shell = shutil.which("bash")
    assert shell is not None
    for criterion in CRITERIA:
        text = _filled(criterion, name, held).cli
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
        lines = _filled(criterion, "ada", held).cli.splitlines()
        assert calls == ["called" for line in lines if line.startswith(("aws ", "ciem "))], criterion.id


@pytest.mark.parametrize("name", ["x\ny", "x\ty", "x\x00y", "\u202eada", ""])
def test_what_can_not_be_pasted_stays_a_placeholder(name: str) -> None:
    assert "NAME" in _filled(CRITERIA[0], name).cli
