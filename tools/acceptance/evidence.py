"""The evidence: one record for each step, as JSON and as Markdown. Written anew after every step, so that a run that is
killed leaves what it had shown.
"""

import hashlib
import json

import places
from cli import now

# What became of a step.
PASSED, FAILED, NOT_SHOWN, NOT_RUN = "passed", "failed", "not shown", "not run"


class NotShown(Exception):
    """A step that cannot be shown here, and why."""


class Evidence:
    def __init__(self, config, steps):
        self.config = config
        self.folder = config.out / config.run
        self.folder.mkdir(parents=True, exist_ok=True)
        self.about = {"version": 1, "run": config.run, "result": "unfinished", "began": now(), "ended": None}
        self.steps = [{"step": one.name, "title": one.title, "status": NOT_RUN} for one in steps]
        self.cost = None
        self.left = None
        self.runs = []

    def describe(self, **about):
        self.about.update(about)
        self.write()

    def record(self, name, **fields):
        next(one for one in self.steps if one["step"] == name).update(fields)
        self.write()

    def keep(self, name, text):
        """Another file beside the evidence, such as a report of the function."""
        (self.folder / name).write_text(text)
        return name

    def counts(self):
        return {status: sum(one["status"] == status for one in self.steps) for status in (PASSED, FAILED, NOT_SHOWN, NOT_RUN)}

    def finish(self, result):
        self.about.update(result=result, ended=now())
        self.write()

    def write(self):
        whole = {**self.about, "counts": self.counts(), "cost": self.cost, "left": self.left, "steps": self.steps}
        (self.folder / "evidence.json").write_text(json.dumps(whole, indent=2) + "\n")
        (self.folder / "evidence.md").write_text(self.markdown())

    # --- for people -----------------------------------------------------------------------------------------------

    def markdown(self):
        about, counts = self.about, self.counts()
        hidden = f", {counts[NOT_SHOWN]} steps not shown" if counts[NOT_SHOWN] else ""
        lines = [f"# Acceptance of idle-reaper: {about['result']}{hidden}", ""]
        if self.config.simulated:
            lines += [f"**A rehearsal.** The calls went to `{self.config.simulated}` and not to AWS. It shows that the kit works, and nothing about an account.", ""]
        lines += ["| | |", "|---|---|"]
        lines += [f"| {key} | {cell(value)} |" for key, value in about.items() if key not in ("version", "result") and not isinstance(value, (list, dict))]
        lines += [f"| {key} of `{name}` | `{value}` |" for key in ("sha256",) for name, value in about.get(key, {}).items()]
        lines += ["", ", ".join(f"{number} {status}" for status, number in counts.items()) + ".", "", "## Steps", ""]
        lines += ["| step | what | status |", "|---|---|---|"]
        lines += [f"| [{one['step']}](#{one['step']}) | {cell(one['title'])} | **{one['status']}** |" for one in self.steps]
        for one in self.steps:
            lines += ["", f"### {one['step']}", "", one["title"] + ".", ""] + self.one(one)
        return "\n".join(lines + self.ending()) + "\n"

    @staticmethod
    def one(step):
        lines = [f"- **{step['status']}**" + (f", {step['began']} to {step['ended']}" if "began" in step else "")]
        lines += [f"- {key}: {step[key]}" for key in ("how", "expected", "seen") if step.get(key)]
        lines += [f"- request id: `{one}`" for one in step.get("request-ids", [])]
        lines += [f"- file: [{one}]({one})" for one in step.get("files", [])]
        if step.get("commands"):
            lines += ["", "```text"]
            for call in step["commands"]:
                ended = f"{call['as']}, " if "as" in call else ""
                ended += f"exit {call.get('exit')}, {call.get('seconds')} s"
                lines += [f"{call['at']}  {' '.join(call['command'])}  [{ended}]"] + ([f"    {call['error']}"] if "error" in call else [])
            lines += ["```"]
        return lines

    def ending(self):
        lines = ["", "## What it cost", ""]
        if self.cost:
            lines += [self.cost["note"], "", "| item | US dollars at most | how |", "|---|---|---|"]
            lines += [f"| {one['item']} | {one['usd']} | {one['how']} |" for one in self.cost["items"]]
            lines += [f"| **total** | **{self.cost['usd']}** | |"]
        else:
            lines += ["Nothing was launched."]
        left = "not looked at" if self.left is None else "nothing" if not self.left else "; ".join(self.left)
        return lines + ["", "## What is left in the account", "", left + "."]


def cell(value):
    return str(value).replace("|", "\\|").replace("\n", " ")


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def hashes(config):
    """What was deployed: the templates, the script that deploys them, the package."""
    files = ["infra/hub.yaml", "infra/spoke.yaml", "tools/deploy.sh", "tools/deploy_parts.sh"]
    found = {name: digest(places.ROOT / name) for name in files}
    return {**found, config.package.name: digest(config.package)}
