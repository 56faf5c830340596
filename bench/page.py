"""Renders what was measured as docs/benchmarks.md."""

import math
import pathlib
import statistics

MIB = 1024 * 1024


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]) + "\n"


def seconds(value):
    return f"{value:.2f} s" if value < 100 else f"{value:.0f} s"


def mib(value):
    return f"{value / MIB:.0f} MiB"


def number(value):
    return f"{value:,}"


def goal(value, limit, unit="×"):
    """A ratio beside its goal."""
    return f"{value:.2f} {unit}, goal {limit}: {'met' if value <= limit else '**missed**'}"


def part(times, goal):
    return f"1/{times:.1f}, goal 1/{goal}: {'met' if times >= goal else '**missed**'}"


def render(found, about):
    parts = [f"""# Figures

Written by `make bench` on {about['date']}, on a machine with {about['cores']} {about['machine']} cores, in one run: everything
is measured against the simulated AWS of [`simulator/`](../simulator/README.md), on loopback, which shares those cores. Read
the ratios; seconds are of that machine and that hour. The floor is `bench/src/bin/floor.rs`, a program of the same stack that
makes the same calls and decides nothing. Both read the answers with the SDK; idle-reaper
[checks](decisions/0010-whole-answers.md) each of them first. No test asserts a time; calls and bytes are asserted by `tests/it/aws/scale.rs`.
"""]
    sections = {"stop": stop, "organization": organization, "idle": idle, "start": start, "growth": growth}
    parts += [sections[part](value) for part, value in found.items()]
    parts.append((pathlib.Path(__file__).parent / "profile.md").read_text())
    return "\n".join(parts)


def stop(rows):
    cells, ratios = [], []
    for row in rows:
        for name, took in row.items():
            if name != "instances":
                cells.append([number(row["instances"]), name, seconds(took["wall"]), seconds(took["cpu"]), mib(took["memory"]), number(took["calls"])])
        ours, floor, theirs = row["idle-reaper"], row["floor"], row.get("Cloud Custodian")
        ratios.append([
            number(row["instances"]),
            part(theirs["cpu"] / ours["cpu"], 30) if theirs else "not measured",
            part(theirs["memory"] / ours["memory"], 6) if theirs else "not measured",
            goal(ours["cpu"] / floor["cpu"], 1.5),
            goal(row["plan"]["cpu"] / row["describe floor"]["cpu"], 1.5),
        ])  # fmt: skip
    most = max((row for row in rows if "Cloud Custodian" in row), key=lambda row: row["instances"])
    of_floor = most["Cloud Custodian"]["cpu"] / most["floor"]["cpu"]
    return f"""## Find and stop

One account, one Region, every instance to be stopped, no latency. `plan` is a dry run with its report, `describe floor` reads
the same pages and decides nothing. idle-reaper and the floor stop in batches of 50, each with a look before, a tag, a stop and
a look after; Cloud Custodian (c7n 0.9.53) neither tags nor looks afterwards. It is measured up to 20,000.

{table(["instances", "program", "wall", "CPU", "peak memory", "calls"], cells)}
{table(["instances", "CPU of Cloud Custodian", "its memory", "CPU of the floor", "`plan`, CPU of describing"], ratios)}
Most of the CPU is the four careful calls of each batch: of {number(most["instances"])} the floor alone, with the SDK's reader, takes
1/{of_floor:.1f} of Cloud Custodian's.
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
        checks.append([row["width"], seconds(bound), goal(ours["wall"] / bound, 1.3), goal(ours["wall"] / floor["wall"], 1.3),
                       goal(ours["memory"] / MIB, 128, "MiB"), goal(ours["calls"] / floor["calls"], 1.02)])  # fmt: skip
    first = rows[0]
    ours, theirs = hundredth["idle-reaper"], hundredth["c7n-org"]
    return f"""## An organisation

{number(first['accounts'])} accounts and the hub × 17 Regions, {number(first['instances'])} instances, 85 % of the Regions empty,
{1000 * first['latency']:.0f} ms a call, the documented request limits in force; a dry run with its report.

{table(["width", "program", "wall", "CPU", "peak memory", "calls", "CPU a call"], cells)}
The bound is calls × latency ÷ width: no program of that width is faster.

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


def growth(found):
    rows, counted = found
    cells = [[number(row["instances"]), f"{row['ns-per-verdict']} ns", f"{row['ns-per-plan-line']} ns"] for row in rows]
    spread = max(row["ns-per-verdict"] for row in rows) / min(row["ns-per-verdict"] for row in rows)
    words = "valgrind is not installed here" if counted is None else f"{counted / 10_000:,.0f} instructions an instance, its making included (callgrind)"
    return f"""## Growth

Deciding alone, no call made: instances of ten kinds, six of them to be stopped; the best of three.

{table(["instances", "a verdict", "its share of the plan"], cells)}
The slowest is {spread:.2f} times the fastest. {words[0].upper() + words[1:]}.
"""
