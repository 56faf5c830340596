"""Steps: what the function does with the instance, and what it leaves alone."""

import settings
from deploying import expect


def row(kit, report):
    """The report's line of the instance."""
    found = [one for one in report["resources"] if one["id"] == kit.instance]
    expect(found, f"the report does not have {kit.instance}; unreachable: {report['unreachable']}")
    return found[0]


def outcomes(report):
    return [(one["id"], one["action"], one["outcome"]) for one in report["outcomes"]]


def runs(kit):
    state = kit.state()
    expect(state == "running", f"{kit.instance} is {state}")


def dry_run(kit):
    before = kit.facts()

    def ask():
        # New roles take some seconds to be known everywhere; a place that cannot be scanned yet is asked again.
        answer, report = kit.function.invoke({"mode": "plan"})
        return (answer, report) if not report["unreachable"] else None

    found = kit.cli.until(ask, 120, every=10)
    expect(found, "the account is still unreachable for the reading role after two minutes")
    _, report = found
    candidates = [one["id"] for one in report["resources"] if one["verdict"] in ("stop", "hibernate", "start")]
    # More than this one, and nothing is armed in this account.
    expect(candidates == [kit.instance], f"the candidates are {candidates}")
    expect(row(kit, report)["policy"] == settings.POLICY, f"its policy is {row(kit, report)['policy']}")
    after = kit.facts()
    expect(after == before, f"it was {before} and is {after}")
    others = report["counts"]["found"] - 1
    return f"candidate {kit.instance} alone; {others} other instances are out of scope; state and tags unchanged"


def not_armed(kit):
    _, report = kit.function.invoke({"mode": "apply"})
    one = row(kit, report)
    expect((one["verdict"], one["armed"], one.get("not-armed-because")) == ("stop", False, "run-not-armed"), f"the verdict is {one['verdict']}, armed {one['armed']}")
    expect(not report["outcomes"], f"something was done: {outcomes(report)}")
    runs(kit)
    kit.whole_run = True
    return "verdict `stop`, not armed because `run-not-armed`; no outcome; running"


def skipped(kit, reason):
    """An armed run that leaves the instance running, because of this rule."""
    _, report = kit.function.invoke(kit.function.here("apply"))
    one = row(kit, report)
    expect((one["verdict"], one["reason"]) == ("skip", reason), f"{one['verdict']} by {one['reason']}")
    expect(not report["outcomes"], f"something was done: {outcomes(report)}")
    runs(kit)
    return f"skipped by `{reason}`; no outcome; running"


def kept(kit):
    kit.function.configure(armed=True, hours="closed")
    kit.tag({f"{kit.config.prefix}keep": "acceptance"})
    try:
        return skipped(kit, "kept")
    finally:
        kit.untag([f"{kit.config.prefix}keep"])


def set_pause(kit, value):
    kit.cli("ssm", "put-parameter", "--name", kit.config.pause, "--type", "String", "--value", value, "--overwrite")


def paused(kit):
    set_pause(kit, "on: acceptance test")
    try:
        answer, report = kit.function.invoke(kit.function.here("apply"))
    finally:
        set_pause(kit, "off")
    one = row(kit, report)
    expect(one["verdict"] == "stop" and one["armed"], f"the verdict is {one['verdict']} by {one['reason']}, armed {one['armed']}: it would not have been stopped anyway")
    done = [one for one in outcomes(report) if one[2] != "not-tried"]
    expect(not done and answer["counts"]["stopped"] == 0, f"something was done: {done}")
    runs(kit)
    return "would be stopped, and was not while the parameter said `on: acceptance test`; running; the parameter is `off` again"


def stopped(kit):
    """One armed run that stops the instance; its id."""
    kit.function.configure(armed=True, hours="closed")
    answer, report = kit.function.invoke(kit.function.here("apply"))
    seen = outcomes(report)
    deferred = [(one["id"], one["because"]) for one in report["plan"]["deferred"]]
    expect(seen in ([(kit.instance, "stop", "stopped")], [(kit.instance, "stop", "stopping")]), f"outcomes {seen}, deferred {deferred}, notes {report['notes']}")
    kit.cli("ec2", "wait", "instance-stopped", "--instance-ids", kit.instance)
    tag = kit.tags().get(f"{kit.config.prefix}stopped", "")
    expect(f"run={answer['run']}" in tag and f"policy={settings.POLICY}" in tag, f"the tag is `{tag}`")
    price = row(kit, report).get("usd-month")
    kit.usd_month = price if price is not None else kit.usd_month
    return answer["run"], tag


def stop(kit):
    _, tag = stopped(kit)
    return f"outcome `stopped`; EC2 says {kit.state()}; tag `{tag}`"


def started(kit, report):
    expect(outcomes(report) == [(kit.instance, "start", "started")], f"outcomes {outcomes(report)}, notes {report['notes']}")
    kit.cli("ec2", "wait", "instance-running", "--instance-ids", kit.instance)
    expect(f"{kit.config.prefix}stopped" not in kit.tags(), "the tag is still there")


def start(kit):
    kit.function.configure(armed=True, hours="always")
    _, report = kit.function.invoke(kit.function.here("apply"))
    started(kit, report)
    return f"outcome `started`; EC2 says {kit.state()}; no tag of idle-reaper is left"


def undo(kit):
    run, _ = stopped(kit)
    before = kit.facts()
    _, dry = kit.function.invoke({"mode": "undo", "run": run})
    planned = [(one["id"], one["action"]) for one in dry["plan"]["steps"]]
    expect(planned == [(kit.instance, "start")] and not dry["outcomes"], f"the dry run plans {planned} and did {outcomes(dry)}")
    expect(kit.facts() == before, "the dry run changed the instance")
    _, report = kit.function.invoke({"mode": "undo", "run": run, "apply": True})
    started(kit, report)
    pause = kit.cli("ssm", "get-parameter", "--name", kit.config.pause)["Parameter"]["Value"]
    expect(pause != "off" and run in pause, f"the undo of a whole run pauses, and the parameter is `{pause}`")
    set_pause(kit, "off")
    return f"run {run} was undone; EC2 says {kit.state()}; the undo paused with `{pause}`, and the kit wrote `off`"


def undone(kit):
    return skipped(kit, "undone")
