"""The AWS CLI for the tests of the acceptance kit: the real one, before a simulated AWS, with what that one lacks put in its place.

aws_cli.py serves it. What is in the place of the simulated AWS:

    lambda invoke                  goes to the local Lambda, whose binary has the deployed function's variables
    iam simulate-principal-policy  is answered by the tests' evaluator of IAM policies, over the policies that were deployed
    sts assume-role                is asked of the role's deployed trust first, by the same evaluator
    ... --dry-run                  is asked of the caller's deployed policies first
    cloudformation deploy          also makes the alarms and the schedule, which moto's CloudFormation ignores
    cloudformation delete-stack    also deletes them

The environment variable ACCEPTANCE_TEST is JSON: `lambda` (the local Lambda's URL), and `without`, a list of the Sids of Denies
that are left out of every policy, as if nobody had written them.
"""

import ast
import copy
import json
import os
import pathlib
import re
import sys
import urllib.error
import urllib.request

import aws_cli

ADMINISTRATOR = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
# What the evaluator calls it, and IAM's simulator.
DECISIONS = {"Allowed": "allowed", "ExplicitlyDenied": "explicitDeny", "ImplicitlyDenied": "implicitDeny"}
ACTIONS = {
    "stop-instances": "StopInstances", "start-instances": "StartInstances", "create-tags": "CreateTags", "delete-tags": "DeleteTags",
    "terminate-instances": "TerminateInstances", "modify-instance-attribute": "ModifyInstanceAttribute", "delete-volume": "DeleteVolume",
    "describe-instances": "DescribeInstances",
}  # fmt: skip


def options(words):
    """{option: its values} of a command line."""
    found, key = {}, None
    for word in words:
        if word.startswith("--"):
            key = word
            found[key] = []
        elif key:
            found[key].append(word)
    return found


class Account:
    """The deployed roles, asked of the simulated AWS, and the evaluator."""

    def __init__(self):
        self.setup = json.loads(os.environ["ACCEPTANCE_TEST"])
        self.known = {}
        self.caller = self.clients("sts").get_caller_identity()
        self.account = self.caller["Account"]

    def clients(self, service):
        if service not in self.known:
            place = {"region_name": os.environ["AWS_REGION"], "endpoint_url": os.environ["AWS_ENDPOINT_URL"]}
            self.known[service] = aws_cli.LOADED["driver"].session.create_client(service, **place)
        return self.known[service]

    def document(self, text):
        # moto answers with what it was given, which CloudFormation gives it as Python would write it.
        found = text if isinstance(text, dict) else json.loads(text) if text.lstrip().startswith('{"') or "\n" in text else ast.literal_eval(text)
        kept = [one for one in found["Statement"] if one.get("Sid") not in self.setup.get("without", [])]
        return {**found, "Statement": kept or [{"Effect": "Deny", "Action": "a4b:Nothing", "Resource": "*"}]}

    def policies(self, role):
        iam = self.clients("iam")
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        return [{"name": name, "policy": self.document(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])} for name in names]

    def role(self):
        """The name of the role whose session the caller is; None where it is a user."""
        return self.caller["Arn"].split("/")[1] if ":assumed-role/" in self.caller["Arn"] else None

    def decide(self, role, action, resource, context, trust=None):
        import policies

        if role is None:  # the caller is a user, and an administrator
            principal, allowed = self.caller["Arn"], [{"name": "all", "policy": ADMINISTRATOR}]
        else:  # a role's ARN has its path
            principal, allowed = self.clients("iam").get_role(RoleName=role)["Role"]["Arn"], self.policies(role)
        about = {
            "aws:PrincipalArn": principal, "aws:PrincipalAccount": self.account, "aws:PrincipalIsAWSService": "false", "aws:SecureTransport": "true",
            "aws:ResourceAccount": self.account, "aws:PrincipalOrgID": self.organization(), **context,
        }  # fmt: skip
        asked = {
            "request": {"principal": principal, "action": action, "resource": {"resource": resource, "accountId": self.account}, "contextVariables": about},
            "identityPolicies": allowed, "serviceControlPolicies": [], "resourceControlPolicies": [],
        }  # fmt: skip
        if action.startswith("kms:"):  # what every key's policy says: IAM decides
            root = {"AWS": f"arn:aws:iam::{self.account}:root"}
            trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}]}
        (answer,) = policies.ask([asked | ({"resourcePolicy": trust} if trust else {})])
        if "result" not in answer:
            raise RuntimeError(f"the evaluator cannot tell: {answer}")
        return DECISIONS[answer["result"]]

    def organization(self):
        return self.clients("organizations").describe_organization()["Organization"]["Id"]


# --- what is put in the place of the simulated AWS ------------------------------------------------------------------


def refuse(code, operation, message):
    print(f"\nAn error occurred ({code}) when calling the {operation} operation: {message}", file=sys.stderr)
    return 254


def invoke(words, given):
    payload, out = given["--payload"][0], words[-1]
    account = Account()
    place = account.clients("lambda").get_function_configuration(FunctionName=given["--function-name"][0])["Environment"]["Variables"]
    if place != account.setup["variables"]:
        raise RuntimeError(f"the local Lambda runs with {account.setup['variables']}, and the function is deployed with {place}")
    request = urllib.request.Request(account.setup["lambda"], payload.encode(), {"Content-Type": "application/json"}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            text = answer.read()
    except urllib.error.HTTPError as wrong:  # a function's error
        text = wrong.read()
    pathlib.Path(out).write_bytes(text)
    print(json.dumps({"StatusCode": 200}))
    return 0


def simulate(_, given):
    account, results = Account(), []
    role = given["--policy-source-arn"][0].split("/")[-1]
    context = {}
    for one in json.loads(given.get("--context-entries", ["[]"])[0]):
        values = one["ContextKeyValues"]
        context[one["ContextKeyName"]] = values if one["ContextKeyType"] == "stringList" else values[0]
    every = given["--action-names"]
    if len(every) > 1:  # what the caller may do: an administrator, of whom this world knows nothing else
        results = [{"EvalActionName": action, "EvalDecision": "allowed"} for action in every]
    else:
        decision = account.decide(role, every[0], given["--resource-arns"][0], context)
        results = [{"EvalActionName": every[0], "EvalDecision": decision}]
    print(json.dumps({"EvaluationResults": results, "IsTruncated": False}))
    return 0


def assume(words, given):
    account, role = Account(), given["--role-arn"][0].split("/")[-1]
    about = {"sts:ExternalId": given["--external-id"][0], "sts:RoleSessionName": given["--role-session-name"][0]}
    try:
        trust = account.document(account.clients("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"])
    except account.clients("iam").exceptions.NoSuchEntityException:
        trust = None
    if trust is None or account.decide(account.role(), "sts:AssumeRole", given["--role-arn"][0], about, trust) != "allowed":
        return refuse("AccessDenied", "AssumeRole", f"User: {account.caller['Arn']} is not authorized to perform: sts:AssumeRole on resource: {given['--role-arn'][0]}")
    return aws_cli.real(words)


def try_out(words, given):
    """A dry run: refused by the policies of the caller, or what EC2 says of one that would have been done."""
    account, operation = Account(), ACTIONS[words[1]]
    identifier = next((given[key][0] for key in ("--instance-ids", "--instance-id", "--resources", "--volume-id") if key in given), None)
    resource, context = "*", {}
    if identifier:
        kind = "instance" if identifier.startswith("i-") else "volume"
        resource = f"arn:aws:ec2:{os.environ['AWS_REGION']}:{account.account}:{kind}/{identifier}"
        found = account.clients("ec2").describe_tags(Filters=[{"Name": "resource-id", "Values": [identifier]}])["Tags"]
        context = {f"aws:ResourceTag/{one['Key']}": one["Value"] for one in found}
    if given.get("--tags"):
        context["aws:TagKeys"] = [re.match(r"Key=([^,]+)", one).group(1) for one in given["--tags"]]
    decision = account.decide(account.role(), f"ec2:{operation}", resource, context)
    if decision == "allowed":
        return refuse("DryRunOperation", operation, "Request would have succeeded, but DryRun flag is set.")
    why = " with an explicit deny in an identity-based policy" if decision == "explicitDeny" else ""
    return refuse("UnauthorizedOperation", operation, f"You are not authorized to perform this operation. User: {account.caller['Arn']}{why}.")


def deploy(words, given):
    code = aws_cli.real(words)
    template = pathlib.Path(given["--template-file"][0])
    if code or template.name != "hub.yaml":
        return code
    from template import Template

    account = Account()
    parameters = dict(one.split("=", 1) for one in given["--parameter-overrides"])
    hub = Template("hub", account=account.account, **parameters)
    for one in hub.resources.values():
        properties = copy.deepcopy(one["Properties"])
        if one["Type"] == "AWS::CloudWatch::Alarm":
            whole = {key: int(value) if isinstance(value, str) and value.isdigit() else value for key, value in properties.items()}
            account.clients("cloudwatch").put_metric_alarm(**whole)
        elif one["Type"] == "AWS::Scheduler::Schedule":
            properties["Target"]["RoleArn"] = f"arn:aws:iam::{account.account}:role/schedule"
            scheduler = account.clients("scheduler")
            there = any(known["Name"] == properties["Name"] for known in scheduler.list_schedules()["Schedules"])
            (scheduler.update_schedule if there else scheduler.create_schedule)(**properties)
    return 0


def delete(words, given):
    code, name = aws_cli.real(words), given["--stack-name"][0]
    account = Account()
    found = account.clients("cloudwatch").describe_alarms(AlarmNamePrefix=f"{name}-")["MetricAlarms"]
    account.clients("cloudwatch").delete_alarms(AlarmNames=[one["AlarmName"] for one in found])
    for one in account.clients("scheduler").list_schedules(NamePrefix=name)["Schedules"]:
        if one["Name"] == name:
            account.clients("scheduler").delete_schedule(Name=name)
    return code


INSTEAD = {
    ("lambda", "invoke"): invoke,
    ("iam", "simulate-principal-policy"): simulate,
    ("sts", "assume-role"): assume,
    ("cloudformation", "deploy"): deploy,
    ("cloudformation", "delete-stack"): delete,
}


def handle(words):
    given = options(words)
    if "--dry-run" in given:
        return try_out(words, given)
    return INSTEAD.get(tuple(words[:2]), lambda words, _: aws_cli.real(words))(words, given)
