"""Roles that are passed to a service, and what then starts code with them: together they give a role's permissions.

`iam:PassRole` alone does nothing: an action of the service must take the role, and whoever calls it must choose what
runs. From AWS's documentation of the actions, and from published ways of gaining permissions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from cloud_entitlements.access import Organization
from cloud_entitlements.access.index.giving import Giving
from cloud_entitlements.criteria.levels import actions
from cloud_entitlements.criteria.subject import Reach, statements
from cloud_entitlements.policy.condition import strings
from cloud_entitlements.policy.document import Condition, Statement
from cloud_entitlements.policy.pattern import text_pattern

AS_OF = "2026-11"
ANY_SERVICE = "*"


@dataclass(frozen=True, slots=True)
class Starter:
    """Actions that make a service run what the caller chose, as a role that the caller passed to it."""

    service: str
    """The principal that the role must trust, and that `iam:PassedToService` names."""
    actions: tuple[str, ...]


STARTERS = (
    Starter("ec2.amazonaws.com", ("ec2:RunInstances", "ec2:RequestSpotInstances", "autoscaling:CreateLaunchConfiguration",
            "imagebuilder:CreateInfrastructureConfiguration", "eks:CreateNodegroup")),
    Starter("lambda.amazonaws.com", ("lambda:CreateFunction", "lambda:UpdateFunctionConfiguration",
            "synthetics:CreateCanary")),
    Starter("ecs-tasks.amazonaws.com", ("ecs:RegisterTaskDefinition", "ecs:RunTask", "ecs:StartTask",
            "batch:RegisterJobDefinition")),
    Starter("cloudformation.amazonaws.com", ("cloudformation:CreateStack", "cloudformation:UpdateStack",
            "cloudformation:CreateChangeSet")),
    Starter("glue.amazonaws.com", ("glue:CreateJob", "glue:UpdateJob", "glue:CreateDevEndpoint", "glue:CreateSession")),
    Starter("sagemaker.amazonaws.com", ("sagemaker:CreateNotebookInstance", "sagemaker:CreateTrainingJob",
            "sagemaker:CreateProcessingJob", "sagemaker:CreateHyperParameterTuningJob", "sagemaker:CreateModel",
            "sagemaker:CreateUserProfile", "sagemaker:UpdateNotebookInstance")),
    Starter("codebuild.amazonaws.com", ("codebuild:CreateProject", "codebuild:UpdateProject")),
    Starter("codepipeline.amazonaws.com", ("codepipeline:CreatePipeline", "codepipeline:UpdatePipeline")),
    Starter("datapipeline.amazonaws.com", ("datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition")),
    Starter("elasticmapreduce.amazonaws.com", ("elasticmapreduce:RunJobFlow",)),
    Starter("emr-serverless.amazonaws.com", ("emr-serverless:StartJobRun",)),
    Starter("states.amazonaws.com", ("states:CreateStateMachine", "states:UpdateStateMachine")),
    Starter("scheduler.amazonaws.com", ("scheduler:CreateSchedule", "scheduler:UpdateSchedule")),
    Starter("ssm.amazonaws.com", ("ssm:StartAutomationExecution",)),
    Starter("pods.eks.amazonaws.com", ("eks:CreatePodIdentityAssociation",)),
    Starter("tasks.apprunner.amazonaws.com", ("apprunner:CreateService", "apprunner:UpdateService")),
    Starter("airflow.amazonaws.com", ("airflow:CreateEnvironment", "airflow:UpdateEnvironment")),
    Starter("bedrock-agentcore.amazonaws.com", ("bedrock-agentcore:CreateCodeInterpreter",
            "bedrock-agentcore:CreateAgentRuntime")),
    Starter("amplify.amazonaws.com", ("amplify:CreateApp",)),
    Starter("gamelift.amazonaws.com", ("gamelift:CreateFleet",)),
    Starter("kinesisanalytics.amazonaws.com", ("kinesisanalytics:CreateApplication",)),
)  # fmt: skip


@lru_cache(1)
def pass_role() -> int:
    return actions("iam:PassRole")


def starter_of(reach: Reach) -> str:
    """An action that starts code as any role that is passed, `lambda:CreateFunction`; empty: it has none."""
    if not reach.broad & pass_role():
        return ""
    takers = (one for one in STARTERS if any(map(_takes(one.service), reach.passes_roles_to)))
    return next((name for one in takers for name in one.actions if actions(name) & reach.possible), "")


def _takes(service: str) -> Callable[[str], bool]:
    """In China some of its services have another end."""
    return lambda pattern: any(map(text_pattern(pattern), (service, f"{service}.cn")))


def passed_to(grants: Iterable[Giving], organization: Organization) -> tuple[str, ...]:
    """The services that statements let roles be passed to: patterns, sorted."""
    found = {
        pattern
        for grant in grants
        for one in statements(organization, grant.document) or ()
        if one.number == grant.statement
        for pattern in _services_in(one)
    }
    return (ANY_SERVICE,) if ANY_SERVICE in found else tuple(sorted(found))


def _services_in(statement: Statement) -> Iterator[str]:
    """A condition on `iam:PassedToService` names them; one that says which they are not leaves the others."""
    for one in statement.conditions:
        if one.key.lower() == "iam:passedtoservice" and _names_values(one):
            yield from one.values
            return
    yield ANY_SERVICE


def _names_values(condition: Condition) -> bool:
    families = (strings.EQUALS, strings.EQUALS_IGNORE_CASE, strings.LIKE)
    return condition.operator.family in families and not condition.operator.negated
