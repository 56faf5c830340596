"""Reads a CloudFormation template as CloudFormation would with given parameters: the few functions that ours use.

`Template(name, **parameters)` has `resources`, {logical id: {"Type", "Properties", ...}} without those whose condition
does not hold, and `parameters`. A function that it does not know is an error, not a guess.
"""

import json
import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).parent.parent.parent
HUB, SPOKE, OTHER = "111111111111", "222222222222", "999999999999"
ORGANIZATION, REGION, EXTERNAL_ID = "o-a1b2c3d4e5", "ap-northeast-1", "an-external-id-of-some-length"
# What a template must be told, beside its defaults.
GIVEN = {
    "hub": {"OrganizationId": ORGANIZATION, "CodeBucket": "idle-reaper-code", "CodeKey": "idle-reaper.zip"},
    "spoke": {"OrganizationId": ORGANIZATION, "HubAccount": HUB, "ExternalId": EXTERNAL_ID},
    "fan-out": {"CodeBucket": "idle-reaper-code", "CodeKey": "idle-reaper.zip"},
    "spoke-events": {"HubBus": f"arn:aws:events:{REGION}:{HUB}:event-bus/idle-reaper"},
    "organization": {
        "OrganizationId": ORGANIZATION, "HubAccount": HUB, "ExternalId": EXTERNAL_ID,
        "Units": "ou-ab12-34cd56ef", "SpokeTemplate": "https://idle-reaper-code.s3.amazonaws.com/spoke.yaml",
    },
}  # fmt: skip
# GetAtt and Ref of what has another name outside the template than inside: {type: (the name's property, the ARN)}.
ARNS = {
    "AWS::IAM::Role": ("RoleName", "arn:aws:iam::{account}:role/{name}"),
    "AWS::S3::Bucket": ("BucketName", "arn:aws:s3:::{name}"),
    "AWS::SNS::Topic": ("TopicName", "arn:aws:sns:{region}:{account}:{name}"),
    "AWS::SQS::Queue": ("QueueName", "arn:aws:sqs:{region}:{account}:{name}"),
    "AWS::Lambda::Function": ("FunctionName", "arn:aws:lambda:{region}:{account}:function:{name}"),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "arn:aws:states:{region}:{account}:stateMachine:{name}"),
    "AWS::Events::Rule": ("Name", "arn:aws:events:{region}:{account}:rule/idle-reaper/{name}"),
    "AWS::Events::EventBus": ("Name", "arn:aws:events:{region}:{account}:event-bus/{name}"),
}
REF_IS_ARN = {"AWS::SNS::Topic", "AWS::StepFunctions::StateMachine"}


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    pass


def tag(loader, suffix, node):
    value = {
        yaml.ScalarNode: loader.construct_scalar,
        yaml.SequenceNode: lambda node: loader.construct_sequence(node, deep=True),
        yaml.MappingNode: lambda node: loader.construct_mapping(node, deep=True),
    }[type(node)](node)
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", tag)
NOTHING = object()


def raw(name):
    return yaml.load((ROOT / "infra" / f"{name}.yaml").read_text(), Loader)


class Template:
    def __init__(self, name, account=None, **parameters):
        self.text = raw(name)
        self.account = account or (HUB if name in ("hub", "fan-out", "organization") else SPOKE)
        given = GIVEN[name] | parameters
        unknown = set(given) - set(self.text["Parameters"])
        assert not unknown, f"{name}.yaml has no parameter {unknown}"
        self.parameters = {key: given.get(key, about.get("Default")) for key, about in self.text["Parameters"].items()}
        missing = [key for key, value in self.parameters.items() if value is None]
        assert not missing, f"{name}.yaml needs {missing}"
        everything = self.text["Resources"]
        self.resources = {}
        self.resources = {
            key: self.resolve(one)
            for key, one in everything.items()
            if "Condition" not in one or self.condition(one["Condition"])
        }

    def condition(self, name):
        return self.resolve(self.text["Conditions"][name])

    def resolve(self, value):
        if isinstance(value, list):
            return [one for one in map(self.resolve, value) if one is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (function, argument), *_ = value.items()
            if function == "Fn::Condition":
                return self.condition(argument)
            if function == "Ref" or function.startswith("Fn::"):
                return getattr(self, function.replace("Fn::", "").lower())(argument)
        pairs = ((key, self.resolve(one)) for key, one in value.items() if key != "Metadata")
        return {key: one for key, one in pairs if one is not NOTHING}

    def ref(self, name):
        pseudo = {
            "AWS::AccountId": self.account, "AWS::Region": REGION, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": NOTHING, "AWS::StackName": "idle-reaper",
        }  # fmt: skip
        if name in pseudo:
            return pseudo[name]
        if name in self.parameters:
            kind, value = self.text["Parameters"][name]["Type"], self.parameters[name]
            return str(value).split(",") if kind == "CommaDelimitedList" else value
        kind = self.text["Resources"][name]["Type"]
        return self.getatt(f"{name}.Arn") if kind in REF_IS_ARN else self.name_of(name)

    def name_of(self, name):
        one = self.text["Resources"][name]
        property_of = ARNS.get(one["Type"], ("Name",))[0]
        return self.resolve(one["Properties"].get(property_of, name))

    def getatt(self, path):
        name, attribute = path.split(".") if isinstance(path, str) else path
        kind = self.text["Resources"][name]["Type"]
        if attribute == "Arn" and kind in ARNS:
            path = self.resolve(self.text["Resources"][name]["Properties"].get("Path", NOTHING)) if kind == "AWS::IAM::Role" else NOTHING
            path = "" if path is NOTHING else path.removeprefix("/")
            return ARNS[kind][1].format(name=path + self.name_of(name), account=self.account, region=REGION)
        return self.name_of(name) if attribute.endswith("Name") else f"{name}.{attribute}"

    def sub(self, text):
        text, more = (text, {}) if isinstance(text, str) else text
        def one(found):
            name = found.group(1)
            value = self.resolve(more[name]) if name in more else self.getatt(name) if "." in name else self.ref(name)
            return str(value)
        return re.sub(r"\$\{([^!}]+)\}", one, text)

    def join(self, argument):
        return argument[0].join(map(str, self.resolve(argument[1])))

    def split(self, argument):
        return str(self.resolve(argument[1])).split(argument[0])

    def equals(self, argument):
        one, other = self.resolve(argument)
        return str(one) == str(other)

    def select(self, argument):
        return self.resolve(argument[1])[int(argument[0])]

    def split(self, argument):
        return self.resolve(argument[1]).split(argument[0])

    def __getattr__(self, name):
        if name == "not":
            return lambda argument: not self.resolve(argument)[0]
        if name == "if":
            return lambda argument: self.resolve(argument[1 if self.condition(argument[0]) else 2])
        if name == "and":
            return lambda argument: all(self.resolve(argument))
        if name == "or":
            return lambda argument: any(self.resolve(argument))
        raise AttributeError(f"the tests' reader of templates does not know the function `{name}`")

    def findinmap(self, argument):
        map_name, first, second = self.resolve(argument)
        return self.text["Mappings"][map_name][str(first)][second]

    def policies(self, role):
        """The inline policies of a role, as documents, by name: in the role, and beside it where they are optional."""
        beside = [one["Properties"] for one in self.resources.values() if one["Type"] == "AWS::IAM::RolePolicy"]
        found = self.resources[role]["Properties"]["Policies"]
        found = found + [one for one in beside if one["RoleName"] == self.name_of(role)]
        return {one["PolicyName"]: document(one["PolicyDocument"]) for one in found}

    def trust(self, role):
        return document(self.resources[role]["Properties"]["AssumeRolePolicyDocument"])


def document(policy):
    return json.loads(policy) if isinstance(policy, str) else policy
