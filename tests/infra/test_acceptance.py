"""The acceptance kit against the simulated AWS: the very script that `make acceptance` runs, with the real AWS CLI, the real
tools/deploy.sh, and the real binary in a local Lambda. acceptance_aws.py says what stands in the place of what moto lacks.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest
import zipfile

import acceptance_aws
import boto3
import policies
from aws_cli import Cli
from template import ROOT, Template, raw

sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "tools" / "acceptance"))
import demo
import probes
import probing

REGION, NAME = "ap-northeast-1", "reaper-acceptance"
# One account, which is the sandbox.
SPEC = {"hub": "sandbox", "home-region": REGION, "regions": [REGION]}


def binary():
    named = os.environ.get("IDLE_REAPER_BINARY")
    return pathlib.Path(named) if named else demo.binary()


class Sandbox:
    """A simulated account with an administrator's role, the local Lambda, and the CLI."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.processes = []
        self.out = self.folder / "out"
        world = self.start([sys.executable, ROOT / "tests/world.py"], stdin=subprocess.PIPE)
        ready = json.loads(world.stdout.readline())
        self.endpoint, self.control = ready["endpoint"], ready["control"]
        hub = demo.post(f"{self.control}/world", SPEC)["hub"]
        self.account = hub["account"]
        self.user = {"aws_access_key_id": hub["access-key"], "aws_secret_access_key": hub["secret-key"]}
        self.variables = {"IDLE_REAPER_CONFIG": f"s3://{NAME}-{self.account}-{REGION}/reaper.toml"}
        with open(self.folder / "function.log", "wb") as log:
            user = {"AWS_ACCESS_KEY_ID": hub["access-key"], "AWS_SECRET_ACCESS_KEY": hub["secret-key"]}
            environment = demo.clean_environment(AWS_ENDPOINT_URL=self.endpoint, AWS_REGION=REGION, **user, **self.variables)
            self.function = demo.Function(environment, log, binary())
        self.administrator = self.enter()
        # An instance of somebody else runs in the account.
        self.other = self.client("ec2").run_instances(ImageId="ami-0123456789abcdef0", InstanceType="t3.nano", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
        self.cli = Cli(self.folder, "acceptance", AWS_ENDPOINT_URL=self.endpoint)
        self.package = self.folder / "idle-reaper-x86_64.zip"
        with zipfile.ZipFile(self.package, "w") as archive:
            archive.writestr("bootstrap", "#!/bin/true\n")  # what moto's Lambda gets is never run: the real binary runs beside it

    def start(self, command, **more):
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        environment = {**os.environ, "AWS_ENDPOINT_URL": getattr(self, "endpoint", "")}
        self.processes.append(subprocess.Popen([str(word) for word in command], env=environment, **quiet | more))
        return self.processes[-1]

    def enter(self):
        """Credentials of an administrator's role, as people have them."""
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": self.account}, "Action": "sts:AssumeRole"}]}
        iam = self.client("iam", self.user)
        iam.create_role(RoleName="Admin", Path="/people/", AssumeRolePolicyDocument=json.dumps(trust))
        iam.put_role_policy(RoleName="Admin", PolicyName="all", PolicyDocument=json.dumps(acceptance_aws.ADMINISTRATOR))
        arn = f"arn:aws:iam::{self.account}:role/people/Admin"
        return self.client("sts", self.user).assume_role(RoleArn=arn, RoleSessionName="kim")["Credentials"]

    def client(self, service, keys=None):
        return boto3.client(service, region_name=REGION, endpoint_url=self.endpoint, **(keys or self.user))

    def environment(self, **more):
        given, tools = self.administrator, f"{self.folder}:{os.environ['PATH']}"
        if more.pop("user", False):  # an IAM user in place of the role
            given = {"AccessKeyId": self.user["aws_access_key_id"], "SecretAccessKey": self.user["aws_secret_access_key"], "SessionToken": ""}
        setup = {"lambda": self.function.url, "variables": self.variables, "without": more.pop("without", [])}
        return {
            "PATH": tools, "HOME": str(self.folder), "AWS_ENDPOINT_URL": self.endpoint, "AWS_REGION": REGION, "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"], "AWS_SESSION_TOKEN": given["SessionToken"], "ACCEPTANCE_TEST": json.dumps(setup),
            "IDLE_REAPER_NODE": os.environ.get("IDLE_REAPER_NODE", "node"), "PYTHONDONTWRITEBYTECODE": "1", "ACCOUNT": self.account,
            "PACKAGE": str(self.package), "OUT": str(self.out), "YES": "yes",
        } | more  # fmt: skip

    def begin(self, verb="run", **more):
        environment = self.environment(**more)
        command = [sys.executable, str(ROOT / "tools" / "acceptance"), verb]
        return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, verb="run", **more):
        """Its exit code and what it said."""
        child = self.begin(verb, **more)
        said, _ = child.communicate(timeout=300)
        return child.returncode, said

    def interrupted(self, at, how):
        """A run that gets a signal when this step has ended."""
        child, said = self.begin(user=True), ""
        while line := child.stdout.readline():
            said += line
            if line.startswith(f"  {at} …"):
                child.send_signal(how)
                break
        rest, _ = child.communicate(timeout=300)
        return child.returncode, said + rest

    def evidence(self):
        """The newest evidence."""
        newest = max(self.out.iterdir(), key=lambda one: one.stat().st_mtime_ns)
        return json.loads((newest / "evidence.json").read_text()), newest

    def left(self):
        """What is there beside what was there before."""
        ec2 = self.client("ec2")
        states = {i["InstanceId"]: i["State"]["Name"] for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]}
        return {
            "stacks": [one["StackName"] for one in self.client("cloudformation").describe_stacks()["Stacks"]],
            "buckets": [one["Name"] for one in self.client("s3").list_buckets()["Buckets"]],
            "roles": [one["RoleName"] for one in self.client("iam").list_roles()["Roles"] if NAME in one["RoleName"]],
            "parameters": [one["Name"] for one in self.client("ssm").describe_parameters()["Parameters"] if not one["Name"].startswith("/aws/")],
            "alarms": self.client("cloudwatch").describe_alarms()["MetricAlarms"],
            "queues": self.client("sqs").list_queues().get("QueueUrls", []),
            "groups": [one["GroupName"] for one in ec2.describe_security_groups()["SecurityGroups"] if one["GroupName"] != "default"],
            "running": [one for one, state in states.items() if state != "terminated"],
        }

    def clean(self):
        """What `left` is when nothing is left: the instance of somebody else still runs."""
        return {"stacks": [], "buckets": [], "roles": [], "parameters": [], "alarms": [], "queues": [], "groups": [], "running": [self.other]}

    def close(self):
        self.function.close()
        self.cli.close()
        for process in self.processes:
            process.terminate()
            process.wait(30)
            process.stdout.close()


class Accepted(unittest.TestCase):
    """Two sandboxes: in one the whole run goes on, in the other what goes wrong."""

    @classmethod
    def setUpClass(cls):
        cls.whole, cls.other = (cls.made() for _ in range(2))
        pool = concurrent.futures.ThreadPoolExecutor(1)
        cls.addClassCleanup(pool.shutdown)
        cls.going = pool.submit(cls.whole.run)

    @classmethod
    def made(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        sandbox = Sandbox(folder.name)
        cls.addClassCleanup(sandbox.close)
        return sandbox

    def setUp(self):
        self.sandbox = self.other
        self.sandbox.out = self.sandbox.folder / self.id()

    def statuses(self):
        return {one["step"]: one["status"] for one in self.sandbox.evidence()[0]["steps"]}

    def leaves_nothing(self):
        self.assertEqual(self.sandbox.left(), self.sandbox.clean())
        evidence, _ = self.sandbox.evidence()
        self.assertEqual((evidence["left"], evidence["steps"][-1]["status"]), ([], "passed"))

    def test_whole_run_shows_every_step_and_leaves_nothing(self):
        code, said = self.going.result()
        self.sandbox = self.whole
        self.assertEqual(code, 0, said)
        self.leaves_nothing()
        statuses = self.statuses()
        # What the simulated AWS cannot show is said, and is no pass.
        hidden = {"deny-record", "deny-plain-http", "alarm-rings", "alarm-by-itself"}
        self.assertEqual({step for step, status in statuses.items() if status != "passed"}, hidden, said)
        self.assertEqual({statuses[step] for step in hidden}, {"not shown"})
        self.reads_well(*self.sandbox.evidence())

    def reads_well(self, evidence, folder):
        self.assertEqual((evidence["result"], evidence["account"], evidence["region"]), ("passed", self.sandbox.account, REGION))
        self.assertEqual(evidence["sha256"]["idle-reaper-x86_64.zip"], hashlib.sha256(self.sandbox.package.read_bytes()).hexdigest())
        self.assertEqual(evidence["sha256"]["infra/spoke.yaml"], hashlib.sha256((ROOT / "infra/spoke.yaml").read_bytes()).hexdigest())
        self.assertLess(0, float(evidence["cost"]["usd"]))
        for step in evidence["steps"]:
            with self.subTest(step=step["step"]):
                self.assertTrue(all(step.get(key) for key in ("title", "how", "expected", "seen", "began", "ended")), step)
                self.assertTrue(step["commands"] or step["status"] == "not shown", step)
        text = (folder / "evidence.md").read_text()
        self.assertIn("**A rehearsal.**", text, "it is not taken for the real thing")
        self.assertEqual([step["step"] for step in evidence["steps"] if f"### {step['step']}" not in text], [])
        for secret in ("AWS_SECRET_ACCESS_KEY", self.sandbox.administrator["SecretAccessKey"], self.sandbox.administrator["SessionToken"]):
            self.assertNotIn(secret, text + json.dumps(evidence))
        tried = next(one for one in evidence["steps"] if one["step"] == "deny-terminate")["commands"]
        self.assertIn((f"{NAME}-probe-act", 254), [(call.get("as"), call["exit"]) for call in tried], "the call itself was refused")
        commands = json.dumps(evidence)
        self.assertIn("EXTERNAL_ID=(hidden)", commands)
        # The last report of an undo, and that of the first stop, are beside it.
        self.assertTrue(any("-undo-" in one.name for one in folder.iterdir()) and any("-apply-" in one.name for one in folder.iterdir()))

    def test_a_deny_that_is_missing_fails_the_run_which_removes_everything(self):
        code, said = self.sandbox.run(user=True, without=["NeverTouchWhatIsKept"])
        self.assertEqual(code, 1, said)
        self.leaves_nothing()
        evidence, _ = self.sandbox.evidence()
        failed = [step for step in evidence["steps"] if step["status"] == "failed"]
        self.assertEqual(evidence["result"], "failed at the step `deny-kept`", json.dumps(failed, indent=1))
        statuses = self.statuses()
        self.assertEqual([step for step, status in statuses.items() if status == "failed"], ["deny-kept"], said)
        self.assertEqual((statuses["deny-reader"], statuses["stop"]), ("passed", "not run"), "the other probes go on, and nothing is armed")
        self.assertEqual(statuses["deploy-twin"], "not shown", "the caller is no role")

    def test_an_interrupted_run_removes_everything(self):
        code, said = self.sandbox.interrupted("launch", signal.SIGINT)
        self.assertEqual(code, 1, said)
        self.leaves_nothing()
        self.assertEqual(self.sandbox.evidence()[0]["result"], "interrupted")
        self.assertEqual(self.statuses()["launch"], "passed", said)

    def test_a_killed_run_blocks_the_next_one_until_it_is_torn_down(self):
        _, said = self.sandbox.interrupted("launch", signal.SIGKILL)
        self.assertNotEqual(self.sandbox.left(), self.sandbox.clean(), said)
        self.assertEqual(self.sandbox.evidence()[0]["result"], "unfinished")
        before = self.sandbox.left()
        code, said = self.sandbox.run()
        self.assertEqual((code, "acceptance-teardown" in said, f"stack {NAME}" in said), (1, True, True), said)
        self.assertEqual(self.sandbox.left(), before, "nothing is made, nothing is removed")
        code, said = self.sandbox.run("teardown")
        self.assertEqual(code, 0, said)
        self.assertEqual(self.sandbox.left(), self.sandbox.clean())

    def test_what_others_made_after_an_interrupted_run_stays(self):
        self.sandbox.interrupted("launch", signal.SIGKILL)
        queues, logs, ec2 = (self.sandbox.client(service) for service in ("sqs", "logs", "ec2"))
        url = queues.create_queue(QueueName=f"{NAME}-alarms-prod")["QueueUrl"]
        own = queues.create_queue(QueueName=f"{NAME}-alarms")["QueueUrl"]
        groups = [f"/aws/lambda/{NAME}-prod", f"/aws/lambda/{NAME}"]
        for name in groups:
            if not logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]:
                logs.create_log_group(logGroupName=name)
        # Somebody else uses the tag `Application`, and another run its own tag.
        tags = [{"Key": "Application", "Value": NAME}, {"Key": "acceptance-run", "Value": "20260101T000000Z-00000000"}]
        about = {"Description": "of somebody else", "TagSpecifications": [{"ResourceType": "security-group", "Tags": tags}]}
        group = ec2.create_security_group(GroupName="of-somebody-else", **about)["GroupId"]
        code, said = self.sandbox.run("teardown")
        left = self.sandbox.left()
        self.assertEqual((left["queues"], left["groups"]), ([url], ["of-somebody-else"]), said)
        self.assertEqual([one["logGroupName"] for one in logs.describe_log_groups()["logGroups"]], groups[:1], said)
        self.assertNotIn(own, left["queues"])
        self.assertEqual(code, 1, "what bears the name is said to be left")
        for word in (url, groups[0], "of-somebody-else"):
            self.assertIn(f"{word}\n", said.split("left: ", 1)[1] + "\n")
        queues.delete_queue(QueueUrl=url)
        logs.delete_log_group(logGroupName=groups[0])
        ec2.delete_security_group(GroupId=group)
        code, said = self.sandbox.run("teardown")
        self.assertEqual((code, self.sandbox.left()), (0, self.sandbox.clean()), said)

    def refused(self, *words, **variables):
        before = self.sandbox.left()
        code, said = self.sandbox.run(**variables)
        self.assertEqual(code, 1, said)
        for word in words:
            self.assertIn(word, said)
        self.assertEqual(self.sandbox.left(), before, "nothing is made")
        self.assertFalse(self.sandbox.out.exists())

    def test_what_is_wrong_is_refused_before_anything_is_made(self):
        self.refused("`ACCOUNT=999999999999`", self.sandbox.account, ACCOUNT="999999999999")
        self.refused("`ACCOUNT` is not set", ACCOUNT="")
        self.refused("is not there", "make package", PACKAGE=str(self.sandbox.folder / "none.zip"))
        self.refused("does not begin with `idle-reaper`", NAME="idle-reaper-acceptance")
        self.refused("no terminal for confirmation", "nothing was made", YES="")
        iam = self.sandbox.client("iam")
        iam.create_role(RoleName="IdleReaperAct", AssumeRolePolicyDocument=json.dumps(acceptance_aws.ADMINISTRATOR))
        self.addCleanup(iam.delete_role, RoleName="IdleReaperAct")
        self.refused("IdleReaperAct", "INSTALLED_TOO=yes")

    def test_what_the_kit_did_not_make_is_not_removed(self):
        queues = self.sandbox.client("sqs")
        url = queues.create_queue(QueueName=f"{NAME}-of-somebody-else")["QueueUrl"]
        self.addCleanup(queues.delete_queue, QueueUrl=url)
        before = self.sandbox.left()
        code, said = self.sandbox.run("teardown")
        self.assertEqual((code, "nothing was removed" in said), (1, True), said)
        self.assertEqual(self.sandbox.left(), before)


class Probes(unittest.TestCase):
    """The table of probes, and the templates."""

    # The kit deploys no events, and with them no queue; and no starts of what others stopped.
    NOT_DEPLOYED = {("hub", "EventsQueuePolicy", "OnlyTls"), ("spoke", "StartWhatOthersStopped", "NeverStartWhatOthersStoppedAndIsKept")}
    # Steps of their own, by what they look at.
    BY_A_STEP = {("hub", "RecordPolicy", "OnlyTls"), ("hub", "TopicPolicy", "OnlyTls"), *(("hub", "RecordPolicy", sid) for sid in probing.OF_THE_RECORD)}

    def denies(self):
        found = set()
        for name in ("hub", "spoke"):
            for key, one in raw(name)["Resources"].items():
                text = json.dumps(one.get("Properties", {})).replace(chr(92) + chr(34), chr(34)).replace(chr(92) + "n", " ")
                for sid in re.findall(r'"Sid": "(\w+)",\s*"Effect": "Deny"', text):
                    found.add((name, key, sid))
        return found

    def test_every_deny_of_the_templates_is_probed(self):
        roles = {"actor": "Actor", "reader": "Reader"}
        probed = {("spoke", roles[one.who], one.sid) for one in probes.PROBES if one.sid}
        self.assertGreater(len(probed), 9)
        self.assertEqual(self.denies(), probed | self.BY_A_STEP | self.NOT_DEPLOYED)

    def simulation(self, one, template, without=None):
        """A probe as the evaluator takes it, over the template's policies, one Deny left out."""
        context = {}
        for entry in json.loads(one.context("idle-reaper:", REGION)):
            values = entry["ContextKeyValues"]
            context[entry["ContextKeyName"]] = values if entry["ContextKeyType"] == "stringList" else values[0]
        place = {
            "INSTANCE": policies.INSTANCE, "VOLUME": policies.VOLUME, "KEY": policies.MANAGED_KEY, "*": "*", "OBJECT": f"{policies.RECORD}/reaper.toml",
            "ROLE": policies.ROLE(policies.SPOKE, "IdleReaperAct")}[one.resource]  # fmt: skip
        asked = policies.simulation((one.who, one.action, place, context, None), policies.documents())
        role = {"actor": "Actor", "reader": "Reader"}[one.who]
        kept = {name: [s for s in text["Statement"] if without is None or s.get("Sid") != without] for name, text in template.policies(role).items()}
        asked["identityPolicies"] = [{"name": name, "policy": {"Version": "2012-10-17", "Statement": some}} for name, some in kept.items() if some]
        return asked

    def test_each_probe_is_refused_by_its_deny_and_by_no_other(self):
        template = Template("spoke", Acting="yes")
        asked, wanted = [], []
        for one in probes.PROBES:
            asked.append(self.simulation(one, template))
            wanted.append((one.name, "ExplicitlyDenied" if one.sid else "Allowed"))
        answers = policies.ask(asked)
        self.assertEqual([(name, answer.get("result")) for (name, _), answer in zip(wanted, answers, strict=True)], wanted)
        denied = [one for one in probes.PROBES if one.sid]
        answers = policies.ask([self.simulation(one, template, without=one.sid) for one in denied])
        self.assertEqual([one.name for one, answer in zip(denied, answers, strict=True) if answer.get("result") == "ExplicitlyDenied"], [], "another Deny covers it: the probe would not notice that its own is missing")


if __name__ == "__main__":
    unittest.main()
