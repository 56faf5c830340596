"""What must hold before anything is made. Each check is named, and says how to mend what is wrong."""

import json
import shutil
import zipfile

import left
from cli import Failed, say
from places import INSTALLED, Wrong

# What the caller does itself, and what CloudFormation does in the caller's name.
ACTIONS = """
cloudformation:CreateChangeSet cloudformation:ExecuteChangeSet cloudformation:DescribeStacks cloudformation:DeleteStack
cloudwatch:PutMetricAlarm cloudwatch:DeleteAlarms cloudwatch:DescribeAlarms cloudwatch:SetAlarmState cloudwatch:EnableAlarmActions
cloudwatch:PutDashboard cloudwatch:DeleteDashboards ec2:CreateSecurityGroup ec2:CreateTags ec2:DeleteSecurityGroup ec2:DeleteTags
ec2:DescribeInstanceTypeOfferings
ec2:DescribeInstanceTypes ec2:DescribeInstances ec2:DescribeSubnets ec2:DescribeVolumes ec2:RunInstances ec2:TerminateInstances iam:CreateRole iam:DeleteRole
iam:GetRole iam:ListRoles iam:PassRole iam:PutRolePolicy iam:SimulatePrincipalPolicy kms:ListAliases lambda:CreateFunction
lambda:DeleteFunction lambda:GetFunctionConfiguration lambda:InvokeFunction logs:CreateLogGroup logs:DeleteLogGroup s3:CreateBucket
s3:DeleteBucket s3:DeleteObjectVersion s3:GetObject s3:ListBucketVersions s3:PutObject scheduler:CreateSchedule
scheduler:DeleteSchedule scheduler:GetSchedule sns:CreateTopic sns:DeleteTopic sns:Subscribe sqs:CreateQueue sqs:DeleteQueue
sqs:ReceiveMessage ssm:DeleteParameter ssm:GetParameter ssm:PutParameter sts:AssumeRole
""".split()
FIRST = {1: (1, 27), 2: (2, 9)}  # earlier releases know neither `--dry-run` everywhere nor gp3 and newer Regions


def tools(kit):
    """the AWS CLI, bash and the script that deploys"""
    for one in ("aws", "bash"):
        if not shutil.which(one, path=kit.config.environment.get("PATH")):
            raise Wrong(f"`{one}` is not on the path; the kit needs the AWS CLI, bash and Python 3, as `make deploy` does")
    said = kit.cli("--version") or ""
    version = tuple(int(part) for part in said.split()[0].partition("/")[2].split(".")[:2])
    if version < FIRST.get(version[0], (2, 9)):
        raise Wrong(f"the AWS CLI is {said.split()[0]}, and the kit needs 2.9 or newer (or 1.27)")
    kit.version = version[0]
    return said


def account(kit):
    """the account that ACCOUNT names is the caller's"""
    config = kit.config
    if not config.account:
        raise Wrong("`ACCOUNT` is not set: write the twelve digits of the sandbox account, so that nothing is made in another one")
    try:
        caller = kit.cli("sts", "get-caller-identity")
    except Failed as wrong:
        raise Wrong(f"the AWS CLI has no credentials that work ({wrong}); try `aws sso login`") from wrong
    if caller["Account"] != config.account:
        raise Wrong(f"`ACCOUNT={config.account}`, but the credentials are those of account `{caller['Account']}` ({caller['Arn']}); nothing was made")
    config.caller, config.partition = caller["Arn"], caller["Arn"].split(":")[1]
    if ":assumed-role/" in config.caller:
        # The role's path, which sessions of IAM Identity Center have, does not stand in the session's ARN.
        found = kit.cli("iam", "get-role", "--role-name", config.caller.split("/")[1])
        config.role = found["Role"]["Arn"]
    return config.caller


def region(kit):
    """a Region is chosen"""
    config = kit.config
    if not config.region:
        try:
            config.region = kit.cli("configure", "get", "region") or ""
        except Failed:  # none is configured
            config.region = ""
    if not config.region:
        raise Wrong("no Region is configured; set `AWS_REGION`")
    # The first major version of the CLI knows the second name only.
    kit.cli.environment.update(AWS_REGION=config.region, AWS_DEFAULT_REGION=config.region)
    return config.region


def organization(kit):
    """the account belongs to an organisation, which the roles' trust requires"""
    config = kit.config
    if not config.organization:
        try:
            config.organization = kit.cli("organizations", "describe-organization")["Organization"]["Id"]
        except Failed as wrong:
            raise Wrong(f"the organisation could not be asked for ({wrong}): set `ORGANIZATION=o-…`. An account outside of any organisation will not do, because the roles trust their own organisation alone") from wrong
    return config.organization


def package(kit):
    """the package is there, and is a function"""
    path = kit.config.package
    if not path.is_file():
        raise Wrong(f"the package `{path}` is not there; `make package` builds it, or `PACKAGE=` names a released zip")
    try:
        names = zipfile.ZipFile(path).namelist()
    except zipfile.BadZipFile as wrong:
        raise Wrong(f"the package `{path}` is no zip file") from wrong
    if names != ["bootstrap"]:
        raise Wrong(f"the package `{path}` holds {', '.join(names[:5]) or 'nothing'}; the function is one file, `bootstrap`")
    return str(path)


def nothing_left(kit):
    """nothing of an earlier run of this name is there"""
    found = left.look(kit)
    if found:
        raise Wrong(f"an earlier run has left {'; '.join(found)}. Remove it first: `ACCOUNT={kit.config.account} make acceptance-teardown`")
    return "nothing found"


def not_installed(kit):
    """no idle-reaper is installed in this account"""
    names = {role["RoleName"] for role in kit.cli("iam", "list-roles")["Roles"]}
    # Of a hub in this or another Region, and of the roles for a hub in another account.
    roles = sorted(names & {f"{INSTALLED}-hub", "IdleReaperRead", "IdleReaperAct"})
    stacks = kit.cli("cloudformation", "describe-stacks")["Stacks"]
    found = roles + [one["StackName"] for one in stacks if str(one.get("Description", "")).startswith("idle-reaper")]
    if found and not kit.config.installed_too:
        raise Wrong(f"an idle-reaper is installed in this account ({', '.join(found)}). The kit would not touch it, but belongs into a sandbox account; `INSTALLED_TOO=yes` goes on here")
    return ", ".join(found) or "none"


def permissions(kit):
    """the caller may do what the kit does"""
    config = kit.config
    if config.unchecked:
        return "not checked, as `PERMISSIONS=unchecked` asks"
    source = config.role or config.caller
    if source.endswith(":root"):
        raise Wrong("the caller is the root user, whose permissions IAM's simulator does not know; use a role")
    answer = kit.cli("iam", "simulate-principal-policy", "--policy-source-arn", source, "--action-names", *ACTIONS)
    denied = [one["EvalActionName"] for one in answer["EvaluationResults"] if one["EvalDecision"] != "allowed"]
    if denied:
        raise Wrong(f"`{source}` may not: {', '.join(denied)}. If a policy allows them for resources of the name `{config.name}*` alone, which this check does not see, go on with `PERMISSIONS=unchecked`")
    return f"{len(ACTIONS)} actions, by IAM's simulator"


def place(kit):
    """there is a subnet, a type and an image for the instance"""
    config = kit.config
    types = kit.cli("ec2", "describe-instance-types", "--instance-types", config.instance_type)["InstanceTypes"]
    architectures = types[0]["ProcessorInfo"]["SupportedArchitectures"]
    kit.image_arch = "arm64" if "arm64" in architectures else "x86_64"
    if config.subnet:
        subnets = kit.cli("ec2", "describe-subnets", "--subnet-ids", config.subnet)["Subnets"]
    else:
        # Not every zone has every type.
        offered = kit.cli("ec2", "describe-instance-type-offerings", "--location-type", "availability-zone", "--filters", f"Name=instance-type,Values={config.instance_type}")
        zones = {one["Location"] for one in offered["InstanceTypeOfferings"]}
        subnets = kit.cli("ec2", "describe-subnets", "--filters", "Name=default-for-az,Values=true")["Subnets"]
        subnets = sorted((one for one in subnets if one["AvailabilityZone"] in zones), key=lambda one: one["AvailabilityZone"])
    if not subnets:
        raise Wrong(f"the default VPC of this Region has no subnet in a zone with {config.instance_type}, or there is none; name a subnet: `SUBNET=subnet-…`")
    kit.subnet, kit.vpc = subnets[0]["SubnetId"], subnets[0]["VpcId"]
    name = f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{kit.image_arch}"
    kit.image = kit.cli("ssm", "get-parameter", "--name", name)["Parameter"]["Value"]
    return json.dumps({"type": config.instance_type, "image": kit.image, "subnet": kit.subnet})


# In this order: what an earlier run has left would otherwise be taken for an installed one.
CHECKS = [tools, region, account, organization, package, nothing_left, not_installed, permissions, place]


def run(kit):
    """Every check in order; what each found, by its name."""
    found = []
    for check in CHECKS:
        say(f"  {check.__doc__} …")
        try:
            found.append({"check": check.__doc__, "found": check(kit)})
        except Failed as wrong:
            raise Wrong(f"it could not be found out whether {check.__doc__}: {wrong}") from wrong
    return found
