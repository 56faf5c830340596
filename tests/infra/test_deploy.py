"""`tools/deploy.sh` against a stand-in for the AWS CLI: what the simulated AWS cannot show, such as quotas, states of stacks,
other partitions, and a bucket of thousands of versions.
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import unittest

from aws_cli import Cli
from template import ROOT, raw

VERSION = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]
CRON = "cron(0/15 6-23 ? * MON-FRI *)"
# What changes nothing.
READS = re.compile(r"(get|describe|head|list)-.*|wait")
SCRIPTS = [ROOT / "tools" / name for name in ("deploy.sh", "deploy_parts.sh", "deploy_checks.sh", "deploy_release.sh")]
CODE, RECORD = "idle-reaper-code-111111111111-ap-northeast-1", "idle-reaper-111111111111-ap-northeast-1"
UNITS = {"UNITS": "ou-ab12-34cd56ef", "EXTERNAL_ID": "an-external-id-of-some-length"}


class Deploy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.cli = Cli(folder.name, "stub")
        cls.addClassCleanup(cls.cli.close)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name in ("package.zip", "reaper.toml"):
            (self.folder / name).write_text("x")
        self.stub = shutil.copy(self.cli.aws, self.folder)
        self.world = {"stacks": {}, "buckets": {}, "ssm": {}, "lambda": {"total": 1000, "free": 1000}, "instances": {}, "fails": {}, "calls": []}

    def run_(self, verb, **variables):
        """Runs the script in the world; `changes` are its calls that change something."""
        place = self.folder / "world.json"
        place.write_text(json.dumps(self.world | {"calls": []}))
        environment = {
            "PATH": f"{self.folder}:{os.environ['PATH']}", "HOME": str(self.folder), "AWS_REGION": "ap-northeast-1", "STUB_WORLD": str(place),
            "PACKAGE": str(self.folder / "package.zip"), "ORGANIZATION": "o-a1b2c3d4e5", "IDLE_REAPER": "",
        } | variables  # fmt: skip
        ran = subprocess.run(["bash", SCRIPTS[0], verb], env=environment, capture_output=True, text=True, timeout=60, check=False)
        self.world = json.loads(place.read_text())
        self.changes = [call for call in self.world["calls"] if not READS.fullmatch(call[1])]
        return ran

    def done(self, verb, **variables):
        ran = self.run_(verb, **variables)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran

    def refused(self, verb, *words, **variables):
        ran = self.run_(verb, **variables)
        self.assertNotEqual(ran.returncode, 0, ran.stdout)
        for word in words:
            self.assertIn(word, ran.stderr)
        self.assertEqual(self.changes, [], "nothing is made before")

    def stack(self, name="idle-reaper"):
        return self.world["stacks"][name]

    def given(self, name="idle-reaper"):
        return self.stack(name)["parameters"]

    def installed(self, **variables):
        return self.done("hub", SETTINGS=str(self.folder / "reaper.toml"), **variables)

    # --- parameters ---------------------------------------------------------------------------------------------

    def test_any_value_passes_through_parameters(self):
        for text, wanted in {
            f"Expression={CRON}": {"Expression": CRON},
            f"OperatorMail=a@example.com Expression={CRON} Zone=Asia/Tokyo": {"Expression": CRON, "Zone": "Asia/Tokyo", "OperatorMail": "a@example.com"},
            f"  Expression='{CRON}'\n Zone=UTC\n": {"Expression": CRON, "Zone": "UTC"},
            'Payload={"mode": "plan", "policies": ["a b"]} State=DISABLED': {"Payload": '{"mode": "plan", "policies": ["a b"]}', "State": "DISABLED"},
            "Payload='{\"mode\":\"plan\",\"policies\":[\"a B=c * $HOME `x`\"]}'": {"Payload": '{"mode":"plan","policies":["a B=c * $HOME `x`"]}'},
            "SecretArns= OperatorMail=b@example.com": {"SecretArns": "", "OperatorMail": "b@example.com"},
        }.items():
            with self.subTest(parameters=text):
                self.world["stacks"], self.world["buckets"] = {}, {}
                self.done("hub", PARAMETERS=text)
                self.assertEqual({key: self.given()[key] for key in wanted}, wanted)

    def test_a_mistyped_parameter_is_refused(self):
        for text in ("Minute=10", "Minutes=10 Zones=UTC", "OperatorMail=a@example.com Minuts=10", "fast", "=5"):
            with self.subTest(parameters=text):
                self.refused("hub", "error: ", PARAMETERS=text)
        self.refused("fan-out", "the hub `idle-reaper` is not there", PARAMETERS="Children=5")

    def test_prefix_and_keys_reach_every_account(self):
        keys = {"TAG_PREFIX": "acme:", "KMS_KEYS": "arn:aws:kms:*:222222222222:key/*,arn:aws:kms:*:333333333333:key/*"}
        self.done("organization", **UNITS, **keys)
        self.done("spoke", HUB_ACCOUNT="111111111111", **UNITS, **keys)
        for name in ("idle-reaper-organization", "idle-reaper-spoke"):
            self.assertEqual((self.given(name)["TagPrefix"], self.given(name)["KmsKeys"]), tuple(keys.values()))
        # What is not said is kept, what is set to nothing is taken away.
        self.done("organization", **UNITS, KMS_KEYS="")
        found = self.given("idle-reaper-organization")
        self.assertEqual((found["TagPrefix"], found["KmsKeys"]), ("acme:", ""))

    def test_event_regions_taken_away_take_the_second_stack_set_away(self):
        self.installed(PARAMETERS="Events=yes")
        self.done("organization", **UNITS, EVENT_REGIONS="ap-northeast-1,us-east-1")
        found = self.given("idle-reaper-organization")
        self.assertRegex(found["EventsTemplate"], rf"^https://{CODE}\.s3\.ap-northeast-1\.amazonaws\.com/templates/spoke-events-[0-9a-f]{{16}}\.yaml$")
        self.done("organization", **UNITS)
        self.assertEqual(self.given("idle-reaper-organization")["EventsTemplate"], "")

    # --- what a security review asks for --------------------------------------------------------------------------

    KEY = "arn:aws:kms:ap-northeast-1:111111111111:key/11111111-2222-3333-4444-555555555555"
    SIGNING = "arn:aws:lambda:ap-northeast-1:111111111111:code-signing-config:csc-0123456789abcdef0"

    def test_boundary_path_key_and_signing_reach_every_stack_and_stay(self):
        roles = {"ROLE_PATH": "/security/", "PERMISSIONS_BOUNDARY": "Boundary"}
        self.installed(**roles, KMS_KEY_ARN=self.KEY, CODE_SIGNING_CONFIG_ARN=self.SIGNING)
        self.done("fan-out")
        self.done("organization", **UNITS, **roles, KMS_KEY_ARN=self.KEY)
        for name in ("idle-reaper", "idle-reaper-parts", "idle-reaper-organization"):
            self.assertEqual((self.given(name)["RolePath"], self.given(name)["PermissionsBoundary"]), ("/security/", "Boundary"), name)
        for name in ("idle-reaper", "idle-reaper-parts"):
            self.assertEqual((self.given(name)["KmsKeyArn"], self.given(name)["CodeSigningConfigArn"]), (self.KEY, self.SIGNING), name)
        self.assertNotIn("KmsKeyArn", self.given("idle-reaper-organization"), "a template has only its own")
        self.assertEqual(self.given("idle-reaper-organization")["HubRole"], "idle-reaper-hub")
        # What is not said is kept, what is set to nothing is taken away, PARAMETERS wins.
        self.done("hub", PERMISSIONS_BOUNDARY="", CODE_SIGNING_CONFIG_ARN="x", PARAMETERS=f"CodeSigningConfigArn={self.SIGNING}")
        found = self.given()
        self.assertEqual((found["RolePath"], found["PermissionsBoundary"], found["KmsKeyArn"], found["CodeSigningConfigArn"]), ("/security/", "", self.KEY, self.SIGNING))

    def test_the_path_of_roles_that_are_there_is_refused_before_cloudformation_would(self):
        self.installed()
        self.refused("hub", "`/`", "`/security/`", ROLE_PATH="/security/")
        self.done("organization", **UNITS)
        self.refused("organization", "cannot move", **UNITS, PARAMETERS="RolePath=/security/")
        del self.given()["RolePath"]  # an earlier release has none
        self.done("hub", ROLE_PATH="/")

    def test_tags_are_kept_until_others_are_given(self):
        def tags(name="idle-reaper"):
            return self.stack(name)["tags"]

        self.installed(TAGS="CostCentre=4711 Owner=platform team data:class=internal")
        wanted = {"Application": "idle-reaper", "CostCentre": "4711", "Owner": "platform team", "data:class": "internal"}
        self.assertEqual(tags(), wanted)
        self.done("hub")
        self.assertEqual(tags(), wanted, "what is not said is kept")
        self.done("organization", **UNITS, TAGS="Cost Centre=4711\nApplication=finops=yes\n")
        self.assertEqual(tags("idle-reaper-organization"), {"Cost Centre": "4711", "Application": "finops=yes"})
        self.refused("destroy", "idle-reaper-organization")  # whatever its tags say
        self.done("hub", TAGS="")
        self.assertEqual(tags(), {"Application": "idle-reaper"})
        for text in ("CostCentre", "=4711", "aws:x=1"):
            with self.subTest(tags=text):
                before = dict(tags())
                self.assertNotEqual(self.run_("hub", TAGS=text).returncode, 0)
                self.assertEqual(tags(), before)

    def test_object_lock_is_chosen_when_the_bucket_is_made_and_ends_before_names_must_go(self):
        self.refused("hub", "KeepPeopleDays=90", RECORD_OBJECT_LOCK_DAYS="91")
        self.installed(RECORD_OBJECT_LOCK_DAYS="365", RECORD_OBJECT_LOCK_MODE="COMPLIANCE", KEEP_PEOPLE_DAYS="0")
        self.assertEqual((self.given()["RecordObjectLockDays"], self.given()["RecordObjectLockMode"]), ("365", "COMPLIANCE"))
        self.done("hub", RECORD_OBJECT_LOCK_DAYS="400")
        self.refused("hub", "when the bucket is made", RECORD_OBJECT_LOCK_DAYS="0")
        self.world |= {"stacks": {}, "buckets": {}}
        self.installed()
        self.refused("hub", "when the bucket is made", RECORD_OBJECT_LOCK_DAYS="30")

    def test_an_upgrade_lets_no_names_expire_until_somebody_says_so(self):
        self.installed()
        self.assertEqual(self.given()["KeepPeopleDays"], "90")
        del self.given()["KeepPeopleDays"]  # an earlier release has none
        self.assertIn("KEEP_PEOPLE_DAYS=90", self.done("hub").stderr)
        self.assertEqual(self.given()["KeepPeopleDays"], "0")
        self.assertNotIn("KEEP_PEOPLE_DAYS", self.done("hub").stderr)
        self.done("hub", KEEP_PEOPLE_DAYS="120")
        self.assertEqual(self.given()["KeepPeopleDays"], "120")

    def test_bucket_and_settings_of_a_new_hub_belong_together(self):
        for name in ("examples/reaper.toml", "examples/every-key.toml", "src/render/first_settings.toml"):
            self.assertRegex((ROOT / name).read_text(), r"(?m)^keep-people-days = 90\b", name)
        settings = self.folder / "reaper.toml"
        self.assertIn("`keep-people-days = 90`", self.installed().stderr)
        for text in ("[run]\nkeep-people-days = 90\n", "run.keep-people-days = 90\n"):
            settings.write_text(text)
            self.assertNotIn("keep-people-days", self.installed().stderr)
        settings.write_text("[run]\n# keep-people-days = 90\n")
        self.assertIn("`keep-people-days = 30`", self.installed(KEEP_PEOPLE_DAYS="30").stderr)
        self.assertNotIn("keep-people-days", self.installed(KEEP_PEOPLE_DAYS="0").stderr)

    def test_an_update_by_other_means_expires_nothing(self):
        self.assertEqual(raw("hub")["Parameters"]["KeepPeopleDays"]["Default"], 0)

    # --- the settings, before they are uploaded -------------------------------------------------------------------

    def test_settings_that_include_files_are_refused_before_anything_is_made(self):
        settings = self.folder / "reaper.toml"
        tops = ('include = ["policies/*.toml"]', "include=['a.toml']", '"include" = ["a.toml"]', "  'include' = [\n  \"a.toml\",\n]", 'include = [] , "x"')
        for there in (False, True):
            for top in tops:
                with self.subTest(top=top, there=there):
                    settings.write_text(f"# include\nversion = 1\n{top}\n\n[run]\n")
                    self.refused("hub", "line 3 ", "`include`", SETTINGS=str(settings))
            settings.write_bytes(b'\xef\xbb\xbfinclude = ["a.toml"]\r\n')
            self.refused("hub", "line 1 ", SETTINGS=str(settings))
            settings.write_text("version = 1\n")
            self.installed()  # and now over settings that work
        for text in ('include = []  # none\n', "include = [ ]\r\n", '# include = ["a"]\n', '[x]\ninclude = ["a"]\n', '[[policies]]\nmatch = 1\ninclude = ["a"]\n'):
            with self.subTest(text=text):
                settings.write_text(text)
                self.installed()

    def checker(self, text):
        path = self.folder / "idle-reaper"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)

    def test_settings_with_mistakes_are_refused_where_the_binary_is_at_hand(self):
        settings = self.folder / "reaper.toml"
        # The stand-in finds a mistake in what has one, and what lies beside the settings is not there for it.
        checker = self.checker('[ "$2" = check ] && [ "$(ls | wc -l)" -eq 1 ] || exit 9\n! grep -n wrong "${1#--config=}" || exit 1')
        settings.write_text("version = 1\nwrong = 2\n")
        (self.folder / "beside.toml").write_text("")
        self.refused("hub", "2:wrong = 2", "refuses the settings", "nothing was changed", SETTINGS=str(settings), IDLE_REAPER=checker)
        settings.write_text("version = 1\n")
        self.assertNotIn("unchecked", self.installed(IDLE_REAPER=checker).stderr)
        self.assertIn("unchecked", self.installed(IDLE_REAPER="").stderr)
        self.refused("hub", "which is no program", "/nowhere", SETTINGS=str(settings), IDLE_REAPER="/nowhere")
        self.refused("hub", "are not there", SETTINGS="/nowhere.toml")
        self.assertNotIn("unchecked", self.done("hub").stderr, "nothing is uploaded")

    def test_the_binary_in_the_path_checks_the_settings(self):
        self.checker("exit 1")
        environment = {"PATH": f"{self.folder}:{os.environ['PATH']}", "TEMP": str(self.folder), "SETTINGS": str(self.folder / "reaper.toml")}
        script = '. tools/deploy_parts.sh; . tools/deploy_checks.sh; check_settings'
        ran = subprocess.run(["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((ran.returncode, "refuses the settings" in ran.stderr), (1, True), ran.stderr)

    # --- what must hold before ----------------------------------------------------------------------------------

    def test_a_timeout_as_long_as_the_interval_is_refused(self):
        for text in ("Timeout=900", "Minutes=5 Timeout=300", "Expression=rate(5 minutes)", "Expression=cron(0/5 * * * ? *)",
                     "Expression=cron(0,5 * * * ? *) Timeout=300", "Expression=cron(* * * * ? *)"):  # fmt: skip
            with self.subTest(parameters=text):
                self.refused("hub", "when the next one begins", PARAMETERS=text)
        self.installed()
        for text in ("", "Minutes=5", "Minutes=60", "Minutes=30 Timeout=900", "Minutes=15 Expression=cron(0/5 * * * ? *) Timeout=240",
                     f"Expression={CRON} Timeout=auto", "Expression=cron(0 8 * * ? *) Timeout=900", "Expression=rate(1 hour)",
                     "Expression=at(2026-12-01T08:00:00)"):  # fmt: skip
            with self.subTest(parameters=text):
                self.done("hub", PARAMETERS=text)
        self.refused("fan-out", "when the next one begins", PARAMETERS="Expression=rate(10 minutes)")
        self.refused("fan-out", "when the next one begins", PARAMETERS="Timeout=900")
        self.done("fan-out")

    def test_the_timeout_of_an_earlier_release_is_mended_by_an_upgrade(self):
        self.installed()
        self.given()["Timeout"] = "900"
        ran = self.done("hub")
        self.assertEqual(self.given()["Timeout"], "auto")
        self.assertIn("Timeout", ran.stderr)

    def test_a_quota_that_bears_no_reservation_refuses_before_anything_is_made(self):
        for total, free, own, refused in ((10, 10, 0, True), (50, 50, 0, True), (100, 100, 0, True), (1000, 100, 0, True), (101, 101, 0, False), (1000, 100, 1, False)):
            with self.subTest(free=free, own=own):
                self.world |= {"stacks": {}, "buckets": {}, "lambda": {"total": total, "free": free, "own": own}}
                if refused:
                    self.refused("hub", f"{total} concurrent executions", "Leave it out", PARAMETERS="ReservedConcurrency=yes")
                else:
                    self.done("hub", PARAMETERS="ReservedConcurrency=yes")
        # What is kept from the last deployment is asked again.
        self.world["lambda"] = {"total": 10, "free": 10}
        self.refused("hub", "Leave it out")
        self.world |= {"stacks": {}, "buckets": {}}
        self.done("hub")
        self.world |= {"stacks": {}, "buckets": {}, "lambda": {"total": 1000, "free": 109}}
        self.installed()
        self.refused("fan-out", "reserve 10 of", PARAMETERS="ReservedConcurrency=yes")
        self.done("fan-out", PARAMETERS="ReservedConcurrency=yes Children=9")
        self.world["fails"]["lambda get-account-settings"] = "(AccessDeniedException)"
        self.refused("hub", "lambda:GetAccountSettings", PARAMETERS="ReservedConcurrency=yes")

    def test_a_bucket_of_somebody_else_is_refused(self):
        for name in (CODE, RECORD):
            with self.subTest(bucket=name):
                self.world["buckets"] = {name: {"owner": "999999999999"}}
                self.refused("hub", name, "another account")

    def test_every_call_to_a_bucket_asks_for_its_owner(self):
        self.installed()
        calls = self.world["calls"]
        self.done("destroy", RECORD_TOO="yes")
        for call in calls + self.world["calls"]:
            if call[0] == "s3api" and call[1] != "create-bucket":
                self.assertEqual(call[call.index("--expected-bucket-owner") + 1], "111111111111", call)
            self.assertNotEqual(call[0], "s3", "`aws s3` cannot ask for the owner")

    # --- the first installation ---------------------------------------------------------------------------------

    def test_a_new_hub_is_disabled_until_its_settings_are_there(self):
        self.installed()
        self.assertEqual(self.stack()["states"], ["DISABLED", "ENABLED"])
        made = [" ".join(call[:2]) for call in self.changes]
        last = len(made) - 1 - made[::-1].index("cloudformation deploy")
        settings = next(at for at, call in enumerate(self.changes) if "reaper.toml" in call)
        quiet = next(at for at, call in enumerate(self.changes) if call[:2] == ["cloudwatch", "set-alarm-state"])
        self.assertTrue(made.index("cloudformation deploy") < settings < last)
        self.assertLess(quiet, last)
        self.assertEqual(self.changes[quiet][self.changes[quiet].index("--alarm-name") + 1], "idle-reaper-no-run")

    def test_a_new_hub_without_settings_stays_disabled_and_says_how_to_enable_it(self):
        ran = self.done("hub")
        self.assertEqual(set(self.stack()["states"]), {"DISABLED"})
        self.assertIn("State=ENABLED", ran.stdout + ran.stderr)
        self.done("hub", PARAMETERS="State=ENABLED")
        self.assertEqual(self.given()["State"], "DISABLED", "there is still nothing to run by")
        self.installed(PARAMETERS="State=ENABLED")
        self.assertEqual(self.given()["State"], "ENABLED")
        self.assertLess(next(at for at, call in enumerate(self.changes) if "reaper.toml" in call), len(self.changes) - 1)

    def test_settings_in_a_parameter_are_uploaded_there(self):
        self.installed(PARAMETERS="Settings=ssm")
        self.assertIn("/idle-reaper/settings", self.world["ssm"])
        self.assertEqual(self.given()["State"], "ENABLED")

    def test_a_schedule_that_was_switched_off_stays_off(self):
        self.installed(PARAMETERS="State=DISABLED")
        self.assertEqual(self.given()["State"], "DISABLED")
        self.assertIn("switches it on", self.done("hub").stdout)
        self.assertEqual(self.given()["State"], "DISABLED")

    def test_settings_that_are_no_file_are_refused_before(self):
        self.refused("hub", "are not there", SETTINGS="/nowhere/reaper.toml")

    def test_a_new_state_machine_begins_disabled_too(self):
        self.installed()
        self.done("fan-out")
        self.assertEqual(self.stack("idle-reaper-parts")["states"], ["DISABLED", "ENABLED"])
        self.done("fan-out", PARAMETERS="State=DISABLED")
        self.done("fan-out")
        self.assertEqual(self.given("idle-reaper-parts")["State"], "DISABLED")

    def test_a_first_installation_that_failed_is_said_deleted_and_made_again(self):
        self.installed()
        self.done("fan-out")
        self.done("organization", **UNITS)
        self.done("spoke", HUB_ACCOUNT="111111111111", **UNITS)
        hub = [("hub", "idle-reaper", status) for status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")]
        others = {"fan-out": "parts", "organization": "organization", "spoke": "spoke"}
        for verb, name, status in [(verb, f"idle-reaper-{name}", "ROLLBACK_COMPLETE") for verb, name in others.items()] + hub:
            with self.subTest(stack=name, status=status):
                self.stack(name)["status"] = status
                self.stack(name)["parameters"]["ReservedConcurrency"] = "yes"
                self.world["lambda"] = {"total": 10, "free": 10}
                if verb == "hub":
                    del self.world["buckets"][RECORD]
                ran = self.done(verb, HUB_ACCOUNT="111111111111", **UNITS)
                self.assertIn(status, ran.stderr)
                self.assertIn("the quota", ran.stderr, "it says what failed")
                self.assertIn(["cloudformation", "delete-stack", "--stack-name", name], self.changes)
                self.assertEqual(self.stack(name)["status"], "CREATE_COMPLETE")

    def test_a_bucket_of_a_failed_installation_does_not_stay(self):
        self.assertEqual(raw("hub")["Resources"]["Record"]["DeletionPolicy"], "RetainExceptOnCreate")
        self.assertEqual(raw("hub")["Resources"]["Record"]["UpdateReplacePolicy"], "Retain")

    def test_what_cannot_be_asked_is_no_answer(self):
        self.installed()
        for call in ("cloudformation describe-stacks", "s3api head-bucket", "ssm get-parameter"):
            for verb in ("hub", "destroy"):
                with self.subTest(call=call, verb=verb):
                    self.world["fails"] = {call: "(ThrottlingException) when calling: Rate exceeded"}
                    self.assertNotEqual(self.run_(verb).returncode, 0)
                    self.world["fails"] = {}
        self.assertEqual(self.world["buckets"].get(RECORD), {"owner": "111111111111", "objects": ["reaper.toml"]})

    # --- the pause ----------------------------------------------------------------------------------------------

    def test_no_deployment_writes_off_over_a_pause(self):
        self.installed()
        self.assertEqual(self.world["ssm"]["/idle-reaper/pause"], "off")
        for value in ("on: undo of 20261125T123000Z-1a2b3c4d", "OFF"):
            self.world["ssm"]["/idle-reaper/pause"] = value
            for parameters in ("", "Minutes=10 State=DISABLED", "State=ENABLED"):
                self.installed(PARAMETERS=parameters)
                self.assertEqual(self.world["ssm"]["/idle-reaper/pause"], value)
        self.assertNotIn("/pause", json.dumps([one for one in raw("hub")["Resources"].values() if one["Type"] == "AWS::SSM::Parameter"]))

    def test_a_pause_from_before_the_installation_stays(self):
        self.world["ssm"]["/idle-reaper/pause"] = "on: kim"
        self.assertIn("on: kim", self.installed().stdout)
        self.assertEqual(self.world["ssm"]["/idle-reaper/pause"], "on: kim")

    def test_a_pause_that_a_stack_owned_outlives_the_upgrade(self):
        for value in ("on: undo", "off"):
            for state in ("ENABLED", "DISABLED"):
                with self.subTest(value=value, state=state):
                    self.world |= {"stacks": {}, "buckets": {}, "ssm": {}}
                    self.installed()
                    self.stack()["resources"].append("Pause")
                    self.stack()["parameters"] |= {"Timeout": "900", "State": state}
                    self.world["ssm"]["/idle-reaper/pause"] = value
                    self.done("hub")
                    self.assertEqual(self.world["ssm"]["/idle-reaper/pause"], value)
                    self.assertNotIn("Pause", self.stack()["resources"])
                    self.assertEqual(self.given()["State"], state)

    def test_a_pause_that_is_gone_is_set(self):
        self.installed()
        del self.world["ssm"]["/idle-reaper/pause"]
        self.assertIn("paused", self.done("hub").stderr)
        self.assertTrue(self.world["ssm"]["/idle-reaper/pause"].startswith("on"))

    # --- away again ---------------------------------------------------------------------------------------------

    def test_a_bucket_of_thousands_is_emptied(self):
        for versions, markers in ((0, 2500), (2500, 0), (2500, 2500), (999, 2)):
            with self.subTest(versions=versions, markers=markers):
                self.installed()
                long = "record/runs/date=2026-11-25/" + "x" * 200
                self.world["buckets"][RECORD] |= {
                    "versions": [[f"{long}{at}", f"v{at}"] for at in range(versions)], "markers": [[f"{long}{at}", f"m{at}"] for at in range(markers)],
                }  # fmt: skip
                self.done("destroy", RECORD_TOO="yes")
                self.assertEqual((self.world["buckets"], self.world["stacks"], self.world["ssm"]), ({}, {}, {}))

    def test_a_bucket_that_cannot_be_emptied_is_said(self):
        self.installed()
        self.world["buckets"][RECORD] |= {"versions": [["a", "1"]], "locked": True}
        ran = self.run_("destroy", RECORD_TOO="yes")
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn("cannot be emptied", ran.stderr)

    def test_roles_of_any_group_keep_the_hub(self):
        self.installed()
        self.done("organization", **UNITS, GROUP="acting")
        self.refused("destroy", "idle-reaper-acting")
        self.done("spoke", HUB_ACCOUNT="111111111111", **UNITS)
        self.refused("destroy", "idle-reaper-acting", "idle-reaper-spoke")
        self.done("destroy-organization", GROUP="acting")
        self.refused("destroy", "idle-reaper-spoke")
        self.done("destroy-spoke")
        self.done("destroy", RECORD_TOO="yes")
        self.assertEqual(self.world["stacks"], {})

    def test_roles_of_another_installation_do_not(self):
        self.installed()
        self.done("organization", **UNITS, NAME="idle-reaper-two")
        self.done("destroy", RECORD_TOO="yes")
        self.assertEqual(set(self.world["stacks"]), {"idle-reaper-two-organization"})

    # --- releases -----------------------------------------------------------------------------------------------

    def release(self, name="gh", package=b"the released function", sums=None, verifies=True, arch="x86_64"):
        """A stand-in for `gh` or `curl` that has a release, and the variables of a deployment of it."""
        files = self.folder / "released"
        files.mkdir(exist_ok=True)
        zipped = f"idle-reaper-{VERSION}-lambda-{arch}.zip"
        (files / zipped).write_bytes(package)
        digest = hashlib.sha256(b"the released function").hexdigest()
        (files / "SHA256SUMS").write_text(sums if sums is not None else f"{'0' * 64}  other-{zipped}\n{digest}  {zipped}\n")
        for tool in ("gh", "curl"):
            (self.folder / tool).unlink(missing_ok=True)
        program = {
            "gh": f'''#!/bin/sh
printf '%s\\n' "$*" >>"{self.folder}/asked"
if [ "$1" = attestation ]; then {"exit 0" if verifies else "echo no attestation found >&2; exit 1"}; fi
while [ $# -gt 1 ]; do case "$1" in --pattern) name=$2 ;; --dir) folder=$2 ;; esac; shift; done
cp "{files}/$name" "$folder/$name"
''',
            "curl": f'''#!/bin/sh
printf '%s\\n' "$*" >>"{self.folder}/asked"
while [ $# -gt 1 ]; do case "$1" in --output) to=$2 ;; esac; shift; done
cp "{files}/${{1##*/}}" "$to"
''',
        }[name]  # fmt: skip
        (self.folder / name).write_text(program)
        (self.folder / name).chmod(0o755)
        return {"RELEASE": f"v{VERSION}", "PACKAGE": "", "ARCH": arch, "RELEASED": str(self.folder / "downloads")}

    def test_a_release_is_downloaded_verified_and_deployed(self):
        digest = hashlib.sha256(b"the released function").hexdigest()
        for arch in ("x86_64", "arm64"):
            with self.subTest(arch=arch):
                self.world |= {"stacks": {}, "buckets": {}}
                ran = self.done("hub", **self.release(arch=arch))
                self.assertIn("attested by idle-reaper/idle-reaper", ran.stdout)
                self.assertEqual((self.given()["CodeKey"], self.given()["Architecture"]), (f"code/{arch}-{digest[:16]}.zip", arch))
        asked = (self.folder / "asked").read_text()
        self.assertIn(f"--signer-workflow idle-reaper/idle-reaper/.github/workflows/release.yml --source-ref refs/tags/v{VERSION}", asked)
        self.done("fan-out", **self.release())

    def without_gh(self):
        """A folder with what a PATH has, but `gh`."""
        tools = self.folder / "without-gh"
        tools.mkdir(exist_ok=True)
        for folder in reversed(os.environ["PATH"].split(":")):
            for path in pathlib.Path(folder).glob("*"):
                if path.name != "gh":
                    (tools / path.name).unlink(missing_ok=True)
                    (tools / path.name).symlink_to(path)
        return f"{self.folder}:{tools}"

    def test_without_gh_nothing_is_deployed_unless_that_is_asked_for(self):
        variables = self.release("curl") | {"REPOSITORY": "mirror/idle-reaper", "PATH": self.without_gh()}
        for more in ({}, {"ATTESTATION": ""}, {"ATTESTATION": "yes"}):
            self.refused("hub", "`gh` is not installed", "`ATTESTATION=no`", **variables | more)
        self.assertFalse((self.folder / "asked").exists(), "and nothing is downloaded")
        ran = self.done("hub", **variables | {"ATTESTATION": "no"})
        self.assertIn("its attestation was not verified (`ATTESTATION=no`)", ran.stderr)
        self.refused("hub", "was changed", **self.release("curl", package=b"another function") | {"PATH": variables["PATH"], "ATTESTATION": "no"})
        self.assertIn(f"https://github.com/mirror/idle-reaper/releases/download/v{VERSION}/SHA256SUMS", (self.folder / "asked").read_text())

    def test_what_does_not_agree_is_not_deployed(self):
        self.refused("hub", "was changed", **self.release(package=b"another function"))
        self.refused("hub", "does not list", **self.release(sums=""))
        self.refused("hub", "does not list", **self.release(sums=f"{'0' * 64}  x-idle-reaper-{VERSION}-lambda-x86_64.zip\n"))
        self.refused("hub", "no attestation found", **self.release(verifies=False))
        self.refused("hub", "could not be downloaded", **self.release() | {"ARCH": "riscv"})
        self.done("hub", **self.release(verifies=False) | {"ATTESTATION": "no"})

    def test_a_release_is_named_by_its_tag(self):
        for tag in ("0.1.0", "v0.1", "latest", "v0.1.0/../../x", "$(touch x)", "v0.1.0 v0.2.0", "v0.1.0\nv0.2.0"):
            self.refused("hub", "is the tag of a release", **self.release() | {"RELEASE": tag})
        for repository in ("idle-reaper", "a/b/c", "a/b c", "-o/../x"):
            self.refused("hub", "`owner/name`", **self.release() | {"REPOSITORY": repository})
        self.refused("hub", "both set", **self.release() | {"PACKAGE": str(self.folder / "package.zip")})

    def test_the_templates_of_another_version_are_said(self):
        variables = self.release() | {"RELEASE": "v9.9.9"}
        for path in list((self.folder / "released").glob("*.zip")):
            (self.folder / "released" / path.name.replace(VERSION, "9.9.9")).write_bytes(path.read_bytes())
        sums = self.folder / "released/SHA256SUMS"
        sums.write_text(sums.read_text().replace(VERSION, "9.9.9"))
        self.assertIn("the package is of 9.9.9", self.done("hub", **variables).stderr)

    def test_a_package_with_a_list_beside_it_must_be_in_it(self):
        package = self.folder / "package.zip"
        digest = hashlib.sha256(package.read_bytes()).hexdigest()
        for line in (f"{digest}  package.zip\n", f"{digest} *package.zip\r\n"):
            (self.folder / "SHA256SUMS").write_text(line)
            self.done("hub")
        package.write_text("changed")
        self.refused("hub", "was changed")
        (self.folder / "SHA256SUMS").write_text(f"{digest}  other.zip\n")
        self.refused("hub", "does not list")

    # --- accounts that refuse, other partitions, other shells -----------------------------------------------------

    def test_accounts_where_a_stack_set_failed_are_listed(self):
        failed = {"Account": "333333333333", "Region": "ap-northeast-1", "Status": "OUTDATED", "StatusReason": "denied by an SCP", "StackInstanceStatus": {"DetailedStatus": "FAILED"}}
        well = failed | {"Account": "222222222222", "Status": "CURRENT", "StatusReason": "", "StackInstanceStatus": {"DetailedStatus": "SUCCEEDED"}}
        self.world["instances"] = {"idle-reaper-organization-spokes": [failed, well], "idle-reaper-organization-events": [failed | {"Account": "444444444444"}]}
        ran = self.done("organization", **UNITS)
        self.assertIn("333333333333\tap-northeast-1\tOUTDATED\tFAILED\tdenied by an SCP", ran.stderr)
        self.assertNotIn("222222222222", ran.stderr)
        self.assertNotIn("444444444444", ran.stderr)
        self.assertIn("444444444444", self.done("organization", **UNITS, EVENT_REGIONS="us-east-1", HUB_BUS="bus").stderr)
        self.world["fails"]["cloudformation list-stack-instances"] = "(AccessDenied)"
        self.assertIn("AccessDenied", self.done("organization", **UNITS).stderr)

    def test_in_other_partitions_hosts_end_otherwise(self):
        for partition, ending in {"aws": "amazonaws.com", "aws-us-gov": "amazonaws.com", "aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu"}.items():
            with self.subTest(partition=partition):
                self.done("organization", **UNITS, STUB_PARTITION=partition, EVENT_REGIONS="x", HUB_BUS="bus")
                for key in ("SpokeTemplate", "EventsTemplate"):
                    self.assertRegex(self.given("idle-reaper-organization")[key], rf"^https://{CODE}\.s3\.ap-northeast-1\.{re.escape(ending)}/")

    def test_the_scripts_know_nothing_that_the_bash_of_macos_does_not(self):
        unknown = {
            "sha256sum": r"sha256sum", "readlink -f, realpath": r"readlink +-f|realpath", "GNU sed or date": r"sed -[ir]|date -d|grep -P",
            "arrays by name, of keys": r"(declare|local|typeset) +-[a-zA-Z]*[nA]", "mapfile": r"mapfile|readarray", "case of a value": r"\$\{\w+(\^|,)",
            "&>>, |&": r"&>>|\|&", "values quoted": r"\$\{\w+@", "last of an array": r"\[-1\]", "coproc": r"coproc|wait -n", "printf of time": r"%\(",
            "an array that begins empty": r"=\(\s*\)",
        }  # fmt: skip
        for path in SCRIPTS:
            code = "\n".join(re.sub(r"(^|\s)#.*", "", line) for line in path.read_text().splitlines())
            self.assertEqual({what for what, pattern in unknown.items() if re.search(pattern, code)}, set(), path.name)
            # An array is expanded only where it was given an element in the same function.
            for name in set(re.findall(r'"\$\{(\w+)\[@\]\}"', code)):
                self.assertRegex(code, rf"{name}=\([^)]", f"{path.name}: `{name}` may be empty")

    def test_the_scripts_run_without_the_tools_of_linux(self):
        tools = self.folder / "tools"
        tools.mkdir()
        for name in ("bash", "sh", "basename", "dirname", "mktemp", "rm", "cut", "awk", "sed", "grep", "tail", "head", "tr", "cat"):
            path = next((pathlib.Path(folder) / name for folder in os.environ["PATH"].split(":") if (pathlib.Path(folder) / name).exists()), None)
            self.assertIsNotNone(path, name)
            (tools / name).symlink_to(path)
        (tools / "python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        (tools / "python3").chmod(0o755)
        shutil.move(self.stub, tools)
        self.installed(PATH=str(tools))
        self.done("organization", PATH=str(tools), **UNITS)
        self.done("destroy-organization", PATH=str(tools))
        self.done("destroy", PATH=str(tools), RECORD_TOO="yes")


if __name__ == "__main__":
    unittest.main()
