"""docs/cost.md says what its own assumptions, the templates and the code make it cost.

Prices and assumptions are read from the tables of the page, everything else from where it is decided: the interval, the
memory, the alarms and the dashboard from the template, the metrics and the width from the code. A figure that is not theirs
is an error, and so is a goal that is missed.
"""

import math
import re
import unittest

from template import ROOT, Template

PAGE = (ROOT / "docs/cost.md").read_text()
SIZES = (10, 100, 1_000)
GOALS = {100: 3, 1_000: 25}
HOURS = 730


def source(path):
    return (ROOT / path).read_text()


def section(title):
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(title):
    """The tables of a section, by their first cell."""
    cells = [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in section(title).splitlines() if line.startswith("| ")]
    return {first: rest for first, *rest in cells}


def number(text):
    return float(re.search(r"[\d,]+(?:\.\d+)?", text)[0].replace(",", ""))


PRICE = {name: number(rest[0]) for name, rest in rows("Prices").items() if name != "price"}
ASSUMED = {name: number(rest[0]) for name, rest in rows("Assumptions").items() if name != "assumption"}

HUB = Template("hub")
ALARMS = sum(one["Type"] == "AWS::CloudWatch::Alarm" for one in HUB.resources.values())
DASHBOARDS = sum(one["Type"] == "AWS::CloudWatch::Dashboard" for one in HUB.resources.values())
MINUTES = int(HUB.parameters["Minutes"])
RUNS = HOURS * 60 // MINUTES
GIGABYTES = HUB.resources["Function"]["Properties"]["MemorySize"] / 1024
STANDARD_MONTHS = int(HUB.parameters["ArchiveAfterDays"]) // 30
KEPT_MONTHS = round(int(HUB.parameters["KeepRecordDays"]) / 30.44)
WATCHED = re.findall(r'"([a-z-]+)"', source("src/engine/model/health.rs").split("WATCHED_METRICS")[1].split("];")[0])
# tests/it/render/metrics.rs: `paused` is emitted only while the hub is paused.
EMITTED = [name for name in WATCHED if name != "paused"]
WIDTH = int(re.search(r"width: .*map_or\((\d+),", source("src/engine/config/run.rs"))[1])
SWEEP = int(re.search(r'\| `sweep` \| [^|]* \| `"(\d+)h"` \|', source("docs/settings.md"))[1])
# A kept session is used again while it outlives the longest run.
OUTLIVES = math.prod(int(one) for one in re.search(r"OUTLIVES: Duration = Duration::from_secs\(([\d *]+)\)", source("src/aws/sessions.rs"))[1].split("*"))
RUNS_OF_A_SESSION = math.ceil((3600 - OUTLIVES) / (MINUTES * 60))
MONTHLY_CLOSED = round(RUNS * ASSUMED["hours closed, of the 168 of a week"] / 168)


def events(accounts, sweep=SWEEP, runs_of_a_session=RUNS_OF_A_SESSION):
    """Calls in the accounts that CloudTrail logs, in a run: DescribeInstances and AssumeRole."""
    regions, empty = ASSUMED["Regions in every account"], ASSUMED["of them empty, %"] / 100
    if sweep is None:
        return accounts * (regions + 1)
    runs_of_a_sweep = sweep * 60 / MINUTES
    return accounts * (regions * (1 - empty + empty / runs_of_a_sweep) + 1 / runs_of_a_session)


def scanning(accounts):
    return events(accounts) / WIDTH * ASSUMED["a call, ms"] / 1000


def listing(accounts):
    return math.ceil(accounts / ASSUMED["accounts in a page of ListAccounts"]) * ASSUMED["a call, ms"] / 1000


def lasts(accounts):
    return math.ceil(scanning(accounts) + listing(accounts) + ASSUMED["the rest of a run, s"])


def kept(accounts):
    """A report and the table of verdicts, compressed; small objects stay in S3 Standard."""
    one = accounts * ASSUMED["instances in each account"] * ASSUMED["report and tables, bytes for an instance"] * ASSUMED["of that, compressed, %"] / 100
    gigabytes = one * RUNS / 1e9
    least = int(next(rule for rule in HUB.resources["Record"]["Properties"]["LifecycleConfiguration"]["Rules"] if "Transitions" in rule)["ObjectSizeGreaterThan"])
    if one <= least:
        return gigabytes * KEPT_MONTHS * PRICE["S3 Standard, a GB and month"]
    months = STANDARD_MONTHS * PRICE["S3 Standard, a GB and month"] + (KEPT_MONTHS - STANDARD_MONTHS) * PRICE["Glacier Instant Retrieval, a GB and month"]
    return gigabytes * months + RUNS / 1000 * PRICE["moving 1,000 objects to Glacier Instant Retrieval"]


def state(accounts):
    old = next(rule for rule in HUB.resources["Record"]["Properties"]["LifecycleConfiguration"]["Rules"] if rule["Id"] == "old-versions")
    months = old["NoncurrentVersionExpiration"]["NoncurrentDays"] / 30
    size = accounts * ASSUMED["state of the scans, bytes for an account"] + 1_000 * ASSUMED["state of the trends, KB"]
    return size * RUNS / 1e9 * months * PRICE["S3 Standard, a GB and month"]


def measured(accounts, stopped=ASSUMED["stopped in an evening, % of the instances"], busy=ASSUMED["busy at night, % of the instances"]):
    instances = accounts * ASSUMED["instances in each account"]
    stopped = stopped / 100 * ASSUMED["evenings with stops"] * ASSUMED["metrics of a quiet instance"]
    busy = busy / 100 * MONTHLY_CLOSED * ASSUMED["metrics of a busy instance"]
    return instances * (stopped + busy) / 1000 * PRICE["1,000 metrics read"]


def bill(accounts):
    return {
        "function": RUNS * (lasts(accounts) * GIGABYTES * PRICE["Lambda, a GB-second"] + PRICE["a million requests of Lambda"] / 1e6),
        "metrics read": measured(accounts),
        "metrics emitted": len(EMITTED) * PRICE["a custom metric"],
        "alarms": ALARMS * PRICE["an alarm"],
        "dashboard": DASHBOARDS * PRICE["a dashboard"],
        "logs": RUNS * ASSUMED["log of a run, KB"] / 1e6 * PRICE["a GB of logs"],
        "record, written": RUNS * ASSUMED["objects written in a run"] / 1000 * PRICE["1,000 writes or lists of S3"],
        "record, accounts' own": accounts * (ASSUMED["evenings with stops"] * ASSUMED["files of an account's own part, for a stop and its start"] + 2) / 1000 * PRICE["1,000 writes or lists of S3"],
        "record, read": RUNS / 1000 * (ASSUMED["lists of objects in a run"] * PRICE["1,000 writes or lists of S3"] + ASSUMED["objects read in a run"] * PRICE["1,000 reads of S3"]),
        "record, kept": kept(accounts),
        "state, older versions": state(accounts),
    }


# The calls that list a kind of `[forgotten]` in a target, used or not, and the assumption that says how many have a metric.
FORGOTTEN = {"volume": (1, None), "address": (1, None), "nat-gateway": (1, "NAT gateways in each account"), "load-balancer": (2, "load balancers in each account"), "eks-cluster": (1, None), "replaced-database": (2, None), "auto-scaling-group": (0, None), "node-group": (0, None)}


def cents(usd):
    return f"{max(usd, 0.01) if usd else 0:.2f}"


class Cost(unittest.TestCase):
    maxDiff = None

    def shown(self, title, key, values):
        self.assertEqual(rows(title)[key][: len(values)], values, f"`{key}` of docs/cost.md, and what it is by arithmetic")

    def test_the_assumptions_are_those_of_the_templates_and_the_code(self):
        self.assertIn(f"every {MINUTES} minutes: {60 // MINUTES} × {HOURS} h = **{RUNS:,} a month**", PAGE)
        self.assertIn(f'`sweep = "{SWEEP}h"`', PAGE)
        self.assertIn(f"{WIDTH} at once (`width`)", PAGE)
        self.assertIn(f"{MINUTES * 60 - 120} s", PAGE, "the Timeout of this interval")
        self.assertIn(f"{MONTHLY_CLOSED:,} closed runs", PAGE)
        self.assertEqual({f"`{name}`" for name in WATCHED} - set(re.findall(r"`[a-z-]+`", section("The bill"))), set(), "metrics that are not named")

    def test_how_long_a_run_takes(self):
        for accounts in SIZES:
            values = [f"{events(accounts):,.0f}", f"{scanning(accounts):.1f} s", f"{listing(accounts):.1f} s", f"{lasts(accounts)} s"]
            self.shown("How long a run takes", f"{accounts:,}", values)

    def test_the_bill_and_its_goals(self):
        totals = {}
        for column, accounts in enumerate(SIZES):
            parts = bill(accounts)
            self.assertEqual([row for row in rows("The bill") if row in parts], list(parts))
            for part, usd in parts.items():
                self.assertEqual(rows("The bill")[part][column], cents(usd), f"{part}, {accounts} accounts: {usd:.4f}")
            totals[accounts] = sum(round(100 * float(cents(usd))) for usd in parts.values()) / 100
            self.assertEqual(rows("The bill")["total"][column], f"{totals[accounts]:.2f}")
        for accounts, goal in GOALS.items():
            self.assertLessEqual(totals[accounts], goal)
        below = {accounts: math.ceil(total) for accounts, total in totals.items()}
        self.assertIn(f"100 accounts cost less than ${below[100]}, 1,000 accounts less than ${below[1_000]}, ", PAGE)

    def test_a_choice_costs_what_the_page_says(self):
        wanted = {"a metric in [`metrics`](settings.md#run)": PRICE["a custom metric"], "`WithDashboard=yes`": PRICE["a dashboard"]}
        for choice, usd in wanted.items():
            self.assertEqual(rows("Choices")[choice][0], f"{usd:.2f}")
        function, memory = bill(1_000)["function"], Template("fan-out").resources["Function"]["Properties"]["MemorySize"] / 1024 / GIGABYTES
        self.assertIn(f"${function * memory:.2f} instead of ${function:.2f} a month", source("docs/fan-out.md"))

    def test_what_increases_the_cost(self):
        usual, all_of_them = (measured(1_000, stopped, 0) for stopped in (ASSUMED["stopped in an evening, % of the instances"], 100))
        text = re.sub(r"\s+", " ", PAGE)
        self.assertIn(f"1,000 accounts read metrics for ${all_of_them:.2f} in place of ${usual:.2f}", text)

    def test_events_are_at_most_a_quarter_of_scanning_everything(self):
        for accounts in SIZES:
            month, always = events(accounts) * RUNS / 1e6, events(accounts, None) * RUNS / 1e6
            values = [f"{month:.2f} million", f"{month * PRICE['a million events in GuardDuty']:.2f}", f"{month * PRICE['a million events in a second trail']:.2f}"]
            self.shown("Management events", f"{accounts:,}", values + [f"{always:.2f} million", f"{100 * month / always:.0f} %"])
            self.assertLessEqual(month / always, 0.25)
        share, cold = (100 * events(1, runs_of_a_session=runs) / events(1, None) for runs in (RUNS_OF_A_SESSION, 1))
        self.assertIn(f"in every run: {cold:.0f} % in place of {share:.0f} %", PAGE)
        self.assertLessEqual(cold, 25)
        once_a_day = 2 * ASSUMED["Regions in every account"] * HOURS / 24
        with_forgotten = 100 * (events(1) * RUNS + once_a_day) / (events(1, None) * RUNS)
        self.assertIn(f"{once_a_day / 1000:.2f} million events for 1,000 accounts, and {with_forgotten:.0f} % in all", PAGE)
        self.assertLessEqual(with_forgotten, 25)

    def test_each_kind_of_forgotten(self):
        kinds = re.findall(r'^        \w+ = "([a-z-]+)",', source("src/engine/model/unused.rs").split("WhyUnused")[0], re.MULTILINE)
        self.assertEqual(kinds, list(FORGOTTEN), "every kind has its line")
        for kind, (calls, measured) in FORGOTTEN.items():
            month = 1_000 * calls * ASSUMED["Regions in every account"] * HOURS / 24 / 1e6
            metrics = 1_000 * ASSUMED[measured] * HOURS / 24 / 1000 * PRICE["1,000 metrics read"] if measured else 0
            self.shown("Management events", f"`{kind}`", [str(calls), f"{month:.2f} million", f"{month * PRICE['a million events in GuardDuty']:.2f}", f"{metrics:.2f}"])


if __name__ == "__main__":
    unittest.main()
