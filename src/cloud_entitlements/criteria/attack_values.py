"""What actions are worth to an attacker, beyond their access level.

From AWS's own descriptions of the actions, and from the ways of gaining permissions that have been published; dated, and
reviewed with the catalogue. An action that stands in no list is ordinary: 1.
"""

from __future__ import annotations

from dataclasses import dataclass

AS_OF = "2026-11"


@dataclass(frozen=True, slots=True)
class AttackValue:
    value: float
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
        "iam:UpdateAssumeRolePolicy", "iam:UpdateLoginProfile",
    ),
)  # fmt: skip
GIVES_PERMISSIONS_EVERYWHERE = AttackValue(
    5,
    "gives permissions in every account, from the one that administers Identity Center or the organization",
    (
        "identitystore:CreateGroupMembership", "organizations:DeletePolicy", "organizations:DetachPolicy",
        "organizations:DisablePolicyType", "organizations:MoveAccount", "organizations:PutResourcePolicy",
        "organizations:UpdatePolicy",
        "sso-directory:AddMemberToGroup", "sso-directory:UpdatePassword",
        "sso:AttachCustomerManagedPolicyReferenceToPermissionSet", "sso:AttachManagedPolicyToPermissionSet",
        "sso:CreateAccountAssignment", "sso:DeletePermissionsBoundaryFromPermissionSet",
        "sso:PutInlinePolicyToPermissionSet", "sso:PutPermissionsBoundaryToPermissionSet",
    ),
)  # fmt: skip
ACTS_AS_ANOTHER = AttackValue(
    3,
    "acts with the permissions of another identity",
    (
        "apprunner:UpdateService", "autoscaling:UpdateAutoScalingGroup", "batch:SubmitJob",
        "bedrock-agentcore:InvokeCodeInterpreter", "cloudformation:CreateChangeSet",
        "cloudformation:CreateStackInstances", "cloudformation:ExecuteChangeSet", "cloudformation:UpdateStack",
        "cloudformation:UpdateStackSet", "codebuild:StartBuild*", "codebuild:UpdateProject",
        "codepipeline:UpdatePipeline", "cognito-identity:SetIdentityPoolRoles", "datapipeline:PutPipelineDefinition",
        "ec2-instance-connect:SendSerialConsoleSSHPublicKey", "ec2-instance-connect:SendSSHPublicKey",
        "ec2:AssociateIamInstanceProfile", "ec2:CreateLaunchTemplateVersion", "ec2:ModifyInstanceAttribute",
        "ec2:ReplaceIamInstanceProfileAssociation", "ecs:ExecuteCommand", "ecs:RegisterTaskDefinition", "ecs:RunTask",
        "ecs:StartTask", "ecs:UpdateService", "eks:AssociateAccessPolicy", "eks:CreateAccessEntry",
        "eks:CreatePodIdentityAssociation", "eks:UpdateAccessEntry", "eks:UpdateClusterConfig",
        "elasticbeanstalk:UpdateEnvironment", "elasticmapreduce:AddJobFlowSteps", "glue:CreateSession",
        "glue:RunStatement", "glue:UpdateDevEndpoint", "glue:UpdateJob", "iam:AddClientIDToOpenIDConnectProvider",
        "iam:AddRoleToInstanceProfile", "iam:CreateServiceSpecificCredential", "iam:PassRole",
        "iam:ResetServiceSpecificCredential", "iam:UpdateSAMLProvider", "iam:UploadSSHPublicKey",
        "iam:UploadSigningCertificate", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
        "lightsail:DownloadDefaultKeyPair", "lightsail:GetInstanceAccessDetails", "rolesanywhere:CreateProfile",
        "rolesanywhere:CreateTrustAnchor", "rolesanywhere:UpdateProfile", "rolesanywhere:UpdateTrustAnchor",
        "sagemaker:CreateNotebookInstanceLifecycleConfig", "sagemaker:CreatePresignedDomainUrl",
        "sagemaker:CreatePresignedNotebookInstanceUrl", "sagemaker:UpdateNotebookInstanceLifecycleConfig",
        "ssm:CreateAssociation", "ssm:ResumeSession", "ssm:SendCommand", "ssm:StartAutomationExecution",
        "ssm:StartSession", "ssm:UpdateAssociation", "states:UpdateStateMachine", "sts:AssumeRole", "sts:AssumeRoot",
    ),
)  # fmt: skip
READS_CONTENT = AttackValue(
    2,
    "reads content or secrets",
    (
        "appconfig:GetLatestConfiguration", "athena:GetQueryResults", "bedrock-agentcore:GetResourceApiKey",
        "bedrock-agentcore:GetResourceOauth2Token", "cassandra:Select", "codeartifact:GetPackageVersionAsset",
        "codecommit:GetBlob", "codecommit:GetFile", "codecommit:GetFolder", "codecommit:GitPull",
        "cognito-identity:GetCredentialsForIdentity", "dynamodb:BatchGetItem", "dynamodb:ExportTableToPointInTime",
        "dynamodb:GetItem", "dynamodb:GetRecords", "dynamodb:PartiQLSelect", "dynamodb:Query", "dynamodb:Scan",
        "ebs:GetSnapshotBlock", "ec2:GetConsoleOutput", "ec2:GetConsoleScreenshot", "ec2:GetPasswordData",
        "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "elasticmapreduce:GetClusterSessionCredentials",
        "es:ESHttpGet", "glacier:GetJobOutput", "glue:GetConnection", "glue:GetConnections",
        "kafka-cluster:ReadData", "kinesis:GetRecords", "kinesisvideo:GetMedia", "kms:Decrypt", "lambda:GetFunction",
        "lambda:GetLayerVersion", "lightsail:GetRelationalDatabaseMasterUserPassword", "logs:FilterLogEvents",
        "logs:GetLogEvents", "logs:GetLogRecord", "logs:GetQueryResults", "logs:StartLiveTail", "logs:Unmask",
        "rds-data:ExecuteSql", "rds-data:ExecuteStatement", "rds-db:connect", "rds:DownloadCompleteDBLogFile",
        "rds:DownloadDBLogFilePortion", "redshift-data:ExecuteStatement", "redshift-data:GetStatementResult",
        "redshift-serverless:GetCredentials", "redshift:GetClusterCredentials*", "s3:GetObject",
        "s3:GetObjectVersion", "secretsmanager:BatchGetSecretValue",
        "secretsmanager:GetSecretValue", "sqs:ReceiveMessage", "ssm:GetParameter", "ssm:GetParameterHistory",
        "ssm:GetParameters", "ssm:GetParametersByPath", "timestream:Select",
    ),
)  # fmt: skip
EXPOSES = AttackValue(
    2,
    "opens a resource to others",
    (
        "acm-pca:PutPolicy", "apigateway:UpdateRestApiPolicy", "backup:PutBackupVaultAccessPolicy",
        "codeartifact:PutDomainPermissionsPolicy", "codeartifact:PutRepositoryPermissionsPolicy",
        "dynamodb:PutResourcePolicy", "ec2:AuthorizeSecurityGroupIngress", "ec2:DisableImageBlockPublicAccess",
        "ec2:DisableSnapshotBlockPublicAccess", "ec2:ModifyImageAttribute", "ec2:ModifySecurityGroupRules",
        "ec2:ModifySnapshotAttribute", "ecr:SetRepositoryPolicy", "elasticfilesystem:DeleteFileSystemPolicy",
        "elasticfilesystem:PutFileSystemPolicy", "events:PutPermission", "glacier:SetVaultAccessPolicy",
        "kinesis:PutResourcePolicy", "kms:CreateGrant", "kms:PutKeyPolicy", "lambda:AddLayerVersionPermission",
        "lambda:AddPermission", "lambda:CreateFunctionUrlConfig", "lambda:UpdateFunctionUrlConfig",
        "logs:PutSubscriptionFilter", "ram:AssociateResourceShare", "ram:CreateResourceShare",
        "rds:ModifyDBClusterSnapshotAttribute", "rds:ModifyDBInstance", "rds:ModifyDBSnapshotAttribute",
        "redshift:AuthorizeSnapshotAccess", "s3:DeleteBucketPolicy", "s3:PutAccessPointPolicy",
        "s3:PutAccountPublicAccessBlock", "s3:PutBucketAcl", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock",
        "s3:PutObjectAcl", "s3:PutReplicationConfiguration", "secretsmanager:PutResourcePolicy", "sns:AddPermission",
        "sns:SetTopicAttributes", "sqs:AddPermission", "sqs:SetQueueAttributes", "ssm:ModifyDocumentPermission",
    ),
)  # fmt: skip
DESTROYS = AttackValue(
    2,
    "destroys data, or what would restore it",
    (
        "account:CloseAccount", "backup:DeleteBackupPlan", "backup:DeleteBackupVault",
        "backup:DeleteBackupVaultLockConfiguration", "backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle",
        "cloudformation:DeleteStack", "cloudformation:DeleteStackSet", "codecommit:DeleteRepository",
        "dynamodb:DeleteBackup", "dynamodb:DeleteTable", "ec2:DeleteSnapshot", "ec2:DeleteVolume",
        "ec2:DeregisterImage", "ec2:TerminateInstances", "ecr:DeleteRepository", "eks:DeleteCluster",
        "elasticache:DeleteReplicationGroup", "elasticfilesystem:DeleteFileSystem", "es:DeleteDomain",
        "fsx:DeleteFileSystem", "glacier:DeleteArchive", "kms:DeleteImportedKeyMaterial", "kms:DisableKey",
        "kms:ScheduleKeyDeletion", "organizations:CloseAccount", "rds:DeleteDBCluster",
        "rds:DeleteDBClusterSnapshot", "rds:DeleteDBInstance", "rds:DeleteDBInstanceAutomatedBackup",
        "rds:DeleteDBSnapshot", "redshift:DeleteCluster", "redshift:DeleteClusterSnapshot",
        "route53:ChangeResourceRecordSets", "route53:DeleteHostedZone", "s3:BypassGovernanceRetention",
        "s3:DeleteBucket", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "secretsmanager:DeleteSecret",
    ),
)  # fmt: skip
BLINDS = AttackValue(
    2,
    "stops what would show an attack",
    (
        "access-analyzer:DeleteAnalyzer", "cloudtrail:DeleteEventDataStore", "cloudtrail:DeleteTrail",
        "cloudtrail:PutEventSelectors", "cloudtrail:StopEventDataStoreIngestion", "cloudtrail:StopLogging",
        "cloudtrail:UpdateEventDataStore", "cloudtrail:UpdateTrail", "cloudwatch:DeleteAlarms",
        "cloudwatch:DisableAlarmActions", "config:DeleteConfigRule", "config:DeleteConfigurationRecorder",
        "config:DeleteDeliveryChannel", "config:PutConfigurationRecorder", "config:StopConfigurationRecorder",
        "detective:DeleteGraph", "ec2:DeleteFlowLogs", "events:DeleteRule", "events:DisableRule",
        "guardduty:CreateFilter", "guardduty:DeleteDetector", "guardduty:DeleteMembers",
        "guardduty:DisassociateFromAdministratorAccount", "guardduty:DisassociateMembers",
        "guardduty:StopMonitoringMembers", "guardduty:UpdateDetector", "iam:DeactivateMFADevice",
        "inspector2:Disable", "logs:DeleteLogGroup", "logs:DeleteLogStream",         "macie2:DisableMacie", "organizations:LeaveOrganization", "organizations:RemoveAccountFromOrganization",
        "route53resolver:DeleteResolverQueryLogConfig", "s3:PutBucketLogging",
        "securityhub:BatchDisableStandards", "securityhub:DisableSecurityHub",
        "securityhub:DisassociateFromAdministratorAccount", "wafv2:DeleteLoggingConfiguration", "wafv2:DeleteWebACL",
        "wafv2:DisassociateWebACL",
    ),
)  # fmt: skip
REPORTS = AttackValue(
    0.5,
    "writes measurements and logs, or what an agent of AWS says to its service",
    (
        "cloudwatch:PutMetricData", "ec2messages:*", "logs:CreateLogGroup", "logs:CreateLogStream",
        "logs:PutLogEvents", "ssm:PutComplianceItems", "ssm:PutInventory", "ssm:UpdateAssociationStatus",
        "ssm:UpdateInstanceAssociationStatus",
        "ssm:UpdateInstanceInformation", "ssmmessages:*", "xray:PutTelemetryRecords", "xray:PutTraceSegments",
    ),
)  # fmt: skip
ATTACK_VALUES = (
    GIVES_PERMISSIONS,
    GIVES_PERMISSIONS_EVERYWHERE,
    ACTS_AS_ANOTHER,
    READS_CONTENT,
    EXPOSES,
    DESTROYS,
    BLINDS,
    REPORTS,
)
"""The gravest first: an action counts by the first list that it stands in."""
