"""What there is of the kit in the account, asked of each service by itself, and its removal."""

import json

import places
from cli import Failed, say

# What is listed: kind, the CLI's words, where the list is, and the field with the name. `NAME` is the kit's name.
LISTS = [
    ("stack", ["cloudformation", "describe-stacks"], "Stacks", "StackName"),
    ("role", ["iam", "list-roles"], "Roles", "RoleName"),
    ("bucket", ["s3api", "list-buckets"], "Buckets", "Name"),
    ("function", ["lambda", "list-functions"], "Functions", "FunctionName"),
    ("log group", ["logs", "describe-log-groups", "--log-group-name-prefix", "/aws/lambda/NAME"], "logGroups", "logGroupName"),
    ("schedule", ["scheduler", "list-schedules", "--name-prefix", "NAME"], "Schedules", "Name"),
    ("queue", ["sqs", "list-queues", "--queue-name-prefix", "NAME"], "QueueUrls", None),
    ("topic", ["sns", "list-topics"], "Topics", "TopicArn"),
    ("alarm", ["cloudwatch", "describe-alarms", "--alarm-name-prefix", "NAME"], "MetricAlarms", "AlarmName"),
    ("dashboard", ["cloudwatch", "list-dashboards", "--dashboard-name-prefix", "NAME"], "DashboardEntries", "DashboardName"),
    ("security group", ["ec2", "describe-security-groups", "--filters", "Name=tag:Application,Values=NAME"], "SecurityGroups", "GroupName"),
    ("volume", ["ec2", "describe-volumes", "--filters", "Name=tag:Application,Values=NAME"], "Volumes", "VolumeId"),
    ("parameter", ["ssm", "describe-parameters", "--parameter-filters", "Key=Name,Option=BeginsWith,Values=/NAME/"], "Parameters", "Name"),
]  # fmt: skip

BY_TAG = ("security group", "volume")


def ours(name, config):
    """Whether a name, the last part of an ARN or URL, is the kit's or one below it."""
    last = name.rsplit(":", 1)[-1]
    last = last if last.startswith(f"/{config.name}/") else last.rsplit("/", 1)[-1]
    return last == config.name or last.startswith((f"{config.name}-", f"/{config.name}/"))


def look(kit):
    """Everything of the kit's name, as `kind name`. What could not be asked is in the list, too: it may be there."""
    config, found = kit.config, []
    for kind, words, place, field in LISTS:
        try:
            answer = kit.cli(*(word.replace("NAME", config.name) for word in words)) or {}
        except Failed as wrong:
            found.append(f"perhaps a {kind}, which could not be asked ({wrong})")
            continue
        names = [one[field] if field else one for one in answer.get(place) or []]
        found += [f"{kind} {name}" for name in names if kind in BY_TAG or ours(name, config)]
    try:
        found += [f"instance {one['InstanceId']} ({one['State']['Name']})" for one in instances(kit)]
    except Failed as wrong:
        found.append(f"perhaps an instance, which could not be asked ({wrong})")
    return found


def instances(kit):
    """Instances of the kit that are not terminated, whichever run launched them."""
    answer = kit.cli("ec2", "describe-instances", "--filters", f"Name=tag:Application,Values={kit.config.name}", f"Name=tag-key,Values={places.RUN_TAG}")
    every = [one for reservation in answer["Reservations"] for one in reservation["Instances"]]
    return [one for one in every if one["State"]["Name"] != "terminated"]


def marker(kit):
    """The run that made what is there: its id, and its instance where that is known. None where there is none."""
    try:
        return json.loads(kit.cli("ssm", "get-parameter", "--name", kit.config.marker)["Parameter"]["Value"])
    except Failed as wrong:
        if wrong.code == "ParameterNotFound":
            return None
        raise


def remove(kit):
    """Removes everything in order, and goes on where something fails. Returns what went wrong."""
    config, wrong = kit.config, []

    def attempt(what, do):
        try:
            do()
        except (Failed, KeyError, ValueError) as error:
            wrong.append(f"{what}: {error}")
            say(f"  {what}: {error}")

    try:
        about = marker(kit)
    except Failed as error:
        return [f"the parameter {config.marker} could not be read: {error}"]
    if not about:
        return [f"the parameter {config.marker} is not there, so nothing says that what bears this name was made by the kit: nothing was removed"]
    attempt("the instance", lambda: terminate(kit, about))
    variables = {"NAME": config.name}
    attempt("the twin roles", lambda: kit.cli.deploy("destroy-spoke", NAME=config.twin))
    attempt("the roles", lambda: kit.cli.deploy("destroy-spoke", **variables))
    attempt("the hub", lambda: kit.cli.deploy("destroy", RECORD_TOO="yes", **variables))
    attempt("the queue", lambda: remove_queue(kit))
    attempt("the security group", lambda: remove_group(kit, about))
    # A last invocation may have written after its log group was deleted with the stack.
    attempt("the log group", lambda: remove_logs(kit))
    return wrong


def terminate(kit, about):
    """Terminates the instance of the marker's run: it bears the run's tag and, where the id is known, it has that id."""
    mine = [one for one in instances(kit) if {"Key": places.RUN_TAG, "Value": about["run"]} in one.get("Tags", [])]
    for one in mine:
        identifier = one["InstanceId"]
        if about.get("instance") not in (None, identifier):
            raise ValueError(f"{identifier} bears the tag of run {about['run']}, which launched {about['instance']}: it is left alone")
        kit.cli("ec2", "terminate-instances", "--instance-ids", identifier)
        kit.cli("ec2", "wait", "instance-terminated", "--instance-ids", identifier)


def remove_queue(kit):
    for url in (kit.cli("sqs", "list-queues", "--queue-name-prefix", kit.config.queue) or {}).get("QueueUrls") or []:
        if url.rsplit("/", 1)[-1] == kit.config.queue:  # others may have a queue whose name begins so
            kit.cli("sqs", "delete-queue", "--queue-url", url)


def remove_group(kit, about):
    """Removes the security group of the marker's run, by the run's tag: anybody may write `Application`."""
    found = kit.cli("ec2", "describe-security-groups", "--filters", f"Name=tag:{places.RUN_TAG},Values={about['run']}")
    for one in found["SecurityGroups"]:
        kit.cli("ec2", "delete-security-group", "--group-id", one["GroupId"])


def remove_logs(kit):
    name = f"/aws/lambda/{kit.config.name}"
    for one in kit.cli("logs", "describe-log-groups", "--log-group-name-prefix", name)["logGroups"]:
        if one["logGroupName"] == name:
            kit.cli("logs", "delete-log-group", "--log-group-name", name)


def everything(kit):
    """Removes, and looks until what is on its way out is gone. Returns what is left, and what went wrong."""
    wrong, marked = remove(kit), f"parameter {kit.config.marker}"
    for wait in (0, 10, 10, 20, 20, 30, 30):
        kit.cli.sleep(wait)
        found = look(kit)
        if set(found) <= {marked}:
            break
    if found == [marked]:  # the last thing: while it is there, a teardown knows whose instance is whose
        try:
            kit.cli("ssm", "delete-parameter", "--name", kit.config.marker)
            return [], wrong
        except Failed as error:
            wrong.append(f"{kit.config.marker}: {error}")
    return found, wrong
