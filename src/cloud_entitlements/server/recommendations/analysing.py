"""The latest snapshot of a connection is judged, and the rows that people see are brought up to it.

Account by account, each in a transaction of its own; what did not change is not written. Doing it again for the same
snapshot changes nothing, so an item of work may begin anew at any point.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cloud_entitlements.access import open_index
from cloud_entitlements.criteria import CRITERIA, CRITICALITIES, Assessed, Criterion, Settings, analyse
from cloud_entitlements.criteria.health import Health
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.inventory.layers import AUTHORIZATION_DETAILS, IDENTITY_CENTER
from cloud_entitlements.server.folders import index_folder
from cloud_entitlements.server.identities.models import Analysis, Identity
from cloud_entitlements.server.identities.rows import COLUMNS, row_of
from cloud_entitlements.server.recommendations import life, moments
from cloud_entitlements.server.recommendations.models import KnownAccount, Moment, Recommendation
from cloud_entitlements.server.recommendations.policies import key_of, settings_of

Progress = Callable[[int, int, str], None]
_ROWS_AT_ONCE = 500
NO_ACCOUNT = ""
"""Where people and groups of Identity Center are."""
_OF_DIRECTORY = {"directory_user", "directory_group"}
_FRESH = frozenset({"collected", "carried"})


def is_current(snapshot: Snapshot) -> bool:
    """The rows are of this snapshot, judged by the settings as they are."""
    connection_id = snapshot.manifest.connection_id
    key = key_of(settings_of(connection_id))
    return Analysis.objects.filter(
        connection_id=connection_id, snapshot_id=snapshot.manifest.id, settings_key=key
    ).exists()


def bring_up(connection_id: str, progress: Progress = lambda _done, _of, _text: None) -> Analysis | None:
    """None: the connection has no snapshot."""
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, connection_id)
    if snapshot is None:
        return None
    started = time.monotonic()
    work = _Work(snapshot, settings_of(connection_id))
    for account_id, those in itertools.groupby(_judged(work, progress), lambda one: one.subject.account_id):
        _write_account(work, account_id, list(those))
    _let_accounts_go(work)
    return _conclude(work, time.monotonic() - started)


def forget(connection_id: str) -> None:
    """All that is kept of it here."""
    for model in (Identity, Analysis, Recommendation, Moment, KnownAccount):
        model.objects.filter(connection_id=connection_id).delete()


@dataclass
class _Work:
    """One analysis, and what it has counted so far."""

    snapshot: Snapshot
    settings: Settings
    now: datetime = field(init=False)
    seen: datetime = field(init=False)
    """When the rows were brought up last: what is not seen now was seen then."""
    outcomes: dict[str, str] = field(init=False)
    """Of the identities of each account."""
    names: dict[str, str] = field(init=False)
    health: Health = field(default_factory=Health)
    identities: Counter[str] = field(default_factory=Counter)
    impacts: Counter[str] = field(default_factory=Counter)
    open: Counter[str] = field(default_factory=Counter)
    vulnerable: int = 0
    found: int = 0
    resolved: int = 0

    def __post_init__(self) -> None:
        manifest = self.snapshot.manifest
        self.now = datetime.fromisoformat(manifest.created_at)
        last = Analysis.objects.filter(connection_id=self.connection_id).first()
        self.seen = last.collected_at if last else self.now
        self.outcomes = {
            row["account_id"]: row["outcome"]
            for row in self.snapshot.rows("collections", of_collector=AUTHORIZATION_DETAILS)
        }
        for row in self.snapshot.rows("collections", of_collector=IDENTITY_CENTER):
            self.outcomes[NO_ACCOUNT] = row["outcome"]
        self.names = {NO_ACCOUNT: "Identity Center"} | {
            row["id"]: row["name"] or "" for row in self.snapshot.rows("accounts")
        }

    @property
    def connection_id(self) -> str:
        return self.snapshot.manifest.connection_id

    @property
    def asked(self) -> tuple[Criterion, ...]:
        return self.settings.asked(CRITERIA)


def _judged(work: _Work, progress: Progress) -> Iterator[Assessed]:
    total = sum(work.snapshot.manifest.identities.values())
    index = open_index(work.snapshot, index_folder(settings.DATA_DIR))
    try:
        for number, one in enumerate(analyse(work.snapshot, index, work.settings, work.now)):
            if number % 1000 == 0:
                progress(number, total, "judging identities")
            yield one
    finally:
        index.close()


def _write_account(work: _Work, account_id: str, those: list[Assessed]) -> None:
    name = work.names.get(account_id, "")
    known = Recommendation.objects.filter(connection_id=work.connection_id, account_id=account_id)
    ledger = _Recommendations(work, account_id, name, known)
    rows = [row_of(work.connection_id, name, one, ledger.judge(one), work.now) for one in those]
    ledger.end(work.outcomes.get(account_id, "") in _FRESH)
    with transaction.atomic():
        _write_rows(work, account_id, rows)
        ledger.write()
    for one, row in zip(those, rows, strict=True):
        work.identities[one.subject.type] += 1
        work.impacts[row.impact] += 1
        work.vulnerable += bool(row.weight)


def _write_rows(work: _Work, account_id: str, rows: list[Identity]) -> None:
    mine = Identity.objects.filter(connection_id=work.connection_id, account_id=account_id)
    known = dict(mine.values_list("arn", "digest"))
    changed = [row for row in rows if known.get(row.arn) != row.digest]
    Identity.objects.bulk_create(
        changed,
        batch_size=_ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["connection_id", "arn"],
        update_fields=[name for name in COLUMNS if name not in ("connection_id", "arn")],
    )
    gone = known.keys() - {row.arn for row in rows}
    if work.outcomes.get(account_id, "") in _FRESH:
        _delete(mine, gone)
    else:  # read in part: who is missing may be there all the same
        mine.filter(stale_since=None, arn__in=list(gone)[:_ROWS_AT_ONCE]).update(stale_since=work.seen)


def _delete(mine: object, arns: Iterable[str]) -> None:
    listed = list(arns)
    for start in range(0, len(listed), _ROWS_AT_ONCE):
        mine.filter(arn__in=listed[start : start + _ROWS_AT_ONCE]).delete()  # type: ignore[attr-defined]


class _Recommendations:
    """Those of one account: what they were, and what they are now."""

    def __init__(
        self, work: _Work, account_id: str, account_name: str, known: Iterable[Recommendation]
    ) -> None:
        self._work, self._account_id, self._account_name = work, account_id, account_name
        self._known = {(one.criterion, one.arn): one for one in known}
        self._met: set[tuple[str, str]] = set()
        self._new: list[Recommendation] = []
        self._changed: list[Recommendation] = []

    def judge(self, found: Assessed) -> dict[str, int]:
        """Returns how many are suggested to this identity, by criticality."""
        counts: dict[str, int] = defaultdict(int)
        for criterion in self._work.asked:
            judgement = found.judgements.get(criterion.id)
            if judgement is None:
                continue
            key = (criterion.id, found.subject.arn)
            self._met.add(key)
            one = self._known.get(key)
            criticality = self._work.settings.of(criterion).criticality
            if found.exempt:
                self._withdraw(one, life.EXEMPT)
                continue
            if judgement.verdict == "fails":
                one = self._failed(one, criterion, found)
            elif one is not None and life.passed(one, judgement, self._work.now, self._work.seen):
                self._change(one)
            if one is not None and one.state == life.State.SUGGESTED:
                counts[criticality] += 1
                self._work.open[criticality] += 1
            if one is None or one.state != life.State.ACKNOWLEDGED:
                self._work.health.add(judgement.verdict, criticality)
        return counts

    def _failed(self, one: Recommendation | None, criterion: Criterion, found: Assessed) -> Recommendation:
        judgement = found.judgements[criterion.id]
        criticality = self._work.settings.of(criterion).criticality
        if one is None:
            one = self._made(criterion, found)
            self._new.append(one)
            self._work.found += 1
            life.failed(one, judgement, criticality, self._work.now)
            return one
        was_open = one.state in life.OPEN
        if life.failed(one, judgement, criticality, self._work.now):
            self._change(one)
        self._work.found += not was_open
        return one

    def _made(self, criterion: Criterion, found: Assessed) -> Recommendation:
        subject = found.subject
        return Recommendation(
            connection_id=self._work.connection_id,
            criterion=criterion.id,
            arn=subject.arn,
            type=subject.type,
            name=subject.name,
            account_id=subject.account_id,
            account_name=self._account_name,
            first_seen=self._work.now,
        )

    def _withdraw(self, one: Recommendation | None, because: str) -> None:
        if one is not None and one.state in life.OPEN:
            life.resolve(one, life.State.WITHDRAWN, because, self._work.now, self._work.seen)
            self._change(one, resolved=False)

    def end(self, fresh: bool) -> None:
        """Those that were not judged now: the criterion is not asked any more, or the identity is not there."""
        asked = {one.id for one in self._work.asked}
        for key, one in self._known.items():
            if key in self._met or one.state not in life.OPEN:
                continue
            if one.criterion not in asked:
                self._withdraw(one, life.SWITCHED_OFF)
            elif fresh:
                life.resolve(one, life.State.FOLLOWED, life.IDENTITY_GONE, self._work.now, self._work.seen)
                self._change(one)
            elif life.stale(one, self._work.seen, self._work.seen):
                self._change(one, resolved=False)

    def _change(self, one: Recommendation, *, resolved: bool = True) -> None:
        self._changed.append(one)
        self._work.resolved += resolved and one.state == life.State.FOLLOWED

    def write(self) -> None:
        for one in (*self._new, *self._changed):
            one.snapshot_id = self._work.snapshot.manifest.id
        Recommendation.objects.bulk_create(self._new, batch_size=_ROWS_AT_ONCE)
        Recommendation.objects.bulk_update(self._changed, life.FIELDS, batch_size=100)


def _let_accounts_go(work: _Work) -> None:
    """Accounts that are not in the snapshot any more: they left the organization, or were closed."""
    here = set(work.outcomes)
    if work.outcomes.get(NO_ACCOUNT) in _FRESH and not work.identities.keys() & _OF_DIRECTORY:
        here.discard(NO_ACCOUNT)  # it was read, and nobody is there
    mine = Identity.objects.filter(connection_id=work.connection_id)
    gone = set(mine.values_list("account_id", flat=True).distinct()) - here
    mine.filter(account_id__in=gone).delete()
    lost = Recommendation.objects.filter(connection_id=work.connection_id, state__in=life.OPEN)
    lost.exclude(account_id__in=here).update(
        state=life.State.WITHDRAWN,
        resolved_at=work.now,
        resolved_because=life.ACCOUNT_GONE,
        last_seen=work.seen,
        stale_since=None,
    )


def _conclude(work: _Work, seconds: float) -> Analysis:
    manifest = work.snapshot.manifest
    values = {
        "name": manifest.name or work.connection_id,
        "snapshot_id": manifest.id,
        "collected_at": work.now,
        "analysed_at": timezone.now(),
        "settings_key": key_of(work.settings),
        "coverage_total": manifest.coverage.total,
        "coverage_connected": manifest.coverage.connected,
        "gaps": manifest.gaps,
        "live": manifest.origin == "live",
        "health": work.health.percent,
        "health_least": work.health.least,
        "seconds": seconds,
    }
    with transaction.atomic():
        found, _ = Analysis.objects.update_or_create(connection_id=work.connection_id, defaults=values)
        _remember(work)
    moments.prune(work.connection_id, work.now)
    return found


def _remember(work: _Work) -> None:
    """Judging the same snapshot again, by other settings, keeps what was found and resolved by it."""
    counts = {
        "at": work.now,
        "health": work.health.percent,
        "identities": dict(work.identities),
        "impacts": dict(work.impacts),
        "vulnerable": work.vulnerable,
        "open": {one: work.open[one] for one in CRITICALITIES},
    }
    moment, _ = Moment.objects.update_or_create(
        connection_id=work.connection_id, snapshot_id=work.snapshot.manifest.id, defaults=counts
    )
    moment.found += work.found
    moment.resolved += work.resolved
    moment.save(update_fields=["found", "resolved"])
