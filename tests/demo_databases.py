"""The third story of the rehearsal: databases. The simulated AWS of the repository (`simulator/`) plays it, because a stop takes
minutes there and AWS starts a stopped database again on the seventh day: the database is stopped in the evening and up before its
instance in the morning, and over a long closing what AWS starts is stopped again, while nobody is asked twice."""

import json
import subprocess

import demo

CLOSED = {"idle-reaper:schedule": "closed"}


class Simulator(demo.World):
    """The simulated AWS of `simulator/`, alive as long as its standard input."""

    def __init__(self, name, kinds, spec):
        path = demo.OUT / f"{name}.json"
        path.write_text(json.dumps(spec))
        build = ["cargo", "build", "--quiet", "--locked", "--package", "idle-reaper-simulator"]
        subprocess.run(build, cwd=demo.ROOT, check=True)
        command = [str(demo.binary().parent / "idle-reaper-simulator"), "--spec", str(path)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.endpoint, self.control = ready["endpoint"], ready["control"]
        self.about = demo.get(f"{self.control}/world")
        self.settings = demo.OUT / f"{name}.toml"
        policy = 'name = "dev-office-hours"\n'
        text = (demo.ROOT / "tests" / "demo.toml").read_text().replace(policy, policy + f"kinds = {json.dumps(kinds)}\n")
        self.settings.write_text(text.replace('start-lead = "15m"\n', "").replace("stops-percent = 40", "stops-percent = 100"))

    def seen(self, at):
        """The status of every database at that instant, and how often it was stopped."""
        demo.post(f"{self.control}/clock", {"now": at})
        return {one["database"]: (one["status"], one["stops"]) for one in demo.get(f"{self.control}/databases")}


def organisation(**resources):
    """An account of a team, with these resources."""
    place = {"account": "shop-dev", "region": "ap-northeast-1", "launch-time": "2026-11-20T09:00:00+09:00", "tags": {"Env": "dev"}}
    return resources | {
        "hub": "platform", "reading-role": "IdleReaperRead", "acting-role": "IdleReaperAct", "external-id": "demo-external-id",
        "now": "2026-11-25T12:00:00+09:00", "regions": ["ap-northeast-1", "us-east-1"],
        "accounts": [{"name": "platform"}, {"name": "shop-dev"}], "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
        "defaults": place,
    }  # fmt: skip


DATABASES = [
    {"database": "orders", "connections": 0},
    {"database": "stock", "engine": "aurora-mysql", "members": 2, "class": "db.r6g.large", "connections": 0},
    {"database": "archive", "connections": 0, "tags": {"Env": "dev"} | CLOSED},
    {"database": "stock-copy", "replica-of": "stock-main"},
]


def show(world, at):
    for name, (status, stops) in sorted(world.seen(at).items()):
        demo.say(f"  {at[5:16]}  {name:<11} {status:<31} stopped {stops} times")


def night(world):
    """From an evening to the opening."""
    wrong = []
    demo.title("Databases: stopped when the office closes; AWS needs minutes")
    demo.apply(world, "2026-11-25T12:00:00+09:00")
    report = demo.apply(world, "2026-11-25T18:05:00+09:00")
    demo.say("\n".join(f"  {outcome['id']}  {outcome['outcome']}" for outcome in report["outcomes"]))
    show(world, "2026-11-25T18:05:00+09:00")
    demo.apply(world, "2026-11-25T18:20:00+09:00")
    show(world, "2026-11-25T18:20:00+09:00")
    evening = world.seen("2026-11-25T18:20:00+09:00")
    wrong += [] if evening["orders"] == evening["stock"] == ("stopped", 1) else [f"the databases in the evening: {evening}"]
    wrong += [] if evening["stock-copy"] == ("available", 0) else ["a replica was touched"]

    demo.title("In the morning they are up before the instance")
    for at in ("2026-11-26T08:32:00+09:00", "2026-11-26T08:47:00+09:00"):
        demo.apply(world, at)
        show(world, at)
    morning, states = world.seen("2026-11-26T08:55:00+09:00"), demo.get(f"{world.control}/states")
    show(world, "2026-11-26T08:55:00+09:00")
    up = all(morning[name][0] == "available" for name in ("orders", "stock"))
    return wrong + ([] if up and states == {"running": 1} else [f"before the opening: {morning}, instances {states}"])


def seventh_day(world):
    """A database whose hours are closed: AWS starts it after seven days."""
    wrong = []
    demo.title("The seventh day: AWS starts a stopped database, and it is stopped again without a new notice")
    for day in range(26, 31):
        demo.apply(world, f"2026-11-{day}T18:05:00+09:00")
    for at in ("2026-12-01T18:05:00+09:00", "2026-12-02T18:05:00+09:00"):
        demo.apply(world, at)
    restarts = next(one["restarts"] for one in demo.get(f"{world.control}/databases") if one["database"] == "archive")
    demo.say(f"AWS starts `archive` again at {restarts}")
    for at in ("2026-12-02T18:20:00+09:00", "2026-12-02T18:30:00+09:00", "2026-12-02T18:45:00+09:00", "2026-12-02T19:00:00+09:00"):
        report = demo.apply(world, at)
        row = next(row for row in report["resources"] if row["id"] == "db:archive")
        demo.say(f"  {at[5:16]}  archive: {row['state']}, {row['verdict']} by {row['reason']}")
        show(world, at)
        wrong += [f"{at}: a start by AWS has overtime"] if row["reason"] == "overtime" else []
    stops = world.seen("2026-12-02T19:30:00+09:00")["archive"][1]
    wrong += [] if stops == 2 else [f"`archive` was stopped {stops} times"]
    return wrong


def tell():
    spec = organisation(instances=[{"story": "web", "cpu": 1}], databases=DATABASES)
    world = Simulator("databases", ["instance", "database"], spec)
    try:
        return night(world) + seventh_day(world)
    finally:
        world.close()
