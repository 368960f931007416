"""The same roles as one Terraform file, for whoever deploys nothing but Terraform; it works as a module too.

Made from the same table, parameters and member template as `template`, so that the two can't drift apart; a test
compares them part by part. Laid out as `terraform fmt` does. Imports `permissions` and `template`.
"""

from __future__ import annotations

import re
import shlex
import string
from collections.abc import Sequence
from pathlib import PurePath

from cloud_entitlements.aws.permissions import ANY, Permission, Role
from cloud_entitlements.aws.template import (
    POLICY_NAME,
    ROLE_DESCRIPTION,
    SESSION_SECONDS,
    STACKSET_DESCRIPTION,
    TARGETS_DESCRIPTION,
    TEMPLATE_VERSION,
    TRUST_SID,
    VERSION_TAG,
    Parameter,
    TemplateInput,
    member_template,
    names,
    parameters,
    statements,
)

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class _Text(string.Template):
    """HCL with places to fill in, `@{like_this}`: HCL is full of the other delimiters."""

    delimiter = "@"


def apply_command(file: str | None = None) -> str:
    """Deploys, and updates; to be run beside the file, or for a file in another folder from anywhere."""
    folder = str(PurePath(file).parent) if file else "."
    terraform = "terraform" if folder == "." else shlex.join(["terraform", f"-chdir={folder}"])
    return f"{terraform} init && {terraform} apply"


def terraform_lines() -> dict[str, str]:
    """Lines to copy, each to be run in the folder of the file: `apply`, `output`, `destroy`."""
    return {
        "apply": apply_command(),
        "output": "terraform output -raw role_arn",
        "destroy": "terraform destroy",
    }


def render_terraform(given: TemplateInput) -> str:
    """One `.tf` file that applies as it is; every variable has the value of this connection as its default."""
    organization = given.kind == "organization"
    blocks = [
        _HEAD.substitute(
            what="an AWS organization" if organization else "one AWS account",
            where="the organization's management account" if organization else "that account",
        ),
        *(_variable(parameter) for parameter in parameters(given)),
        *([_targets(given)] if organization else []),
        _TAGS,
        _locals(given) if organization else 'data "aws_partition" "current" {}\n',
        _role("management" if organization else "member"),
        *([_stackset(given)] if organization else []),
        _OUTPUTS.substitute(version=_quoted(TEMPLATE_VERSION)),
        *([_OUTPUT_STACKSET] if organization else []),
    ]
    return "\n".join(blocks)


_HEAD = _Text("""\
# Cloud Entitlements: read-only connection of @{what}. It makes roles that only the platform below can
# assume, and only with the external id. Nothing here can change anything in AWS or read what is stored in it.
# Apply it in @{where}; Cloud Entitlements asks for the output `role_arn`.

terraform {
  required_version = ">= 1.1"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.60"
    }
  }
}
""")


def _variable(parameter: Parameter) -> str:
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", parameter.name).lower()
    return _VARIABLE.substitute(
        name=name,
        description=_quoted(parameter.description),
        type="string",
        default=_quoted(parameter.default),
        validation=_validation(parameter, name),
    )


_VARIABLE = _Text("""\
variable "@{name}" {
  description = @{description}
  type        = @{type}
  default     = @{default}
  nullable    = false
@{validation}}
""")


def _validation(parameter: Parameter, name: str) -> str:
    if parameter.pattern:
        pattern = _quoted(f"^{parameter.pattern}$")
        condition, message = (
            f"can(regex({pattern}, var.{name}))",
            f"It must match {parameter.pattern} as a whole.",
        )
    elif parameter.min_length:
        condition = f"length(var.{name}) >= {parameter.min_length}"
        message = f"It has at least {parameter.min_length} characters."
    else:
        return ""
    return _VALIDATION.substitute(condition=condition, message=_quoted(message))


_VALIDATION = _Text("""
  validation {
    condition     = @{condition}
    error_message = @{message}
  }
""")


def _targets(given: TemplateInput) -> str:
    return _VARIABLE.substitute(
        name="target_ids",
        description=_quoted(TARGETS_DESCRIPTION),
        type="list(string)",
        default=f"[{', '.join(_quoted(target) for target in given.target_ids)}]",
        validation="",
    )


_TAGS = _VARIABLE.substitute(
    name="tags",
    description='"More tags for all that is made here, where some are mandatory."',
    type="map(string)",
    default="{}",
    validation="",
)


def _locals(given: TemplateInput) -> str:
    return _LOCALS.substitute(stackset=_quoted(names(given.suffix).stackset_name))


_LOCALS = _Text("""\
locals {
  stack_set_name = @{stackset}
}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}
""")


def _role(role: Role) -> str:
    return _ROLE.substitute(
        description=_quoted(ROLE_DESCRIPTION),
        seconds=SESSION_SECONDS,
        sid=_quoted(TRUST_SID),
        policy=_quoted(POLICY_NAME),
        statements="".join(_statement(*statement) for statement in statements(role)),
        version_tag=_quoted(VERSION_TAG),
        managed_tag=_quoted("managed-by").ljust(len(_quoted(VERSION_TAG))),
        version=_quoted(TEMPLATE_VERSION),
    )


_ROLE = _Text("""\
resource "aws_iam_role" "connection" {
  name                 = var.role_name
  path                 = var.role_path
  description          = @{description}
  max_session_duration = @{seconds}
  permissions_boundary = var.permissions_boundary == "" ? null : var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = @{sid}
        Effect    = "Allow"
        Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${var.platform_account_id}:root" }
        Action    = "sts:AssumeRole"
        Condition = {
          ArnEquals    = { "aws:PrincipalArn" = var.platform_principal_arn }
          StringEquals = { "sts:ExternalId" = var.external_id }
        }
      },
    ]
  })

  tags = merge(var.tags, {
    @{managed_tag} = "cloud-entitlements"
    @{version_tag} = @{version}
  })
}

resource "aws_iam_role_policy" "connection" {
  name = @{policy}
  role = aws_iam_role.connection.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
@{statements}    ]
  })
}
""")


def _statement(sid: str, resource: str, permissions: Sequence[Permission]) -> str:
    width = max(len(permission.action) for permission in permissions) + len('"",')
    return _STATEMENT.substitute(
        sid=_quoted(sid),
        actions="\n".join(
            f"          {f'{_quoted(one.action)},'.ljust(width)} # {one.purpose}" for one in permissions
        ),
        resource='"*"' if resource == ANY else _OWN_STACKSET,
    )


_STATEMENT = _Text("""\
      {
        Sid    = @{sid}
        Effect = "Allow"
        Action = [
@{actions}
        ]
        Resource = @{resource}
      },
""")

_OWN_STACKSET = (
    '"arn:${data.aws_partition.current.partition}:cloudformation:*:'
    '${data.aws_caller_identity.current.account_id}:stackset/${local.stack_set_name}:*"'
)


def _stackset(given: TemplateInput) -> str:
    return _STACKSET.substitute(
        description=_quoted(STACKSET_DESCRIPTION), member=_literal(member_template(given))
    )


# `concurrency_mode` is known to the provider for instances alone. Their region is the provider's own by default, and the
# argument that would name it was renamed in version 6 of the provider: it is left out.
_STACKSET = _Text("""\
resource "aws_cloudformation_stack_set" "members" {
  name             = local.stack_set_name
  description      = @{description}
  permission_model = "SERVICE_MANAGED"
  call_as          = "SELF"
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  tags             = var.tags

  # Accounts that join later get the role by themselves, and lose it when they leave.
  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  managed_execution {
    active = true
  }

  # One account that can't be reached must not stop the others.
  operation_preferences {
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 100
    region_concurrency_type      = "PARALLEL"
  }

  parameters = {
    ExternalId           = var.external_id
    PlatformAccountId    = var.platform_account_id
    PlatformPrincipalArn = var.platform_principal_arn
    RoleName             = var.role_name
    RolePath             = var.role_path
    PermissionsBoundary  = var.permissions_boundary
  }

  template_body = <<EOT
@{member}
EOT

  timeouts {
    update = "3h"
  }

  lifecycle {
    # AWS fills it in, and older providers wanted to empty it again at every apply.
    ignore_changes = [administration_role_arn]
  }

  depends_on = [aws_iam_role_policy.connection]
}

# IAM is global: one Region will do, and it is the provider's. Each target has an instance of its own, so that
# adding or leaving out a target takes no role away below the others.
resource "aws_cloudformation_stack_set_instance" "members" {
  for_each = toset(var.target_ids)

  stack_set_name = aws_cloudformation_stack_set.members.name
  call_as        = "SELF"
  retain_stack   = false

  deployment_targets {
    organizational_unit_ids = [each.value]
  }

  operation_preferences {
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 100
    concurrency_mode             = "SOFT_FAILURE_TOLERANCE"
    region_concurrency_type      = "PARALLEL"
  }

  timeouts {
    create = "3h"
    update = "3h"
    delete = "3h"
  }
}
""")

_OUTPUTS = _Text("""\
output "role_arn" {
  description = "Paste this into Cloud Entitlements"
  value       = aws_iam_role.connection.arn
}

output "template_version" {
  description = "Which permissions these roles have"
  value       = @{version}
}
""")

_OUTPUT_STACKSET = """\
output "stack_set_id" {
  description = "Makes the member roles"
  value       = aws_cloudformation_stack_set.members.stack_set_id
}
"""


def _quoted(text: str) -> str:
    """A string that means exactly `text`: control characters, quotes and the starts of a template are escaped."""
    escaped = (_ESCAPES.get(one, one if one.isprintable() else f"\\U{ord(one):08x}") for one in text)
    return f'"{_literal("".join(escaped))}"'


def _literal(text: str) -> str:
    """In strings and heredocs alike, `${` and `%{` would start a template."""
    return text.replace("${", "$${").replace("%{", "%%{")
