"""Renders what was measured as docs/benchmarks.md."""

import math
import statistics

import day
from cells import MIB, goal, mib, number, part, seconds, table


def render(found, about):
    parts = [f"""# Figures

Written by `make bench` on {about['date']}, on a machine with {about['cores']} {about['machine']} cores, in one run: everything
is measured against the simulated AWS of [`simulator/`](../simulator/README.md), on loopback, which shares those cores. Read
the ratios; seconds are of that machine and that hour. The floor is `bench/src/bin/floor.rs`, a program of the same stack that
makes the same calls and decides nothing. Both read the answers with the SDK; idle-reaper
[checks](decisions/0010-whole-answers.md) each of them first. No test asserts a time; calls and bytes are asserted by `tests/it/aws/scale.rs`.
"""]
    parts += [SECTIONS[part](value) for part, value in found.items()]
    return "\n".join(parts)


def stop(rows):
    cells, ratios = [], []
    for row in rows:
        for name, took in row.items():
            if name != "instances":
                cells.append([number(row["instances"]), name, seconds(took["wall"]), seconds(took["cpu"]), mib(took["memory"]), number(took["calls"])])
        ours, floor, theirs = row["idle-reaper"], row["floor"], row.get("Cloud Custodian")
        large = row["instances"] == 20_000  # the goals are for this size
        ratios.append([
            number(row["instances"]),
            part(theirs["cpu"] / ours["cpu"], None) if theirs else "not measured",
            part(theirs["memory"] / ours["memory"], 6 if large else None) if theirs else "not measured",
            goal(ours["cpu"] / floor["cpu"], 1.6 if large else None),
            goal(row["plan"]["cpu"] / row["describe floor"]["cpu"], None),
        ])  # fmt: skip
    most = max((row for row in rows if "Cloud Custodian" in row), key=lambda row: row["instances"])
    of_floor = most["Cloud Custodian"]["cpu"] / most["floor"]["cpu"]
    return f"""## Find and stop

One account, one Region, every instance to be stopped, no latency. `plan` is a dry run with its report, `describe floor` reads
the same pages and decides nothing. idle-reaper and the floor stop in batches of 50, each described before,
tagged, stopped and described again; Cloud Custodian (c7n 0.9.53) neither tags nor describes again. It is measured up to 20,000.

{table(["instances", "program", "wall", "CPU", "peak memory", "calls"], cells)}
{table(["instances", "CPU of Cloud Custodian", "its memory", "CPU of the floor", "`plan`, CPU of describing"], ratios)}
Most of the CPU is the four calls of each batch: for {number(most["instances"])} instances the floor alone takes 1/{of_floor:.1f} of Cloud Custodian's.
"""


def organization(found):
    rows, hundredth = found
    cells, checks = [], []
    for row in rows:
        ours, floor = row["idle-reaper"], row["floor"]
        for name, took in (("idle-reaper", ours), ("floor", floor)):
            each = 1000 * took["cpu"] / took["calls"]
            cells.append([row["width"], name, seconds(took["wall"]), seconds(took["cpu"]), mib(took["memory"]), number(took["calls"]), f"{each:.2f} ms"])
        bound = floor["calls"] * row["latency"] / row["width"]
        usual = row["width"] == 64  # the default, for which the goals are
        checks.append([row["width"], seconds(bound), goal(ours["wall"] / bound, 1.3 if usual else None), goal(ours["wall"] / floor["wall"], None),
                       goal(ours["memory"] / MIB, 128 if usual else None, "MiB"), goal(ours["calls"] / floor["calls"], None)])  # fmt: skip
    first = rows[0]
    ours, theirs = hundredth["idle-reaper"], hundredth["c7n-org"]
    return f"""## An organisation

{number(first['accounts'])} accounts and the hub × 17 Regions, {number(first['instances'])} instances, 85 % of the Regions empty,
{1000 * first['latency']:.0f} ms a call, the documented request limits in force; a dry run with its report.

{table(["width", "program", "wall", "CPU", "peak memory", "calls", "CPU a call"], cells)}
The bound is the calls of the floor × latency ÷ width: no program of that width is faster. idle-reaper also asks for the volumes of
what it would stop, because [their keys decide](decisions/0012-keys-by-their-aliases.md) whether it can be started again.

{table(["width", "bound", "wall to the bound", "wall to the floor program", "peak memory", "calls to the floor"], checks)}
A hundredth of it, beside c7n-org 0.6.52 (a process for each account and Region, as many at once as it chooses; memory is that of its largest):

{table(["program", "wall", "CPU", "peak memory", "calls"], [[name, seconds(took["wall"]), seconds(took["cpu"]), mib(took["memory"]), number(took["calls"])] for name, took in hundredth.items()])}
c7n-org takes {theirs['cpu'] / ours['cpu']:.0f} times the CPU and {theirs['wall'] / ours['wall']:.1f} times as long.
"""


def idle(found):
    naive = found["naive"]
    cells = [["one call for each instance and metric (by arithmetic)", number(naive), number(naive), f"{naive / 100_000:.2f}", "1.00"]]
    for name, took, cost in found["rows"]:
        calls = sum(line["calls"] for line in cost["calls"] if line["api"] == "cloudwatch:GetMetricData")
        cells.append([name, number(cost["metrics"]), number(calls), f"{float(cost['usd']):.2f}", f"{cost['metrics'] / naive:.3f}"])
    return f"""## Weeks of evidence

{number(found['instances'])} instances under a policy with `idle`, 60 % of them busy, 25 % idle, 15 % kept by a tag;
{number(found['found'])} were found idle.

{table(["", "metrics asked for", "calls", "US dollars", "to one by one"], cells)}"""


def start(found):
    ours, bare = (sorted(1000 * value for value in found[name]) for name in ("idle-reaper", "bare"))
    nearly = math.ceil(0.9 * len(ours)) - 1
    rows = [[name, f"{statistics.median(values):.2f} ms", f"{values[nearly]:.2f} ms"] for name, values in (("idle-reaper", ours), ("a bare function on the same stack", bare))]
    return f"""## Start

From exec to the first poll of the Lambda runtime API, 30 runs of each in turn.

{table(["", "median", "nine of ten within"], rows)}
{table(["", ""], [["zipped package (x86-64)", f"{found['package'] / 1e6:.2f} MB"], ["binary, stripped", f"{found['binary'] / 1e6:.1f} MB"],
                  ["peak memory of a run that finds nothing", mib(found["empty"]["memory"])], ["CPU of it", seconds(found["empty"]["cpu"])]])}"""


def growth(rows):
    cells = [[number(row["instances"]), f"{row['ns-per-verdict']} ns", f"{row['ns-per-plan-line']} ns"] for row in rows]
    spread = max(row["ns-per-verdict"] for row in rows) / min(row["ns-per-verdict"] for row in rows)
    return f"""## Growth

Deciding alone, no call made: instances of ten kinds, six of them to be stopped; the best of three.

{table(["instances", "a verdict", "its share of the plan"], cells)}
The slowest is {spread:.2f} times the fastest.
"""


def instructions(found):
    cells = [[name, "valgrind is not installed here" if count is None else number(round(count))] for name, count in found.items()]
    return f"""## Where the CPU goes

Instructions for one more instance, by callgrind: the difference between a run over 2,000 instances and one over 1,000. The SDK
reads a described instance in the floor and in idle-reaper alike. idle-reaper checks the answer first, decides, and writes a
report and a record. An instance that is stopped is described three times. Deciding alone includes making the instance.

{table(["", "instructions for an instance"], cells)}"""


SECTIONS = {
    "stop": stop, "organization": organization, "day": day.rendered, "idle": idle, "start": start, "growth": growth, "instructions": instructions,
}  # fmt: skip
