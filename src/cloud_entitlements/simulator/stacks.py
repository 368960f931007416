"""CloudFormation stacks: rollback, capabilities, and the size of a template, which moto leaves out."""

from __future__ import annotations

import re
from typing import Any

from moto.cloudformation import models, responses
from moto.cloudformation.exceptions import ValidationError
from moto.core.exceptions import ServiceException

from cloud_entitlements.simulator import callers, iam
from cloud_entitlements.simulator.callers import Caller
from cloud_entitlements.simulator.guard import signer
from cloud_entitlements.simulator.stacksets import StackSetResource

MAX_TEMPLATE_BYTES = 51_200
_NAMED_ROLE = re.compile(r"^\s*RoleName:", re.MULTILINE)


class InsufficientCapabilities(ServiceException):  # type: ignore[misc]
    code = "InsufficientCapabilitiesException"


def install() -> None:
    backend = models.CloudFormationBackend
    backend.create_stack = _rolling_back(backend.create_stack)
    backend.update_stack = _restoring(backend.update_stack)
    backend.delete_stack = _stopping(backend.delete_stack)
    answers = responses.CloudFormationResponse
    for name in ("create_stack", "update_stack"):
        setattr(answers, name, _checked(getattr(answers, name)))


def _checked(original: Any) -> Any:
    def answer(self: Any) -> Any:
        body = self._get_param("TemplateBody") or ""
        if len(body.encode()) > MAX_TEMPLATE_BYTES:
            raise ValidationError(
                message="1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member "
                f"must have length less than or equal to {MAX_TEMPLATE_BYTES}"
            )
        given = self._get_param("Capabilities", []) or []
        if "AWS::IAM::" in body and "CAPABILITY_NAMED_IAM" not in given and _NAMED_ROLE.search(body):
            raise InsufficientCapabilities("Requires capabilities : [CAPABILITY_NAMED_IAM]")
        with iam.made_by(signer_of(self.headers)):
            return original(self)

    return answer


def signer_of(headers: Any) -> Caller:
    """Who creates the stack: without a service role, its resources are made with the creator's permissions."""
    found = signer({"HTTP_AUTHORIZATION": headers.get("Authorization", "")})
    return callers.identify(found.key_id if found else "")


def _rolling_back(original: Any) -> Any:
    def create_stack(self: Any, *args: Any, **given: Any) -> Any:
        """AWS answers with the stack's id and rolls back; moto raises and leaves half a stack behind."""
        before = set(self.stacks)
        try:
            return original(self, *args, **given)
        except Exception as error:
            made = [stack for stack_id, stack in self.stacks.items() if stack_id not in before]
            if not made:
                raise
            _roll_back(made[0], getattr(error, "message", None) or str(error))
            return made[0]

    return create_stack


def _roll_back(stack: Any, reason: str) -> None:
    resources = stack.resource_map
    failed = next(
        (name for name in resources._resource_json_map if name not in resources._parsed_resources), ""
    )
    for name, resource in list(resources._parsed_resources.items()):
        if name in resources._resource_json_map and resource is not None and not isinstance(resource, str):
            resources._delete_resource(resource, resources._resource_json_map[name])
        resources._parsed_resources.pop(name, None)
    stack._add_stack_event("CREATE_FAILED", resource_status_reason=reason)
    stack._add_stack_event("ROLLBACK_IN_PROGRESS", f"The following resource(s) failed to create: [{failed}].")
    stack._add_stack_event("ROLLBACK_COMPLETE")
    stack.status, stack.stack_status_reason = "ROLLBACK_COMPLETE", reason
    stack.template_dict["Outputs"] = {}
    stack.output_map = stack._create_output_map()


def _restoring(original: Any) -> Any:
    def update_stack(self: Any, *args: Any, **given: Any) -> Any:
        name = given.get("name") or args[0]
        stack = self.get_stack(name)
        # AWS keeps what a parameter was, also where that was a default; moto keeps only what was given.
        known = stack.resource_map.resolved_parameters
        stack.parameters = {key: ",".join(_listed(value)) for key, value in known.items()}
        try:
            return original(self, *args, **given)
        except Exception as error:
            stack.status = "UPDATE_ROLLBACK_COMPLETE"
            stack.stack_status_reason = getattr(error, "message", None) or str(error)
            raise

    return update_stack


def _listed(value: Any) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]


def _stopping(original: Any) -> Any:
    def delete_stack(self: Any, name_or_stack_id: str) -> None:
        """A StackSet that can't be deleted stops the deletion; what it depends on stays with it."""
        found = (one for one in self.stacks.values() if name_or_stack_id in (one.stack_id, one.name))
        stack = next(found, None)
        if stack is None:
            return
        try:
            for resource in list(stack.resource_map._parsed_resources.values()):
                if isinstance(resource, StackSetResource):
                    resource.deployment.end()
        except ValidationError as error:
            reason = str(error.message)
            stack._add_stack_event("DELETE_FAILED", resource_status_reason=reason)
            stack.status, stack.stack_status_reason = "DELETE_FAILED", reason
            return
        original(self, name_or_stack_id)

    return delete_stack
