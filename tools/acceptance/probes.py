"""Every Deny of the deployed policies, with a call that it must refuse, and calls that must be allowed: without those, a
role that can do nothing at all would pass.

A probe is asked in two ways where both are possible. IAM's own simulator is asked about the very role that the function
uses. And the call itself is made, with `--dry-run`, by a twin of that role: the same template deployed a second time, whose
trust names the caller instead of the function. With `--dry-run` EC2 checks permissions and does nothing.
"""

import json

# IAM's words.
DENIED, ALLOWED = "explicitDeny", "allowed"


class Probe:
    """`sid`: the Deny, or None for a call that must be allowed. `about`: what IAM's simulator is told of the request, with
    `PREFIX` for the tags' prefix. `live`: the words of the CLI, or None where a dry run cannot show it."""

    def __init__(self, name, who, sid, title, action, resource="INSTANCE", about=None, live=None, tags=None):
        self.name, self.who, self.sid, self.title, self.action, self.resource = name, who, sid, title, action, resource
        self.about = about or {}
        self.live = live
        self.tags = tags or {}  # what the instance bears while the probe runs

    def context(self, prefix, region):
        """Condition keys as the CLI takes them."""
        entries = []
        for key, value in self.about.items():
            values = value if isinstance(value, list) else [value]
            kind = "boolean" if value in ("true", "false") else "stringList" if isinstance(value, list) else "string"
            values = [one.replace("PREFIX", prefix).replace("REGION", region) for one in values]
            entries.append({"ContextKeyName": key.replace("PREFIX", prefix), "ContextKeyValues": values, "ContextKeyType": kind})
        return json.dumps(entries)

    def command(self, prefix, instance, volume):
        words = {"INSTANCE": instance, "VOLUME": volume}
        return [words.get(word, word.replace("PREFIX", prefix)) for word in self.live] + ["--dry-run"]


STOP = ["ec2", "stop-instances", "--instance-ids", "INSTANCE"]
START = ["ec2", "start-instances", "--instance-ids", "INSTANCE"]
TAG = ["ec2", "create-tags", "--resources", "INSTANCE", "--tags", "Key=PREFIXstopped,Value=probe"]
OWN = {"aws:TagKeys": ["PREFIXstopped"]}
GRANT = {"kms:GrantIsForAWSResource": "true", "kms:ViaService": "ec2.REGION.amazonaws.com", "kms:GrantOperations": ["Decrypt"]}


def without(key, **more):
    return {**{name: value for name, value in GRANT.items() if name != key}, **more}


PROBES = [
    Probe("may-stop", "actor", None, "the acting role may stop the instance", "ec2:StopInstances", live=STOP),
    Probe("may-start", "actor", None, "the acting role may start an instance that bears its own tag", "ec2:StartInstances",
          about={"aws:ResourceTag/PREFIXstopped": "probe"}, live=START, tags={"PREFIXstopped": "probe"}),
    Probe("may-tag", "actor", None, "the acting role may write its own tag", "ec2:CreateTags", about=OWN, live=TAG),
    Probe("may-describe", "reader", None, "the reading role may describe instances", "ec2:DescribeInstances", "*", live=["ec2", "describe-instances"]),
    Probe("deny-kept", "actor", "NeverTouchWhatIsKept", "an instance that bears the keep tag is not stopped", "ec2:StopInstances",
          about={"aws:ResourceTag/PREFIXkeep": "yes"}, live=STOP, tags={"PREFIXkeep": "yes"}),
    # Only AWS can write the group's tag, so no call can be tried.
    Probe("deny-auto-scaling", "actor", "NeverStopAutoScalingMembers", "a member of an Auto Scaling group is not stopped", "ec2:StopInstances",
          about={"aws:ResourceTag/aws:autoscaling:groupName": "shop"}),
    Probe("deny-start", "actor", "NeverStartWhatOthersStopped", "what it did not stop is not started", "ec2:StartInstances", live=START),
    Probe("deny-foreign-tags", "actor", "NeverWriteForeignTags", "tags of others are not written", "ec2:CreateTags",
          about={"aws:TagKeys": ["PREFIXstopped", "Owner"]}, live=[*TAG, "Key=Owner,Value=probe"]),
    Probe("deny-foreign-tags-removed", "actor", "NeverWriteForeignTags", "tags of others are not removed", "ec2:DeleteTags",
          about={"aws:TagKeys": ["PREFIXkeep"]}, live=["ec2", "delete-tags", "--resources", "INSTANCE", "--tags", "Key=PREFIXkeep"]),
    Probe("deny-all-tags", "actor", "NeverDeleteAllTags", "not all tags at once are removed", "ec2:DeleteTags",
          live=["ec2", "delete-tags", "--resources", "INSTANCE"]),
    Probe("deny-other-resources", "actor", "NeverTagAnythingElse", "nothing but instances is tagged", "ec2:CreateTags", "VOLUME", about=OWN,
          live=["ec2", "create-tags", "--resources", "VOLUME", "--tags", "Key=PREFIXstopped,Value=probe"]),
    Probe("deny-terminate", "actor", "NothingElse", "no instance is terminated", "ec2:TerminateInstances",
          live=["ec2", "terminate-instances", "--instance-ids", "INSTANCE"]),
    Probe("deny-modify", "actor", "NothingElse", "no attribute of an instance is changed", "ec2:ModifyInstanceAttribute",
          live=["ec2", "modify-instance-attribute", "--instance-id", "INSTANCE", "--instance-type", "Value=t3.micro"]),
    Probe("deny-volume", "actor", "NothingElse", "no volume is deleted", "ec2:DeleteVolume", "VOLUME", live=["ec2", "delete-volume", "--volume-id", "VOLUME"]),
    Probe("deny-iam", "actor", "NothingElse", "no role or policy is changed", "iam:PutRolePolicy", "ROLE"),
    Probe("deny-services", "actor", "NoServices", "no service of ECS is read, for the kit deploys without them", "ecs:DescribeServices", "*"),
    Probe("deny-grant-people", "actor", "NeverGrantToAnybodyElse", "a key is granted to AWS services only", "kms:CreateGrant", "KEY",
          about=without(None, **{"kms:GrantIsForAWSResource": "false"})),
    Probe("deny-grant-directly", "actor", "NeverGrantDirectly", "a key is granted through EC2 only", "kms:CreateGrant", "KEY",
          about=without("kms:ViaService")),
    Probe("deny-grant-more", "actor", "NeverGrantMoreThanVolumesNeed", "a key is granted for what volumes need", "kms:CreateGrant", "KEY",
          about=without(None, **{"kms:GrantOperations": ["Decrypt", "CreateGrant"]})),
    Probe("deny-reader", "reader", "NothingElse", "the reading role stops nothing", "ec2:StopInstances", live=STOP),
    Probe("deny-reader-data", "reader", "NothingElse", "the reading role reads no data", "s3:GetObject", "OBJECT"),
]  # fmt: skip
