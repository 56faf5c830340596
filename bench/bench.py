"""`make bench`: idle-reaper beside Cloud Custodian and a program of the same stack that decides nothing, in one run.

    python bench/bench.py RELEASE_FOLDER [--only stop,organization,day,idle,start,growth,instructions] [--quick]

Everything runs against the simulated AWS of `simulator/`, on loopback. Prints tables and writes docs/benchmarks.md, unless
`--only` or `--quick` asks for a part: a part is no whole, and the document is one run.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

import day
import measure
import page
from simulated import Simulated

ROOT = pathlib.Path(__file__).parent.parent
EVENING = "2026-11-25T21:30:00+09:00"
REGION = "ap-northeast-1"
DEV = {"type": "t3.medium", "launch-time": "2026-11-25T09:05:00+09:00", "tags": {"Env": "dev", "Name": "build-box"}}
# The Regions that are on in every account: the simulated AWS has these unless told.
REGIONS = ("ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-north-1 "
           "eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2").split()  # fmt: skip
SIZES = (1_000, 5_000, 20_000, 100_000)
CUSTODIAN_UP_TO = 20_000
METRICS_OF_ONE = 8


class Bench:
    DEV, REGIONS = DEV, REGIONS
    ROLES = 'reading-role = "IdleReaperRead"\nacting-role = "IdleReaperAct"\nexternal-id = "bench"'

    def __init__(self, release, quick):
        self.release, self.quick = pathlib.Path(release).resolve(), quick
        self.simulated = Simulated(self.release / "idle-reaper-simulator")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-"))
        self.calls_of_c7n_org = None  # until it has run over the hundredth part

    def settings(self, **words):
        text = (ROOT / "bench" / "reaper.toml").read_text()
        for word, value in ({"record": "record", "sweep": "", "at_opening": ""} | words).items():
            text = text.replace(f"@{word.upper()}@", value)
        path = self.folder / "reaper.toml"
        path.write_text(text)
        return path

    def environment(self, settings):
        hub = self.simulated.get("world")["hub"]
        nothing = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true"}
        return nothing | {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "AWS_ENDPOINT_URL": self.simulated.endpoint,
            "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_ACCESS_KEY_ID": hub["access-key"],
            "AWS_SECRET_ACCESS_KEY": hub["secret-key"], "IDLE_REAPER_CONFIG": str(settings),
        }  # fmt: skip

    def reaper(self, settings, *words, at=EVENING):
        """One run of the binary: what it took, and its report. Its record is a new one unless the words say otherwise."""
        out = self.folder / "report.json"
        command = [self.release / "idle-reaper", *words, "--at", at, "--format", "json", "--out", out]
        took = self.run(command, settings, codes=(0, 2, 3))
        return took, json.loads(out.read_text())

    def run(self, command, settings, codes=(0,)):
        self.simulated.post("meter/reset", {})
        took = measure.run([str(word) for word in command], self.environment(settings), self.folder, codes)
        meter = self.simulated.get("meter")
        return took | {"calls": sum(meter["calls"].values()), "meter": meter}

    def fleet(self, count):
        """One account, one Region, everything to be stopped."""
        self.simulated.build({"organization": False, "hub": "platform", "regions": [REGION], "now": EVENING,
                              "instances": [DEV | {"story": "box", "account": "platform", "region": REGION, "count": count}] if count else []})  # fmt: skip

    def fresh(self):
        """An empty record."""
        subprocess.run(["rm", "-rf", self.folder / "record"], check=True)

    # --- 1 ------------------------------------------------------------------------------------------------

    def stop(self):
        rows = []
        for size in SIZES[:2] if self.quick else SIZES:
            row = {"instances": size}
            settings = self.settings(accounts='"self"', regions=f'["{REGION}"]', width="16", idle="", more="")
            floor = [self.release / "floor"]
            place = ["--regions", REGION, "--width", "16"]

            def plan():
                took, report = self.reaper(settings, "plan")
                self.expect(report["counts"]["candidates"], size)
                return took

            def apply():
                took, report = self.reaper(settings, "apply", "--yes")
                self.expect(report["counts"]["stopped"], size)
                return took

            def stopping(program):
                took = program()
                self.expect(self.simulated.get("states"), {"stopped": size})
                return took

            row["describe floor"] = self.typical(size, lambda: self.run([*floor, "describe", *place], settings))
            row["plan"] = self.typical(size, plan)
            row["floor"] = self.typical(size, lambda: stopping(lambda: self.run([*floor, "stop", *place], settings)))
            row["idle-reaper"] = self.typical(size, lambda: stopping(apply))
            if size <= CUSTODIAN_UP_TO:
                row["Cloud Custodian"] = self.typical(size, lambda: stopping(lambda: self.run(self.custodian(), settings)))
            rows.append(row)
            print(f"stop {size}: " + ", ".join(f"{name} {took['cpu']:.2f} s" for name, took in row.items() if name != "instances"), flush=True)
        return rows

    def typical(self, size, once):
        """Each time with a new fleet and an empty record. Of what takes a fraction of a second the run in the middle of five: a
        single one tells more of the machine than of the program."""
        runs = []
        for _ in range(5 if size <= 5_000 and not self.quick else 1):
            self.fleet(size)
            self.fresh()
            runs.append(once())
        return sorted(runs, key=lambda took: took["cpu"])[len(runs) // 2]

    def custodian(self):
        out = self.folder / "custodian"
        subprocess.run(["rm", "-rf", out], check=True)
        custodian = pathlib.Path(sys.executable).parent / "custodian"
        return [custodian, "run", "--cache-period", "0", "--region", REGION, "-s", out, ROOT / "bench" / "custodian.yml"]

    # --- 2 ------------------------------------------------------------------------------------------------

    def organization(self):
        accounts, instances = (20, 2_000) if self.quick else (1_000, 100_000)
        latency, rows = 0.1, []
        for width in (64, 256):
            self.build_organization(accounts, instances, latency)
            settings = self.settings(accounts='"organization"', regions=self.listed_regions(), width=str(width), idle="", more=self.ROLES)
            self.fresh()
            took, report = self.reaper(settings, "plan")
            self.expect(report["counts"]["found"], instances)
            self.expect(report["unreachable"], [])
            floor = self.run([self.release / "floor", "describe", "--organization", "IdleReaperRead", "bench",
                              "--regions", ",".join(REGIONS), "--width", str(width)], settings)  # fmt: skip
            self.expect(floor["out"]["found"], instances)
            rows.append({"width": width, "idle-reaper": took, "floor": floor, "latency": latency, "accounts": accounts, "instances": instances})
            print(f"organization, width {width}: {took['wall']:.1f} s, {took['calls']} calls; floor {floor['wall']:.1f} s, {floor['calls']} calls", flush=True)
        return rows, self.hundredth(latency)

    @staticmethod
    def listed_regions():
        return json.dumps(REGIONS)

    def build_organization(self, accounts, instances, latency, mix=({"weight": 1, "fields": DEV},), buckets=()):
        self.simulated.build({
            "hub": "platform", "now": EVENING, "reading-role": "IdleReaperRead", "acting-role": "IdleReaperAct",
            "external-id": "bench", "latency-ms": 1000 * latency, "throttle": True,
            "fleet": {"seed": 1, "accounts": accounts, "instances": instances, "empty-percent": 85, "mix": list(mix)},
            "buckets": list(buckets),
        })  # fmt: skip

    def hundredth(self, latency):
        """Ten accounts, a thousand instances: c7n-org, one process for each account and Region, and the same by us."""
        self.build_organization(10, 1_000, latency)
        settings = self.settings(accounts=json.dumps(sorted(self.fleet_accounts().values())), regions=self.listed_regions(),
                                 width="64", idle="", more=self.ROLES)  # fmt: skip
        self.fresh()
        ours, report = self.reaper(settings, "plan")
        self.expect(report["counts"]["found"], 1_000)
        theirs = self.c7n_org(10, 1_000, latency)
        print(f"a hundredth: {ours['wall']:.1f} s, c7n-org {theirs['wall']:.1f} s", flush=True)
        return {"idle-reaper": ours, "c7n-org": theirs}

    def fleet_accounts(self):
        return {name: id_ for name, id_ in self.simulated.get("world")["accounts"].items() if name.startswith("fleet-")}

    def c7n_org(self, accounts, instances, latency):
        """A dry run of c7n-org over a fleet of so many accounts and instances."""
        self.build_organization(accounts, instances, latency)
        listed = [{"account_id": id_, "name": name, "role": f"arn:aws:iam::{id_}:role/IdleReaperRead", "external_id": "bench",
                   "regions": list(REGIONS)} for name, id_ in self.fleet_accounts().items()]  # fmt: skip
        (self.folder / "accounts.json").write_text(json.dumps({"accounts": listed}))
        out = self.folder / "c7n-org"
        subprocess.run(["rm", "-rf", out], check=True)
        command = [pathlib.Path(sys.executable).parent / "c7n-org", "run", "-c", self.folder / "accounts.json", "-s", out,
                   "-u", ROOT / "bench" / "custodian-scan.yml", "--cache-period", "0"]  # fmt: skip
        theirs = self.run(command, self.folder / "reaper.toml")
        self.expect(sum(len(json.loads(file.read_text())) for file in out.rglob("resources.json")), instances)
        self.calls_of_c7n_org = theirs["calls"]
        return theirs

    def day(self):
        return day.measured(self)

    # --- 3 ------------------------------------------------------------------------------------------------

    def idle(self):
        count = 1_000 if self.quick else 20_000
        old = DEV | {"launch-time": "2026-06-01T09:00:00+09:00", "created": "2026-06-01T09:00:00+09:00", "vcpus": 2}
        shares = (("busy", 60, {"cpu": 35}), ("idle", 25, {"cpu": 1}), ("kept", 15, {"cpu": 1, "tags": DEV["tags"] | {"idle-reaper:keep": ""}}))
        entries = [old | fields | {"story": name, "account": "platform", "region": REGION, "count": count * share // 100} for name, share, fields in shares]
        self.simulated.build({"organization": False, "hub": "platform", "regions": [REGION], "now": EVENING, "instances": entries})
        settings = self.settings(accounts='"self"', regions=f'["{REGION}"]', width="16", idle="[idle]", more="")
        # Never outside its hours: only what weeks of metrics say is left to decide.
        text = settings.read_text().replace("mon-fri 09:00-18:00", "always").replace('outside = "stop"', 'idle = "report"')
        settings.write_text(text)
        self.fresh()
        first, report = self.reaper(settings, "apply", "--yes")
        found = sum(line["reason"] == "idle" for line in report["resources"])
        second, again = self.reaper(settings, "apply", "--yes")
        rows = [("first run: the funnel", first, report["cost"]), ("next run: what was active is not asked again", second, again["cost"])]
        print(f"idle: {found} found; metrics {report['cost']['metrics']}, then {again['cost']['metrics']}", flush=True)
        return {"instances": count, "found": found, "rows": rows, "naive": count * METRICS_OF_ONE}

    # --- 4 and 5 ------------------------------------------------------------------------------------------

    def start(self):
        ours, bare = [], []
        for _ in range(30):  # in turn, so that a busy moment meets both
            ours.append(measure.first_poll(self.release / "idle-reaper"))
            bare.append(measure.first_poll(self.release / "bare"))
        self.fleet(0)
        self.fresh()
        settings = self.settings(accounts='"self"', regions=f'["{REGION}"]', width="16", idle="", more="")
        empty, _ = self.reaper(settings, "plan")
        package = ROOT / "target" / "package" / "idle-reaper-x86_64.zip"
        subprocess.run([sys.executable, ROOT / "tools" / "package.py"], check=True, env=os.environ | {"CARGO_TARGET_DIR": str(self.release.parent)})
        sizes = {"package": package.stat().st_size, "binary": (self.release / "idle-reaper").stat().st_size}
        print(f"start: {statistics.median(ours) * 1000:.2f} ms, bare {statistics.median(bare) * 1000:.2f} ms", flush=True)
        return {"idle-reaper": ours, "bare": bare, "empty": empty, **sizes}

    def growth(self):
        rows = []
        settings = self.settings(accounts='"self"', regions=f'["{REGION}"]', width="16", idle="", more="")
        for count in (1_000, 10_000, 100_000, 1_000_000):
            runs = [self.run([self.release / "decide", settings, count], settings)["out"] for _ in range(3)]
            rows.append(min(runs, key=lambda one: one["ns-per-verdict"]))
            print(f"growth: {rows[-1]}", flush=True)
        return rows

    # --- 6 ------------------------------------------------------------------------------------------------

    def instructions(self):
        """Instructions of each program for one more instance: what a count of instances leaves after what a run always takes."""
        settings = self.settings(accounts='"self"', regions=f'["{REGION}"]', width="16", idle="", more="")
        place, at = ["--regions", REGION, "--width", "16"], ["--at", EVENING, "--format", "json", "--out", self.folder / "report.json"]
        programs = {
            "describe floor": lambda _: [self.release / "floor", "describe", *place],
            "plan": lambda _: [self.release / "idle-reaper", "plan", *at],
            "floor, found and stopped": lambda _: [self.release / "floor", "stop", *place],
            "idle-reaper, found and stopped": lambda _: [self.release / "idle-reaper", "apply", "--yes", *at],
            "deciding alone": lambda count: [self.release / "decide", settings, count],
        }
        return {name: self.for_one_more(command, settings) for name, command in programs.items()}

    def for_one_more(self, command, settings):
        counted = []
        for size in (1_000, 2_000):
            self.fleet(size)
            self.fresh()
            words = [str(word) for word in command(size)]
            counted.append(measure.instructions(words, self.environment(settings), self.folder))
        return None if None in counted else (counted[1] - counted[0]) / 1_000

    @staticmethod
    def expect(found, wanted):
        """A figure of a run that did something else is no figure."""
        if found != wanted:
            sys.exit(f"the run did not do what it was measured for: {found} instead of {wanted}")


PARTS = ("stop", "organization", "day", "idle", "start", "growth", "instructions")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release")
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    bench = Bench(chosen.release, chosen.quick)
    try:
        parts = [part for part in PARTS if part in chosen.only.split(",")]
        found = {part: getattr(bench, part)() for part in parts}
    finally:
        bench.simulated.end()
        subprocess.run(["rm", "-rf", bench.folder], check=True)
    about = {"date": datetime.date.today().isoformat(), "cores": os.cpu_count(), "machine": platform.machine()}
    text = page.render(found, about)
    print(text)
    if len(parts) == len(PARTS) and not chosen.quick:
        (ROOT / "docs" / "benchmarks.md").write_text(text)


if __name__ == "__main__":
    main()
