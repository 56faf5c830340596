"""The acceptance kit: proves in a sandbox account that idle-reaper stops, starts and undoes what it should, and that its
roles can do nothing else. `make acceptance` and `make acceptance-teardown` call it; docs/acceptance.md describes it.

    python3 tools/acceptance run | teardown
"""

import json
import sys
import tempfile
import traceback
import pathlib

import checks
import cost
import evidence
import left
import places
import steps
from cli import Cli, Failed, Interrupted, Interrupts, now, say
from deploying import Unexpected
from function import Function


class Kit:
    """What the steps share."""

    def __init__(self, config, folder):
        self.config, self.folder = config, pathlib.Path(folder)
        self.interrupts = Interrupts()
        self.cli = Cli(config.environment, self.interrupts, hidden=[config.external_id], patience=0.02 if config.simulated else 1)
        self.function = Function(self)
        self.evidence = None
        self.version = 2
        self.twin = self.whole_run = False
        self.sessions = {}
        self.request_ids, self.files = [], []
        self.instance = self.volume = self.launched = self.gigabytes = self.usd_month = None
        self.made_calls = 0

    def mark(self, **more):
        """Notes in the account who made what is there, so that a teardown from anywhere knows it."""
        overwrite = ["--overwrite"] if more else []
        value = json.dumps({"run": self.config.run, "began": now(), **more})
        self.cli("ssm", "put-parameter", "--name", self.config.marker, "--type", "String", "--value", value, *overwrite)

    def describe(self):
        return self.cli("ec2", "describe-instances", "--instance-ids", self.instance)["Reservations"][0]["Instances"][0]

    def state(self):
        return self.describe()["State"]["Name"]

    def tags(self):
        return {one["Key"]: one["Value"] for one in self.describe()["Tags"]}

    def facts(self):
        about = self.describe()
        return {"state": about["State"]["Name"], "tags": {one["Key"]: one["Value"] for one in about["Tags"]}}

    def tag(self, tags):
        self.cli("ec2", "create-tags", "--resources", self.instance, "--tags", json.dumps([{"Key": key, "Value": value} for key, value in tags.items()]))

    def untag(self, keys):
        self.cli("ec2", "delete-tags", "--resources", self.instance, "--tags", json.dumps([{"Key": key} for key in keys]))


def main():
    verb = sys.argv[1] if len(sys.argv) == 2 else ""
    if verb not in ("run", "teardown"):
        sys.exit(__doc__)
    try:
        with tempfile.TemporaryDirectory() as folder:
            kit = Kit(places.read_environment(), folder)
            sys.exit(run(kit) if verb == "run" else teardown(kit))
    except (places.Wrong, Failed, Interrupted) as wrong:
        sys.exit(f"error: {wrong}")


# --- the run ------------------------------------------------------------------------------------------------------


def run(kit):
    config = kit.config
    say("checking what must hold first; nothing is made yet")
    found = checks.run(kit)
    if not agreed(kit):
        say("nothing was made")
        return 1
    kit.interrupts.watch()
    todo = steps.steps()
    kit.evidence = evidence.Evidence(config, todo)
    kit.evidence.describe(
        account=config.account, region=config.region, caller=config.caller, organization=config.organization, name=config.name,
        endpoint=config.simulated or "AWS", revision=places.revision(), sha256=evidence.hashes(config), checks=found)  # fmt: skip
    try:
        kit.mark()
    except Failed as wrong:  # of two that begin at once, one; the other must not remove what is not its own
        raise places.Wrong(f"the parameter {config.marker} could not be made: another run may have begun ({wrong})") from wrong
    try:
        result = prove(kit, todo)
    except Interrupted:
        result = "interrupted"
    except Exception:  # a defect of the kit: no reason to leave an account full of things
        result = f"failed, by a defect of the kit: {traceback.format_exc(limit=-2)}"
    if not end(kit):
        result = f"{result}, and something is left"
    kit.evidence.finish(result)
    say(f"{result}. Evidence: {kit.evidence.folder / 'evidence.md'}")
    return 0 if result == "passed" else 1


def agreed(kit):
    config, price = kit.config, cost.forecast(kit)
    say(f"""
In account {config.account}, Region {config.region}, as {config.caller}
this deploys the stacks {config.name}, {config.name}-spoke and {config.twin}-spoke (a function, roles, two buckets, a topic, alarms; no
schedule is on), launches one {config.instance_type} with the tag {places.RUN_TAG}={config.run}, stops and starts it,
and removes everything after some 20 minutes. It costs at most ${price['usd']}. No other instance is in its policy.""")
    if config.yes:
        return True
    if not sys.stdin.isatty():
        say("no terminal for confirmation; `YES=yes` begins without a question")
        return False
    return input("Begin? [yes/no] ").strip() == "yes"


def prove(kit, todo):
    """Every step but the teardown; the first that fails ends it, but probes go on among themselves."""
    failed = None
    for step in todo:
        if step.do is None or (failed and not (step.probe and failed.probe)):
            continue
        if not one(kit, step):
            failed = failed or step
    return f"failed at the step `{failed.name}`" if failed else "passed"


def one(kit, step):
    say(f"  {step.name} …", end=" ")
    kit.cli.calls, kit.request_ids, kit.files = [], [], []
    began = now()
    status, seen = evidence.FAILED, "interrupted"
    try:
        seen, status = step.do(kit), evidence.PASSED
    except evidence.NotShown as why:
        seen, status = str(why), evidence.NOT_SHOWN
    except (Failed, Unexpected) as wrong:
        seen = str(wrong)
    except (KeyError, IndexError, TypeError, ValueError, OSError):  # an answer of another shape than documented
        seen = traceback.format_exc(limit=-2)
    finally:
        kit.made_calls += len(kit.cli.calls)
        kit.evidence.record(
            step.name, status=status, how=step.how, expected=step.expected, seen=seen, began=began, ended=now(), commands=kit.cli.calls,
            files=kit.files, **{"request-ids": kit.request_ids})  # fmt: skip
        say(status + ("" if status == evidence.PASSED else f": {seen}"))
    return status != evidence.FAILED


def end(kit):
    """Removes everything, whatever happened before; whether nothing is left."""
    kit.interrupts.ignored = True
    say("  teardown …")
    kit.cli.calls, began = [], now()
    try:
        found, wrong = left.everything(kit)
    except Exception:
        found, wrong = ["perhaps everything: the clean-up itself broke off"], [traceback.format_exc(limit=-2)]
    kit.made_calls += len(kit.cli.calls)
    kit.evidence.left = found
    kit.evidence.cost = cost.spent(kit)
    seen = "; ".join(["nothing is left"] if not found else found) + ("".join(f"; {one}" for one in wrong))
    kit.evidence.record(
        "teardown", status=evidence.FAILED if found else evidence.PASSED, how="tools/deploy.sh destroy, then every service is asked", expected="nothing is left",
        seen=seen, began=began, ended=now(), commands=kit.cli.calls)  # fmt: skip
    if found:
        say(f"left: {seen}\n`ACCOUNT={kit.config.account} make acceptance-teardown` tries again")
    return not found


# --- the teardown of a broken run -----------------------------------------------------------------------------------


def teardown(kit):
    for check in (checks.tools, checks.region, checks.account):
        check(kit)
    before = left.look(kit)
    if not before:
        say("nothing of it is there")
        return 0
    say("\n".join(["this is there:", *(f"  {one}" for one in before)]))
    if not left.marker(kit):
        raise places.Wrong(f"the parameter {kit.config.marker} is not there, so nothing says that the kit made this; nothing was removed")
    if not kit.config.yes and (not sys.stdin.isatty() or input("Remove it? [yes/no] ").strip() != "yes"):
        say("nothing was removed; `YES=yes` removes it without a question")
        return 1
    kit.interrupts.watch()
    kit.interrupts.ignored = True
    found, wrong = left.everything(kit)
    say("\n".join([*(f"went wrong: {one}" for one in wrong), *(f"left: {one}" for one in found)] or ["nothing is left"]))
    return 1 if found else 0


if __name__ == "__main__":
    main()
