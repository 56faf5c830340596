"""What the policies of the templates allow and deny, asked of a maintained evaluator."""

import json
import re
import unittest

import policies
from policies import ARCHIVED, HUB, OTHER, OWN_KEY, REGION, TABLE
from template import ROOT


class Policies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.documents = policies.documents()

    def test_every_row_of_the_table_is_answered_as_it_says(self):
        answers = policies.ask([policies.simulation(row, self.documents) for row in TABLE])
        for row, answer in zip(TABLE, answers, strict=True):
            who, action, resource, context, allowed = row
            with self.subTest(who=who, action=action, resource=resource, context=context):
                self.assertNotIn("error", answer)
                self.assertEqual(answer["result"] == "Allowed", allowed, answer)

    def test_every_condition_is_one_that_aws_offers_for_its_action(self):
        # A Deny on a key that AWS does not send would never take effect.
        rows = [row for row in TABLE if row[3] and not row[0].startswith("service:")]
        answers = policies.ask([policies.simulation(row, self.documents) for row in rows])
        for row, answer in zip(rows, answers, strict=True):
            ignored = {key.lower() for key in answer["ignored"]} & {key.lower() for key in row[3]}
            with self.subTest(row=row[:3]):
                self.assertEqual(ignored, set())

    def test_the_policies_of_the_hardening_page_allow_what_they_are_for_and_no_more(self):
        blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", (ROOT / "docs/hardening.md").read_text(), re.S)]
        key, archive = blocks
        (scp,) = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", (ROOT / "docs/threat-model.md").read_text(), re.S) if "Statement" in block]
        # The evaluator does not know a context whose name has colons.
        (logs,) = [one for one in key["Statement"] if one["Sid"] == "Logs"]
        self.assertEqual(logs["Principal"], {"Service": f"logs.{REGION}.amazonaws.com"})
        self.assertEqual(logs["Condition"], {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{HUB}:log-group:/aws/lambda/idle-reaper"}})
        archiver = policies.ROLE(HUB, "security/idle-reaper-ArchiveRole-1A2B3C")
        pipeline, admin = policies.ROLE(HUB, "deployment-pipeline"), policies.ROLE(HUB, "Admin")
        service = "{}.amazonaws.com".format
        rows = [
            *[(key, service(one), action, OWN_KEY, {"aws:SourceAccount": HUB}, True)
              for one in ("cloudwatch", "events", "sns") for action in ("kms:Decrypt", "kms:GenerateDataKey")],
            (key, service("cloudwatch"), "kms:Decrypt", OWN_KEY, {"aws:SourceAccount": OTHER}, False),
            *[(key, policies.ROLE(policies.SPOKE, "Admin"), action, OWN_KEY, context, allowed) for action, context, allowed in [
                ("kms:Decrypt", policies.via("s3"), True), ("kms:Decrypt", policies.via("ebs"), False), ("kms:Decrypt", {}, False),
                ("kms:Decrypt", policies.via("s3") | {"aws:PrincipalOrgID": "o-zzzzzzzzzz"}, False),
                *[(other, policies.via("s3"), False) for other in ("kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant")]]],
            (key, service("ec2"), "kms:Decrypt", OWN_KEY, {"aws:SourceAccount": HUB}, False),
            (archive, archiver, "s3:ReplicateObject", ARCHIVED, {}, True),
            (archive, policies.HUB_ROLE, "s3:ReplicateObject", ARCHIVED, {}, False),
            *[(archive, archiver, action, ARCHIVED, {}, False) for action in ("s3:DeleteObject", "s3:GetObject", "s3:ReplicateDelete")],
            *[(scp, who, action, place, {}, who == pipeline) for who in (pipeline, admin) for action, place in [
                ("lambda:UpdateFunctionCode", policies.FUNCTION), ("lambda:DeleteFunctionCodeSigningConfig", policies.FUNCTION + "-events"),
                ("iam:PassRole", policies.ROLE(HUB, "security/idle-reaper-hub")), ("iam:UpdateAssumeRolePolicy", policies.HUB_ROLE)]],
            (scp, admin, "lambda:InvokeFunction", policies.FUNCTION, {}, True),
            (scp, admin, "lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{HUB}:function:shop", {}, True),
        ]  # fmt: skip
        answers = policies.ask([self.asked(*row[:5], scp) for row in rows])
        for row, answer in zip(rows, answers, strict=True):
            with self.subTest(who=row[1], action=row[2], resource=row[3], context=row[4]):
                self.assertEqual(answer.get("result") == "Allowed", row[5], answer)

    @staticmethod
    def asked(policy, principal, action, resource, context, scp):
        """A question to one documented policy, of a principal with every permission of its own."""
        about = policies.OURS | {"aws:PrincipalArn": principal, "aws:PrincipalAccount": HUB, "aws:PrincipalIsAWSService": "false"}
        account = OTHER if resource == ARCHIVED else HUB
        allows = [] if principal.endswith(".amazonaws.com") else [{"name": "AdministratorAccess", "policy": policies.ADMINISTRATOR}]
        controls = [{"orgIdentifier": "o-a1b2c3d4e5", "policies": [{"name": "scp", "policy": policies.ADMINISTRATOR}, {"name": "idle-reaper", "policy": scp}]}]
        return {
            "request": {"principal": principal, "action": action, "resource": {"resource": resource, "accountId": account}, "contextVariables": about | context},
            "identityPolicies": allows, "serviceControlPolicies": controls if policy is scp else [], "resourceControlPolicies": [],
        } | ({} if policy is scp else {"resourcePolicy": policy})  # fmt: skip

    def test_no_statement_and_no_condition_can_be_left_out_unseen(self):
        made = policies.mutants(self.documents)
        self.assertGreater(len(made), 60)
        asked = [(number, row) for number, (_, key, _) in enumerate(made) for row in TABLE if policies.concerns(row, key)]
        answers = policies.ask([policies.simulation(row, made[number][2]) | {"group": number, "expected": row[4]} for number, row in asked])
        seen = {number for (number, row), one in zip(asked, answers, strict=True) if "skipped" not in one and (one.get("result") == "Allowed") != row[4]}
        unseen = [what for number, (what, _, _) in enumerate(made) if number not in seen]
        self.assertEqual(unseen, [], "nothing in the table tells that these are gone")


if __name__ == "__main__":
    unittest.main()
