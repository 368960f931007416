from __future__ import annotations

from cloud_entitlements.policy.catalogue import actions_of, facts_of, services


def test_every_action_of_the_catalogue_has_facts() -> None:
    """Its data are not all of one form: some resource types have no list of condition keys."""
    without = [
        name for service in services() for name in actions_of(service).values() if facts_of(name) is None
    ]
    assert without == []
