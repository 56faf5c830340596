"""The templates, deployed into the simulated AWS by `tools/deploy.sh` itself; then each resource is asked for by the API
of its own service, and the real binary runs with the settings, bucket, topic and roles that were deployed.

moto ignores some types of resources in CloudFormation and reports them as created. They are named in `IGNORED`: each is
made here through its service's API from the very properties of the template, which botocore checks against the
service's model, and then asked for like the others. Whether CloudFormation takes them is cfn-lint's to say.
"""

import ast
import atexit
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.request
import zipfile

import boto3
import policies
from aws_cli import Cli
from template import ROOT, Template, document

EVENING = "2026-11-25T21:30:00+09:00"
REGION, EXTERNAL_ID = "ap-northeast-1", "demo-external-id"
UNITS = ["Workloads", "Sandbox", "Platform"]
IGNORED = {
    "AWS::CloudWatch::Alarm", "AWS::Events::EventBusPolicy", "AWS::Lambda::EventInvokeConfig", "AWS::S3::BucketPolicy",
    "AWS::IAM::RolePolicy", "AWS::SNS::Subscription", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy", "AWS::Scheduler::Schedule",
}  # fmt: skip
# The simulation has no API for these, either: only cfn-lint has seen them.
UNKNOWN = {"AWS::Logs::QueryDefinition"}
CHOSEN = {"Events": "yes", "WithDashboard": "yes", "OperatorMail": "operators@example.com", "Expression": "cron(0/15 6-23 ? * MON-FRI *)", "Zone": "Asia/Tokyo"}


def binary():
    if "IDLE_REAPER_BINARY" in os.environ:
        return pathlib.Path(os.environ["IDLE_REAPER_BINARY"])
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    target = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)["target_directory"]
    return pathlib.Path(target) / "debug" / "idle-reaper"


@functools.cache
def cli():
    """The AWS CLI, one for all worlds of this process."""
    folder = tempfile.TemporaryDirectory()
    found = Cli(folder.name)
    atexit.register(folder.cleanup)
    atexit.register(found.close)
    return found


class World:
    """tests/world.py with the demo's accounts and instances, and without the demo's bucket and parameter."""

    def __init__(self):
        command = [sys.executable, ROOT / "tests/world.py"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.endpoint, self.control = ready["endpoint"], ready["control"]
        spec = json.loads((ROOT / "tests/stories.json").read_text())
        del spec["ssm"], spec["buckets"]
        self.spec, self.built = spec, self.ask("POST", "/world", spec)
        hub = self.built["hub"]
        self.account = hub["account"]
        self.keys = {"AWS_ACCESS_KEY_ID": hub["access-key"], "AWS_SECRET_ACCESS_KEY": hub["secret-key"]}
        self.environment = self.keys | {
            "PATH": f"{cli().aws.parent}:{os.environ['PATH']}", "HOME": os.environ.get("HOME", "/"), "AWS_ENDPOINT_URL": self.endpoint, "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true",
        }  # fmt: skip

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.control + path, json.dumps(body or {}).encode(), method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def client(self, service, credentials=None, region=REGION):
        keys = credentials or {"aws_access_key_id": self.keys["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": self.keys["AWS_SECRET_ACCESS_KEY"]}
        return boto3.client(service, region_name=region, endpoint_url=self.endpoint, **keys)

    def inside(self, account, service, region=REGION, role="IdleReaperRead"):
        """A client of an account, as an administrator of it would have."""
        arn = f"arn:aws:iam::{account}:role/{role}"
        given = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="test", ExternalId=EXTERNAL_ID)["Credentials"]
        keys = {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"]}
        return self.client(service, keys | {"aws_session_token": given["SessionToken"]}, region)

    def deploy(self, verb, **variables):
        command = ["bash", ROOT / "tools/deploy.sh", verb]
        return subprocess.run(command, env=self.environment | variables, capture_output=True, text=True, timeout=120, check=False)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(30)


class Deployed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.world = world = World()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.addClassCleanup(world.close)
        organization = world.client("organizations").describe_organization()["Organization"]["Id"]
        # What moto's Lambda gets is never run: the real binary runs beside it.
        cls.package = str(pathlib.Path(cls.folder.name) / "package.zip")
        with zipfile.ZipFile(cls.package, "w") as archive:
            archive.writestr("bootstrap", "#!/bin/true\n")
        cls.template = Template("hub", account=world.account, OrganizationId=organization, CodeBucket=f"idle-reaper-code-{world.account}-{REGION}", **CHOSEN)
        settings = (ROOT / "tests/demo.toml").read_text()
        cls.record = f"idle-reaper-{world.account}-{REGION}"
        settings = settings.replace("s3://idle-reaper-records/record", f"s3://{cls.record}/record")
        path = pathlib.Path(cls.folder.name) / "reaper.toml"
        path.write_text(settings)
        chosen = " ".join(f"{name}={value}" for name, value in CHOSEN.items())
        cls.hub = world.deploy("hub", PACKAGE=cls.package, PARAMETERS=chosen, SETTINGS=str(path))
        cls.before = {kind: cls.count(kind) for kind in IGNORED}
        cls.complete()
        cls.spokes()

    @classmethod
    def of(cls, kind):
        return [one["Properties"] for one in cls.template.resources.values() if one["Type"] == kind]

    @classmethod
    def count(cls, kind):
        """How many of a type there are, by the API of its own service."""
        client = cls.world.client
        try:
            return {
                "AWS::CloudWatch::Alarm": lambda: len(client("cloudwatch").describe_alarms()["MetricAlarms"]),
                "AWS::Events::EventBusPolicy": lambda: len(json.loads(client("events").describe_event_bus(Name="idle-reaper").get("Policy") or "{}").get("Statement", [])),
                "AWS::Lambda::EventInvokeConfig": lambda: len(client("lambda").list_function_event_invoke_configs(FunctionName="idle-reaper")["FunctionEventInvokeConfigs"]),
                "AWS::S3::BucketPolicy": lambda: len(json.loads(client("s3").get_bucket_policy(Bucket=cls.record)["Policy"])["Statement"]),
                "AWS::SNS::Subscription": lambda: len(client("sns").list_subscriptions()["Subscriptions"]),
                "AWS::SNS::TopicPolicy": lambda: "OnlyTls" in client("sns").get_topic_attributes(TopicArn=cls.topic())["Attributes"].get("Policy", ""),
                "AWS::IAM::RolePolicy": lambda: len(client("iam").list_role_policies(RoleName="idle-reaper-hub")["PolicyNames"]) - 1,
                "AWS::SQS::QueuePolicy": lambda: "OnlyTls" in cls.queue().get("Policy", ""),
                "AWS::Scheduler::Schedule": lambda: len(client("scheduler").list_schedules()["Schedules"]),
            }[kind]()  # fmt: skip
        except client("s3").exceptions.ClientError:
            return 0
        except Exception as wrong:  # a type that the simulation has no API for, either
            return f"{type(wrong).__name__}: {wrong}"

    @classmethod
    def topic(cls):
        return f"arn:aws:sns:{REGION}:{cls.world.account}:idle-reaper-operators"

    @classmethod
    def queue(cls):
        client = cls.world.client("sqs")
        url = client.get_queue_url(QueueName="idle-reaper-events")["QueueUrl"]
        return client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]

    @classmethod
    def complete(cls):
        """Makes what moto's CloudFormation ignores, from the template's own properties."""
        client, arn = cls.world.client, cls.arns()
        for alarm in cls.of("AWS::CloudWatch::Alarm"):
            client("cloudwatch").put_metric_alarm(**numbers(alarm))
        for statement in cls.of("AWS::Events::EventBusPolicy"):
            policy = {"Version": "2012-10-17", "Statement": [statement["Statement"] | {"Sid": statement["StatementId"]}]}
            client("events").put_permission(EventBusName=statement["EventBusName"], Policy=json.dumps(policy))
        for one in cls.of("AWS::Lambda::EventInvokeConfig"):
            client("lambda").put_function_event_invoke_config(**one)
        for one in cls.of("AWS::S3::BucketPolicy"):
            client("s3").put_bucket_policy(Bucket=one["Bucket"], Policy=json.dumps(one["PolicyDocument"]))
        for one in cls.of("AWS::S3::Bucket"):  # of a bucket moto takes the encryption only
            bucket = {"Bucket": one["BucketName"]}
            client("s3").put_bucket_versioning(**bucket, VersioningConfiguration=one["VersioningConfiguration"])
            client("s3").put_public_access_block(**bucket, PublicAccessBlockConfiguration=one["PublicAccessBlockConfiguration"])
            client("s3").put_bucket_ownership_controls(**bucket, OwnershipControls=one["OwnershipControls"])
            client("s3").put_bucket_lifecycle_configuration(**bucket, LifecycleConfiguration={"Rules": [ages(rule) for rule in one["LifecycleConfiguration"]["Rules"]]})
        for one in cls.of("AWS::SNS::TopicPolicy"):
            client("sns").set_topic_attributes(TopicArn=one["Topics"][0], AttributeName="Policy", AttributeValue=json.dumps(one["PolicyDocument"]))
        for one in cls.of("AWS::IAM::RolePolicy"):
            client("iam").put_role_policy(RoleName=one["RoleName"], PolicyName=one["PolicyName"], PolicyDocument=json.dumps(one["PolicyDocument"]))
        for one in cls.of("AWS::SQS::QueuePolicy"):
            url = client("sqs").get_queue_url(QueueName=one["Queues"][0])["QueueUrl"]
            client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(one["PolicyDocument"])})
        for one in cls.of("AWS::SNS::Subscription"):
            client("sns").subscribe(**one)
        for one in cls.of("AWS::Scheduler::Schedule"):
            client("scheduler").create_schedule(**json.loads(json.dumps(one).replace('"ScheduleRole.Arn"', json.dumps(arn["ScheduleRole"]))))

    @classmethod
    def arns(cls):
        return {"ScheduleRole": f"arn:aws:iam::{cls.world.account}:role/schedule"}

    @classmethod
    def spokes(cls):
        """spoke.yaml in every account of the units, through the API of StackSets."""
        client = cls.world.client("cloudformation")
        given = {"OrganizationId": cls.template.parameters["OrganizationId"], "HubAccount": cls.world.account, "ExternalId": EXTERNAL_ID, "Acting": "yes"}
        client.create_stack_set(
            StackSetName="idle-reaper-spokes", TemplateBody=(ROOT / "infra/spoke.yaml").read_text(), PermissionModel="SERVICE_MANAGED",
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
            AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False}, Capabilities=["CAPABILITY_NAMED_IAM"],
        )  # fmt: skip
        units = cls.world.built["organizational-units"]
        cls.units = [units[path] for path in UNITS]
        client.create_stack_instances(StackSetName="idle-reaper-spokes", Regions=[REGION], DeploymentTargets={"OrganizationalUnitIds": cls.units})

    def test_one_command_deploys_the_hub(self):
        self.assertEqual(self.hub.returncode, 0, self.hub.stderr)
        stack = self.world.client("cloudformation").describe_stacks(StackName="idle-reaper")["Stacks"][0]
        self.assertEqual(stack["StackStatus"], "UPDATE_COMPLETE", "a second deployment switches its schedule on")
        kinds = {one.get("ResourceType") for one in self.world.client("cloudformation").describe_stack_resources(StackName="idle-reaper")["StackResources"]}
        self.assertEqual({one["Type"] for one in self.template.resources.values()} - kinds - IGNORED - UNKNOWN, set())

    def test_what_the_simulation_ignores_is_named_and_nothing_else_is(self):
        self.assertEqual({kind: count for kind, count in self.before.items() if count not in (0, False)}, {}, "moto makes these now: take them out of IGNORED")
        for kind in sorted(IGNORED):
            with self.subTest(kind=kind):
                self.assertEqual(int(self.count(kind)), len(self.of(kind)) if kind != "AWS::S3::BucketPolicy" else 6)

    def test_the_function_is_as_the_template_says(self):
        client = self.world.client("lambda")
        found = client.get_function_configuration(FunctionName="idle-reaper")
        self.assertEqual((found["Runtime"], found["Handler"], found["Architectures"]), ("provided.al2023", "bootstrap", ["x86_64"]))
        self.assertEqual((int(found["Timeout"]), int(found["MemorySize"])), (780, 512))
        self.assertEqual(found["Environment"]["Variables"], {"IDLE_REAPER_CONFIG": f"s3://{self.record}/reaper.toml"})
        self.assertNotIn("ReservedConcurrentExecutions", client.get_function_concurrency(FunctionName="idle-reaper"))
        once = client.get_function_event_invoke_config(FunctionName="idle-reaper")
        self.assertEqual(once["MaximumRetryAttempts"], 0)
        self.assertTrue(once["DestinationConfig"]["OnFailure"]["Destination"].endswith(":idle-reaper-failures"))

    def test_the_schedule_sends_apply(self):
        found = self.world.client("scheduler").get_schedule(Name="idle-reaper")
        self.assertEqual(found["ScheduleExpression"], "cron(0/15 6-23 ? * MON-FRI *)")
        stack = self.world.client("cloudformation").describe_stacks(StackName="idle-reaper")["Stacks"][0]
        given = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}
        self.assertEqual({key: given[key] for key in CHOSEN}, CHOSEN, "as they were written in PARAMETERS")
        self.assertEqual(given["State"], "ENABLED", "its settings are there")
        self.assertEqual(json.loads(found["Target"]["Input"]), {"mode": "apply"})

    def test_the_record_is_versioned_encrypted_private_and_ages(self):
        client = self.world.client("s3")
        self.assertEqual(client.get_bucket_versioning(Bucket=self.record)["Status"], "Enabled")
        rule = client.get_bucket_encryption(Bucket=self.record)["ServerSideEncryptionConfiguration"]["Rules"][0]
        self.assertEqual(rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256")
        block = client.get_public_access_block(Bucket=self.record)["PublicAccessBlockConfiguration"]
        self.assertEqual(set(block.values()), {True})
        ages = client.get_bucket_lifecycle_configuration(Bucket=self.record)["Rules"]
        self.assertLessEqual({"archive", "archive-then-forget", "parts-of-runs"}, {rule["ID"] for rule in ages})
        self.assertIn("aws:SecureTransport", client.get_bucket_policy(Bucket=self.record)["Policy"])

    def test_queue_logs_pause_topic_and_bus_are_there(self):
        client = self.world.client
        url = client("sqs").get_queue_url(QueueName="idle-reaper-failures")["QueueUrl"]
        kept = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        self.assertEqual(kept["MessageRetentionPeriod"], "1209600")
        group = client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/idle-reaper")["logGroups"][0]
        self.assertEqual(int(group["retentionInDays"]), 90)
        self.assertEqual(client("ssm").get_parameter(Name="/idle-reaper/pause")["Parameter"]["Value"], "off")
        client("sns").get_topic_attributes(TopicArn=self.topic())
        rules = client("events").list_rules(EventBusName="idle-reaper")["Rules"]
        self.assertEqual([json.loads(rule["EventPattern"]) for rule in rules], [{"source": ["aws.ec2", "aws.ce"]}])

    def test_events_go_through_a_queue_to_a_function_of_their_own(self):
        client = self.world.client
        queue = self.queue()
        rule = client("events").list_rules(EventBusName="idle-reaper")["Rules"][0]["Name"]
        targets = client("events").list_targets_by_rule(Rule=rule, EventBusName="idle-reaper")["Targets"]
        self.assertEqual([target["Arn"] for target in targets], [queue["QueueArn"]])
        self.assertIn("events.amazonaws.com", queue["Policy"])
        redrive = json.loads(queue["RedrivePolicy"])
        self.assertTrue(redrive["deadLetterTargetArn"].endswith(":idle-reaper-failures"))
        (feed,) = client("lambda").list_event_source_mappings(FunctionName="idle-reaper-events")["EventSourceMappings"]
        self.assertEqual((feed["EventSourceArn"], int(feed["BatchSize"])), (queue["QueueArn"], 5))
        found = client("lambda").get_function_configuration(FunctionName="idle-reaper-events")
        self.assertLess(int(found["Timeout"]), int(queue["VisibilityTimeout"]), "Lambda refuses a queue that gives a message out again while it is handled")
        self.assertGreater(int(redrive["maxReceiveCount"]) * int(queue["VisibilityTimeout"]), 2 * 900, "a run holds the lock for 900 s at most")
        self.assertNotIn("ReservedConcurrentExecutions", client("lambda").get_function_concurrency(FunctionName="idle-reaper-events"))
        # moto keeps neither of these.
        told = self.template.resources["EventsFeed"]["Properties"]
        self.assertEqual((told["FunctionResponseTypes"], told["ScalingConfig"]), (["ReportBatchItemFailures"], {"MaximumConcurrency": 2}))

    def test_the_dashboard_shows_alarms_that_exist(self):
        client = self.world.client("cloudwatch")
        alarms = {alarm["AlarmArn"] for alarm in client.describe_alarms()["MetricAlarms"]}
        body = json.loads(client.get_dashboard(DashboardName="idle-reaper")["DashboardBody"])
        shown = {arn for widget in body["widgets"] for arn in widget["properties"].get("alarms", [])}
        self.assertEqual(shown, alarms)

    def test_roles_in_the_hub_have_the_policies_of_the_template(self):
        client = self.world.client("iam")
        role = client.get_role(RoleName="idle-reaper-hub")["Role"]
        self.assertEqual(document(role["AssumeRolePolicyDocument"]), self.template.trust("FunctionRole"))
        self.assertEqual(client.list_role_policies(RoleName="idle-reaper-hub")["PolicyNames"], ["hub", "events"])

    def accounts(self):
        """Accounts in the units that are open: id by name."""
        shut = {one["name"] for one in self.world.spec["accounts"] if one.get("refuses") or one.get("state", "ACTIVE") != "ACTIVE"}
        return {name: number for name, number in self.world.built["accounts"].items() if name not in shut}

    def test_the_stack_set_makes_both_roles_in_every_account(self):
        for name, account in self.accounts().items():
            with self.subTest(account=name):
                template = Template("spoke", account=account, OrganizationId=self.template.parameters["OrganizationId"], HubAccount=self.world.account, ExternalId=EXTERNAL_ID, Acting="yes")
                client = self.world.inside(account, "iam")
                for logical, role in {"Reader": "IdleReaperRead", "Actor": "IdleReaperAct"}.items():
                    found = client.get_role(RoleName=role)["Role"]
                    self.assertEqual(document(found["AssumeRolePolicyDocument"]), template.trust(logical))
                    wanted = template.policies(logical)
                    self.assertEqual(set(client.list_role_policies(RoleName=role)["PolicyNames"]), set(wanted))
                    for policy, text in wanted.items():
                        given = client.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
                        # moto answers with what it was given, written as Python would.
                        self.assertEqual(ast.literal_eval(given) if isinstance(given, str) and "'" in given else document(given), text)

    def test_the_stack_set_of_events_makes_its_rules_in_every_region_of_every_account(self):
        client, bus = self.world.client("cloudformation"), f"arn:aws:events:{REGION}:{self.world.account}:event-bus/idle-reaper"
        client.create_stack_set(
            StackSetName="idle-reaper-events", TemplateBody=(ROOT / "infra/spoke-events.yaml").read_text(), PermissionModel="SERVICE_MANAGED",
            Parameters=[{"ParameterKey": "HubBus", "ParameterValue": bus}],
            AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False}, Capabilities=["CAPABILITY_IAM"],
        )  # fmt: skip
        regions = [REGION, "us-east-1"]
        client.create_stack_instances(StackSetName="idle-reaper-events", Regions=regions, DeploymentTargets={"OrganizationalUnitIds": self.units})
        wanted = [json.dumps(one["Properties"]["EventPattern"], sort_keys=True) for one in Template("spoke-events").resources.values() if one["Type"] == "AWS::Events::Rule"]
        for name, account in self.accounts().items():
            for region in regions:
                with self.subTest(account=name, region=region):
                    events = self.world.inside(account, "events", region)
                    rules = events.list_rules()["Rules"]
                    self.assertEqual(sorted(json.dumps(json.loads(rule["EventPattern"]), sort_keys=True) for rule in rules), sorted(wanted))
                    targets = {target["Arn"] for rule in rules for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]}
                    self.assertEqual(targets, {bus})

    def test_a_run_with_what_was_deployed_stops_records_and_is_allowed_every_call(self):
        variables = self.world.client("lambda").get_function_configuration(FunctionName="idle-reaper")["Environment"]["Variables"]
        self.world.ask("POST", "/clock", {"now": EVENING})
        # moto applies a bucket's Denies without their conditions, so this one would refuse everything.
        policy = self.world.client("s3").get_bucket_policy(Bucket=self.record)["Policy"]
        self.world.client("s3").delete_bucket_policy(Bucket=self.record)
        self.addCleanup(self.world.client("s3").put_bucket_policy, Bucket=self.record, Policy=policy)
        self.world.ask("POST", "/calls/reset")
        command = [binary(), "--format", "json", "apply", "--yes", "--at", EVENING]
        ran = subprocess.run(command, env=self.world.environment | variables, capture_output=True, text=True, timeout=120, check=False, cwd=self.folder.name)
        self.assertIn(ran.returncode, (0, 3), ran.stderr)
        report = json.loads(ran.stdout)
        self.assertEqual(report["counts"]["stopped"], 18, report["counts"])
        written = [one["Key"] for one in self.world.client("s3").list_objects_v2(Bucket=self.record)["Contents"]]
        self.assertTrue(any(key.startswith("record/runs/") and key.endswith("/report.json.gz") for key in written), written)
        self.assertNotIn("record/acting.lock", written, "the lock is given back")
        self.allowed(self.world.ask("GET", "/calls")["calls"])

    def allowed(self, calls):
        """Each kind of call of the run, asked of the deployed policies: the simulated AWS does not evaluate them."""
        who = {"IdleReaperRead": "reader", "IdleReaperAct": "actor", None: "hub"}
        action = {"s3:ListObjects": "s3:ListBucket", "monitoring:GetMetricData": "cloudwatch:GetMetricData"}
        kinds = {}
        for call in calls:
            name = f"{call['service']}:{call['action']}"
            kinds.setdefault((who[call["role"]], action.get(name, name)), call)
        self.assertGreater(len(kinds), 9)
        rows = [self.row(person, name, call) for (person, name), call in kinds.items()]
        answers = policies.ask([policies.simulation(row, policies.documents()) for row in rows])
        for row, answer in zip(rows, answers, strict=True):
            with self.subTest(who=row[0], action=row[1], resource=row[2]):
                self.assertEqual(answer.get("result"), "Allowed", answer)

    @staticmethod
    def row(who, action, call):
        resource, context = "*", {}
        if action == "sts:AssumeRole":
            resource = policies.ROLE(policies.SPOKE, call["target"].rsplit("/", 1)[-1])
            context = policies.ENTERING
        elif action.startswith("s3:"):
            key = call["target"].strip("/").partition("/")[2].partition("?")[0]
            resource = f"{policies.RECORD}/{key}" if key and action != "s3:ListBucket" else policies.RECORD
        elif action.startswith("ssm:"):
            resource = policies.PARAMETER("/idle-reaper/pause")
        elif call["writes"]:
            resource = policies.INSTANCE
            context = policies.keys(policies.STOPPED) if "Tags" in action else policies.tags(stopped="x")
        return who, action, resource, context, True


def ages(rule):
    """A rule of CloudFormation as S3's own API has it."""
    said = {"ID": rule["Id"], "Status": rule["Status"], "Filter": {"Prefix": rule.get("Prefix", "")}}
    if "ObjectSizeGreaterThan" in rule:
        said["Filter"] = {"And": said["Filter"] | {"ObjectSizeGreaterThan": int(rule["ObjectSizeGreaterThan"])}}
    if "Transitions" in rule:
        said["Transitions"] = [{"StorageClass": one["StorageClass"], "Days": int(one["TransitionInDays"])} for one in rule["Transitions"]]
    if "ExpirationInDays" in rule:
        said["Expiration"] = {"Days": int(rule["ExpirationInDays"])}
    return said | {key: rule[key] for key in ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload") if key in rule}


def numbers(properties):
    """CloudFormation takes text for a number, an API does not."""
    return {key: int(value) if isinstance(value, str) and value.isdigit() else value for key, value in properties.items()}


class Again(unittest.TestCase):
    def test_a_second_deployment_leaves_a_pause_as_it_is(self):
        world = World()
        self.addCleanup(world.close)
        with tempfile.TemporaryDirectory() as folder:
            package = pathlib.Path(folder) / "package.zip"
            with zipfile.ZipFile(package, "w") as archive:
                archive.writestr("bootstrap", "#!/bin/true\n")
            variables = {"PACKAGE": str(package), "SETTINGS": str(ROOT / "tests/demo.toml")}
            ssm, pause = world.client("ssm"), "/idle-reaper/pause"
            for value in ("off", "on: undo of a run"):
                deployed = world.deploy("hub", **variables)
                self.assertEqual(deployed.returncode, 0, deployed.stderr)
                self.assertEqual(ssm.get_parameter(Name=pause)["Parameter"]["Value"], value)
                ssm.put_parameter(Name=pause, Value="on: undo of a run", Overwrite=True)


class Removed(unittest.TestCase):
    def test_destroy_leaves_nothing_behind(self):
        world = World()
        self.addCleanup(world.close)
        with tempfile.TemporaryDirectory() as folder:
            package = pathlib.Path(folder) / "package.zip"
            with zipfile.ZipFile(package, "w") as archive:
                archive.writestr("bootstrap", "#!/bin/true\n")
            refused = world.deploy("hub", PACKAGE=f"{folder}/none.zip")
            self.assertEqual((refused.returncode, "make package" in refused.stderr), (1, True), refused.stderr)
            made = world.deploy("hub", PACKAGE=str(package), SETTINGS=str(ROOT / "tests/demo.toml"))
            self.assertEqual(made.returncode, 0, made.stderr)
        kept = world.deploy("destroy")
        self.assertEqual(kept.returncode, 0, kept.stderr)
        self.assertIn("kept", kept.stdout)
        gone = world.deploy("destroy", RECORD_TOO="yes")
        self.assertEqual(gone.returncode, 0, gone.stderr)
        left = {
            "buckets": [bucket["Name"] for bucket in world.client("s3").list_buckets()["Buckets"]],
            "functions": world.client("lambda").list_functions()["Functions"],
            "queues": world.client("sqs").list_queues().get("QueueUrls", []),
            "topics": world.client("sns").list_topics()["Topics"],
            "logs": world.client("logs").describe_log_groups()["logGroups"],
            "parameters": world.client("ssm").describe_parameters()["Parameters"],
            "roles": [role["RoleName"] for role in world.client("iam").list_roles()["Roles"] if role["RoleName"] != "OrganizationAccountAccessRole"],
            "dashboards": world.client("cloudwatch").list_dashboards()["DashboardEntries"],
        }
        self.assertEqual({kind: found for kind, found in left.items() if found}, {})


if __name__ == "__main__":
    unittest.main()
