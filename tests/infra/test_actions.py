"""The actions in the templates, and the calls that the code really makes: compared both ways."""

import json
import re
import tomllib
import unittest

import botocore.loaders
from botocore import xform_name
from template import ROOT, Template

# Calls that are being added on other branches. Each is taken out here as soon as the code makes it; the last test
# below fails until it is.
PENDING: set[str] = set()
# What Application Auto Scaling checks, beside `ecs:UpdateService`, before it changes a scalable target.
AUTO_SCALING_CHECKS = {"cloudwatch:DescribeAlarms", "ecs:DescribeServices"}
# Actions that others make in a role's name: Lambda, EC2 with an encrypted volume, Cost Explorer with a billing view, Application
# Auto Scaling, and what reads or writes with a key.
NOT_THE_CODES = {
    "logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage",
    "kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey", "billing:GetBillingViewData", "cloudwatch:DescribeAlarms",
}  # fmt: skip
# Calls that need no permission, and one that the doctor tries as a dry run because every role must be refused it.
FREE = {"sts:GetCallerIdentity", "ec2:TerminateInstances"}
# Calls whose action is called otherwise.
ACTION = {"s3:ListObjectsV2": "s3:ListBucket", "s3:HeadObject": "s3:GetObject"}
# The crate aws-sdk-X, the model in botocore, and the prefix of its actions, where they are not X.
MODEL = {"applicationautoscaling": "application-autoscaling", "costexplorer": "ce", "elasticloadbalancing": "elb", "elasticloadbalancingv2": "elbv2"}
PREFIX = {"applicationautoscaling": "application-autoscaling", "costexplorer": "ce", "elasticloadbalancingv2": "elasticloadbalancing"}
READING = {"application-autoscaling:Describe", "ecs:Describe", "ecs:List", "rds:Describe", "ec2:Describe", "eks:Describe", "eks:List", "kms:Describe", "kms:List", "cloudwatch:Get", "cloudwatch:List", "elasticloadbalancing:Describe", "account:Get", "ssm:Describe"}
ACTING = {"application-autoscaling:Register", "ecs:Update", "ecs:TagResource", "ecs:UntagResource", "rds:Stop", "rds:Start", "rds:AddTags", "rds:RemoveTags", "ec2:Stop", "ec2:Start", "ec2:Create", "ec2:Delete"}


def operations():
    """{crate: {method of its client: action}} of every service in Cargo.toml."""
    dependencies = tomllib.loads((ROOT / "Cargo.toml").read_text())["dependencies"]
    loader, found = botocore.loaders.Loader(), {}
    for crate in (name.removeprefix("aws-sdk-") for name in dependencies if name.startswith("aws-sdk-")):
        model = loader.load_service_model(MODEL.get(crate, crate), "service-2")
        prefix = PREFIX.get(crate, crate)
        actions = {xform_name(name): f"{prefix}:{name}" for name in model["operations"]}
        found[crate] = {method: ACTION.get(action, action) for method, action in actions.items()}
    return found


def calls():
    """The actions of the calls in src/: a method of a client, in a file that names its crate."""
    known, found = operations(), {}
    for path in sorted((ROOT / "src").rglob("*.rs")):
        text = re.sub(r"//.*", "", path.read_text()).split("#[cfg(test)]")[0]
        crates = {crate for crate in known if f"aws_sdk_{crate.replace('-', '_')}::" in text}
        # ec2's clients are made in one file and used in others.
        crates |= {"ec2"} if re.search(r"(?:super|crate::aws)::client::", text) else set()
        for method in re.findall(r"\.([a-z][a-z0-9_]+)\(\)", text):
            for crate in crates:
                if method in known[crate]:
                    found.setdefault(known[crate][method], path.relative_to(ROOT))
    return found


def words():
    """Actions as the code names them in its errors."""
    text = "".join(path.read_text() for path in (ROOT / "src/aws").rglob("*.rs"))
    named = set(re.findall(r'"([a-z0-9-]+:[A-Z][A-Za-z0-9]+)["`]', text))
    return {ACTION.get(name, name) for name in named}


def allowed(template, role):
    found = set()
    for policy in template.policies(role).values():
        for statement in policy["Statement"]:
            if statement["Effect"] == "Allow":
                actions = statement["Action"]
                found |= {actions} if isinstance(actions, str) else set(actions)
    return found


class Actions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        spoke = Template("spoke", Acting="yes", Databases="yes", Services="yes", KmsKeys="arn:aws:kms:*:222222222222:key/*")
        hub = Template("hub", Events="yes", Bill="yes", SecretArns="arn:aws:secretsmanager:ap-northeast-1:111111111111:secret:s", KmsKeys="arn:aws:kms:ap-northeast-1:111111111111:key/k")
        cls.of = {
            "reader": allowed(spoke, "Reader"), "actor": allowed(spoke, "Actor"), "hub": allowed(hub, "FunctionRole"),
        }  # fmt: skip
        cls.templates = set().union(*cls.of.values()) - NOT_THE_CODES
        cls.calls = calls()

    def test_the_search_for_calls_finds_them(self):
        # If the code names its calls otherwise one day, this test must not fall silent.
        self.assertGreaterEqual(set(self.calls), {"ec2:DescribeInstances", "ec2:StopInstances", "s3:PutObject", "sts:AssumeRole"})

    def test_what_the_code_calls_is_allowed(self):
        self.assertEqual({action: place for action, place in self.calls.items() if action not in self.templates | FREE}, {})

    def test_what_is_allowed_is_called(self):
        self.assertEqual(self.templates - set(self.calls) - PENDING, set(), "take these out of the templates")

    def test_what_was_pending_and_is_called_now_is_not_listed_as_pending(self):
        self.assertEqual(PENDING & set(self.calls), set(), "take these out of PENDING in this file")

    def test_errors_name_the_calls_by_their_actions(self):
        self.assertEqual(words() - set(self.calls) - PENDING, set(), "named in an error, and never called")
        self.assertEqual(set(self.calls) - words(), set(), "called, and named in no error")

    def test_each_role_has_its_own_calls_only(self):
        own = {"reader": READING, "actor": ACTING | AUTO_SCALING_CHECKS | {"kms:CreateGrant"}}
        for role, beginnings in own.items():
            with self.subTest(role=role):
                self.assertEqual({a for a in self.of[role] if not a.startswith(tuple(beginnings))}, set())
        self.assertEqual(self.of["hub"] & (self.of["reader"] | self.of["actor"]), set())

    def test_the_session_of_a_look_allows_what_the_reading_role_allows(self):
        # What the role allows and the session policy in sessions.rs does not is refused.
        found = re.search(r'const READ_ONLY: &str\s*=\s*r#"(.*?)"#', (ROOT / "src/aws/sessions.rs").read_text(), re.S)
        (statement,) = json.loads(found.group(1))["Statement"]
        patterns = [pattern.replace("*", ".*") for pattern in statement["Action"]]
        missing = {one for one in self.of["reader"] if not any(re.fullmatch(pattern, one) for pattern in patterns)}
        self.assertEqual(missing - PENDING, set(), "the reading role allows these and READ_ONLY does not")

    def test_no_template_allows_everything_of_a_service(self):
        self.assertEqual({action for action in self.templates if "*" in action}, set())


if __name__ == "__main__":
    unittest.main()
