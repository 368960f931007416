"""The customer's console of the simulated AWS: organization, trusted access, stacks and their outputs.

Plain HTML made on the server, forms alone. It acts as the customer's administrator by calling the simulator's
own AWS API with the operator's keys, so what works here works with the real console's calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import Any
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.organizations.models import organizations_backends
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from cloud_entitlements.simulator import seed
from cloud_entitlements.simulator.stacksets import SETS

PARTITION = "aws"
Start = Callable[..., Any]

STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--accent:#0b6b6b}
body{font:14px/1.5 system-ui,sans-serif;margin:0 auto;max-width:64rem;padding:1rem 1.5rem 4rem}
header{display:flex;gap:1.5rem;align-items:baseline;border-bottom:2px solid var(--accent);padding-bottom:.5rem}
h1{font-size:1.1rem;margin:0}h2{font-size:1rem;margin:2rem 0 .5rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
code,textarea{font:12px/1.5 ui-monospace,monospace}textarea{width:100%;height:14rem;box-sizing:border-box}
code{background:var(--soft);padding:.1rem .3rem;overflow-wrap:anywhere}td:first-child code{white-space:nowrap}
.note{background:var(--soft);padding:.6rem .8rem;border-left:3px solid var(--accent)}
.bad{border-color:#b3261e}button{font:inherit;padding:.3rem .8rem}
ul.tree,ul.tree ul{list-style:none;padding-left:1.2rem;border-left:1px solid var(--line)}
"""


class Console:
    def __init__(self, told: dict[str, Any]) -> None:
        self.operators: dict[str, dict[str, str]] = told.get("operators", {})
        self.names = {made["management_account_id"]: made["name"] for made in told.get("organizations", [])}

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        request = Request(environ)
        response: Iterable[bytes] = self.answer(request)(environ, start)
        return response

    def answer(self, request: Request) -> Response:
        parts = [part for part in request.path.split("/") if part][1:]
        if not parts:
            return _page("Choose an organization", self._choice())
        account, *rest = parts
        if account not in self.operators:
            return _page("Not found", "<p>No such management account.</p>", status=404)
        desk = Desk(account, self.names[account], self.operators[account], request.host_url.rstrip("/"))
        try:
            return desk.do(request, rest) if request.method == "POST" else desk.show(rest)
        except ClientError as error:
            said = error.response["Error"]
            message = f'<p class="note bad"><b>{escape(said["Code"])}</b>: {escape(said["Message"])}</p>'
            return _page(desk.name, message + desk.links(), status=400)

    def _choice(self) -> str:
        rows = "".join(
            f'<li><a href="/console/{account}/">{escape(self.names[account])}</a> <code>{account}</code></li>'
            for account in self.operators
        )
        return f"<p>You are an administrator of the management account of:</p><ul>{rows}</ul>"


class Desk:
    """One management account's pages."""

    def __init__(self, account: str, name: str, key: dict[str, str], endpoint: str) -> None:
        self.account, self.name, self.key, self.endpoint = account, name, key, endpoint

    def _client(self, service: str) -> Any:
        session = boto3.Session(
            self.key["access_key_id"], self.key["secret_access_key"], region_name="us-east-1"
        )
        return session.client(service, endpoint_url=self.endpoint, config=Config(retries={"max_attempts": 0}))

    def links(self) -> str:
        home = f"/console/{self.account}"
        return (
            f'<p><a href="{home}/">Organization</a> · <a href="{home}/stacks/">CloudFormation stacks</a></p>'
        )

    def show(self, rest: list[str]) -> Response:
        if not rest:
            return _page(self.name, self.links() + self._organization())
        if rest == ["stacks"]:
            return _page(self.name, self.links() + self._stacks())
        if rest[0] == "stacks":
            return _page(self.name, self.links() + self._stack(rest[1]))
        return _page("Not found", self.links(), status=404)

    def do(self, request: Request, rest: list[str]) -> Response:
        form, cloudformation = request.form, self._client("cloudformation")
        home = f"/console/{self.account}/"
        if rest == ["trust"]:
            on = form.get("on") == "1"
            (
                cloudformation.activate_organizations_access
                if on
                else cloudformation.deactivate_organizations_access
            )()
            return redirect(home)
        if rest == ["join"]:
            seed.join(self.account, form.get("name") or "late-arrival", form.get("unit"))
            return redirect(home)
        if rest == ["stacks"]:
            return self._create(request)
        if rest[0] == "stacks" and rest[-1] == "delete":
            cloudformation.delete_stack(StackName=rest[1])
            return redirect(f"{home}stacks/")
        return _page("Not found", self.links(), status=404)

    def _create(self, request: Request) -> Response:
        name, upload = request.form.get("name", ""), request.files.get("file")
        body = (
            upload.read().decode("utf-8", "replace")
            if upload and upload.filename
            else request.form.get("body", "")
        )
        given = ["CAPABILITY_NAMED_IAM"] if request.form.get("named_iam") else []
        self._client("cloudformation").create_stack(StackName=name, TemplateBody=body, Capabilities=given)
        return redirect(f"/console/{self.account}/stacks/{quote(name)}/")

    def _organization(self) -> str:
        backend = organizations_backends[self.account][PARTITION]
        status = self._client("cloudformation").describe_organizations_access()["Status"]
        enabled = status == "ENABLED"
        switch = (
            f'<form method="post" action="/console/{self.account}/trust">Trusted access for StackSets: <b>{status}</b> '
            f'<button name="on" value="{0 if enabled else 1}">{"Deactivate" if enabled else "Activate"}</button></form>'
        )
        options = "".join(f'<option value="{unit.id}">{escape(unit.name)}</option>' for unit in backend.ou)
        join = (
            f'<form method="post" action="/console/{self.account}/join">An account joins: '
            f'<input name="name" value="late-arrival" aria-label="account name"> below '
            f'<select name="unit" aria-label="unit">{options}</select> <button>Add account</button></form>'
        )
        return (
            f"<h2>Organization <code>{backend.org.id}</code></h2>{switch}"
            f"<ul class=tree>{self._node(backend, backend.ou[0])}</ul><h2>Later</h2>{join}"
        )

    def _node(self, backend: Any, unit: Any) -> str:
        accounts = "".join(
            f"<li>{escape(account.name)} <code>{account.id}</code>"
            f"{'' if account.state == 'ACTIVE' else f' <b>{account.state.lower()}</b>'}</li>"
            for account in backend.accounts
            if account.parent_id == unit.id
        )
        units = "".join(
            self._node(backend, found) for found in backend.ou if getattr(found, "parent_id", None) == unit.id
        )
        inside = f"<ul>{accounts}{units}</ul>" if accounts or units else ""
        return f"<li><b>{escape(unit.name)}</b> <code>{unit.id}</code>{inside}</li>"

    def _stacks(self) -> str:
        stacks = self._client("cloudformation").describe_stacks()["Stacks"]
        rows = "".join(
            f'<tr><td><a href="/console/{self.account}/stacks/{quote(stack["StackName"])}/">'
            f"{escape(stack['StackName'])}</a></td><td>{stack['StackStatus']}</td></tr>"
            for stack in stacks
        )
        listed = (
            f"<table><tr><th>Stack</th><th>Status</th></tr>{rows}</table>"
            if rows
            else "<p>No stacks yet.</p>"
        )
        return f"""<h2>Stacks</h2>{listed}
<h2>Create stack</h2>
<form method="post" action="/console/{self.account}/stacks" enctype="multipart/form-data">
<p><label>Stack name <input name="name" value="cloud-entitlements" required></label></p>
<p><label>Template file <input type="file" name="file"></label></p>
<p><label>or paste it<br><textarea name="body"></textarea></label></p>
<p><label><input type="checkbox" name="named_iam" value="1"> I acknowledge that AWS CloudFormation might create IAM resources with custom names.</label></p>
<button>Create stack</button></form>"""

    def _stack(self, name: str) -> str:
        cloudformation = self._client("cloudformation")
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        outputs = "".join(
            f'<tr><td>{escape(out["OutputKey"])}</td><td><code class="output">{escape(out["OutputValue"])}</code></td></tr>'
            for out in stack.get("Outputs", [])
        )
        reason = stack.get("StackStatusReason", "")
        events = "".join(
            f"<tr><td>{event['Timestamp']:%H:%M:%S}</td><td>{event['ResourceStatus']}</td>"
            f"<td>{escape(event.get('ResourceStatusReason', ''))}</td></tr>"
            for event in cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        )
        return f"""<h2>{escape(name)}</h2><p>Status <b>{stack["StackStatus"]}</b> {escape(reason)}</p>
<h2>Outputs</h2><table><tr><th>Key</th><th>Value</th></tr>{outputs}</table>
{self._instances(stack)}
<h2>Events</h2><table><tr><th>Time</th><th>Status</th><th>Reason</th></tr>{events}</table>
<form method="post" action="/console/{self.account}/stacks/{quote(name)}/delete"><p><button>Delete stack</button></p></form>"""

    def _instances(self, stack: dict[str, Any]) -> str:
        stackset = next(
            (out["OutputValue"] for out in stack.get("Outputs", []) if out["OutputKey"] == "StackSetId"), ""
        )
        if stackset not in SETS:
            return ""
        rows = "".join(
            f"<tr><td><code>{instance.account}</code></td><td>{instance.status}</td><td>{escape(instance.reason)}</td></tr>"
            for instance in sorted(SETS[stackset].instances.values(), key=lambda found: found.account)
        )
        return f"<h2>StackSet instances</h2><table><tr><th>Account</th><th>Status</th><th>Reason</th></tr>{rows}</table>"


def _page(title: str, body: str, status: int = 200) -> Response:
    text = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)} · simulated AWS console</title>
<link rel="icon" href="data:,"><style>{STYLE}</style>
<header><h1><a href="/console/">Simulated AWS console</a></h1><span>{escape(title)}</span></header>{body}</html>"""
    return Response(text, status=status, content_type="text/html; charset=utf-8")
