"""The rehearsal: the main job from end to end in a simulated organisation. No AWS account is needed.

Run it with `make demo`. It starts the simulated AWS and the local Lambda, asks the real binary for a dry run,
shows that nothing changed, sends the scheduled event armed, and proves with DescribeInstances of its own which
machines are stopped. The two reports stay in target/demo. It talks to loopback addresses only.
"""

import collections
import functools
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import boto3

ROOT = pathlib.Path(__file__).parent.parent
OUT = ROOT / "target" / "demo"
STORIES = json.loads((ROOT / "tests" / "stories.json").read_text())
DOWN = {"stopping", "stopped"}


@functools.cache
def binary():
    """The binary that `cargo build` made, wherever its target directory is."""
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    return pathlib.Path(found["target_directory"]) / "debug" / "idle-reaper"


def clean_environment(**more):
    """This process's environment without its AWS settings: nothing here may reach a real account."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "IDLE_REAPER_"))}
    return kept | {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"} | more


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def post(url, body, seconds=120):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{url} answered {error.code}: {error.read().decode(errors='replace')}")


def get(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


class World:
    """The simulated AWS, alive as long as its standard input."""

    def __init__(self):
        command = [sys.executable, str(ROOT / "tests" / "world.py"), "--spec", str(ROOT / "tests" / "stories.json")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.endpoint, self.control = ready["endpoint"], ready["control"]
        self.about = get(f"{self.control}/world")
        self.settings = ROOT / "tests" / "demo.toml"

    def environment(self, **more):
        hub = self.about["hub"]
        return clean_environment(
            AWS_ENDPOINT_URL=self.endpoint,
            AWS_REGION="ap-northeast-1",
            AWS_ACCESS_KEY_ID=hub["access-key"],
            AWS_SECRET_ACCESS_KEY=hub["secret-key"],
            IDLE_REAPER_AT=STORIES["now"],
            IDLE_REAPER_CONFIG=str(self.settings),
            **more,
        )

    def states(self):
        """The state of every instance that a plain DescribeInstances in each account and Region shows."""
        hub, states = self.about["hub"], {}
        common = {"endpoint_url": self.endpoint, "region_name": "ap-northeast-1"}
        sts = boto3.client("sts", aws_access_key_id=hub["access-key"], aws_secret_access_key=hub["secret-key"], **common)
        for target in sorted({(i["account"], i["region"]) for i in self.about["instances"].values()}):
            account, region = target
            try:
                role = f"arn:aws:iam::{account}:role/{STORIES['reading-role']}"
                session = sts.assume_role(RoleArn=role, RoleSessionName="proof", ExternalId=STORIES["external-id"])["Credentials"]
            except sts.exceptions.ClientError:
                continue  # the account that refuses us refuses the proof as well
            ec2 = boto3.client(
                "ec2", endpoint_url=self.endpoint, region_name=region, aws_access_key_id=session["AccessKeyId"],
                aws_secret_access_key=session["SecretAccessKey"], aws_session_token=session["SessionToken"])
            for page in ec2.get_paginator("describe_instances").paginate():
                for reservation in page["Reservations"]:
                    states |= {i["InstanceId"]: i["State"]["Name"] for i in reservation["Instances"]}
        return states

    def writes(self):
        return [call for call in get(f"{self.control}/calls")["calls"] if call["writes"]]

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)


class Function:
    """The local Lambda: the runtime API of cargo-lambda, and the real binary polling it."""

    def __init__(self, environment, log, served=None):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/2015-03-31/functions/_/invocations"
        emulator = pathlib.Path(sys.executable).parent / "cargo-lambda"
        command = [str(emulator), "lambda", "watch", "--only-lambda-apis", "-A", "127.0.0.1", "-P", str(port), "--quiet"]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.emulator = subprocess.Popen(command, cwd=ROOT, env=clean_environment(), **quiet)
        self.wait_for(port)
        runtime = {
            "AWS_LAMBDA_RUNTIME_API": f"http://127.0.0.1:{port}/.rt", "AWS_LAMBDA_FUNCTION_NAME": "_",
            "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256"}
        self.binary = subprocess.Popen([str(served or binary())], env=environment | runtime, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    @staticmethod
    def wait_for(port):
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        sys.exit("the local Lambda did not come up within 10 s")

    def invoke(self, event):
        if self.binary.poll() is not None:
            sys.exit(f"the function ended with {self.binary.returncode}; see target/demo/function.log")
        return post(self.url, event)

    def close(self):
        for process in (self.binary, self.emulator):
            process.terminate()
            process.wait(timeout=20)


def say(text):
    print(text, flush=True)


def title(text):
    say(f"\n=== {text} {'=' * max(3, 96 - len(text))}")


def compare(world, report):
    """Each story's verdict beside what was expected of it."""
    rows = {row["id"]: row for row in report["resources"]}
    wrong, counted = [], collections.Counter()
    expectations = {}
    for story in STORIES["instances"]:
        for name, where in world.about["instances"].items():
            if name == story["story"] or name.startswith(story["story"] + "-") and story.get("count"):
                expectations[name] = (where["id"], story.get("expect"), story.get("unseen"))
    for name, (id_, expect, unseen) in sorted(expectations.items()):
        row = rows.get(id_)
        if unseen:
            counted["not seen, as expected"] += row is None
            wrong += [f"{name}: seen, though its account is {unseen}"] if row else []
            continue
        got = (row["verdict"], row["reason"]) if row else ("no line", "")
        if got != (expect["verdict"], expect["reason"]):
            wrong.append(f"{name} ({id_}): expected {expect['verdict']}/{expect['reason']}, got {got[0]}/{got[1]}")
        counted[f"{got[0]}: {got[1]}"] += 1
    for words, count in sorted(counted.items()):
        say(f"  {count:3}  {words}")
    return wrong


def cli(environment, *arguments, at=STORIES["now"]):
    done = run(environment, at, *arguments)
    say(done.stdout.rstrip())
    if done.returncode not in (0, 3):
        sys.exit(f"idle-reaper {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")


def rehearse(world, function):
    wrong = []
    title("A dry run of the very function that is deployed: {\"mode\": \"plan\"}")
    before = world.states()
    answer = function.invoke(json.loads((ROOT / "infra" / "events" / "plan.json").read_text()))
    plan = answer["report"]
    (OUT / "plan.json").write_text(json.dumps(plan, indent=2) + "\n")
    say(f"health {answer['health']}, counts {json.dumps(answer['counts'])}")
    say(f"{len(plan['plan']['steps'])} steps planned; {len(plan['unreachable'])} unreachable spots: " + "; ".join(sorted({b['cause'] for b in plan['unreachable']})))
    wrong += compare(world, plan)

    title("The same as people read it: idle-reaper plan")
    cli(world.environment(), "plan")

    title("Nothing changed")
    after, writes = world.states(), world.writes()
    say(f"{len(after)} instances described again, {sum(before[i] != s for i, s in after.items())} changed; {len(writes)} writing calls")
    wrong += [f"the dry run wrote: {call}" for call in writes]
    wrong += [] if before == after else ["the dry run changed an instance"]

    title("The scheduled event, armed: infra/events/scheduled-event.json")
    answer = function.invoke(json.loads((ROOT / "infra" / "events" / "scheduled-event.json").read_text()))
    say(json.dumps(answer, indent=2))
    key = answer["report"].removeprefix("s3://idle-reaper-records/")
    report = json.loads(get(f"{world.control}/objects")["idle-reaper-records"][key])
    (OUT / "report.json").write_text(json.dumps(report, indent=2) + "\n")

    title("The same as a page, from the record")
    page = run(world.environment(), STORIES["now"], "report", answer["run"], "--out", str(OUT / "page.html"))
    say(page.stderr.strip())
    wrong += [] if page.returncode == 0 and (OUT / "page.html").read_text().endswith("</html>\n") else ["there is no page of the run"]

    title("One machine explained: why was it stopped, or why not?")
    cli(world.environment(), "explain", world.about["instances"]["stop-protected"]["id"])

    title("The proof: DescribeInstances, asked by this script itself")
    wrong += prove(before, world.states(), report)
    return wrong + livable_hours(world)


def livable_hours(world):
    """The days after: why, the next morning, a holiday, a worked Saturday, a freeze, a reviewed plan, a backtest."""
    wrong = []
    office = world.about["instances"]["office-1"]["id"]
    # The world has figures for one evening; on the days after, a missing one spares nobody.
    later = OUT / "later.toml"
    later.write_text((ROOT / "tests" / "demo.toml").read_text().replace('unmeasured = "skip"', 'unmeasured = "ignore"'))
    world.settings = later

    title("The next morning its owner asks why, without a right in the account")
    cli(world.environment(), "explain", office, "--run", "last", at="2026-11-26T08:30:00+09:00")

    title("A quarter of an hour before the office opens, what the reaper stopped is started")
    report = apply(world, "2026-11-26T08:46:00+09:00")
    say(f"{report['counts']['started']} started; {office} is {world.states()[office]}")
    wrong += [] if report["counts"]["started"] > 10 and world.states()[office] == "running" else ["nobody was started in the morning"]

    title("Calendars: a public holiday is closed, a worked Saturday is open, a frozen day is left alone")
    for at, words, expected in (
        ("2027-01-11T11:00:00+09:00", "Coming of Age Day, a Monday", "outside-hours"),
        ("2026-11-28T11:00:00+09:00", "the Saturday that works like a Monday", "within-hours"),
        ("2026-12-24T21:30:00+09:00", "a frozen evening", "frozen"),
    ):
        row = next(row for row in plan(world, at)["resources"] if row["id"] == office)
        say(f"  {at}  {words}: {row['verdict']} by {row['reason']}: {row['detail']}")
        wrong += [] if row["reason"] == expected else [f"{words}: expected {expected}, got {row['reason']}"]

    title("A reviewed plan: one machine is agreed to, and nothing beyond it is done")
    evening = "2026-11-26T21:30:00+09:00"
    reviewed = OUT / "reviewed.json"
    cli(world.environment(), "plan", "--instance", office, "--out", str(reviewed), "--format", "json", at=evening)
    report = apply(world, evening, "--plan", str(reviewed))
    done = [outcome["id"] for outcome in report["outcomes"]]
    say(f"{report['counts']['candidates']} candidates, {len(done)} carried out: {', '.join(done)}")
    wrong += [] if done == [office] else [f"the reviewed plan held {office} alone, and {done} was done"]

    title("A sudden change: after weeks of two stops a Thursday, twenty are held back until somebody says that they are right")
    hub = world.about["hub"]
    s3 = boto3.client("s3", endpoint_url=world.endpoint, region_name="ap-northeast-1",
                      aws_access_key_id=hub["access-key"], aws_secret_access_key=hub["secret-key"])
    for thursday in ("2026-11-05", "2026-11-12", "2026-11-19"):
        key = f"record/counts/date={thursday}/{thursday.replace('-', '')}T123000Z-00000000.json"
        s3.put_object(Bucket="idle-reaper-records", Key=key, Body=json.dumps({"candidates": 2, "armed": 2, "found": 68}))
    held = apply(world, "2026-11-26T22:00:00+09:00")
    say(held["plan"]["refused"])
    wrong += [] if held["health"] == "degraded" and not held["outcomes"] else ["a sudden change was not held back"]
    report = apply(world, "2026-11-26T22:10:00+09:00", "--acknowledge", held["run"])
    say(f"acknowledged: {report['counts']['stopped']} stopped")
    wrong += [] if report["counts"]["stopped"] > 10 else ["what was acknowledged was not done"]

    title("A backtest: what would half as much overtime have changed?")
    saved = OUT / "snapshots"
    saved.mkdir()
    cli(world.environment(), "snapshot", "--out", str(saved / "evening.json"), at=STORIES["now"])
    other = OUT / "less-overtime.toml"
    other.write_text(later.read_text().replace('overtime = "2h"', 'overtime = "30m"'))
    cli(world.environment() | {"IDLE_REAPER_CONFIG": str(other)}, "plan", "--inventory", str(saved), "--against", str(later), at=None)

    title("The same in Japanese")
    cli(world.environment(), "plan", "--account", "shop-stg", "--locale", "ja", at=evening)
    return wrong


def plan(world, at):
    done = run(world.environment(), at, "plan", "--format", "json")
    return json.loads(done.stdout)


def apply(world, at, *more):
    """An armed run at another instant; the world's clock is set to it, so that what happens is stamped with it."""
    post(f"{world.control}/clock", {"now": at})
    done = run(world.environment(), at, "apply", "--yes", "--format", "json", *more)
    if done.returncode not in (0, 3):
        sys.exit(f"apply ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def run(environment, at, *arguments):
    """The command line, at an instant."""
    environment = {key: value for key, value in environment.items() if key != "IDLE_REAPER_AT"} | {"COLUMNS": "150"}
    when = ("--at", at) if at else ()
    return subprocess.run([str(binary()), *arguments, *when], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def prove(before, now, report):
    """What is down now and was not before is exactly what the report says was stopped."""
    wrong = []
    names = {row["id"]: row["name"] or row["id"] for row in report["resources"]}
    ended = {o["id"]: o for o in report["outcomes"]}
    for id_, outcome in sorted(ended.items(), key=lambda item: (item[1]["outcome"], names[item[0]])):
        say(f"  {outcome['outcome']:<10} {before[id_]:>8} -> {now[id_]:<9} {id_}  {names[id_]:<24} {outcome['detail'][:60]}")
    stopped = {id_ for id_, outcome in ended.items() if outcome["outcome"] in ("stopped", "stopping")}
    started = {id_ for id_, outcome in ended.items() if outcome["outcome"] == "started"}
    down = {id_ for id_, state in now.items() if state in DOWN and before[id_] not in DOWN}
    up = {id_ for id_, state in now.items() if state == "running" and before[id_] != "running"}
    wrong += [] if down == stopped else [f"down and not reported, or the reverse: {sorted(down ^ stopped)}"]
    wrong += [] if up == started else [f"up and not reported, or the reverse: {sorted(up ^ started)}"]
    steps = {step["id"] for step in report["plan"]["steps"]}
    wrong += [] if set(ended) == steps else ["a step has no outcome"]
    untouched = {id_ for id_ in now if now[id_] == before[id_]}
    say(f"{len(stopped)} stopped, {len(started)} started, {len(untouched)} as before, "
        f"{sum(o['outcome'] == 'failed' for o in ended.values())} refused by its stop protection")
    wrong += [] if stopped else ["nothing was stopped"]
    return wrong


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    title("A simulated organisation")
    world = World()
    try:
        about = world.about["instances"]
        say(f"{len(world.about['accounts'])} accounts, 2 Regions, {len(about)} instances; it is {STORIES['now']}, a Wednesday evening in Tokyo")
        with (OUT / "function.log").open("w") as log:
            function = Function(world.environment(), log)
            try:
                wrong = rehearse(world, function)
            finally:
                function.close()
        wrong += demo_forgotten.tell(world)
    finally:
        world.close()
    wrong += demo_databases.tell() + demo_services.tell()
    title("The end")
    say("the reports are in target/demo/plan.json and target/demo/report.json, with the function's log; open target/demo/page.html in a browser")
    for line in wrong:
        say(f"WRONG: {line}")
    say("everything was as expected" if not wrong else f"{len(wrong)} things were not as expected")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    sys.modules["demo"] = sys.modules["__main__"]
    import demo_databases  # they tell their stories in the words of this file
    import demo_forgotten
    import demo_services

    main()
