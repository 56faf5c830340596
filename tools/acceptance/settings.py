"""The settings that the function gets: one policy, and only the instance with the tag of this run matches it."""

import json

import places

POLICY = "acceptance"

TEXT = """\
# Written by the acceptance kit. Only the one instance that this run launched is in the policy.
version = 1

[run]
armed = {armed}
pause = "ssm:{pause}"
record = "s3://{record}/record"

[scope]
accounts = ["{account}"]
regions = ["{region}"]
reading-role = "{reader}"
acting-role = "{actor}"
external-id = "{external_id}"

[tags]
prefix = "{prefix}"

[caps]
stops-per-run = 3
stops-per-account = 3
starts-per-run = 1
stops-percent = 100

[restart]
kms-keys = {keys}

# The instance is minutes old and has no metrics: without these the run would rightly wait.
[busy]
off = true

[schedules.now]
open = ["{hours}"]

[[policies]]
name = "{policy}"
stage = "enforce"
match = {{ accounts = ["{account}"], regions = ["{region}"], tags = ["{tag}={run}"] }}
schedule = "now"
outside = "stop"
at-opening = "start-reaped"
overtime = "0m"
min-uptime = "0m"
unannounced = true
"""


def text(config, armed, hours):
    """`hours` is `closed`, so that the instance is outside them now, or `always`, so that it is to be started."""
    roles = config.roles()
    return TEXT.format(
        armed="true" if armed else "false", pause=config.pause, record=config.record, account=config.account, region=config.region,
        reader=roles["reader"], actor=roles["actor"], external_id=config.external_id, prefix=config.prefix, hours=hours,
        keys=json.dumps([key for key in config.kms_keys.split(",") if key]), policy=POLICY, tag=places.RUN_TAG, run=config.run)  # fmt: skip
