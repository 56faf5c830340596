"""Steps: the hub, the roles, their twin, the instance."""

import base64
import hashlib
import json
import time

import places
import settings
from evidence import NotShown


class Unexpected(Exception):
    """What was seen is not what was expected."""


def expect(true, seen):
    if not true:
        raise Unexpected(seen)


def hub(kit):
    config, roles = kit.config, kit.config.roles()
    path = kit.folder / "reaper.toml"
    path.write_text(settings.text(config, armed=False, hours="closed"))
    kit.cli.deploy(
        "hub", NAME=config.name, PACKAGE=str(config.package), ARCH=config.arch, ORGANIZATION=config.organization, SETTINGS=str(path),
        # Minutes: the alarm of a missing run counts intervals of this length. The schedule itself stays off.
        PARAMETERS=f"State=DISABLED Minutes=5 LogDays=30 ReadingRole={roles['reader']} ActingRole={roles['actor']}")  # fmt: skip
    found = kit.cli("lambda", "get-function-configuration", "--function-name", config.name)
    code = base64.b64encode(hashlib.sha256(config.package.read_bytes()).digest()).decode()
    expect(found["CodeSha256"] == code, f"the function's code has the hash {found['CodeSha256']}, the package {code}")
    state = kit.cli("scheduler", "get-schedule", "--name", config.name)["State"]
    expect(state == "DISABLED", f"the schedule is {state}")
    pause = kit.cli("ssm", "get-parameter", "--name", config.pause)["Parameter"]["Value"]
    expect(pause == "off", f"the pause parameter is `{pause}`")
    return f"code {code}, schedule {state}, pause `{pause}`"


def spoke(kit, name, hub_role):
    config, roles = kit.config, kit.config.roles(name)
    kit.cli.deploy(
        "spoke", NAME=name, HUB_ACCOUNT=config.account, ORGANIZATION=config.organization, EXTERNAL_ID=config.external_id, ACTING="yes",
        TAG_PREFIX=config.prefix, KMS_KEYS=config.kms_keys,
        PARAMETERS=f"HubRole={hub_role} ReadingRole={roles['reader']} ActingRole={roles['actor']}")  # fmt: skip


def roles(kit):
    spoke(kit, kit.config.name, f"{kit.config.name}-hub")
    names = sorted(kit.config.roles().values())
    for name in names:
        kit.cli("iam", "get-role", "--role-name", name)
    return ", ".join(names)


def policies(kit, role):
    names = kit.cli("iam", "list-role-policies", "--role-name", role)["PolicyNames"]
    documents = {name: kit.cli("iam", "get-role-policy", "--role-name", role, "--policy-name", name)["PolicyDocument"] for name in sorted(names)}
    attached = kit.cli("iam", "list-attached-role-policies", "--role-name", role)["AttachedPolicies"]
    expect(not attached, f"{role} has other policies attached: {json.dumps(attached)}")
    return documents


def twin(kit):
    config = kit.config
    if not config.role:
        raise NotShown(f"the caller is {config.caller} and no role, and the trust of spoke.yaml takes roles alone: the probes ask IAM's simulator only")
    spoke(kit, config.twin, config.role.split(":role/", 1)[1])
    for who, name in config.roles(config.twin).items():
        expect(policies(kit, name) == policies(kit, config.roles()[who]), f"the policies of {name} are not those of {config.roles()[who]}")
    kit.twin = True
    return f"the policies of {config.twin}-read and {config.twin}-act are those of the roles that the function uses"


def launch(kit):
    config = kit.config
    tags = [{"Key": key, "Value": value} for key, value in config.tags().items()]
    group = kit.cli(
        "ec2", "create-security-group", "--group-name", config.name, "--description", "Acceptance test of idle-reaper, nothing may connect", "--vpc-id", kit.vpc,
        "--tag-specifications", json.dumps([{"ResourceType": "security-group", "Tags": tags}]))["GroupId"]  # fmt: skip
    # The root device of Amazon Linux.
    root = {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "VolumeSize": 8, "VolumeType": "gp3", "DeleteOnTermination": True}}
    launched = kit.cli(
        "ec2", "run-instances", "--image-id", kit.image, "--instance-type", config.instance_type, "--count", "1", "--client-token", config.run,
        "--subnet-id", kit.subnet, "--security-group-ids", group, "--no-associate-public-ip-address", "--block-device-mappings", json.dumps([root]),
        "--metadata-options", "HttpTokens=required,HttpEndpoint=enabled", "--instance-initiated-shutdown-behavior", "stop",
        "--tag-specifications", json.dumps([{"ResourceType": kind, "Tags": tags} for kind in ("instance", "volume")]))  # fmt: skip
    kit.launched = time.time()
    kit.instance = launched["Instances"][0]["InstanceId"]
    kit.mark(instance=kit.instance)
    kit.cli("ec2", "wait", "instance-running", "--instance-ids", kit.instance)
    return checked(kit, group)


def checked(kit, group):
    """What the instance is, as EC2 describes it."""
    about = kit.describe()
    kit.volume = about["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    volume = kit.cli("ec2", "describe-volumes", "--volume-ids", kit.volume)["Volumes"][0]
    kit.gigabytes = volume["Size"]
    expect(volume["Encrypted"], f"{kit.volume} is not encrypted")
    aliases = [one["AliasName"] for one in kit.cli("kms", "list-aliases", "--key-id", volume["KmsKeyId"])["Aliases"]]
    managed = "alias/aws/ebs" in aliases
    expect(managed or kit.config.kms_keys, f"{kit.volume} is encrypted with {volume['KmsKeyId']}, the account's own default: `KMS_KEYS={volume['KmsKeyId']}` lets the acting role start the instance again")
    rules = kit.cli("ec2", "describe-security-groups", "--group-ids", group)["SecurityGroups"][0]["IpPermissions"]
    expect(not rules, f"{group} lets in {json.dumps(rules)}")
    expect("PublicIpAddress" not in about, f"it has the public address {about.get('PublicIpAddress')}")
    expect(about["MetadataOptions"]["HttpTokens"] == "required", f"its metadata options are {json.dumps(about['MetadataOptions'])}")
    expect({"Key": places.RUN_TAG, "Value": kit.config.run} in about["Tags"], "it does not bear the tag of this run")
    return f"{kit.instance}, {about['InstanceType']}, {about['State']['Name']}; {kit.volume}, {kit.gigabytes} GiB, encrypted with {'aws/ebs' if managed else volume['KmsKeyId']}; no inbound rule, no public address, IMDSv2 required"
