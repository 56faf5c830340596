"""The templates are clean, small, and speak of figures that the binary really gives."""

import json
import pathlib
import re
import subprocess
import sys
import unittest

from policies import ARCHIVE, OWN_KEY
from template import OTHER, ROOT, Template, raw

TEMPLATES = sorted((ROOT / "infra").glob("*.yaml"))
TOOLS = pathlib.Path(sys.executable).parent
# As many bytes as CloudFormation takes without a bucket, and a good deal less than one reads in one sitting.
MOST = 51_200


def metrics():
    """The metrics of a run: those that every run emits, and those that settings can name. A test of the binary holds them to what it emits."""
    text = (ROOT / "src/engine/model/health.rs").read_text()
    lists = (text.split(f"pub const {name}: ")[1].split("];")[0] for name in ("WATCHED_METRICS", "FURTHER_METRICS"))
    return [set(re.findall(r'"([a-z-]+)"', one)) for one in lists]


class Templates(unittest.TestCase):
    def run_tool(self, *command):
        ran = subprocess.run([TOOLS / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)

    def test_cfn_lint_has_nothing_to_say(self):
        self.run_tool("cfn-lint", "--regions", "ap-northeast-1", "us-east-1", "eu-central-1", "--", *TEMPLATES)

    def test_the_scanner_has_nothing_to_say(self):
        # --skip-download: nothing is asked of anybody's servers.
        self.run_tool("checkov", "--skip-download", "--framework", "cloudformation", "--compact", "--quiet", "-d", "infra")

    def test_every_exception_is_explained(self):
        for path in TEMPLATES:
            for name, resource in raw(path.stem)["Resources"].items():
                for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
                    with self.subTest(template=path.stem, resource=name, check=skip["id"]):
                        self.assertGreater(len(skip["comment"].split()), 5)

    def test_each_template_fits_into_one_call_and_one_sitting(self):
        for path in TEMPLATES:
            with self.subTest(template=path.stem):
                self.assertLess(path.stat().st_size, MOST)
                # CloudFormation knows no anchors.
                self.assertIsNone(re.search(r": [&*]\w", path.read_text()))
        self.assertLess(len(Template("hub").resources), 30)
        self.assertEqual(len(Template("spoke").resources), 1)
        self.assertEqual(len(Template("spoke", Acting="yes").resources), 2)

    def test_the_parts_are_invoked_for_stages_that_the_binary_knows(self):
        machine = json.loads(Template("fan-out").resources["Machine"]["Properties"]["DefinitionString"])
        sent = set(re.findall(r'"stage": ?"([a-z-]+)"', json.dumps(machine)))
        code = (ROOT / "src/engine/request/stage.rs").read_text().split("pub fn as_str")[1].split("\n    }")[0]
        self.assertEqual(sent, set(re.findall(r'=> "([a-z-]+)"', code)))

    def test_what_a_review_asks_for_changes_nothing_unless_it_is_asked_for(self):
        new = {
            "Path", "PermissionsBoundary", "CodeSigningConfigArn", "KmsKeyId", "KmsMasterKeyId", "ObjectLockEnabled", "ObjectLockConfiguration",
            "ReplicationConfiguration",
        }  # fmt: skip
        for path in TEMPLATES:
            for name, resource in Template(path.stem).resources.items():
                self.assertEqual(new & set(resource["Properties"]), set(), (path.stem, name))
                self.assertEqual(resource["Properties"].get("SqsManagedSseEnabled", True), True)
        bucket = Template("hub").resources["Record"]["Properties"]
        self.assertEqual(bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"], [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}])

    def test_boundary_and_path_reach_every_role(self):
        by_arn = f"arn:aws:iam::{OTHER}:policy/Boundary"
        for given, wanted in {"Boundary": "arn:aws:iam::{}:policy/Boundary", "it/Boundary": "arn:aws:iam::{}:policy/it/Boundary", by_arn: by_arn}.items():
            more = {"RolePath": "/security/it/", "PermissionsBoundary": given}
            for template in (Template("hub", **ARCHIVE, **more), Template("fan-out", **more), Template("spoke-events", **more), Template("spoke", Acting="yes", **more)):
                roles = [one["Properties"] for one in template.resources.values() if one["Type"] == "AWS::IAM::Role"]
                self.assertGreater(len(roles), 0)
                for role in roles:
                    self.assertEqual((role["Path"], role["PermissionsBoundary"]), ("/security/it/", wanted.format(template.account)))
        pattern = raw("organization")["Parameters"]["PermissionsBoundary"]["AllowedPattern"]
        for text, allowed in {"": True, "Boundary": True, "it/Boundary": True, "arn:aws:iam::aws:policy/PowerUserAccess": True, by_arn: False}.items():
            self.assertEqual(re.fullmatch(pattern, text) is not None, allowed, text)

    def test_with_a_path_every_arn_of_a_role_has_it(self):
        path = {"RolePath": "/security/"}
        hub = Template("hub", **path)
        entered = hub.policies("FunctionRole")["hub"]["Statement"][0]
        self.assertEqual(entered["Resource"], ["arn:aws:iam::*:role/security/IdleReaperRead", "arn:aws:iam::*:role/security/IdleReaperAct"])
        role = "arn:aws:iam::111111111111:role/security/idle-reaper-hub"
        self.assertEqual(Template("fan-out", **path).resources["Function"]["Properties"]["Role"], role)
        spoke = Template("spoke", Acting="yes", **path)
        for name in ("Reader", "Actor"):
            (statement,) = spoke.trust(name)["Statement"]
            self.assertEqual(statement["Condition"]["StringEquals"]["aws:PrincipalArn"], role)
        denied = [one["Condition"]["ArnEquals"] for one in hub.resources["RecordPolicy"]["Properties"]["PolicyDocument"]["Statement"] if "ArnEquals" in one["Condition"]]
        self.assertEqual(denied, [{"aws:PrincipalArn": role}] * 3)

    def test_a_key_encrypts_record_logs_queues_and_topic(self):
        resources = Template("hub", KmsKeyArn=OWN_KEY, Events="yes").resources
        (rule,) = resources["Record"]["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        self.assertEqual(rule, {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": OWN_KEY}, "BucketKeyEnabled": True})
        self.assertEqual(resources["Logs"]["Properties"]["KmsKeyId"], OWN_KEY)
        for name in ("Failures", "EventsQueue", "Topic"):
            self.assertEqual(resources[name]["Properties"]["KmsMasterKeyId"], OWN_KEY)
            self.assertNotIn("SqsManagedSseEnabled", resources[name]["Properties"])

    def test_signed_packages_object_lock_and_the_log_archive(self):
        signing = "arn:aws:lambda:ap-northeast-1:111111111111:code-signing-config:csc-0123456789abcdef0"
        hub = Template("hub", CodeSigningConfigArn=signing, Events="yes", RecordObjectLockDays=30, KmsKeyArn=OWN_KEY, **ARCHIVE)
        for function in (hub.resources["Function"], hub.resources["EventsFunction"], Template("fan-out", CodeSigningConfigArn=signing).resources["Function"]):
            self.assertEqual(function["Properties"]["CodeSigningConfigArn"], signing)
        record = hub.resources["Record"]["Properties"]
        self.assertEqual(record["ObjectLockConfiguration"]["Rule"], {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}})
        self.assertIs(record["ObjectLockEnabled"], True)
        (rule,) = record["ReplicationConfiguration"]["Rules"]
        self.assertEqual(rule["DeleteMarkerReplication"], {"Status": "Disabled"})
        self.assertEqual(rule["Destination"]["EncryptionConfiguration"], {"ReplicaKmsKeyID": ARCHIVE["ArchiveKmsKeyArn"]})
        self.assertEqual(rule["SourceSelectionCriteria"], {"SseKmsEncryptedObjects": {"Status": "Enabled"}})
        (plain,) = Template("hub", **ARCHIVE).resources["Record"]["Properties"]["ReplicationConfiguration"]["Rules"]
        self.assertEqual({"SourceSelectionCriteria"} & set(plain) | {"EncryptionConfiguration"} & set(plain["Destination"]), set())

    def test_acting_is_never_a_default(self):
        for name in ("spoke", "organization"):
            self.assertEqual(raw(name)["Parameters"]["Acting"]["Default"], "no")
        self.assertNotIn("Actor", Template("spoke", KmsKeys="*").resources)

    def test_the_organization_passes_on_what_a_spoke_wants(self):
        spoke = raw("spoke")["Parameters"]
        given = {one["ParameterKey"] for one in Template("organization").resources["Spokes"]["Properties"]["Parameters"]}
        # The names of the roles are the settings', and no choice of a deployment.
        self.assertEqual(set(spoke) - given, {"ReadingRole", "ActingRole"})
        shared = {name: about for name, about in raw("organization")["Parameters"].items() if name in spoke}
        for name, about in shared.items():
            with self.subTest(parameter=name):
                self.assertEqual(about.get("Default"), spoke[name].get("Default"))

    def test_events_are_forwarded_only_where_asked_for_and_from_every_region_that_is_named(self):
        self.assertEqual(set(Template("organization").resources), {"Spokes"})
        asked = {"EventsTemplate": "https://idle-reaper-code.s3.amazonaws.com/spoke-events.yaml", "HubBus": "bus", "EventRegions": "ap-northeast-1,us-east-1"}
        events = Template("organization", **asked).resources["Events"]["Properties"]
        self.assertEqual(events["StackInstancesGroup"][0]["Regions"], ["ap-northeast-1", "us-east-1"])
        self.assertEqual({one["ParameterKey"] for one in events["Parameters"]}, set(raw("spoke-events")["Parameters"]))

    def test_the_function_ends_before_the_next_run_begins_and_reserves_nothing_unless_asked(self):
        seconds = raw("hub")["Mappings"]["Every"]
        for minutes in raw("hub")["Parameters"]["Minutes"]["AllowedValues"]:
            function = Template("hub", Minutes=minutes).resources["Function"]["Properties"]
            # A run may begin 60 s late, and its lock outlives it by 10 s.
            self.assertLessEqual(int(function["Timeout"]) + 70, int(minutes) * 60)
            self.assertEqual(seconds[minutes]["Seconds"], int(minutes) * 60)
        self.assertEqual(Template("hub", Timeout="300").resources["Function"]["Properties"]["Timeout"], "300")
        parts = Template("fan-out")
        self.assertEqual(parts.parameters["Expression"], "rate(15 minutes)")
        self.assertLessEqual(int(parts.resources["Function"]["Properties"]["Timeout"]) + 70, 15 * 60)
        for name, wanted in {"hub": 1, "fan-out": 10}.items():
            self.assertNotIn("ReservedConcurrentExecutions", Template(name).resources["Function"]["Properties"])
            self.assertEqual(Template(name, ReservedConcurrency="yes").resources["Function"]["Properties"]["ReservedConcurrentExecutions"], wanted)

    def test_no_run_notifies_only_while_runs_are_due(self):
        def due(name="hub", **parameters):
            return Template(name, **parameters).resources["NoRun"]["Properties"]["ActionsEnabled"]

        self.assertEqual((due(), due("fan-out")), (True, True))
        self.assertEqual((due(State="DISABLED"), due("fan-out", State="DISABLED")), (False, False))
        self.assertEqual((due(Expression="cron(0 9 * * ? *)"), due("fan-out", Expression="cron(0 9 * * ? *)")), (False, False))

    def test_alarms_watch_the_figures_of_what_the_schedule_sends(self):
        for payload, series in {
            '{"mode":"apply"}': "apply", '{"mode":"plan"}': "plan", '{ "mode" : "plan" }': "plan", '{"at":"x", "mode": "plan"}': "plan",
            '{"mode":"apply","accounts":["a"]}': "apply-selected", '{"mode": "plan", "policies": ["plan"]}': "plan-selected",
            '{"mode":"apply","regions":[]}': "apply-selected", '{"mode":"apply","instances":[]}': "apply-selected",
        }.items():  # fmt: skip
            for name, one in Template("hub", Payload=payload).resources.items():
                if one["Properties"].get("Namespace") == "IdleReaper":
                    with self.subTest(payload=payload, alarm=name):
                        self.assertEqual(one["Properties"]["Dimensions"], [{"Name": "mode", "Value": series}])

    def test_the_pause_is_no_property_of_a_stack(self):
        for path in TEMPLATES:
            kinds = [one["Type"] for one in raw(path.stem)["Resources"].values()]
            self.assertNotIn("AWS::SSM::Parameter", kinds, path.stem)

    def test_alarms_watch_what_every_run_emits_and_nothing_else_is_emitted_unasked(self):
        resources = [*Template("hub", **ARCHIVE).resources.values(), *Template("fan-out").resources.values()]
        watched = {one["Properties"]["MetricName"] for one in resources if one["Properties"].get("Namespace") == "IdleReaper"}
        self.assertEqual(watched, metrics()[0])

    def test_the_dashboard_is_a_choice_and_needs_no_metric_that_costs(self):
        self.assertNotIn("Dashboard", Template("hub").resources)
        widgets = json.loads(Template("hub", WithDashboard="yes").resources["Dashboard"]["Properties"]["DashboardBody"])["widgets"]
        figures, queried = set().union(*metrics(), {"skipped", "run", "mode"}), set()
        for widget in widgets:
            for row in widget["properties"].get("metrics", []):
                self.assertIn(row[0], (".", "AWS/Lambda"))
            for part in widget["properties"].get("query", "").split(" | ")[2:]:
                queried |= set(re.findall(r"(?:max|sum)\(`?([a-z-]+)`?\)", part)) | set(re.findall(r"[a-z-]+", part.removeprefix("fields @timestamp")) if part.startswith("fields") else [])
        self.assertGreater(len(queried), 8)
        self.assertEqual(queried - figures, set(), "no field of the line that a run logs")


class Documentation(unittest.TestCase):
    def test_the_threat_model_names_every_deny_of_the_acting_role(self):
        text = (ROOT / "docs/threat-model.md").read_text()
        documents = Template("spoke", Acting="yes", KmsKeys="*").policies("Actor").values()
        documents = [*documents, *Template("spoke", Acting="yes", StartAtOpening="yes").policies("Actor").values()]
        denies = {one["Sid"] for document in documents for one in document["Statement"] if one["Effect"] == "Deny"}
        self.assertEqual({sid for sid in denies if f"`{sid}`" not in text}, set())

    def test_the_policies_of_the_page_for_everything_else_are_those_of_the_template(self):
        text = (ROOT / "docs/running.md").read_text().split("## Permissions")[1]
        blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.S)]
        shown = [one for block in blocks for one in block.get("Statement", [block])]
        spoke = Template("spoke", Acting="yes", Databases="yes", Services="yes", KmsKeys="arn:aws:kms:*:222222222222:key/*")
        wanted = [one for role in ("Reader", "Actor") for policy in spoke.policies(role).values() for one in policy["Statement"]]
        self.assertEqual(spoke.trust("Reader"), spoke.trust("Actor"))
        wanted += spoke.trust("Actor")["Statement"]
        wanted += Template("spoke", Acting="yes", StartAtOpening="yes").policies("Actor")["start-at-opening"]["Statement"]
        written = [json.dumps(one, indent=2) for one in wanted if one not in shown]
        self.assertEqual(written, [], "in infra/spoke.yaml, and not so in docs/running.md")
        self.assertEqual([one for one in shown if one not in wanted], [], "in docs/running.md, and not so in infra/spoke.yaml")

    def test_the_guide_speaks_of_every_alarm(self):
        text = (ROOT / "docs/operating.md").read_text()
        both = [*Template("hub").resources.values(), *Template("fan-out").resources.values()]
        alarms = [one["Properties"]["AlarmName"] for one in both if one["Type"] == "AWS::CloudWatch::Alarm"]
        self.assertEqual([name for name in alarms if f"| `{name.removeprefix('idle-reaper-')}` |" not in text], [])


if __name__ == "__main__":
    unittest.main()
