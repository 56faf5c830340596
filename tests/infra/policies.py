"""Who may do what, by the templates themselves: the policies, the table of questions, and the asking.

The answers come from a maintained evaluator, @cloud-copilot/iam-simulate, which also says which condition keys AWS
does not offer for an action: a Deny on such a key would never take effect. It is run as a process (evaluate.mjs).
"""

import copy
import json
import os
import pathlib
import subprocess

from template import EXTERNAL_ID, HUB, ORGANIZATION, OTHER, REGION, SPOKE, Template, document

HERE = pathlib.Path(__file__).parent
KEY = f"arn:aws:kms:{REGION}:{SPOKE}:key/11111111-2222-3333-4444-555555555555"
# The key that AWS manages for EBS, `aws/ebs`, and the part of its policy that everybody's has.
MANAGED_KEY = KEY.replace("11111111", "aaaaaaaa")
MANAGED = {"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"AWS": "*"}, "Resource": "*",
    "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"],
    "Condition": {"StringEquals": {"kms:CallerAccount": SPOKE, "kms:ViaService": f"ec2.{REGION}.amazonaws.com"}},
}]}  # fmt: skip
# A key of one's own, with which a secret, a topic or a parameter of the hub is encrypted.
HUB_KEY = KEY.replace(SPOKE, HUB)
# The key of the record, the logs, the queues and the topic, and that of the log archive.
OWN_KEY = HUB_KEY.replace("key/11111111", "key/bbbbbbbb")
ARCHIVE_KEY = KEY.replace(SPOKE, OTHER)
ARCHIVE = {"ArchiveBucket": "example-log-archive", "ArchiveAccount": OTHER, "ArchiveKmsKeyArn": ARCHIVE_KEY}
SECRET = f"arn:aws:secretsmanager:{REGION}:{HUB}:secret:slack-AbCdEf"
ADMINISTRATOR = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def documents():
    """Every policy of the templates, everything optional included: {(template, resource, policy): document}."""
    spoke = Template("spoke", Acting="yes", Databases="yes", Services="yes", KmsKeys=f"arn:aws:kms:*:{SPOKE}:key/*", ReadingPrincipals=ROLE(HUB, "people/*"))
    hub = Template("hub", Events="yes", Bill="yes", AnomalyTopic=ANOMALIES, SecretArns=SECRET, KmsKeys=HUB_KEY, KmsKeyArn=OWN_KEY, **ARCHIVE)
    events, parts = Template("spoke-events"), Template("fan-out", KmsKeyArn=OWN_KEY)
    plain = Template("spoke", Acting="yes")
    starting = Template("spoke", Acting="yes", StartAtOpening="yes")
    found = {("spoke-no-keys", role, policy): text for role in ("Actor", "Reader") for policy, text in plain.policies(role).items()}
    found |= {("spoke-starting", "Actor", policy): text for policy, text in starting.policies("Actor").items()}
    for name, template in {"spoke": spoke, "hub": hub, "spoke-events": events, "fan-out": parts}.items():
        for key, one in template.resources.items():
            properties = one["Properties"]
            if one["Type"] == "AWS::IAM::Role":
                found[name, key, "trust"] = template.trust(key)
                found |= {(name, key, policy): text for policy, text in template.policies(key).items()}
            elif "PolicyDocument" in properties and one["Type"] != "AWS::IAM::RolePolicy":
                found[name, key, "resource"] = document(properties["PolicyDocument"])
            elif one["Type"] == "AWS::Events::EventBusPolicy":
                found[name, key, "resource"] = {"Version": "2012-10-17", "Statement": [properties["Statement"]]}
    return found


DATABASE = f"arn:aws:rds:{REGION}:{SPOKE}:db:orders"
CLUSTER = f"arn:aws:rds:{REGION}:{SPOKE}:cluster:orders"
SERVICE = f"arn:aws:ecs:{REGION}:{SPOKE}:service/shop/web"
SCALABLE = f"arn:aws:application-autoscaling:{REGION}:{SPOKE}:scalable-target/0ec5"
OF_ECS = {"application-autoscaling:service-namespace": "ecs", "application-autoscaling:scalable-dimension": "ecs:service:DesiredCount"}
SNAPSHOT = f"arn:aws:rds:{REGION}:{SPOKE}:snapshot:orders"
INSTANCE = f"arn:aws:ec2:{REGION}:{SPOKE}:instance/i-0123456789abcdef0"
LICENCE = f"arn:aws:license-manager:{REGION}:{SPOKE}:license-configuration:lic-0123456789abcdef0123456789abcdef"
HOST_GROUP = f"arn:aws:resource-groups:{REGION}:{SPOKE}:group/hosts"
VOLUME = f"arn:aws:ec2:{REGION}:{SPOKE}:volume/vol-0123456789abcdef0"
ROLE = "arn:aws:iam::{}:role/{}".format
RECORD = f"arn:aws:s3:::idle-reaper-{HUB}-{REGION}"
PARAMETER = f"arn:aws:ssm:{REGION}:{HUB}:parameter".__add__
TOPIC = f"arn:aws:sns:{REGION}:{HUB}:".__add__
FUNCTION = f"arn:aws:lambda:{REGION}:{HUB}:function:idle-reaper"
QUEUE = f"arn:aws:sqs:{REGION}:{HUB}:idle-reaper-failures"
RULE = f"arn:aws:events:{REGION}:{HUB}:rule/idle-reaper/Forwarded"
ANOMALIES = "arn:aws:sns:us-east-1:999999999999:anomalies"
EVENTS_QUEUE = f"arn:aws:sqs:{REGION}:{HUB}:idle-reaper-events"
LOGS = f"arn:aws:logs:{REGION}:{HUB}:log-group:/aws/lambda/idle-reaper:log-stream:2026"
MACHINE = f"arn:aws:states:{REGION}:{HUB}:stateMachine:idle-reaper"
EXECUTIONS = [f"arn:aws:states:{REGION}:{HUB}:execution:idle-reaper{label}:20261125" for label in ("", "/Look")]
BUS = f"arn:aws:events:{REGION}:{HUB}:event-bus/idle-reaper"

# Who asks: role's ARN, its policies by template and resource.
HUB_ROLE = ROLE(HUB, "idle-reaper-hub")
WHO = {
    "reader": (ROLE(SPOKE, "IdleReaperRead"), ("spoke", "Reader")),
    "reader-no-databases": (ROLE(SPOKE, "IdleReaperRead"), ("spoke-no-keys", "Reader")),
    "actor": (ROLE(SPOKE, "IdleReaperAct"), ("spoke", "Actor")),
    # Where `KmsKeys` names no key, as by default.
    "actor-no-keys": (ROLE(SPOKE, "IdleReaperAct"), ("spoke-no-keys", "Actor")),
    "actor-no-databases": (ROLE(SPOKE, "IdleReaperAct"), ("spoke-no-keys", "Actor")),
    # Where `StartAtOpening` is `yes`.
    "starter": (ROLE(SPOKE, "IdleReaperAct"), ("spoke-starting", "Actor")),
    "hub": (HUB_ROLE, ("hub", "FunctionRole")),
    "schedule": (ROLE(HUB, "schedule"), ("hub", "ScheduleRole")),
    "archiver": (ROLE(HUB, "archiver"), ("hub", "ArchiveRole")),
    "machine": (ROLE(HUB, "machine"), ("fan-out", "MachineRole")),
    "parts-schedule": (ROLE(HUB, "parts-schedule"), ("fan-out", "ScheduleRole")),
    "forwarder": (ROLE(SPOKE, "forwarder"), ("spoke-events", "Role")),
    # Everybody else is an administrator of an account.
    "hub-admin": (ROLE(HUB, "Admin"), None),
    "person": (ROLE(HUB, "people/FinOps"), None),
    "spoke-admin": (ROLE(SPOKE, "Admin"), None),
    "stranger": (ROLE(OTHER, "Admin"), None),
    # A role of the hub's name, in somebody else's account.
    "impostor": (ROLE(OTHER, "idle-reaper-hub"), None),
}
SERVICES = ("lambda", "scheduler", "events", "cloudwatch", "ec2", "s3", "states")
OURS = {"aws:PrincipalOrgID": ORGANIZATION, "aws:SecureTransport": "true"}


def tags(**given):
    """Tags of the instance, `_` for everything that is not a letter: keep → idle-reaper:keep."""
    return {f"aws:ResourceTag/idle-reaper:{key.replace('_', '-')}": value for key, value in given.items()}


def keys(*names):
    return {"aws:TagKeys": list(names)} | {f"aws:RequestTag/{name}": "x" for name in names}


def via(service):
    return {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}


# An object of the log archive: its bucket's policy lets the hub's account copy into it.
ARCHIVED, ELSEWHERE = "arn:aws:s3:::example-log-archive/record/acts/1.jsonl", {"aws:ResourceAccount": OTHER}
OPEN_KEY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HUB}:root"}, "Action": "kms:*", "Resource": "*"}]}
OPEN = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HUB}:root"}, "Action": "s3:*", "Resource": "*"}]}
STOPPED, MARKED, LAUNCHED = (f"idle-reaper:{name}" for name in ("stopped", "marked", "launched-by"))
MEMBER = {"aws:ResourceTag/aws:autoscaling:groupName": "shop"}
GRANT = {"kms:GrantIsForAWSResource": "true", "kms:ViaService": f"ec2.{REGION}.amazonaws.com", "kms:GrantOperations": ["Decrypt"]}
# What KMS says of a request to a key of this account, beside what EC2 asks for.
TO_KEY = {"kms:CallerAccount": SPOKE}
ENTERING = {"sts:ExternalId": EXTERNAL_ID, "sts:RoleSessionName": "idle-reaper-20261125T123000Z", "aws:ResourceOrgID": ORGANIZATION}

YES, NO = True, False
# who ("+admin": somebody attached AdministratorAccess to the role, so that only its Denies hold; "+allows": only its
# Allows, which have to be narrow by themselves), action, resource, context, allowed
TABLE = [
    # --- the acting role: instances, and of those not the kept ones -------------------------------------------
    ("actor", "ec2:StopInstances", INSTANCE, {}, YES),
    ("actor", "ec2:StopInstances", INSTANCE, tags(marked="x", stopped="y"), YES),
    ("actor", "ec2:StopInstances", INSTANCE, tags(keep_until="2026-12-31", schedule="always"), YES),
    ("actor", "ec2:StopInstances", INSTANCE, tags(keep=""), NO),
    ("actor", "ec2:StopInstances", INSTANCE, tags(keep="false"), NO),
    ("actor", "ec2:StopInstances", INSTANCE, {"aws:ResourceTag/Idle-Reaper:KEEP": "yes"}, NO),
    ("actor", "ec2:StopInstances", INSTANCE, MEMBER, NO),
    ("actor", "ec2:StopInstances", INSTANCE.replace(SPOKE, OTHER), {}, NO),
    ("actor+admin", "ec2:StopInstances", INSTANCE, tags(keep=""), NO),
    ("actor+admin", "ec2:StopInstances", INSTANCE, MEMBER, NO),
    ("actor", "ec2:StartInstances", INSTANCE, tags(stopped="x"), YES),
    ("actor", "ec2:StartInstances", INSTANCE, {}, NO),
    ("actor", "ec2:StartInstances", INSTANCE, tags(marked="x"), NO),
    # `keep` means never stopped: what the reaper stopped before its team kept it is still started.
    ("actor", "ec2:StartInstances", INSTANCE, tags(stopped="x", keep=""), YES),
    ("actor", "ec2:StartInstances", INSTANCE, tags(stopped="x", keep="", keep_until="2026-12-31"), YES),
    ("actor", "ec2:StartInstances", INSTANCE, tags(keep=""), NO),
    ("actor+admin", "ec2:StartInstances", INSTANCE, tags(keep=""), NO),
    ("actor+admin", "ec2:StartInstances", INSTANCE, {}, NO),
    # With `StartAtOpening`, what others stopped and nobody keeps.
    *[(who, "ec2:StartInstances", INSTANCE, context, allowed) for who in ("starter", "starter+admin") for context, allowed in [
        ({}, YES), (tags(marked="x"), YES), (tags(stopped="x"), YES), (tags(stopped="x", keep=""), YES),
        (tags(keep=""), NO), (tags(keep="", marked="x"), NO), ({"aws:ResourceTag/Idle-Reaper:KEEP": "yes"}, NO)]],
    ("starter", "ec2:StartInstances", INSTANCE.replace(SPOKE, OTHER), {}, NO),
    ("starter+allows", "ec2:StartInstances", INSTANCE, tags(keep=""), NO),
    *[(who, action, place, context, NO) for who in ("starter", "starter+admin") for action, place, context in [
        ("ec2:StopInstances", INSTANCE, tags(keep="")), ("ec2:TerminateInstances", INSTANCE, {}), ("rds:StartDBInstance", DATABASE, {})]],
    # --- its tags ---------------------------------------------------------------------------------------------
    *[(who, f"ec2:{verb}Tags", INSTANCE, keys(*names), YES)
      for who in ("actor", "actor+admin") for verb in ("Create", "Delete")
      for names in [(STOPPED,), (MARKED,), (LAUNCHED,), (STOPPED, MARKED)]],
    *[(who, f"ec2:{verb}Tags", INSTANCE, keys(*names), NO)
      for who in ("actor", "actor+admin") for verb in ("Create", "Delete")
      for names in [("idle-reaper:keep",), ("idle-reaper:keep-until",), ("idle-reaper:schedule",), ("Idle-Reaper:Keep",),
                    ("IDLE-REAPER:STOPPED",), ("Name",), ("Env",), (STOPPED, "idle-reaper:keep"), (STOPPED, "Name")]],
    # DeleteTags without keys takes away every tag.
    *[(who, f"ec2:{verb}Tags", INSTANCE, {}, NO) for who in ("actor", "actor+admin") for verb in ("Create", "Delete")],
    *[(who, f"ec2:{verb}Tags", VOLUME, keys(STOPPED), NO) for who in ("actor", "actor+admin") for verb in ("Create", "Delete")],
    ("actor+allows", "ec2:StartInstances", INSTANCE, {}, NO),
    ("actor+allows", "ec2:CreateTags", INSTANCE, {}, NO),
    ("actor+allows", "ec2:CreateTags", INSTANCE, keys(STOPPED, "idle-reaper:keep"), NO),
    # --- databases, by the same rules ---------------------------------------------------------------------------
    *[row for of, noun in ((DATABASE, "Instance"), (CLUSTER, "Cluster")) for stop, start in [(f"rds:StopDB{noun}", f"rds:StartDB{noun}")] for row in [
        ("actor", stop, of, {}, YES),
        ("actor", stop, of, tags(marked="x", stopped="y"), YES),
        *[(who, stop, of, tags(keep=value), NO) for who in ("actor", "actor+admin") for value in ("", "false")],
        ("actor", stop, of, {"aws:ResourceTag/Idle-Reaper:KEEP": "yes"}, NO),
        ("actor", stop, of.replace(SPOKE, OTHER), {}, NO),
        ("actor", start, of, tags(stopped="x"), YES),
        ("actor", start, of, tags(stopped="x", keep=""), YES),
        *[(who, start, of, context, NO) for who in ("actor", "actor+admin", "actor+allows") for context in ({}, tags(marked="x"), tags(keep=""))],
        ("actor", start, of.replace(SPOKE, OTHER), tags(stopped="x"), NO),
        *[(who, f"rds:{verb}", of, keys(*names), YES)
          for who in ("actor", "actor+admin") for verb in ("AddTagsToResource", "RemoveTagsFromResource")
          for names in [(STOPPED,), (MARKED,), (LAUNCHED,), (STOPPED, MARKED)]],
        *[(who, f"rds:{verb}", of, keys(*names), NO)
          for who in ("actor", "actor+admin") for verb in ("AddTagsToResource", "RemoveTagsFromResource")
          for names in [("idle-reaper:keep",), ("idle-reaper:keep-until",), ("idle-reaper:schedule",), ("Name",), (STOPPED, "Name")]],
        *[(who, f"rds:{verb}", of, {}, NO)
          for who in ("actor", "actor+admin", "actor+allows") for verb in ("AddTagsToResource", "RemoveTagsFromResource")],
        ("actor+allows", "rds:AddTagsToResource", of, keys(STOPPED, "idle-reaper:keep"), NO),
        # Without `Databases`, whatever somebody attaches to the role.
        *[(who, action, of, context, NO) for who in ("actor-no-databases", "actor-no-databases+admin")
          for action, context in [(stop, {}), (start, tags(stopped="x")), ("rds:AddTagsToResource", keys(STOPPED))]],
        *[(who, action, of, context, NO) for who in ("reader", "reader+admin")
          for action, context in [(stop, {}), (start, tags(stopped="x")), ("rds:AddTagsToResource", keys(STOPPED))]]]],
    *[(who, f"rds:{verb}", SNAPSHOT, keys(STOPPED), NO)
      for who in ("actor", "actor+admin") for verb in ("AddTagsToResource", "RemoveTagsFromResource")],
    # --- services: UpdateService stops and starts, so it is bound to the tag of a stop, which a kept one never gets ----
    ("actor", "ecs:UpdateService", SERVICE, tags(stopped="x"), YES),
    ("actor", "ecs:UpdateService", SERVICE, tags(stopped="x", keep=""), YES),
    *[(who, "ecs:UpdateService", SERVICE, context, NO) for who in ("actor", "actor+admin", "actor+allows") for context in ({}, tags(keep=""), tags(marked="x"))],
    ("actor", "ecs:UpdateService", SERVICE.replace(SPOKE, OTHER), tags(stopped="x"), NO),
    *[("actor", f"ecs:{verb}", SERVICE, keys(STOPPED), YES) for verb in ("TagResource", "UntagResource")],
    *[(who, "ecs:TagResource", SERVICE, keys(STOPPED) | tags(keep=value), NO) for who in ("actor", "actor+admin") for value in ("", "false")],
    ("actor", "ecs:UntagResource", SERVICE, keys(STOPPED) | tags(keep=""), YES),
    *[(who, f"ecs:{verb}", SERVICE, keys(*names), NO)
      for who in ("actor", "actor+admin") for verb in ("TagResource", "UntagResource")
      for names in [("idle-reaper:keep",), ("idle-reaper:schedule",), ("Name",), (STOPPED, "Name")]],
    *[(who, f"ecs:{verb}", SERVICE, {}, NO) for who in ("actor", "actor+admin", "actor+allows") for verb in ("TagResource", "UntagResource")],
    ("actor", "application-autoscaling:RegisterScalableTarget", SCALABLE, OF_ECS, YES),
    ("actor", "application-autoscaling:RegisterScalableTarget", SCALABLE, OF_ECS | {"application-autoscaling:service-namespace": "dynamodb"}, NO),
    ("actor", "application-autoscaling:RegisterScalableTarget", SCALABLE, OF_ECS | {"application-autoscaling:scalable-dimension": "ecs:other"}, NO),
    # What Application Auto Scaling checks before it changes a scalable target, beside UpdateService.
    *[row for action, of in [("ecs:DescribeServices", SERVICE), ("cloudwatch:DescribeAlarms", "*")] for row in [
        ("actor", action, of, {}, YES), ("actor-no-databases", action, of, {}, NO), ("actor-no-databases+admin", action, of, {}, NO)]],
    *[(who, f"cloudwatch:{verb}", "*", {}, NO) for who in ("actor", "actor+admin") for verb in ("DeleteAlarms", "PutMetricAlarm")],
    *[("actor", f"ecs:{verb}", SERVICE, keys(MARKED), NO) for verb in ("TagResource", "UntagResource")],
    *[(who, action, of, context, NO) for who in ("actor-no-databases", "actor-no-databases+admin", "reader", "reader+admin")
      for action, of, context in [("ecs:UpdateService", SERVICE, tags(stopped="x")), ("ecs:TagResource", SERVICE, keys(STOPPED)),
                                  ("application-autoscaling:RegisterScalableTarget", SCALABLE, OF_ECS)]],
    # --- a start of an instance with encrypted volumes, or with a licence --------------------------------------
    *[(who, "kms:CreateGrant", MANAGED_KEY, GRANT | TO_KEY, YES) for who in ("actor", "actor-no-keys", "actor+admin", "actor-no-keys+admin")],
    ("actor", "kms:CreateGrant", KEY, GRANT | TO_KEY, YES),
    ("actor-no-keys", "kms:CreateGrant", KEY, GRANT | TO_KEY, NO),
    ("actor", "kms:CreateGrant", KEY.replace(SPOKE, OTHER), GRANT, NO),
    *[(who, "kms:CreateGrant", key, (GRANT | TO_KEY | more), NO)
      for who in ("actor", "actor+admin", "actor-no-keys+admin") for key in (KEY, MANAGED_KEY)
      for more in [{"kms:GrantIsForAWSResource": "false"}, {"kms:ViaService": f"rds.{REGION}.amazonaws.com"},
                   {"kms:GrantOperations": ["Decrypt", "CreateGrant"]}, {"kms:GrantOperations": ["Encrypt"]}]],
    *[(who, "kms:CreateGrant", KEY, {key: value for key, value in GRANT.items() if key != missing}, NO)
      for who in ("actor", "actor+admin") for missing in ("kms:GrantIsForAWSResource", "kms:ViaService")],
    ("actor+allows", "kms:CreateGrant", KEY, GRANT | {"kms:GrantIsForAWSResource": "false"}, NO),
    ("actor+allows", "kms:CreateGrant", KEY, GRANT | {"kms:ViaService": f"rds.{REGION}.amazonaws.com"}, NO),
    ("actor+allows", "kms:CreateGrant", KEY, {"kms:GrantIsForAWSResource": "true"}, NO),
    *[("actor", "ec2:StartInstances", needed, {}, YES) for needed in (LICENCE, HOST_GROUP)],
    # --- and nothing else -------------------------------------------------------------------------------------
    *[(who, action, resource, {}, NO) for who in ("actor", "actor+admin", "reader", "reader+admin") for action, resource in [
        ("ec2:TerminateInstances", INSTANCE), ("ec2:ModifyInstanceAttribute", INSTANCE), ("ec2:RebootInstances", INSTANCE),
        ("ec2:RunInstances", INSTANCE), ("iam:PassRole", ROLE(SPOKE, "Admin")), ("sts:AssumeRole", ROLE(SPOKE, "Admin")),
        ("s3:GetObject", "arn:aws:s3:::somebody/secret"), ("kms:Decrypt", MANAGED_KEY), ("kms:ScheduleKeyDeletion", KEY)]],
    *[(who, "kms:DescribeKey", KEY, {}, NO) for who in ("actor", "actor+admin")],
    ("actor", "ec2:DescribeInstances", "*", {}, NO),
    ("actor", "kms:Decrypt", KEY, {}, NO),
    # --- the reading role -------------------------------------------------------------------------------------
    *[("reader", action, "*", {}, YES) for action in (
        "ec2:DescribeAddresses", "ec2:DescribeInstances", "ec2:DescribeNatGateways", "ec2:DescribeRegions", "ec2:DescribeRouteTables", "ec2:DescribeVolumes", "eks:DescribeCluster", "eks:ListClusters", "eks:ListFargateProfiles", "kms:DescribeKey", "kms:ListAliases", "ssm:DescribeSessions", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTags", "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth")],
    *[(who, action, "*", {}, NO) for who in ("reader", "reader+admin") for action in ("ssm:StartSession", "ssm:TerminateSession", "ssm:SendCommand")],
    ("reader+admin", "ssm:DescribeSessions", "*", {}, YES),
    *[("reader", action, "*", {}, YES) for action in ("rds:DescribeDBClusters", "rds:DescribeDBInstances", "rds:DescribeEvents")],
    # Without `Databases`, as by default.
    *[("reader-no-databases", action, "*", {}, NO) for action in ("rds:DescribeDBClusters", "rds:DescribeDBInstances", "rds:DescribeEvents")],
    # The same of `Services`.
    *[row for action in ("ecs:ListClusters", "ecs:ListServices", "ecs:DescribeServices", "ecs:DescribeTaskDefinition", "application-autoscaling:DescribeScalableTargets") for row in [
        ("reader", action, "*", {}, YES), ("reader-no-databases", action, "*", {}, NO),
        ("actor", action, "*", {}, action == "ecs:DescribeServices")]],
    *[(who, action, SERVICE, {}, NO) for who in ("reader", "reader+admin", "actor", "actor+admin")
      for action in ("ecs:DeleteService", "ecs:CreateService")],
    *[(who, action, DATABASE, {}, NO) for who in ("reader", "reader+admin", "actor", "actor+admin")
      for action in ("rds:DeleteDBInstance", "rds:ModifyDBInstance", "rds:RebootDBInstance", "rds:DownloadDBLogFilePortion")],
    ("reader", "account:GetAlternateContact", f"arn:aws:account::{SPOKE}:account", {}, YES),
    ("reader+admin", "account:GetAlternateContact", f"arn:aws:account::{SPOKE}:account", {}, YES),
    *[(who, action, INSTANCE, tags(stopped="x") | keys(STOPPED) if "Tags" in action else tags(stopped="x"), NO)
      for who in ("reader", "reader+admin")
      for action in ("ec2:StopInstances", "ec2:StartInstances", "ec2:CreateTags", "ec2:DeleteTags")],
    # --- who may take the roles of an account -----------------------------------------------------------------
    *[row for name in ("IdleReaperRead", "IdleReaperAct") for row in [
        ("hub", "sts:AssumeRole", ROLE(SPOKE, name), ENTERING, YES),
        ("hub", "sts:AssumeRole", ROLE(SPOKE, name), ENTERING | {"sts:ExternalId": "guessed"}, NO),
        ("hub", "sts:AssumeRole", ROLE(SPOKE, name), {k: v for k, v in ENTERING.items() if k != "sts:ExternalId"}, NO),
        ("hub", "sts:AssumeRole", ROLE(SPOKE, name), ENTERING | {"sts:RoleSessionName": "mallory"}, NO),
        ("hub", "sts:AssumeRole", ROLE(SPOKE, name), ENTERING | {"aws:PrincipalOrgID": "o-zzzzzzzzzz"}, NO),
        ("hub", "sts:AssumeRole", ROLE(SPOKE, name), ENTERING | {"aws:ResourceOrgID": "o-zzzzzzzzzz"}, NO),
        ("hub-admin", "sts:AssumeRole", ROLE(SPOKE, name), ENTERING, NO),
        ("spoke-admin", "sts:AssumeRole", ROLE(SPOKE, name), ENTERING, NO),
        ("stranger", "sts:AssumeRole", ROLE(SPOKE, name), ENTERING, NO),
        ("impostor", "sts:AssumeRole", ROLE(SPOKE, name), ENTERING, NO)]],
    ("person", "sts:AssumeRole", ROLE(SPOKE, "IdleReaperRead"), ENTERING, YES),
    ("person", "sts:AssumeRole", ROLE(SPOKE, "IdleReaperAct"), ENTERING, NO),
    *[("person", "sts:AssumeRole", ROLE(SPOKE, "IdleReaperRead"), ENTERING | changed, NO) for changed in (
        {"sts:ExternalId": "guessed"}, {"sts:RoleSessionName": "mallory"}, {"aws:PrincipalOrgID": "o-zzzzzzzzzz"})],
    ("hub", "sts:AssumeRole", ROLE(SPOKE, "Admin"), ENTERING, NO),
    ("hub", "sts:AssumeRole", ROLE(SPOKE, "OrganizationAccountAccessRole"), ENTERING, NO),
    # --- the hub's function -----------------------------------------------------------------------------------
    *[("hub", action, "*", {}, YES) for action in (
        "organizations:ListAccounts", "organizations:ListAccountsForParent",
        "organizations:ListOrganizationalUnitsForParent", "organizations:ListTagsForResource", "pricing:GetProducts")],
    ("hub", "ce:GetCostAndUsage", "*", {}, YES),
    ("hub", "billing:GetBillingViewData", f"arn:aws:billing::{HUB}:billingview/primary", {}, YES),
    # A view of another account needs that account's consent, too: it shares the view.
    ("hub", "billing:GetBillingViewData", f"arn:aws:billing::{OTHER}:billingview/custom-1", {}, NO),
    *[("hub", action, "*", {}, NO) for action in ("ce:UpdatePreferences", "ce:GetCostAndUsageWithResources", "billing:UpdateBillingView")],
    *[(who, "ce:GetCostAndUsage", "*", {}, NO) for who in ("reader", "actor")],
    ("hub", "s3:ListBucket", RECORD, {}, YES),
    ("hub", "s3:GetObject", f"{RECORD}/reaper.toml", {}, YES),
    *[("hub", action, f"{RECORD}/record/runs/1/report.json", {}, YES) for action in ("s3:GetObject", "s3:PutObject")],
    ("hub", "s3:DeleteObject", f"{RECORD}/record/acting.lock", {}, YES),
    # A bucket of that name that somebody else has made since.
    *[("hub", action, place, {"aws:ResourceAccount": OTHER}, NO) for action, place in [
        ("s3:ListBucket", RECORD), ("s3:GetObject", f"{RECORD}/reaper.toml"), ("s3:PutObject", f"{RECORD}/record/runs/1/report.json"),
        ("s3:DeleteObject", f"{RECORD}/record/acting.lock")]],
    ("machine", "s3:GetObject", f"{RECORD}/record/fan-out/1/looks.json", {"aws:ResourceAccount": OTHER}, NO),
    ("hub", "s3:DeleteObject", f"{RECORD}/record/runs/1/report.json", {}, NO),
    ("hub", "s3:DeleteObjectVersion", f"{RECORD}/record/acting.lock", {}, NO),
    *[(who, action, f"{RECORD}/reaper.toml", {}, NO) for who in ("hub", "hub+admin") for action in ("s3:PutObject", "s3:DeleteObject")],
    ("hub-admin", "s3:PutObject", f"{RECORD}/reaper.toml", {}, YES),
    ("hub-admin", "s3:GetObject", f"{RECORD}/reaper.toml", {"aws:SecureTransport": "false"}, NO),
    ("hub", "s3:GetObject", f"{RECORD}/reaper.toml", {"aws:SecureTransport": "false"}, NO),
    ("stranger", "s3:GetObject", f"{RECORD}/reaper.toml", {}, NO),
    ("spoke-admin", "s3:PutObject", f"{RECORD}/reaper.toml", {}, NO),
    # Each account reads its own part of the record, and no other.
    *[("spoke-admin", "s3:GetObject", f"{RECORD}/record/{key}", context, allowed) for key, context, allowed in [
        (f"by-account/{SPOKE}/report.md", {}, YES), (f"by-account/{SPOKE}/stopped/date=2026-11-25/1.txt", {}, YES),
        (f"by-account/{SPOKE}/report.md", {"aws:PrincipalOrgID": "o-zzzzzzzzzz"}, NO),
        (f"by-account/{SPOKE}/report.md", {"aws:SecureTransport": "false"}, NO),
        (f"by-account/{OTHER}/report.md", {}, NO), (f"by-account/{SPOKE}-2/report.md", {}, NO), (f"by-account/x/{SPOKE}/report.md", {}, NO),
        ("runs/date=2026-11-25/1/report.json.gz", {}, NO), (f"stocktake/month=2026-11/{SPOKE}.md", {}, NO)]],
    *[("spoke-admin", "s3:ListBucket", RECORD, context, allowed) for context, allowed in [
        ({"s3:prefix": f"record/by-account/{SPOKE}/"}, YES), ({"s3:prefix": f"record/by-account/{SPOKE}/stocktake/"}, YES),
        ({"s3:prefix": f"record/by-account/{SPOKE}/", "aws:PrincipalOrgID": "o-zzzzzzzzzz"}, NO),
        *[({"s3:prefix": f"record/{prefix}"}, NO) for prefix in ("", "by-account/", f"by-account/{OTHER}/", f"by-account/{SPOKE}")], ({}, NO)]],
    *[("spoke-admin", action, f"{RECORD}/record/by-account/{SPOKE}/report.md", {}, NO) for action in (
        "s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion", "s3:PutObjectAcl", "s3:DeleteObjectVersion")],
    ("stranger", "s3:GetObject", f"{RECORD}/record/by-account/{SPOKE}/report.md", {}, NO),
    ("reader", "s3:GetObject", f"{RECORD}/record/by-account/{SPOKE}/report.md", {}, NO),
    ("hub", "s3:GetObject", "arn:aws:s3:::somebody/secret", {}, NO),
    *[("hub", "ssm:GetParameter", PARAMETER(f"/idle-reaper/{name}"), {}, YES) for name in ("pause", "settings", "slack")],
    ("hub", "ssm:GetParameter", PARAMETER("/shop/password"), {}, NO),
    ("hub", "ssm:PutParameter", PARAMETER("/idle-reaper/pause"), {}, YES),
    ("hub", "ssm:PutParameter", PARAMETER("/idle-reaper/settings"), {}, NO),
    *[("hub", action, TOPIC(name), {}, YES) for name in ("idle-reaper-operators", "idle-reaper-shop")
      for action in ("sns:Publish", "sns:ListSubscriptionsByTopic")],
    ("hub", "sns:Publish", TOPIC("idle-reaper-operators"), {"aws:SecureTransport": "false"}, NO),
    ("hub", "sns:Publish", TOPIC("payments"), {}, NO),
    ("hub", "sns:Subscribe", TOPIC("idle-reaper-operators"), {}, NO),
    ("hub", "secretsmanager:GetSecretValue", SECRET, {}, YES),
    ("hub", "secretsmanager:GetSecretValue", SECRET.replace("slack", "other"), {}, NO),
    ("hub", "secretsmanager:PutSecretValue", SECRET, {}, NO),
    *[("hub", action, HUB_KEY, {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}, YES)
      for action in ("kms:Decrypt", "kms:GenerateDataKey") for service in ("secretsmanager", "sns", "ssm")],
    ("hub", "kms:Decrypt", HUB_KEY, {"kms:ViaService": f"ebs.{REGION}.amazonaws.com"}, NO),
    ("hub", "kms:Decrypt", HUB_KEY, {}, NO),
    ("hub", "kms:Decrypt", HUB_KEY.replace("key/11111111", "key/22222222"), {"kms:ViaService": f"ssm.{REGION}.amazonaws.com"}, NO),
    # --- its own key --------------------------------------------------------------------------------------------
    *[("hub", action, OWN_KEY, via(service), YES) for action in ("kms:Decrypt", "kms:GenerateDataKey") for service in ("s3", "sns", "sqs")],
    *[("hub", action, OWN_KEY, context, NO) for action, context in [
        ("kms:Decrypt", {}), ("kms:Decrypt", via("ebs")), ("kms:Encrypt", via("s3")), ("kms:CreateGrant", via("s3")), ("kms:ScheduleKeyDeletion", {})]],
    ("hub", "kms:Decrypt", OWN_KEY.replace("bbbbbbbb", "cccccccc"), via("s3"), NO),
    *[("schedule", action, OWN_KEY, via("sqs"), YES) for action in ("kms:Decrypt", "kms:GenerateDataKey")],
    *[("schedule", "kms:Decrypt", OWN_KEY, context, NO) for context in (via("s3"), {})],
    ("machine", "kms:Decrypt", OWN_KEY, via("s3"), YES),
    *[("machine", action, OWN_KEY, context, NO) for action, context in [("kms:Decrypt", via("sqs")), ("kms:GenerateDataKey", via("s3"))]],
    # --- its past: older versions, locks, how long what is kept, and the copies of another account -----------------
    *[(who, action, place, {}, NO) for who in ("hub", "hub+admin") for action, place in [
        *[(action, f"{RECORD}/record/acting.lock") for action in (
            "s3:DeleteObjectVersion", "s3:PutObjectRetention", "s3:PutObjectLegalHold", "s3:BypassGovernanceRetention")],
        *[(action, RECORD) for action in (
            "s3:PutLifecycleConfiguration", "s3:PutBucketVersioning", "s3:PutReplicationConfiguration", "s3:PutBucketObjectLockConfiguration")],
        ("s3:DeleteObject", f"{RECORD}/record/acts/date=2026-11-25/1.jsonl"), ("s3:DeleteObject", f"{RECORD}/record/people/salt")]],
    ("hub+admin", "s3:DeleteObject", f"{RECORD}/record/acting.lock", {}, YES),
    *[("hub-admin", action, place, {}, YES) for action, place in [
        ("s3:DeleteObjectVersion", f"{RECORD}/record/acting.lock"), ("s3:PutBucketVersioning", RECORD), ("s3:DeleteObject", f"{RECORD}/record/runs/1/report.json")]],
    *[("hub", action, ARCHIVED, ELSEWHERE, NO) for action in ("s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:ReplicateObject")],
    *[("archiver", action, ARCHIVED, ELSEWHERE, YES) for action in ("s3:ReplicateObject", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner")],
    *[("archiver", action, ARCHIVED, ELSEWHERE, NO) for action in ("s3:ReplicateDelete", "s3:DeleteObject", "s3:PutObject", "s3:GetObject")],
    ("archiver", "s3:ReplicateObject", ARCHIVED, {"aws:ResourceAccount": SPOKE}, NO),
    ("archiver", "s3:ReplicateObject", "arn:aws:s3:::another-bucket/x", ELSEWHERE, NO),
    *[("archiver", action, RECORD, {}, YES) for action in ("s3:GetReplicationConfiguration", "s3:ListBucket")],
    *[("archiver", f"s3:GetObject{what}", f"{RECORD}/record/runs/1/report.json", {}, YES)
      for what in ("VersionForReplication", "VersionAcl", "VersionTagging", "Retention", "LegalHold")],
    *[("archiver", action, f"{RECORD}/record/runs/1/report.json", {}, NO) for action in ("s3:PutObject", "s3:DeleteObjectVersion")],
    ("archiver", "kms:Decrypt", OWN_KEY, via("s3"), YES),
    *[("archiver", action, key, context, NO) for action, key, context in [
        ("kms:Decrypt", OWN_KEY, via("sqs")), ("kms:Encrypt", OWN_KEY, via("s3")), ("kms:Decrypt", ARCHIVE_KEY, via("s3")),
        ("kms:Encrypt", ARCHIVE_KEY, {}), ("kms:GenerateDataKey", ARCHIVE_KEY, via("sqs"))]],
    *[("archiver", action, ARCHIVE_KEY, via("s3"), YES) for action in ("kms:Encrypt", "kms:GenerateDataKey")],
    ("service:s3", "sts:AssumeRole", ROLE(HUB, "archiver"), {}, YES),
    ("service:lambda", "sts:AssumeRole", ROLE(HUB, "archiver"), {}, NO),
    # --- its logs and queues ----------------------------------------------------------------------------------------
    *[("hub", action, LOGS, {}, YES) for action in ("logs:CreateLogStream", "logs:PutLogEvents")],
    ("hub", "sqs:SendMessage", QUEUE, {}, YES),
    *[("hub", f"sqs:{verb}", EVENTS_QUEUE, {}, YES) for verb in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")],
    ("hub", "sqs:ReceiveMessage", QUEUE, {}, NO),
    ("stranger", "sqs:SendMessage", EVENTS_QUEUE, {}, NO),
    ("hub-admin", "sqs:SendMessage", EVENTS_QUEUE, {"aws:SecureTransport": "false"}, NO),
    ("service:events", "sqs:SendMessage", EVENTS_QUEUE, {"aws:SourceArn": RULE}, YES),
    ("service:events", "sqs:SendMessage", EVENTS_QUEUE, {"aws:SourceArn": RULE.replace("/idle-reaper/", "/other/")}, NO),
    ("service:sns", "sqs:SendMessage", EVENTS_QUEUE, {"aws:SourceArn": ANOMALIES}, YES),
    ("service:sns", "sqs:SendMessage", EVENTS_QUEUE, {"aws:SourceArn": ANOMALIES + "-other"}, NO),
    *[("hub", action, resource, {}, NO) for action, resource in [
        ("ec2:StopInstances", INSTANCE.replace(SPOKE, HUB)), ("lambda:UpdateFunctionCode", FUNCTION),
        ("iam:PutRolePolicy", HUB_ROLE), ("scheduler:UpdateSchedule", f"arn:aws:scheduler:{REGION}:{HUB}:schedule/default/idle-reaper")]],
    # --- what starts it, what tells, what forwards ------------------------------------------------------------
    ("schedule", "lambda:InvokeFunction", FUNCTION, {}, YES),
    ("schedule", "lambda:InvokeFunction", FUNCTION + "-other", {}, NO),
    ("schedule", "sqs:SendMessage", QUEUE, {}, YES),
    ("service:cloudwatch", "sns:Publish", TOPIC("idle-reaper-operators"), {"aws:SourceAccount": HUB}, YES),
    ("service:cloudwatch", "sns:Publish", TOPIC("idle-reaper-operators"), {"aws:SourceAccount": OTHER}, NO),
    ("service:lambda", "sts:AssumeRole", HUB_ROLE, {}, YES),
    ("service:ec2", "sts:AssumeRole", HUB_ROLE, {}, NO),
    ("service:scheduler", "sts:AssumeRole", ROLE(HUB, "schedule"), {"aws:SourceAccount": HUB}, YES),
    ("service:scheduler", "sts:AssumeRole", ROLE(HUB, "schedule"), {"aws:SourceAccount": OTHER}, NO),
    ("service:events", "sts:AssumeRole", ROLE(SPOKE, "forwarder"), {"aws:SourceAccount": SPOKE}, YES),
    ("service:events", "sts:AssumeRole", ROLE(SPOKE, "forwarder"), {"aws:SourceAccount": OTHER}, NO),
    # --- a run in parts ---------------------------------------------------------------------------------------
    ("machine", "lambda:InvokeFunction", FUNCTION + "-parts", {}, YES),
    ("machine", "lambda:InvokeFunction", FUNCTION, {}, NO),
    ("machine", "states:StartExecution", MACHINE, {}, YES),
    ("machine", "states:StartExecution", MACHINE + "-other", {}, NO),
    *[row for verb in ("Describe", "Stop") for one in EXECUTIONS for row in [
        ("machine", f"states:{verb}Execution", one, {}, YES),
        ("machine", f"states:{verb}Execution", one.replace("idle-reaper", "idle-reaper-other"), {}, NO)]],
    ("machine", "s3:GetObject", f"{RECORD}/record/fan-out/1/looks.json", {}, YES),
    *[("machine", "s3:GetObject", f"{RECORD}/{key}", {}, NO) for key in ("reaper.toml", "record/runs/1/report.json")],
    ("machine", "s3:PutObject", f"{RECORD}/record/fan-out/1/looks.json", {}, NO),
    ("machine", "sts:AssumeRole", ROLE(SPOKE, "IdleReaperRead"), ENTERING, NO),
    ("parts-schedule", "states:StartExecution", MACHINE, {}, YES),
    ("parts-schedule", "states:StartExecution", MACHINE + "-other", {}, NO),
    ("parts-schedule", "lambda:InvokeFunction", FUNCTION + "-parts", {}, NO),
    *[(f"service:{service}", "sts:AssumeRole", ROLE(HUB, role), {"aws:SourceAccount": account}, account == HUB)
      for service, role in (("states", "machine"), ("scheduler", "parts-schedule")) for account in (HUB, OTHER)],
    ("forwarder", "events:PutEvents", BUS, {}, YES),
    ("forwarder", "events:PutEvents", BUS + "-other", {}, NO),
    ("forwarder", "events:PutEvents", BUS, {"aws:PrincipalOrgID": "o-zzzzzzzzzz"}, NO),
    ("stranger", "events:PutEvents", BUS, {"aws:PrincipalOrgID": "o-zzzzzzzzzz"}, NO),
]  # fmt: skip

# Policies of resources: which document guards what the ARN begins with.
GUARDS = [
    (ROLE(SPOKE, "IdleReaperRead"), ("spoke", "Reader", "trust")),
    (ROLE(SPOKE, "IdleReaperAct"), ("spoke", "Actor", "trust")),
    (HUB_ROLE, ("hub", "FunctionRole", "trust")),
    (ROLE(HUB, "schedule"), ("hub", "ScheduleRole", "trust")),
    (ROLE(HUB, "archiver"), ("hub", "ArchiveRole", "trust")),
    (ROLE(HUB, "machine"), ("fan-out", "MachineRole", "trust")),
    (ROLE(HUB, "parts-schedule"), ("fan-out", "ScheduleRole", "trust")),
    (ROLE(SPOKE, "forwarder"), ("spoke-events", "Role", "trust")),
    (RECORD, ("hub", "RecordPolicy", "resource")),
    (TOPIC("idle-reaper-operators"), ("hub", "TopicPolicy", "resource")),
    (BUS, ("hub", "BusPolicy", "resource")),
    (EVENTS_QUEUE, ("hub", "EventsQueuePolicy", "resource")),
]


def simulation(row, documents):
    """One row as the evaluator takes it, with the policies of `documents`."""
    who, action, resource, context, _ = row
    who, _, generous = who.partition("+")
    policies = []
    if who.startswith("service:"):
        principal, about = f"{who.removeprefix('service:')}.amazonaws.com", {"aws:SecureTransport": "true"}
    else:
        principal, place = WHO[who]
        about = OURS | {"aws:PrincipalArn": principal, "aws:PrincipalAccount": principal.split(":")[4], "aws:PrincipalIsAWSService": "false"}
        if place:
            policies = [{"name": key[2], "policy": one} for key, one in documents.items() if key[:2] == place and key[2] != "trust"]
        if generous == "allows":
            policies = [{"name": one["name"], "policy": allows(one["policy"])} for one in policies]
        if not place or generous == "admin":
            policies.append({"name": "AdministratorAccess", "policy": ADMINISTRATOR})
    guard = next((documents[key] for beginning, key in GUARDS if resource.startswith(beginning)), None)
    if resource == MANAGED_KEY:
        guard = MANAGED
    elif resource == ARCHIVED:
        guard = OPEN
    elif resource == ARCHIVE_KEY:
        guard = OPEN_KEY
    elif action.startswith("kms:") and resource != "*":  # what every key's policy says unless told otherwise: IAM decides
        root = {"AWS": f"arn:aws:iam::{resource.split(':')[4]}:root"}
        guard = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}]}
    if action == "sts:AssumeRole" and guard is None:
        # A role of somebody else that trusts everybody: what remains is what the caller's own policies say.
        guard = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}
    account = resource.split(":")[4] if resource.startswith("arn:") and resource.split(":")[4] else HUB
    if resource == "*":
        account = principal.split(":")[4]
    if resource.startswith("arn:aws:account::") or action.startswith(("ec2:", "kms:")):
        account = SPOKE if resource == "*" else account
    about = about | {"aws:ResourceAccount": account}
    asked = {
        "request": {
            "principal": principal, "action": action, "resource": {"resource": resource, "accountId": account},
            "contextVariables": about | context,
        },
        "identityPolicies": policies, "serviceControlPolicies": [], "resourceControlPolicies": [],
    }  # fmt: skip
    return asked | ({"resourcePolicy": guard} if guard else {})


def allows(policy):
    kept = [statement for statement in policy["Statement"] if statement["Effect"] == "Allow"]
    return policy | {"Statement": kept or [{"Effect": "Deny", "Action": "a4b:Nothing", "Resource": "*"}]}


def ask(simulations):
    """The evaluator's answers, in order."""
    node = os.environ.get("IDLE_REAPER_NODE", "node")
    text = json.dumps(simulations)
    ran = subprocess.run([node, HERE / "evaluate.mjs"], input=text, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"the evaluator failed; run `make infra-setup`: {ran.stderr[-2000:]}"
    return json.loads(ran.stdout)


def mutants(documents):
    """Every document with one statement, or one condition of one statement, left out: [(what, documents)]."""
    made = []
    for key, one in documents.items():
        if key[0] == "spoke-no-keys" or (key[0] == "spoke-starting" and key[2] != "start-at-opening"):  # the same statements as in "spoke"
            continue
        for number, statement in enumerate(one["Statement"]):
            place = f"{'/'.join(key)}: {statement.get('Sid', number)}"
            without = copy.deepcopy(documents)
            if len(one["Statement"]) > 1:
                del without[key]["Statement"][number]
            else:  # a policy must have a statement
                without[key]["Statement"] = [{"Sid": "Never", "Effect": "Deny", "Action": "a4b:Nothing", "Resource": "*"}]
                if key[2] in ("trust", "resource"):
                    without[key]["Statement"][0] = statement | {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}
            made.append((f"without {place}", key, without))
            for operator, tested in statement.get("Condition", {}).items():
                for name in tested:
                    loose = copy.deepcopy(documents)
                    condition = loose[key]["Statement"][number]["Condition"]
                    del condition[operator][name]
                    if not condition[operator]:
                        del condition[operator]
                    if not condition:
                        del loose[key]["Statement"][number]["Condition"]
                    made.append((f"without the condition {operator} {name} of {place}", key, loose))
    return made


def concerns(row, key):
    """Whether a row's answer can depend on the document `key`."""
    who, _, resource, _, _ = row
    place = WHO.get(who.partition("+")[0], (None, None))[1]
    guard = next((guard for beginning, guard in GUARDS if resource.startswith(beginning)), None)
    return guard == key or (place == key[:2] and key[2] != "trust")
