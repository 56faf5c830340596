"""Steps: the alarm of a missing run."""

import json

from deploying import expect
from evidence import NotShown

REASON = "acceptance test: set by hand"


def alarm(kit):
    found = kit.cli("cloudwatch", "describe-alarms", "--alarm-names", f"{kit.config.name}-no-run")["MetricAlarms"]
    expect(found, f"there is no alarm `{kit.config.name}-no-run`")
    return found[0]


def definition(kit):
    found = alarm(kit)
    wanted = {
        "Namespace": "IdleReaper", "MetricName": "degraded", "Dimensions": [{"Name": "mode", "Value": "apply"}], "Statistic": "SampleCount",
        "ComparisonOperator": "LessThanThreshold", "Threshold": 1.0, "Period": 300, "EvaluationPeriods": 2, "TreatMissingData": "breaching",
        "AlarmActions": [kit.config.topic],
    }  # fmt: skip
    wrong = {key: found.get(key) for key, value in wanted.items() if found.get(key) != value}
    expect(not wrong, f"it has {json.dumps(wrong)}")
    expect(found["ActionsEnabled"] is False, "its actions are on, though the schedule is off")
    return "as expected; its actions are off, because the schedule is off"


def rings(kit):
    config, name = kit.config, f"{kit.config.name}-no-run"
    arn = f"arn:{config.partition}:sqs:{config.region}:{config.account}:{config.queue}"
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": config.topic}}}]}  # fmt: skip
    attributes = json.dumps({"Policy": json.dumps(policy)})
    url = kit.cli("sqs", "create-queue", "--queue-name", config.queue, "--attributes", attributes)["QueueUrl"]
    kit.cli("sns", "subscribe", "--topic-arn", config.topic, "--protocol", "sqs", "--notification-endpoint", arn)
    kit.cli("cloudwatch", "enable-alarm-actions", "--alarm-names", name)
    for state in ("OK", "ALARM"):
        kit.cli("cloudwatch", "set-alarm-state", "--alarm-name", name, "--state-value", state, "--state-reason", REASON)
    expect(alarm(kit)["StateValue"] == "ALARM", "the alarm is not in the state that was set")
    if config.simulated:
        raise NotShown("the simulated CloudWatch keeps the state and carries out no action; what was seen is the state ALARM")

    def ask():
        got = (kit.cli("sqs", "receive-message", "--queue-url", url, "--wait-time-seconds", "10", "--max-number-of-messages", "10") or {}).get("Messages") or []
        texts = [json.loads(json.loads(one["Body"])["Message"]) for one in got]
        return [one for one in texts if one.get("AlarmName") == name and one.get("NewStateValue") == "ALARM"]

    found = kit.cli.until(ask, 120)
    expect(found, "no message of the alarm arrived within two minutes")
    return f"the queue got the alarm, `{found[0]['NewStateReason']}`. Its state was set by hand: that silence raises it is the step alarm-by-itself"


def by_itself(kit):
    if kit.config.simulated:
        raise NotShown("the simulated CloudWatch evaluates no alarm")
    if not kit.config.wait_for_alarm:
        raise NotShown("it takes up to half an hour more; `WAIT_FOR_ALARM=yes` waits for it. Shown are the definition, and that the alarm is delivered")
    # The run that counts is one over the whole scope.
    kit.function.configure(armed=False, hours="closed")
    kit.function.invoke({"mode": "apply"})
    seen = []
    for state, seconds in (("OK", 900), ("ALARM", 1800)):

        def ask(state=state):
            found = alarm(kit)
            return found if found["StateValue"] == state and found["StateReason"] != REASON else None

        found = kit.cli.until(ask, seconds, every=15)
        expect(found, f"the alarm did not become {state} within {seconds} s")
        seen.append(f"{state} at {found['StateUpdatedTimestamp']}: {found['StateReason']}")
    return "; ".join(seen)
