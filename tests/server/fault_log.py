"""Reads the log of the faults as a person would: which part of which account can't have been read, and why.

Takes nothing from the product but names. A call whose attempt is throttled, times out or breaks off is tried again,
ten times in all, and three times where a person may be waiting; a denial ends it at once. Every line is accounted for:
one that nobody should have caused is an error, and so is a missing one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3

ATTEMPTS, QUICK_ATTEMPTS = 10, 3
CODES = {"throttle": "throttled", "timeout": "timeout", "cut": "reset"}
ENTER = "AssumeRole"
FIND = "ListInstances"
GENERATE, GET = "GenerateServiceLastAccessedDetails", "GetServiceLastAccessedDetails"
REGIONS = len(boto3.Session().get_available_regions("sso-admin"))
"""Of AWS's own list; those that the account has not enabled are asked too."""
OF_ACCOUNT: dict[str, tuple[str, ...]] = {
    "authorization_details": ("GetAccountAuthorizationDetails",),  # once a page
    "account_summary": ("GetAccountSummary",),
    "password_policy": ("GetAccountPasswordPolicy",),
    "credential_report": ("GenerateCredentialReport", "GetCredentialReport"),
    "mfa_devices": ("ListVirtualMFADevices", "GetAccountSummary"),
    "oidc_providers": ("ListOpenIDConnectProviders",),
    "saml_providers": ("ListSAMLProviders",),
    "access_keys": (),  # one by one: `_keys`
    "last_accessed": (),  # one by one: `_reports`
}
"""In the order in which they are asked."""
BY_USER = ("GetAccountAuthorizationDetails", "ListMFADevices")
"""What `mfa_devices` asks besides, where there are devices that the list does not show."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was to be asked in this run."""

    manager: str
    pages: Mapping[str, int]
    """Of each account's identities."""
    keyed: Collection[str]
    """Accounts with a security key."""
    access_keys: Mapping[str, Collection[int]]
    """Of each account, how many each user has who has one."""
    identities: Mapping[str, int]
    """Of each account, how many there are, all of which are asked about in one run."""
    proof: bool
    """The daily test of the external id was due."""
    cap: int | None


OF_ORGANIZATION = {
    "DescribeOrganization": "organization",
    "ListRoots": "organization",
    "ListAccountsForParent": "organization",
    "ListOrganizationalUnitsForParent": "organization",
    "ListPolicies": "organization_policies",
    "DescribePolicy": "organization_policies",
    "ListTargetsForPolicy": "organization_policies",
    "ListOrganizationsFeatures": "root_access",
    "ListStackInstances": "",  # helps to explain; what it lacks is no gap
}


@dataclass(slots=True)
class Lines:
    """What one account was asked, in order; taken away call by call."""

    left: list[dict[str, Any]]
    allowed: int | None = None
    """How many attempts may still be made."""
    exhausted: int = 0
    denied: int = 0
    reached: int = 0
    """How many attempts of the last call came to AWS, though an answer may have broken off on its way back."""

    def next(self) -> str | None:
        return self.left[0]["operation"] if self.left else None

    def call(self, operation: str, attempts: int = ATTEMPTS) -> str:
        """Why the call failed; empty when it went through."""
        kind, self.reached = "", 0
        for _ in range(attempts):
            if self.allowed == 0:
                return "too_many_calls"
            assert self.next() == operation, f"{operation} was to be asked, and {self.next()} was"
            kind = self.left.pop(0)["kind"]
            self.allowed = None if self.allowed is None else self.allowed - 1
            self.reached += kind in ("", "cut")
            if kind in ("", "deny"):
                self.denied += kind == "deny"
                return "denied" if kind else ""
        self.exhausted += 1
        return CODES[kind]


@dataclass(slots=True)
class Read:
    """What the gap report and the list of accounts have to say."""

    gaps: dict[tuple[str, str], str] = field(default_factory=dict)
    partial: set[tuple[str, str]] = field(default_factory=set)
    """Those of the gaps beside which something was read."""
    states: dict[str, tuple[str, str]] = field(default_factory=dict)
    exhausted: int = 0
    denied: int = 0
    capped: int = 0


def read(log: Iterable[Mapping[str, Any]], asked: Asked) -> Read:
    by_account: dict[str, list[dict[str, Any]]] = {}
    for line in sorted(log, key=lambda line: line["n"]):
        by_account.setdefault(line["account"], []).append(dict(line))
    found = Read()
    for account in sorted(by_account):
        lines, finding = _without(FIND, by_account[account])
        if account == asked.manager:
            _survey(lines, found, proof=asked.proof)
            _identity_center(lines, finding, found)
        assert finding.left == [], f"{account} was searched for Identity Center"
        if account in asked.pages:
            lines.allowed = asked.cap
            _account(lines, found, account, asked)
            assert lines.left == [], f"{account} was asked more than it should be"
            found.capped += lines.allowed == 0
        found.exhausted += lines.exhausted
        found.denied += lines.denied
    return found


def _without(operation: str, log: list[dict[str, Any]]) -> tuple[Lines, Lines]:
    """All else, and what was asked by this operation alone."""
    return (
        Lines([line for line in log if line["operation"] != operation]),
        Lines([line for line in log if line["operation"] == operation]),
    )


def _survey(lines: Lines, found: Read, *, proof: bool) -> None:
    if proof and not lines.call(ENTER, QUICK_ATTEMPTS):
        _refuses(lines)
    entered = lines.call(ENTER)
    if entered:
        code = "assume_refused" if entered == "denied" else entered
        found.gaps |= {("organization", name): code for name in OF_ORGANIZATION.values() if name}
        return
    while (operation := lines.next()) != ENTER:
        assert operation is not None, "the account itself was never asked"
        code, name = lines.call(operation), OF_ORGANIZATION[operation]
        assert ("organization", name) not in found.gaps, "a part that has failed is not asked further"
        if code and name:
            found.gaps["organization", name] = code


def _identity_center(lines: Lines, finding: Lines, found: Read) -> None:
    """It asks for the same role as the account's own item, at the same time: which attempt is whose can't be told.

    The seeds of the test are ones in which both are answered, and alike.
    """
    rest, entering = _without(ENTER, lines.left)
    enters = entering.left
    answers = [line["kind"] for line in enters if line["kind"] in ("", "deny")]
    assert answers in (["", ""], ["deny", "deny"]), "another seed is needed"
    lines.left = [enters[-1], *rest.left]
    whose = ("organization", "identity_center")
    if answers[0]:
        found.gaps[whose] = "assume_refused"
        found.denied += 1
    elif code := _in_every_region(finding):
        found.gaps[whose] = code
    found.exhausted += finding.exhausted
    found.denied += finding.denied


def _in_every_region(lines: Lines) -> str:
    """No Region has an instance, so each is asked; the first that does not say so is why nobody can know."""
    codes = [lines.call(FIND, QUICK_ATTEMPTS) for _ in range(REGIONS)]
    return next((code for code in codes if code), "")


def _refuses(lines: Lines) -> bool:
    """Without the external id, and with a wrong one; AWS refuses by an answer as well as by an injected denial."""
    return all(lines.call(ENTER, QUICK_ATTEMPTS) in ("", "denied") for _ in range(2))


def _account(lines: Lines, found: Read, account: str, asked: Asked) -> None:
    own, state = account == asked.manager, "failed"
    entered = lines.call(ENTER)
    if entered == "denied":
        entered, state = ("assume_refused" if own else "member_refused"), "refused"
    elif not entered and asked.proof and not own and not _refuses(lines):
        entered = "member_not_proven"
    if entered:
        found.gaps |= {(account, name): entered for name in OF_ACCOUNT}
        found.states[account] = (state, entered)
        return
    codes = {name: _part(lines, name, account, asked) for name in OF_ACCOUNT}
    told = {"access_keys": _keys(lines, account, asked), "last_accessed": _reports(lines, account, asked)}
    codes |= {name: one.code for name, one in told.items()}
    found.gaps |= {(account, name): code for name, code in codes.items() if code}
    partial = {name for name, one in told.items() if one.code and one.answered}
    found.partial |= {(account, name) for name in partial}
    found.states[account] = _state(["" if name in partial else code for name, code in codes.items()])


def _part(lines: Lines, name: str, account: str, asked: Asked) -> str:
    operations = OF_ACCOUNT[name]
    if name == "authorization_details":
        operations *= asked.pages[account]
    if name == "mfa_devices" and account in asked.keyed:
        operations += BY_USER
    return next((code for operation in operations if (code := lines.call(operation))), "")


@dataclass(slots=True)
class OneByOne:
    """Of many that are asked about, one denial is about one of them; anything else ends the asking."""

    code: str = ""
    """Why the first of them could not be asked."""
    answered: int = 0
    over: bool = False

    def miss(self, code: str, *, ends: bool) -> None:
        self.code, self.over = self.code or code, self.over or ends


def _keys(lines: Lines, account: str, asked: Asked) -> OneByOne:
    found = OneByOne()
    for keys in asked.access_keys.get(account, ()):
        if found.over:
            break
        operations = ("ListAccessKeys", *["GetAccessKeyLastUsed"] * keys)
        code = next((code for operation in operations if (code := lines.call(operation))), "")
        if code:
            found.miss(code, ends=code != "denied")
        else:
            found.answered += 1
    return found


def _reports(lines: Lines, account: str, asked: Asked) -> OneByOne:
    """Two jobs are open at most, each asked for until it has ended, and it has when it is asked twice.

    Not told: a job whose id was cut off, and which was denied when it was asked for again, stays open at AWS for a
    while and takes the place of another. The seeds of the test are ones in which that does not happen.
    """
    found, waiting, jobs = OneByOne(), asked.identities[account], Counter[str]()
    open_now = 0
    while not found.over and (waiting or open_now):
        if lines.next() == GENERATE or (not lines.left and waiting and open_now < 2):
            assert waiting, "nobody was left to be asked about"
            assert open_now < 2, "a third job was begun while two were open"
            waiting -= 1
            code = lines.call(GENERATE)
            open_now += not code
            if code:
                found.miss(code, ends=code != "denied")
            continue
        job = lines.left[0]["job"] if lines.left else ""
        code = lines.call(GET)
        jobs[job] += lines.reached
        if code:
            found.miss(code, ends=True)
        elif jobs[job] >= 2:
            found.answered += 1
            open_now -= 1
    return found


def _state(codes: list[str]) -> tuple[str, str]:
    """With some gaps an account counts as read; when nothing came, the first reason is the account's."""
    if not all(codes):
        return "connected", ""
    return ("denied", "member_denied") if codes[0] == "denied" else ("failed", codes[0])
