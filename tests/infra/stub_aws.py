"""A stand-in for the AWS CLI, for what the simulated AWS cannot do: a world in a JSON file, changed by each call.

    {"stacks": {name: {"status", "parameters", "tags", "resources", "statuses"}}, "buckets": {name: {"owner", "versions",
     "markers", "objects"}}, "ssm": {name: value}, "lambda": {"total", "free", "own"}, "instances": {stack set: [summary]},
     "fails": {"service operation": message}, "calls": [[argument, ...]]}

A call that it does not know is an error. As the real CLI it ignores parameters that a template does not declare, keeps the
values of those that it is not given, cuts `--max-items` from versions and lets every delete marker through.
"""

import json
import os
import pathlib
import re
import sys

import jmespath

WORLD = pathlib.Path(os.environ["STUB_WORLD"])
world = json.loads(WORLD.read_text())
words = sys.argv[1:]
service, operation = words[0], words[1]
flags, key = {}, None
for word in words[2:]:
    if word.startswith("--"):
        key = word
        flags[key] = []
    elif key:
        flags[key].append(word)


def one(name):
    return flags[name][0] if flags.get(name) else None


def fail(message):
    end()
    print(f"\nAn error occurred {message}", file=sys.stderr)
    sys.exit(254)


def end():
    WORLD.write_text(json.dumps(world))


def text(found):
    if isinstance(found, list):
        rows = [one if isinstance(one, list) else [one] for one in found]
        lines = ["\t".join(map(str, row)) for row in rows]
        return ("\n" if any(isinstance(one, list) for one in found) else "\t").join(lines)
    return str(found)


def answer(value):
    end()
    found = jmespath.search(one("--query"), value) if "--query" in flags else value
    print(text(found) if one("--output") == "text" else json.dumps(found))
    sys.exit(0)


def described(name, stack):
    return {
        "StackName": name, "StackStatus": stack["status"],
        "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in stack.get("parameters", {}).items()],
        "Outputs": [] if "ROLLBACK" in stack["status"] else [{"OutputKey": "Bus", "OutputValue": f"bus-of-{name}"}],
        "Tags": [{"Key": k, "Value": v} for k, v in stack.get("tags", {}).items()],
    }  # fmt: skip


def section(template, name):
    """What stands in a section of a template, {name: its lines}; a reader of YAML would take longer than all the rest."""
    lines = re.split(r"^(?=\w)", template, flags=re.M)
    (text,) = [one for one in lines if one.startswith(f"{name}:")]
    return {one.split(":")[0].strip(): one for one in re.split(r"^  (?=\w)", text, flags=re.M)[1:]}


def deploy():
    name, template = one("--stack-name"), pathlib.Path(one("--template-file")).read_text()
    stack = world["stacks"].get(name, {"status": "CREATE_COMPLETE", "parameters": {}, "resources": []})
    if stack["status"].startswith("ROLLBACK"):
        fail(f"(ValidationError) when calling the CreateChangeSet operation: Stack:{name} is in {stack['status']} state and can not be updated.")
    given = dict(pair.split("=", 1) for pair in flags["--parameter-overrides"])
    for key, about in section(template, "Parameters").items():
        default = re.search(r"^    Default: *(.*)$", about, re.M)
        value = given.get(key, stack["parameters"].get(key, default and default.group(1).strip("\"'")))
        if value is None:
            fail(f"(ValidationError) when calling the CreateChangeSet operation: Parameters: [{key}] must have values")
        stack["parameters"][key] = value
    # What is no longer in a template goes, unless its last template retains it.
    resources = section(template, "Resources")
    for resource in stack["resources"]:
        if resource == "Pause" and resource not in resources and not stack.get("retains"):
            world["ssm"].pop(f"/{stack['parameters']['Name']}/pause", None)
    stack["retains"] = "Pause" in resources and "DeletionPolicy: Retain" in resources["Pause"]
    stack["resources"] = list(resources)
    stack["tags"] = dict(pair.split("=", 1) for pair in flags["--tags"])
    stack.setdefault("states", []).append(stack["parameters"].get("State"))
    if name not in world["stacks"] and "Record" in resources:
        bucket = f"{stack['parameters']['Name']}-111111111111-{os.environ['AWS_REGION']}"
        world["buckets"].setdefault(bucket, {"owner": "111111111111"})
    world["stacks"][name] = stack
    answer({})


def bucket():
    found = world["buckets"].get(one("--bucket"))
    if found is None:
        fail("(404) when calling the HeadBucket operation: Not Found")
    owner = one("--expected-bucket-owner")
    if found["owner"] != "111111111111" or owner not in (None, found["owner"]):
        fail("(403) when calling the HeadBucket operation: Forbidden")
    return found


def versions():
    found = bucket()
    every = {"Versions": found.get("versions", []), "DeleteMarkers": found.get("markers", [])}
    if "--no-paginate" in flags:  # one page of S3, versions and markers together
        most = int(one("--max-keys") or 1000)
        every["Versions"] = every["Versions"][:most]
        every["DeleteMarkers"] = every["DeleteMarkers"][: most - len(every["Versions"])]
    elif one("--max-items"):
        every["Versions"] = every["Versions"][: int(one("--max-items"))]
    answer({kind: [{"Key": k, "VersionId": v} for k, v in some] for kind, some in every.items() if some})


def delete_objects():
    found, said = bucket(), one("--delete")
    gone = json.loads(pathlib.Path(said.removeprefix("file://")).read_text() if said.startswith("file://") else said)["Objects"]
    if len(gone) > 1000:
        fail("(MalformedXML) when calling the DeleteObjects operation: The XML you provided was not well-formed")
    taken = {(one["Key"], one["VersionId"]) for one in gone}
    if found.get("locked"):
        answer({"Errors": [{"Key": key, "Code": "AccessDenied"} for key, _ in taken]})
    for kind in ("versions", "markers"):
        found[kind] = [pair for pair in found.get(kind, []) if tuple(pair) not in taken]
    answer({})


def stacks():
    name = one("--stack-name")
    if name is None:
        answer({"Stacks": [described(name, stack) for name, stack in world["stacks"].items()]})
    if name not in world["stacks"]:
        fail(f"(ValidationError) when calling the DescribeStacks operation: Stack with id {name} does not exist")
    answer({"Stacks": [described(name, world["stacks"][name])]})


def resource():
    stack = world["stacks"][one("--stack-name")]
    if one("--logical-resource-id") not in stack["resources"]:
        fail("(ValidationError) when calling the DescribeStackResource operation: Resource does not exist")
    answer({})


def put_object():
    bucket().setdefault("objects", []).append(one("--key"))
    answer({})


def head_object():
    if one("--key") not in bucket().get("objects", []):
        fail("(404) when calling the HeadObject operation: Not Found")
    answer({})


def get_parameter():
    if one("--name") not in world["ssm"]:
        fail("(ParameterNotFound) when calling the GetParameter operation: ")
    answer({"Parameter": {"Value": world["ssm"][one("--name")]}})


def put_parameter():
    if one("--name") in world["ssm"] and "--overwrite" not in flags:
        fail("(ParameterAlreadyExists) when calling the PutParameter operation: ")
    world["ssm"][one("--name")] = one("--value")
    answer({})


def gone(kind, name):
    if name not in world[kind]:
        fail(f"(NotFound) {name}")
    del world[kind][name]
    answer({})


def caller():
    answer({"Account": "111111111111", "Arn": f"arn:{os.environ.get('STUB_PARTITION', 'aws')}:sts::111111111111:assumed-role/Admin/me"})


def make_bucket():
    world["buckets"][one("--bucket")] = {"owner": "111111111111"}
    answer({})


def quota():
    limits = world["lambda"]
    answer({"AccountLimit": {"ConcurrentExecutions": limits["total"], "UnreservedConcurrentExecutions": limits["free"]}})


CALLS = {
    "sts get-caller-identity": caller,
    "cloudformation deploy": deploy,
    "cloudformation describe-stacks": stacks,
    "cloudformation describe-stack-resource": resource,
    "cloudformation describe-stack-events": lambda: answer({"StackEvents": [{"LogicalResourceId": "Function", "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": "the quota"}]}),
    "cloudformation delete-stack": lambda: gone("stacks", one("--stack-name")),
    "cloudformation wait": lambda: answer({}),
    "cloudformation list-stack-instances": lambda: answer({"Summaries": world["instances"].get(one("--stack-set-name"), [])}),
    "cloudwatch set-alarm-state": lambda: answer({}),
    "lambda get-account-settings": quota,
    "lambda get-function-concurrency": lambda: answer({"ReservedConcurrentExecutions": world["lambda"]["own"]} if world["lambda"].get("own") else {}),
    "s3api head-bucket": lambda: (bucket(), answer({})),
    "s3api create-bucket": make_bucket,
    "s3api put-public-access-block": lambda: (bucket(), answer({})),
    "s3api put-object": put_object,
    "s3api head-object": head_object,
    "s3api list-object-versions": versions,
    "s3api delete-objects": delete_objects,
    "s3api delete-bucket": lambda: gone("buckets", one("--bucket")),
    "ssm get-parameter": get_parameter,
    "ssm put-parameter": put_parameter,
    "ssm delete-parameter": lambda: gone("ssm", one("--name")),
}  # fmt: skip

world["calls"].append(words)
if (wrong := world["fails"].get(f"{service} {operation}")) is not None:
    fail(wrong)
CALLS[f"{service} {operation}"]()
