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
from cli import Cli, Failed, Interrupted, Interrupts, now
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
    except places.Wrong as wrong:
        sys.exit(f"error: {wrong}")


# --- the run ------------------------------------------------------------------------------------------------------


def run(kit):
    config = kit.config
    print("checking what must hold first; nothing is made yet", flush=True)
    found = checks.run(kit)
    if not agreed(kit):
        print("nothing was made")
        return 1
    kit.interrupts.watch()
    todo = steps.steps()
    kit.evidence = evidence.Evidence(config, todo)
    kit.evidence.describe(
        account=config.account, region=config.region, caller=config.caller, organization=config.organization, name=config.name,
        endpoint=config.simulated or "AWS", revision=places.revision(), sha256=evidence.hashes(config), checks=found)  # fmt: skip
    result = "interrupted"
    try:
        kit.mark()
        result = prove(kit, todo)
    except Interrupted:
        pass
    except Failed as wrong:
        result = f"failed before the first step: {wrong}"
    finally:
        clean = end(kit)
    if not clean:
        result = f"{result}, and something is left"
    kit.evidence.finish(result)
    print(f"{result}. Evidence: {kit.evidence.folder / 'evidence.md'}", flush=True)
    return 0 if result == "passed" else 1


def agreed(kit):
    config, price = kit.config, cost.forecast(kit)
    print(f"""
In account {config.account}, Region {config.region}, as {config.caller}
this deploys the stacks {config.name}, {config.name}-spoke and {config.twin}-spoke (a function, roles, two buckets, a topic, alarms; no
schedule is on), launches one {config.instance_type} with the tag {places.RUN_TAG}={config.run}, stops and starts it,
and removes everything after some 20 minutes. It costs at most ${price['usd']}. No other instance is in its policy.""")
    if config.yes:
        return True
    if not sys.stdin.isatty():
        print("no terminal for confirmation; `YES=yes` begins without a question")
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
    print(f"  {step.name} …", end=" ", flush=True)
    kit.cli.calls, kit.request_ids, kit.files = [], [], []
    began = now()
    status, seen = evidence.FAILED, "interrupted"
    try:
        seen, status = step.do(kit), evidence.PASSED
    except evidence.NotShown as why:
        seen, status = str(why), evidence.NOT_SHOWN
    except (Failed, Unexpected) as wrong:
        seen = str(wrong)
    except (KeyError, IndexError, TypeError, ValueError, OSError):
        # An answer of another shape than documented: no reason to leave an account full of things.
        seen = traceback.format_exc(limit=-2)
    finally:
        kit.made_calls += len(kit.cli.calls)
        kit.evidence.record(
            step.name, status=status, how=step.how, expected=step.expected, seen=seen, began=began, ended=now(), commands=kit.cli.calls,
            files=kit.files, **{"request-ids": kit.request_ids})  # fmt: skip
        print(status + ("" if status == evidence.PASSED else f": {seen}"), flush=True)
    return status != evidence.FAILED


def end(kit):
    """Removes everything, whatever happened before; whether nothing is left."""
    kit.interrupts.ignored = True
    print("  teardown …", flush=True)
    kit.cli.calls, began = [], now()
    found, wrong = left.everything(kit)
    kit.made_calls += len(kit.cli.calls)
    kit.evidence.left = found
    kit.evidence.cost = cost.spent(kit)
    seen = "; ".join(["nothing is left"] if not found else found) + ("".join(f"; {one}" for one in wrong))
    kit.evidence.record(
        "teardown", status=evidence.FAILED if found else evidence.PASSED, how="tools/deploy.sh destroy, then every service is asked", expected="nothing is left",
        seen=seen, began=began, ended=now(), commands=kit.cli.calls)  # fmt: skip
    if found:
        print(f"left: {seen}\n`ACCOUNT={kit.config.account} make acceptance-teardown` tries again", flush=True)
    return not found


# --- the teardown of a broken run -----------------------------------------------------------------------------------


def teardown(kit):
    for check in (checks.tools, checks.region, checks.account):
        check(kit)
    kit.interrupts.watch()
    before = left.look(kit)
    if not before:
        print("nothing of it is there")
        return 0
    print("\n".join(["this is there:", *(f"  {one}" for one in before)]), flush=True)
    if not kit.config.yes:
        if not sys.stdin.isatty() or input("Remove it? [yes/no] ").strip() != "yes":
            print("nothing was removed; `YES=yes` removes it without a question")
            return 1
    kit.interrupts.ignored = True
    found, wrong = left.everything(kit)
    print("\n".join([*(f"went wrong: {one}" for one in wrong), *(f"left: {one}" for one in found)] or ["nothing is left"]), flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    main()
