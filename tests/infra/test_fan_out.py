"""The state machine of `infra/fan-out.yaml` itself, deployed into the simulated AWS by `tools/deploy.sh` and executed there,
its function the real binary under the local runtime emulator: the demo's organisation has the same report through it as
through the function alone, and a child that fails is a unreachable spot.
"""

import gzip
import json
import pathlib
import re
import sys
import tempfile
import unittest
import zipfile

from template import ROOT, Template, document
from test_deployed import EVENING, REGION, World, binary, numbers

sys.path.insert(0, str(ROOT / "tests"))
import demo  # noqa: E402

# The longest that an execution may take here, in looks at it.
LOOKS, PAUSE = 1200, 0.1


class Installed:
    """The hub and the state machine, deployed; the function served."""

    def __init__(self, folder, name):
        self.world, self.executions = World(), 0
        world = self.world
        folder = pathlib.Path(folder) / name
        folder.mkdir()
        package = folder / "package.zip"
        with zipfile.ZipFile(package, "w") as archive:  # moto's Lambda never runs it: the real binary runs beside it
            archive.writestr("bootstrap", "#!/bin/true\n")
        self.record = f"idle-reaper-{world.account}-{REGION}"
        settings = (ROOT / "tests/demo.toml").read_text().replace("s3://idle-reaper-records/record", f"s3://{self.record}/record")
        path = folder / "reaper.toml"
        path.write_text(settings)
        # moto makes no parameter of the demo's name.
        world.ask("POST", "/parameter", {"name": "/idle-reaper/pause", "value": "off"})
        world.client("ssm").delete_parameter(Name="/idle-reaper/pause")
        self.hub = world.deploy("hub", PACKAGE=str(package), SETTINGS=str(path))
        self.parts = world.deploy("fan-out", PACKAGE=str(package), PARAMETERS="AccountsAChild=2 Children=3")
        # moto deploys state machines into one place and executes those of another.
        (deployed,) = self.world.client("stepfunctions").list_state_machines()["stateMachines"]
        self.deployed = self.world.client("stepfunctions").describe_state_machine(stateMachineArn=deployed["stateMachineArn"])
        self.log = open(folder / "function.log", "w+b")  # noqa: SIM115
        environment = world.environment | {"IDLE_REAPER_CONFIG": f"s3://{self.record}/reaper.toml", "IDLE_REAPER_AT": EVENING}
        self.function = demo.Function(environment, self.log, binary())
        world.ask("POST", "/clock", {"now": EVENING})

    def close(self):
        self.function.close()
        self.log.close()
        self.world.close()

    def execute(self, request, fails=None):
        """Runs the state machine on a request; answers its status and its output or cause."""
        self.world.ask("POST", "/machines", {"url": self.function.url, "fails": fails or {}})
        client = self.world.client("stepfunctions")
        name, definition, role = (self.deployed[key] for key in ("name", "definition", "roleArn"))
        machine = client.create_state_machine(name=name, definition=definition, roleArn=role)["stateMachineArn"]
        self.executions += 1
        arn = client.start_execution(stateMachineArn=machine, name=f"run-{self.executions}", input=json.dumps(request))["executionArn"]
        for _ in range(LOOKS):
            found = client.describe_execution(executionArn=arn)
            if found["status"] != "RUNNING":
                break
            demo.time.sleep(PAUSE)
        return found["status"], json.loads(found.get("output") or "null") or {"error": found.get("error"), "cause": found.get("cause")}

    def whole(self, answer):
        place = answer["report"].removeprefix(f"s3://{self.record}/")
        body = self.world.client("s3").get_object(Bucket=self.record, Key=place)["Body"].read()
        # The report of a dry run in parts is an answer and no part of the record, and is not compressed.
        return json.loads(gzip.decompress(body) if place.endswith(".gz") else body)

    def keys(self):
        pages = self.world.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.record)
        return {one["Key"] for page in pages for one in page.get("Contents", [])}

    def states(self):
        return {one["id"]: one["state"] for one in self.world.ask("GET", "/instances")}


def told(report):
    """A report without what must differ: ids of the run and of AWS's answers, what it called, when by the process's clock."""
    text = re.sub(r"request [A-Za-z0-9]{20,}", "request", json.dumps(report).replace(report["run"], "run"))
    report = json.loads(text) | {"cost": None}
    report["counts"]["calls"] = None
    report["outcomes"] = [outcome | {"at": None} for outcome in report["outcomes"]]
    return report


class FanOut(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name

    def installed(self, name):
        installed = Installed(self.folder, name)
        self.addCleanup(installed.close)
        self.assertEqual((installed.hub.returncode, installed.parts.returncode), (0, 0), installed.hub.stderr + installed.parts.stderr)
        return installed

    def test_the_demo_organisation_has_the_same_report_through_the_machine_as_through_the_function_alone(self):
        alone, parts = self.installed("alone"), self.installed("parts")
        for request in ({"mode": "plan"}, {"mode": "apply"}):
            answer = alone.function.invoke(request)
            one = answer["report"] if request["mode"] == "plan" else alone.whole(answer)
            status, answer = parts.execute(request)
            self.assertEqual(status, "SUCCEEDED", answer)
            other = parts.whole(answer)
            with self.subTest(request=request):
                self.assertEqual(told(one), told(other))
                self.assertEqual(answer["counts"], other["counts"])
        self.assertGreater(other["counts"]["stopped"], 10)
        self.assertEqual(alone.states(), parts.states())
        stages = [event["stage"] for event in parts.world.ask("GET", "/machines")]
        self.assertEqual((stages[0], stages[-1]), ("targets", "conclude"))
        self.assertEqual(stages.count("plan"), 1, "one plan")
        self.assertGreater(stages.count("scan"), 2)
        self.assertGreater(stages.count("act"), 1)
        self.assertNotIn("record/acting.lock", parts.keys())

    def test_each_resource_is_there_by_its_own_api(self):
        parts = self.installed("deployed")
        client, template = parts.world.client, Template("fan-out", account=parts.world.account, AccountsAChild=2, Children=3, CodeBucket="b", CodeKey="k")
        found = client("lambda").get_function_configuration(FunctionName="idle-reaper-parts")
        self.assertEqual((found["Role"], int(found["Timeout"])), (f"arn:aws:iam::{parts.world.account}:role/idle-reaper-hub", 780))
        self.assertEqual(found["Environment"]["Variables"], {"IDLE_REAPER_CONFIG": f"s3://{parts.record}/reaper.toml"})
        self.assertNotIn("ReservedConcurrentExecutions", client("lambda").get_function_concurrency(FunctionName="idle-reaper-parts"))
        machine = template.resources["Machine"]["Properties"]
        self.assertEqual(json.loads(parts.deployed["definition"]), json.loads(machine["DefinitionString"]))
        (role,) = [one for one in client("iam").list_roles()["Roles"] if one["Arn"] == parts.deployed["roleArn"]]
        self.assertEqual(document(role["AssumeRolePolicyDocument"]), template.trust("MachineRole"))
        self.assertEqual(client("iam").list_role_policies(RoleName=role["RoleName"])["PolicyNames"], ["parts"])
        # moto's CloudFormation ignores these two: they are made from the template's own properties, and asked for.
        schedule, alarm = (template.resources[name]["Properties"] for name in ("Schedule", "Broken"))
        arn = f"arn:aws:iam::{parts.world.account}:role/schedule"
        client("scheduler").create_schedule(**json.loads(json.dumps(schedule).replace('"ScheduleRole.Arn"', json.dumps(arn))))
        sent = client("scheduler").get_schedule(Name="idle-reaper-parts")["Target"]
        self.assertEqual((sent["Arn"], json.loads(sent["Input"])), (parts.deployed["stateMachineArn"], {"mode": "apply"}))
        client("cloudwatch").put_metric_alarm(**numbers(alarm))
        self.assertEqual([one["AlarmName"] for one in client("cloudwatch").describe_alarms(AlarmNames=["idle-reaper-parts-broken"])["MetricAlarms"]], ["idle-reaper-parts-broken"])
        removed = parts.world.deploy("destroy-fan-out")
        self.assertEqual(removed.returncode, 0, removed.stderr)
        self.assertEqual([one["FunctionName"] for one in client("lambda").list_functions()["Functions"]], ["idle-reaper"])

    def test_a_child_that_looks_and_fails_is_a_blind_spot_and_without_a_plan_nothing_is_done(self):
        parts = self.installed("failing")
        status, answer = parts.execute({"mode": "plan"})
        self.assertEqual(status, "SUCCEEDED", answer)
        before = {(row["account"]) for row in parts.whole(answer)["resources"]}
        # A child that looks.
        status, answer = parts.execute({"mode": "plan"}, {"scan": 1})
        self.assertEqual((status, answer["health"]), ("SUCCEEDED", "degraded"))
        report = parts.whole(answer)
        dark = {unreachable["account"] for unreachable in report["unreachable"] if "came to nothing" in unreachable["cause"]}
        self.assertEqual(len(dark), 2, "a batch of two accounts")
        self.assertEqual({row["account"] for row in report["resources"]}, before - dark, "the others are seen")
        # The plan: nothing is done, and the next run need not wait for the lock.
        status, answer = parts.execute({"mode": "apply"}, {"plan": None})
        self.assertEqual((status, answer["error"]), ("FAILED", "Runtime.ExitError"))
        self.assertNotIn("record/acting.lock", parts.keys())
        # Another run is under way: that is no failure, and nothing is done.
        held = {"run": "20261125T123000Z-00000009", "until": "2100-01-01T00:00:00Z"}
        parts.world.client("s3").put_object(Bucket=parts.record, Key="record/acting.lock", Body=json.dumps(held))
        before = parts.states()
        status, answer = parts.execute({"mode": "apply"})
        self.assertEqual((status, answer["next"]), ("SUCCEEDED", "nothing"))
        self.assertIn("00000009", answer["note"])
        self.assertEqual(parts.states(), before)

    def test_of_a_child_that_acts_and_fails_every_step_is_unverified(self):
        parts = self.installed("acting")
        status, answer = parts.execute({"mode": "apply"}, {"act": 0})
        self.assertEqual((status, answer["health"]), ("SUCCEEDED", "degraded"))
        report = parts.whole(answer)
        self.assertEqual(len(report["outcomes"]), len(report["plan"]["steps"]), "each step has its outcome")
        lost = {(one["outcome"], one["account"]) for one in report["outcomes"] if "came to nothing" in one["detail"]}
        self.assertEqual({outcome for outcome, _ in lost}, {"unverified"})
        others = {one["account"] for one in report["outcomes"]} - {account for _, account in lost}
        self.assertTrue(lost and others, "one child's accounts, and no others")
        self.assertGreater(report["counts"]["stopped"], 3)

    def test_what_cannot_be_asked_fails_and_says_why(self):
        parts = self.installed("refused")
        for request, error in (({}, "RequestInvalid"), ({"mode": "undo", "run": "20261125T123000Z-1a2b3c4d"}, "RequestInvalid"), ({"mode": "apply", "accounts": ["nobody"]}, "RequestInvalid")):
            with self.subTest(request=request):
                status, answer = parts.execute(request)
                self.assertEqual((status, answer["error"]), ("FAILED", error))
                self.assertNotIn("record/acting.lock", parts.keys())
        # An empty selector selects nothing, and is no error.
        status, answer = parts.execute({"mode": "apply", "accounts": []})
        self.assertEqual((status, answer["counts"]["found"]), ("SUCCEEDED", 0))


if __name__ == "__main__":
    unittest.main()
