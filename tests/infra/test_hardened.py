"""What a security review asks for, deployed into the simulated AWS by `tools/deploy.sh`: path, boundary, key, signing, tags,
Object Lock and people's data. What moto's CloudFormation leaves out of a bucket is made here from the template's own
properties through S3's API, which botocore checks against the service's model.
"""

import json
import pathlib
import tempfile
import unittest
import zipfile

from template import ROOT, Template, document
from test_deployed import EXTERNAL_ID, REGION, World, ages

SIGNING = "arn:aws:lambda:ap-northeast-1:111111111111:code-signing-config:csc-0123456789abcdef0"


class Hardened(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = world = World()
        cls.addClassCleanup(world.close)
        iam, kms = world.client("iam"), world.client("kms")
        nothing = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        cls.boundary = iam.create_policy(PolicyName="Boundary", PolicyDocument=json.dumps(nothing))["Policy"]["Arn"]
        cls.key = kms.create_key()["KeyMetadata"]["Arn"]
        cls.record = f"idle-reaper-{world.account}-{REGION}"
        organization = world.client("organizations").describe_organization()["Organization"]["Id"]
        with tempfile.TemporaryDirectory() as folder:
            package = pathlib.Path(folder) / "package.zip"
            with zipfile.ZipFile(package, "w") as archive:
                archive.writestr("bootstrap", "#!/bin/true\n")
            common = {"ROLE_PATH": "/security/", "PERMISSIONS_BOUNDARY": "Boundary", "TAGS": "CostCentre=4711 Owner=platform team", "PACKAGE": str(package)}
            cls.hub = world.deploy(
                "hub", SETTINGS=str(ROOT / "tests/demo.toml"), KMS_KEY_ARN=cls.key, CODE_SIGNING_CONFIG_ARN=SIGNING, RECORD_OBJECT_LOCK_DAYS="30",
                PARAMETERS="Events=yes", **common,
            )  # fmt: skip
            cls.parts = world.deploy("fan-out", PACKAGE=str(package), TAGS=common["TAGS"])
            cls.spoke = world.deploy("spoke", HUB_ACCOUNT=world.account, EXTERNAL_ID=EXTERNAL_ID, ACTING="yes", **common)
        more = {"RolePath": "/security/", "PermissionsBoundary": "Boundary", "KmsKeyArn": cls.key, "CodeSigningConfigArn": SIGNING}
        cls.template = Template("hub", account=world.account, OrganizationId=organization, RecordObjectLockDays=30, KeepPeopleDays=90, Events="yes", **more)

    def test_every_deployment_succeeds(self):
        for ran in (self.hub, self.parts, self.spoke):
            self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_every_role_has_the_path_and_the_boundary(self):
        iam = self.world.client("iam")
        roles = [iam.get_role(RoleName=one["RoleName"])["Role"] for one in iam.list_roles(PathPrefix="/security/")["Roles"]]
        named = {role["RoleName"] for role in roles}
        self.assertLessEqual({"idle-reaper-hub", "IdleReaperRead", "IdleReaperAct"}, named)
        self.assertEqual(len(roles), 6, "of the function, its schedule, the machine and its schedule, and of the account")
        self.assertEqual({role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn") for role in roles}, {self.boundary})
        trusted = document(iam.get_role(RoleName="IdleReaperAct")["Role"]["AssumeRolePolicyDocument"])["Statement"][0]
        hub = f"arn:aws:iam::{self.world.account}:role/security/idle-reaper-hub"
        self.assertEqual(trusted["Condition"]["StringEquals"]["aws:PrincipalArn"], hub)
        for name in ("idle-reaper", "idle-reaper-events", "idle-reaper-parts"):
            self.assertEqual(self.world.client("lambda").get_function_configuration(FunctionName=name)["Role"], hub)

    def test_the_key_encrypts_record_logs_queues_and_topic(self):
        client = self.world.client
        (rule,) = client("s3").get_bucket_encryption(Bucket=self.record)["ServerSideEncryptionConfiguration"]["Rules"]
        self.assertEqual(rule["ApplyServerSideEncryptionByDefault"], {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key})
        # moto's CloudFormation leaves the key of a log group out.
        logs = self.template.resources["Logs"]["Properties"]
        client("logs").create_log_group(logGroupName="/another", kmsKeyId=logs["KmsKeyId"])
        self.assertEqual(client("logs").describe_log_groups(logGroupNamePrefix="/another")["logGroups"][0]["kmsKeyId"], self.key)
        for name in ("idle-reaper-failures", "idle-reaper-events"):
            url = client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
            self.assertEqual(client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["KmsMasterKeyId"], self.key)
        topic = client("sns").get_topic_attributes(TopicArn=f"arn:aws:sns:{REGION}:{self.world.account}:idle-reaper-operators")
        self.assertEqual(topic["Attributes"]["KmsMasterKeyId"], self.key)

    def test_the_stacks_have_the_tags_and_the_parameters(self):
        cloudformation = self.world.client("cloudformation")
        for name in ("idle-reaper", "idle-reaper-parts", "idle-reaper-spoke"):
            (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
            self.assertEqual({one["Key"]: one["Value"] for one in stack["Tags"]}, {"Application": "idle-reaper", "CostCentre": "4711", "Owner": "platform team"})
        given = {one["ParameterKey"]: one["ParameterValue"] for one in cloudformation.describe_stacks(StackName="idle-reaper-parts")["Stacks"][0]["Parameters"]}
        self.assertEqual((given["RolePath"], given["KmsKeyArn"], given["CodeSigningConfigArn"]), ("/security/", self.key, SIGNING), "as the hub has them")

    def test_s3_takes_the_lock_the_rules_and_the_copies(self):
        """Buckets made from the template's properties: one with a lock, one that is copied."""
        s3, wanted = self.world.client("s3"), self.template.resources["Record"]["Properties"]
        where = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
        s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=wanted["ObjectLockEnabled"], **where)
        lock = json.loads(json.dumps(wanted["ObjectLockConfiguration"]))
        lock["Rule"]["DefaultRetention"]["Days"] = int(lock["Rule"]["DefaultRetention"]["Days"])
        s3.put_object_lock_configuration(Bucket="locked", ObjectLockConfiguration=lock)
        rules = [ages(rule) for rule in wanted["LifecycleConfiguration"]["Rules"]]
        s3.put_bucket_lifecycle_configuration(Bucket="locked", LifecycleConfiguration={"Rules": rules})
        kept = {rule["ID"]: rule for rule in s3.get_bucket_lifecycle_configuration(Bucket="locked")["Rules"]}
        self.assertEqual((kept["people-reports"]["Expiration"]["Days"], kept["people-reports"]["NoncurrentVersionExpiration"]["NoncurrentDays"]), (90, 7))
        # A lock of a run is taken, given back and taken again, while every version of it stays.
        for _ in range(2):
            s3.put_object(Bucket="locked", Key="record/acting.lock", Body="{}", IfNoneMatch="*")
            s3.delete_object(Bucket="locked", Key="record/acting.lock")
        versions = s3.list_object_versions(Bucket="locked")
        self.assertEqual((len(versions["Versions"]), len(versions["DeleteMarkers"])), (2, 2))
        with self.assertRaises(s3.exceptions.ClientError):
            s3.delete_object(Bucket="locked", Key="record/acting.lock", VersionId=versions["Versions"][0]["VersionId"])
        # The rule of the copies, as S3's API has it.
        archive = {"ArchiveBucket": "archive", "ArchiveAccount": self.world.account}
        copied = Template("hub", account=self.world.account, **archive).resources["Record"]["Properties"]["ReplicationConfiguration"]
        rules = [{("ID" if key == "Id" else key): value for key, value in rule.items()} for rule in copied["Rules"]]
        for name in ("archive", "copied"):
            s3.create_bucket(Bucket=name, **where)
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        role = f"arn:aws:iam::{self.world.account}:role/archiver"
        s3.put_bucket_replication(Bucket="copied", ReplicationConfiguration={"Role": role, "Rules": rules})
        (rule,) = s3.get_bucket_replication(Bucket="copied")["ReplicationConfiguration"]["Rules"]
        self.assertEqual((rule["Status"], rule["DeleteMarkerReplication"]["Status"]), ("Enabled", "Disabled"))


if __name__ == "__main__":
    unittest.main()
