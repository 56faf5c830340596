"""A day of an organisation: 96 runs at 15-minute steps, once with every target in every run and once with `sweep = "4h"`.

The latency of the simulated AWS is zero for the day, so that it takes minutes; a few more runs with latency give the wall
time. Each run is a process of its own and opens every session anew. A warm function keeps them for an hour: the page counts
AssumeRole apart and gives both.
"""

import datetime
import statistics

from cells import MIB, goal, mib, number, part, seconds, table

MIDNIGHT = datetime.datetime.fromisoformat("2026-11-25T00:00:00+09:00")
STEP = datetime.timedelta(minutes=15)
RUNS = 96
# A run that scans everything takes so long that only every 16th of the day is made; the calls of each are the same but for
# those of the few stops and starts.
EVERY = {"always": 16, "4h": 1}
WITH_LATENCY = 3
LATENCY = 0.1
WIDTH = 64
DAYS_OF_A_MONTH = 365 / 12
# A session of AssumeRole lasts an hour (its default duration), which is four runs.
RUNS_OF_A_SESSION = 4
GUARD_DUTY, SECOND_TRAIL = 4, 20  # dollars per million management events, as in docs/cost.md
# One instance in a thousand has office hours: the day has its stops and starts, and they are few.
ALWAYS_OPEN = {"idle-reaper:schedule": "always"}
BUCKET = "bench-records"


def is_event(api):
    """Whether CloudTrail logs the call as a management event. Calls for objects and for metrics are data events."""
    objects = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:HeadObject", "s3:ListObjectsV2")
    return api not in (*objects, "monitoring:GetMetricData")


def measured(bench):
    """A day with each setting."""
    accounts, instances = (20, 2_000) if bench.quick else (1_000, 100_000)
    days = {sweep: of_day(bench, sweep, accounts, instances) for sweep in EVERY}
    return {"accounts": accounts, "instances": instances, "days": days, "c7n-org": custodian(bench)}


def of_day(bench, sweep, accounts, instances):
    build(bench, accounts, instances)
    settings = bench.settings(
        accounts='"organization"', regions=bench.listed_regions(), width=str(WIDTH), idle="", more=bench.ROLES,
        record=f"s3://{BUCKET}/record", sweep=f'sweep = "{sweep}"', at_opening='at-opening = "start-reaped"',
    )  # fmt: skip
    every = EVERY[sweep]
    # The first run knows nothing yet and scans everything, whatever the setting is.
    runs = [one_run(bench, settings, n, instances) for n in range(0, RUNS, every)]
    bench.simulated.post("conditions", {"latency-ms": 1000 * LATENCY})
    timed = [one_run(bench, settings, RUNS + n, instances) for n in range(WITH_LATENCY)]
    calls = [run["calls"] for run in runs]
    print(f"day, {sweep}: {len(runs)} runs, {statistics.median(calls):.0f} calls in the median, {sum(calls)} in all; "
          f"{statistics.median(run['wall'] for run in timed):.1f} s with latency", flush=True)  # fmt: skip
    return {"every": every, "runs": runs, "timed": timed}


def build(bench, accounts, instances):
    old = bench.DEV | {"launch-time": "2026-11-24T09:05:00+09:00"}
    mix = [{"weight": 999, "fields": old | {"tags": old["tags"] | ALWAYS_OPEN}}, {"weight": 1, "fields": old}]
    bench.build_organization(accounts, instances, 0, mix=mix, buckets=[BUCKET])


def one_run(bench, settings, number_of_run, instances):
    at = (MIDNIGHT + number_of_run * STEP).isoformat()
    bench.simulated.post("clock", {"now": at})
    took, report = bench.reaper(settings, "apply", "--yes", at=at)
    bench.expect(report["counts"]["found"], instances)
    bench.expect(report["unreachable"], [])
    meter = took.pop("meter")
    entered = {account: calls["sts:AssumeRole"] for account, calls in meter["accounts"].items() if "sts:AssumeRole" in calls}
    return took | {"apis": meter["calls"], "entered": entered, "stopped": report["counts"]["stopped"], "started": report["counts"]["started"]}


def custodian(bench):
    """Calls of c7n-org for each account and Region, of ten accounts. The latency makes no difference to them."""
    if bench.calls_of_c7n_org is None:
        bench.c7n_org(accounts=10, instances=1_000, latency=0)
    return bench.calls_of_c7n_org / (10 * len(bench.REGIONS))


class Figures:
    """The sums of one day. A run that stands for several counts as often."""

    def __init__(self, day):
        self.day, self.runs = day, day["runs"]
        self.stand_for = day["every"]

    def median(self, of):
        return statistics.median(of(run) for run in self.runs)

    def sum(self, of):
        return self.stand_for * sum(of(run) for run in self.runs)

    def calls(self):
        return self.sum(lambda run: run["calls"])

    def sessions(self):
        return self.sum(lambda run: run["apis"].get("sts:AssumeRole", 0))

    def events(self):
        return self.sum(lambda run: sum(calls for api, calls in run["apis"].items() if is_event(api)))

    def requests(self):
        return self.sum(lambda run: sum(calls for api, calls in run["apis"].items() if api.startswith("s3:")))

    def kept(self):
        """Sessions that a warm function would not open anew, because the account's last one has not ended."""
        opened, count = {}, 0
        for n in range(len(self.runs) * self.stand_for):
            for account in self.runs[n // self.stand_for]["entered"]:
                if n - opened.get(account, -RUNS) < RUNS_OF_A_SESSION:
                    count += 1
                else:
                    opened[account] = n
        return count

    def wall(self):
        return statistics.median(run["wall"] for run in self.day["timed"])

    def memory(self):
        return max(run["memory"] for run in self.runs)


def dollars(events, price):
    return f"{events * DAYS_OF_A_MONTH / 1e6 * price:,.2f}"


def rendered(found):
    days = {sweep: Figures(day) for sweep, day in found["days"].items()}
    always, swept = days["always"], days["4h"]
    targets = (found["accounts"] + 1) * 17
    theirs = found["c7n-org"] * targets * RUNS
    rows = [[f"`{sweep}`", number(round(day.median(lambda run: run["calls"]))), number(day.calls()), number(day.sessions()),
             seconds(day.wall()), f"{day.sum(lambda run: run['cpu']):,.0f} s", mib(day.memory()), number(day.requests())]
            for sweep, day in days.items()]  # fmt: skip
    events = {}
    for sweep, day in days.items():
        events[f"`{sweep}`, sessions opened anew in each run"] = day.events()
        events[f"`{sweep}`, sessions kept for an hour"] = day.events() - day.kept()
    events[f"c7n-org, {found['c7n-org']:.1f} calls for each account and Region"] = theirs
    bills = [[name, number(round(count)), number(round(count * DAYS_OF_A_MONTH)), dollars(count, GUARD_DUTY), dollars(count, SECOND_TRAIL)]
             for name, count in events.items()]  # fmt: skip
    checks = [
        ["calls of the day, sessions opened anew", part(always.calls() / swept.calls(), 4)],
        ["calls of the day, sessions kept", part((always.calls() - always.kept()) / (swept.calls() - swept.kept()), 4)],
        ["wall of the run in the middle", part(always.wall() / swept.wall(), None)],
        ["peak memory", goal(swept.memory() / MIB, 128, "MiB")],
    ]
    return f"""## A day of an organisation

{number(found['accounts'])} accounts and the hub × 17 Regions, {number(found['instances'])} instances, 85 % of the Regions empty: {RUNS} runs of `apply --yes`,
15 minutes apart, with the record in S3, once with `sweep = "always"` and once with `sweep = "4h"`. One instance in a thousand has
office hours and is stopped and started again: {number(swept.sum(lambda run: run['stopped']))} stops and {number(swept.sum(lambda run: run['started']))} starts. `[busy]` is off.

The latency is zero, so that the day takes minutes; the wall time is of {WITH_LATENCY} more runs with {1000 * LATENCY:.0f} ms a call. Of the runs with
`always` only every {always.stand_for}th was made, and counts {always.stand_for} times. A run takes {swept.sum(lambda run: run['cpu']) / RUNS:.0f} s of CPU for its {number(found['instances'])} instances,
whatever it scans beside them, and those are in the 15 % of the Regions that every run scans: calls become fewer by much, wall time by little.

{table(["`sweep`", "calls of the run in the middle", "calls of the day", "of them AssumeRole", "wall of a run", "CPU of the day", "peak memory", "S3 requests"], rows)}
{table(["to `always`", ""], checks)}
Management events, which is every call but those for objects of S3 and for metrics. GuardDuty lists ${GUARD_DUTY} a million, a second trail
${SECOND_TRAIL} a million. Each run here is a process of its own and opens its sessions anew; a warm function keeps them for an hour, which
is reckoned from the accounts that each run entered. c7n-org is by arithmetic, too: its calls of the hundredth part above × {number(targets)} targets × {RUNS} runs.

{table(["", "events of a day", "of a month", "GuardDuty, US dollars a month", "a second trail, US dollars a month"], bills)}"""
