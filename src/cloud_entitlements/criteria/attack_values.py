"""What actions are worth to an attacker, beyond their access level.

From AWS's own descriptions of the actions, and from the ways of gaining permissions that have been published; dated, and
reviewed with the catalogue. An action that stands in no list is ordinary: 1.
"""

from __future__ import annotations

from dataclasses import dataclass

AS_OF = "2026-11"


@dataclass(frozen=True, slots=True)
class AttackValue:
    value: int
    what: str
    """In the words of an explanation: `iam:PutRolePolicy …, which …`."""
    actions: tuple[str, ...]
    """May have wildcards."""


GIVES_PERMISSIONS = AttackValue(
    5,
    "gives permissions, its holder's own included",
    (
        "iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:AttachUserPolicy",
        "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreatePolicyVersion", "iam:DeleteRolePermissionsBoundary",
        "iam:DeleteRolePolicy", "iam:DeleteUserPermissionsBoundary", "iam:DeleteUserPolicy", "iam:DetachRolePolicy",
        "iam:DetachUserPolicy", "iam:PutGroupPolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
        "iam:PutUserPermissionsBoundary", "iam:PutUserPolicy", "iam:SetDefaultPolicyVersion",
        "iam:UpdateAssumeRolePolicy", "iam:UpdateLoginProfile", "identitystore:CreateGroupMembership",
        "organizations:DeletePolicy", "organizations:DetachPolicy", "organizations:DisablePolicyType",
        "organizations:UpdatePolicy", "sso:AttachCustomerManagedPolicyReferenceToPermissionSet",
        "sso:AttachManagedPolicyToPermissionSet", "sso:CreateAccountAssignment",
        "sso:DeletePermissionsBoundaryFromPermissionSet", "sso:PutInlinePolicyToPermissionSet",
    ),
)  # fmt: skip
ACTS_AS_ANOTHER = AttackValue(
    3,
    "acts with the permissions of another identity",
    (
        "cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet", "cloudformation:UpdateStack",
        "codebuild:StartBuild*", "codebuild:UpdateProject", "codestar:CreateProject", "datapipeline:PutPipelineDefinition",
        "ec2-instance-connect:SendSSHPublicKey", "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
        "ec2:AssociateIamInstanceProfile", "ec2:ModifyInstanceAttribute", "ec2:ReplaceIamInstanceProfileAssociation",
        "ecs:ExecuteCommand", "ecs:RegisterTaskDefinition", "ecs:RunTask", "ecs:StartTask", "ecs:UpdateService",
        "eks:AssociateAccessPolicy", "eks:CreateAccessEntry", "glue:UpdateDevEndpoint", "glue:UpdateJob",
        "iam:AddRoleToInstanceProfile", "iam:PassRole", "iam:UpdateSAMLProvider",
        "iam:AddClientIDToOpenIDConnectProvider", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
        "sagemaker:CreatePresignedDomainUrl", "sagemaker:CreatePresignedNotebookInstanceUrl", "ssm:SendCommand",
        "ssm:StartAutomationExecution", "ssm:StartSession", "states:UpdateStateMachine", "sts:AssumeRole",
    ),
)  # fmt: skip
READS_CONTENT = AttackValue(
    2,
    "reads content or secrets",
    (
        "athena:GetQueryResults", "codecommit:GitPull", "cognito-identity:GetCredentialsForIdentity",
        "dynamodb:BatchGetItem", "dynamodb:ExportTableToPointInTime", "dynamodb:GetItem", "dynamodb:GetRecords",
        "dynamodb:PartiQLSelect", "dynamodb:Query", "dynamodb:Scan", "ebs:GetSnapshotBlock", "ec2:GetPasswordData",
        "ecr:BatchGetImage", "es:ESHttpGet", "kinesis:GetRecords", "kms:Decrypt", "lambda:GetFunction",
        "logs:FilterLogEvents", "logs:GetLogEvents", "rds-data:ExecuteStatement", "rds:DownloadCompleteDBLogFile",
        "rds:DownloadDBLogFilePortion", "redshift-data:ExecuteStatement", "redshift:GetClusterCredentials*",
        "s3:GetObject", "s3:GetObjectVersion", "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue",
        "sqs:ReceiveMessage", "ssm:GetParameter", "ssm:GetParameterHistory", "ssm:GetParameters",
        "ssm:GetParametersByPath",
    ),
)  # fmt: skip
EXPOSES = AttackValue(
    2,
    "opens a resource to others",
    (
        "backup:PutBackupVaultAccessPolicy", "ec2:ModifyImageAttribute", "ec2:ModifySnapshotAttribute",
        "ecr:SetRepositoryPolicy", "kms:CreateGrant", "kms:PutKeyPolicy", "lambda:AddPermission",
        "lambda:CreateFunctionUrlConfig", "rds:ModifyDBClusterSnapshotAttribute", "rds:ModifyDBSnapshotAttribute",
        "s3:PutAccountPublicAccessBlock", "s3:PutBucketAcl", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock",
        "s3:PutObjectAcl", "secretsmanager:PutResourcePolicy", "sns:AddPermission", "sns:SetTopicAttributes",
        "sqs:AddPermission", "sqs:SetQueueAttributes",
    ),
)  # fmt: skip
DESTROYS = AttackValue(
    2,
    "destroys data, or what would restore it",
    (
        "backup:DeleteBackupVault", "backup:DeleteRecoveryPoint", "cloudformation:DeleteStack", "dynamodb:DeleteBackup",
        "dynamodb:DeleteTable", "ec2:DeleteSnapshot", "ec2:DeleteVolume", "ec2:TerminateInstances",
        "elasticfilesystem:DeleteFileSystem", "kms:DisableKey", "kms:ScheduleKeyDeletion", "rds:DeleteDBCluster",
        "rds:DeleteDBInstance", "rds:DeleteDBSnapshot", "redshift:DeleteCluster", "s3:DeleteBucket", "s3:DeleteObject",
        "s3:DeleteObjectVersion", "s3:PutLifecycleConfiguration", "secretsmanager:DeleteSecret",
    ),
)  # fmt: skip
BLINDS = AttackValue(
    2,
    "stops what would show an attack",
    (
        "access-analyzer:DeleteAnalyzer", "cloudtrail:DeleteEventDataStore", "cloudtrail:DeleteTrail",
        "cloudtrail:PutEventSelectors", "cloudtrail:StopLogging", "cloudtrail:UpdateTrail", "cloudwatch:DeleteAlarms",
        "config:DeleteConfigurationRecorder", "config:StopConfigurationRecorder", "ec2:DeleteFlowLogs",
        "guardduty:DeleteDetector", "guardduty:DisassociateFromAdministratorAccount", "guardduty:UpdateDetector",
        "logs:DeleteLogGroup", "logs:DeleteLogStream", "organizations:LeaveOrganization",
        "securityhub:DisableSecurityHub",
    ),
)  # fmt: skip
ATTACK_VALUES = (GIVES_PERMISSIONS, ACTS_AS_ANOTHER, READS_CONTENT, EXPOSES, DESTROYS, BLINDS)
"""The gravest first: an action counts by the first list that it stands in."""
