"""The actions that a person means by a pattern: those that AWS's catalogue knows."""

from __future__ import annotations

from difflib import get_close_matches

from cloud_entitlements.cli.context import Failed


def actions_meant(action: str) -> list[str]:
    """Sorted, as AWS spells them; an action without wildcards is itself, known or not. Raises Failed: none matches."""
    from cloud_entitlements.policy.catalogue import actions_of, services
    from cloud_entitlements.policy.pattern import action_pattern, has_wildcard

    if not has_wildcard(action):
        return [action]
    service = action.lower().partition(":")[0]
    matches = action_pattern(action, any_service=True)
    found = sorted(
        name
        for one in (services() if has_wildcard(service) else (service,))
        for name in actions_of(one).values()
        if matches(name.lower())
    )
    if not found:
        text = f"no action of AWS's catalogue matches `{action}`"
        raise Failed(text, _fix(action, service), code="no_such_action")
    return found


def service_hint(service: str) -> str:
    """Empty: the catalogue has the service."""
    from cloud_entitlements.policy.catalogue import services

    if service in services():
        return ""
    near = get_close_matches(service, sorted(services()), 1)
    return f"AWS's catalogue has no service `{service}`" + (f": did you mean `{near[0]}`?" if near else "")


def _fix(action: str, service: str) -> str:
    from cloud_entitlements.policy.pattern import has_wildcard

    if ":" not in action:
        return "write the service before it, as in `s3:Get*`"
    hint = "" if has_wildcard(service) else service_hint(service)
    return hint or f"check the spelling: `{service}:*` matches all that the service has"
