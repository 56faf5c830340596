"""The workflows and the action, linted offline: their schemas, zizmor, and what neither of them knows of this project."""

import pathlib
import re
import subprocess
import sys
import unittest

import yaml
from built import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTIONS = [ROOT / "action.yml"]
BIN = pathlib.Path(sys.executable).parent


def load(path):
    # YAML 1.1 reads the key `on` as true.
    return {("on" if key is True else key): value for key, value in yaml.safe_load(path.read_text()).items()}


class Lint(unittest.TestCase):
    def linted(self, *words):
        ran = subprocess.run([BIN / words[0], *words[1:]], capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)

    def test_each_follows_its_schema(self):
        self.linted("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)
        self.linted("check-jsonschema", "--builtin-schema", "vendor.github-actions", *ACTIONS)

    def test_zizmor_finds_nothing(self):
        self.linted("zizmor", "--offline", "--no-progress", "--quiet", *WORKFLOWS, *ACTIONS)

    def test_shellcheck_finds_nothing(self):
        self.linted("shellcheck", "--external-sources", f"--source-path={ROOT}", *sorted((ROOT / "tools").glob("*.sh")))


class Workflows(unittest.TestCase):
    def test_every_action_is_pinned_by_its_hash_and_the_same_everywhere(self):
        pins = {}
        for path in (*WORKFLOWS, *ACTIONS, *(ROOT / "docs").glob("*.md")):
            for action, pin, comment in re.findall(r"uses: (actions/[a-z-]+)@(\S+) *(#.*)?", path.read_text()):
                self.assertRegex(pin, r"^[0-9a-f]{40}$", f"{path.name}: {action}")
                self.assertRegex(comment, r"^# v\d+\.\d+\.\d+$", f"{path.name}: {action}")
                pins.setdefault(action, set()).add((pin, comment))
        self.assertGreaterEqual(len(pins), 5)
        self.assertEqual({action: found for action, found in pins.items() if len(found) > 1}, {})

    def test_a_release_has_no_cache_and_no_more_permissions_than_each_job_needs(self):
        text = (ROOT / ".github/workflows/release.yml").read_text()
        self.assertNotIn("actions/cache", text)
        self.assertNotIn("secrets.", text)
        workflow = load(ROOT / ".github/workflows/release.yml")
        self.assertEqual((workflow["permissions"], workflow["on"]), ({}, {"push": {"tags": ["v[0-9]+.[0-9]+.[0-9]+*"]}}))
        writes = {name: {key for key, value in job["permissions"].items() if value == "write"} for name, job in workflow["jobs"].items()}
        self.assertEqual({name: found for name, found in writes.items() if found}, {"attest": {"id-token", "attestations"}, "publish": {"contents"}})
        # What can write the release builds nothing, and every other job comes before it.
        self.assertNotIn("rustup", str(workflow["jobs"]["publish"]))

    def test_every_checkout_leaves_no_token_behind(self):
        for path in WORKFLOWS:
            for name, job in load(path)["jobs"].items():
                for step in job["steps"]:
                    if step.get("uses", "").startswith("actions/checkout@"):
                        self.assertIs(step["with"]["persist-credentials"], False, f"{path.name}: {name}")

    def test_make_check_says_what_each_target_took_and_runs_every_test_of_the_templates(self):
        recipes = {}
        for target, recipe in re.findall(r"^([a-z-]+):(.*(?:\n\t.*)*)", (ROOT / "Makefile").read_text(), re.M):
            recipes.setdefault(target, recipe)
        targets = recipes["check"].split("##")[0].split()
        self.assertGreater(len(targets), 6)
        self.assertEqual([target for target in targets if not recipes[target].endswith("\t$(TOOK)")], [])
        there = {path.stem.removeprefix("test_") for path in (ROOT / "tests/infra").glob("test_*.py")}
        planned = subprocess.run(["make", "--dry-run", "infra-check"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        self.assertEqual(there - set(re.findall(r"unittest test_(\w+)", planned)), set())

    def test_no_expression_stands_in_a_script(self):
        for path in (*WORKFLOWS, *ACTIONS):
            about = load(path)
            jobs = about["jobs"].values() if "jobs" in about else [about["runs"]]
            for step in (step for job in jobs for step in job["steps"]):
                self.assertNotIn("${{", step.get("run", ""), f"{path.name}: {step.get('name')}")


if __name__ == "__main__":
    unittest.main()
