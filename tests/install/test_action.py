"""The action's script: what it writes into the summary, and that nothing which a pull request brings is more than data."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import unittest

import yaml
from built import BINARY, ROOT, VERSION, Case

NIGHT = "2026-11-25T21:30:00+09:00"
SCRIPT = ROOT / "tools/action.sh"


class Runner(Case):
    def setUp(self):
        super().setUp()
        self.checkout, self.temp = self.folder / "checkout", self.folder / "temp"
        for folder in (self.checkout / "base", self.checkout / "snapshots", self.temp):
            folder.mkdir(parents=True)
        shutil.copytree(ROOT / "examples", self.checkout / "examples")
        settings = (ROOT / "examples/laptop.toml").read_text()
        (self.checkout / "reaper.toml").write_text(settings)
        (self.checkout / "base/reaper.toml").write_text(settings.replace("09:00-18:00", "09:00-23:00"))
        shutil.copy(ROOT / "examples/inventory.json", self.checkout / "snapshots/wednesday.json")
        self.summary, self.outputs = self.folder / "summary", self.folder / "outputs"

    def act(self, verb="judge", **inputs):
        for path in (self.summary, self.outputs):
            path.write_text("")
        environment = {
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "RUNNER_TEMP": str(self.temp), "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64",
            "GITHUB_WORKSPACE": str(self.checkout), "GITHUB_STEP_SUMMARY": str(self.summary), "GITHUB_OUTPUT": str(self.outputs),
            "BINARY": str(BINARY), "SETTINGS": "reaper.toml", "AWS_SECRET_ACCESS_KEY": "a-secret",
        } | inputs  # fmt: skip
        return subprocess.run(["bash", SCRIPT, verb], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120, check=False)

    def judged(self, **inputs):
        ran = self.act(**inputs)
        self.assertEqual(ran.returncode, 0, ran.stderr + ran.stdout)
        return self.summary.read_text()

    def refused(self, said, **inputs):
        ran = self.act(**inputs)
        self.assertNotEqual(ran.returncode, 0, ran.stdout)
        self.assertIn(said, ran.stdout + ran.stderr)
        self.assertIn(said, self.summary.read_text())

    def compare(self, **inputs):
        return {"SNAPSHOTS": "snapshots", "BASE": "base/reaper.toml", "AT": NIGHT} | inputs


class Action(Runner):
    def test_it_says_what_is_valid_and_what_would_change(self):
        text = self.judged()
        self.assertIn("## The settings are valid", text)
        self.assertNotIn("What they decide", text)
        text = self.judged(**self.compare())
        self.assertIn("i-0a1b2c3d4e5f60001 web-test", text)
        self.assertIn("skip (within-hours) -> stop (outside-hours)", text)
        report = self.temp / "idle-reaper-report"
        self.assertEqual(self.outputs.read_text(), f"report={report}\n")
        self.assertEqual({path.name for path in report.iterdir()}, {"check.txt", "summary.md", "backtest.json", "backtest.txt"})
        self.assertEqual(json.loads((report / "backtest.json").read_text())["days"][0]["candidates"], 2)

    def test_mistakes_fail_the_job_and_stand_in_the_summary(self):
        (self.checkout / "reaper.toml").write_text("version = 1\npolicy = 1\n")
        ran = self.act(**self.compare())
        self.assertEqual(ran.returncode, 1)
        text = self.summary.read_text()
        self.assertIn("## The settings have mistakes", text)
        self.assertIn("reaper.toml:2:1", text)
        self.assertNotIn("What they decide", text)

    def test_settings_to_compare_with_may_be_missing_or_mistaken(self):
        self.assertIn("to compare with: what follows is by the new", self.judged(**self.compare(BASE="base/other.toml")))
        (self.checkout / "base/reaper.toml").write_text("version = 2\n")
        text = self.judged(**self.compare())
        self.assertIn("have mistakes: what follows is by the new", text)
        self.assertIn("Wed 2026-11-25", text)

    def test_one_snapshot_is_enough_and_an_incomplete_one_is_a_warning(self):
        path = self.checkout / "snapshots/wednesday.json"
        self.assertIn("within-hours", self.judged(**self.compare(SNAPSHOTS="snapshots/wednesday.json")))
        path.write_text(json.dumps(json.loads(path.read_text()) | {"NextToken": "more"}))
        ran = self.act(**self.compare())
        self.assertEqual(ran.returncode, 0, ran.stdout)
        self.assertIn("::warning::a snapshot is incomplete", ran.stdout)
        path.write_text("{")
        self.assertEqual(self.act(**self.compare()).returncode, 1)

    def test_inputs_are_data_whatever_they_hold(self):
        marker = self.folder / "executed"
        for name in (f"$(touch {marker}).toml", f"`touch {marker}`.toml", f"a; touch {marker} #.toml", "two words.toml", "-o.toml", "--help", "it's.toml",
                     'a"b.toml', "line\nbreak.toml", "*.toml", "日本.toml", "$HOME.toml"):  # fmt: skip
            with self.subTest(name=name):
                name = name.replace("/", "_")
                shutil.copy(ROOT / "examples/laptop.toml", self.checkout / name)
                (self.checkout / f"snap{name}").mkdir()
                shutil.copy(ROOT / "examples/inventory.json", self.checkout / f"snap{name}" / "a.json")
                text = self.judged(SETTINGS=name, BASE=name, SNAPSHOTS=f"snap{name}", AT=NIGHT)
                self.assertIn("The settings are valid", text)
                shown = name.replace("`", "'").replace("\n", " ")
                self.assertIn(f"\n`{shown}`\n", text)
        self.assertFalse(marker.exists())
        self.assertEqual(list(self.folder.glob("executed*")) + list(self.checkout.glob("executed*")), [])
        self.act(AT=f"$(touch {marker})", SNAPSHOTS="snapshots")
        self.assertFalse(marker.exists())

    def test_what_leads_out_of_the_checkout_is_refused(self):
        outside = self.folder / "outside"
        outside.mkdir()
        (outside / "reaper.toml").write_text("the secret of the machine\n")
        (self.checkout / "link.toml").symlink_to(outside / "reaper.toml")
        (self.checkout / "folder").symlink_to(outside)
        (self.checkout / "more").mkdir()
        (self.checkout / "more/day.json").symlink_to(outside / "reaper.toml")
        self.refused("symbolic link", SETTINGS="link.toml")
        self.refused("outside the checkout", SETTINGS="folder/reaper.toml")
        self.refused("outside the checkout", SETTINGS="../outside/reaper.toml")
        self.refused("outside the checkout", SETTINGS=str(outside / "reaper.toml"))
        self.refused("symbolic link", SNAPSHOTS="folder")
        self.refused("symbolic links", SNAPSHOTS="more")
        self.refused("not in the checkout", SETTINGS="none.toml")
        self.refused("is empty", SETTINGS="")

    def test_what_is_shown_ends_no_fence_and_is_no_command(self):
        (self.checkout / "reaper.toml").write_text('version = 1\nx = """\n````\n::error::forged\n<b>\n')
        ran = self.act()
        text = self.summary.read_text()
        fence = re.search(r"^(`{3,})text$", text, re.M).group(1)
        body = text.split(f"{fence}text\n")[1]
        longest = max(map(len, re.findall("`+", body.split(f"\n{fence}\n")[0])), default=0)
        self.assertLess(longest, len(fence))
        lines = ran.stdout.splitlines()
        begin, end = (at for at, line in enumerate(lines) if re.fullmatch(r"::(stop-commands::)?[0-9a-f]{32}(::)?", line))
        self.assertEqual([line for at, line in enumerate(lines) if line.startswith("::") and not begin <= at <= end], [])

    def test_the_binary_has_no_credentials_and_no_environment(self):
        spy = self.program("spy", f'#!/bin/sh\nenv >"{self.folder}/environment"\necho ok\n')
        self.judged(BINARY=str(spy))
        found = dict(line.split("=", 1) for line in (self.folder / "environment").read_text().splitlines())
        self.assertEqual(found["AWS_EC2_METADATA_DISABLED"], "true")
        self.assertEqual({name for name in found if "AWS" in name or "GITHUB" in name or "TOKEN" in name}, {"AWS_EC2_METADATA_DISABLED"})

    def test_a_summary_stays_below_what_github_takes(self):
        long = self.program("long", "#!/bin/sh\nyes 'one line of many' | head -c 3000000\n")
        text = self.judged(BINARY=str(long))
        self.assertLess(len(text.encode()), 1024 * 1024)
        self.assertIn("the artefact has all of it", text)


class Download(Runner):
    """The step that gets the binary, with a stand-in for `gh`."""

    def release(self, verifies=True, changed=False):
        files, name = self.folder / "files", f"idle-reaper-{VERSION}-x86_64-unknown-linux-gnu"
        files.mkdir()
        program = self.folder / "idle-reaper"
        program.write_text("#!/bin/sh\necho released\n")
        program.chmod(0o755)
        with tarfile.open(files / f"{name}.tar.gz", "w:gz") as tar:
            tar.add(program, f"{name}/idle-reaper")
        digest = hashlib.sha256((files / f"{name}.tar.gz").read_bytes()).hexdigest()
        (files / "SHA256SUMS").write_text(f"{'0' * 64 if changed else digest}  {name}.tar.gz\n")
        self.program("gh", f"""#!/bin/sh
if [ "$1" = attestation ]; then exit {0 if verifies else 1}; fi
while [ $# -gt 1 ]; do case "$1" in --pattern) name=$2 ;; --dir) folder=$2 ;; esac; shift; done
cp "{files}/$name" "$folder/$name"
""")  # fmt: skip
        return self.act("binary", BINARY="")

    def test_the_release_of_this_version_is_verified_and_unpacked(self):
        ran = self.release()
        self.assertEqual(ran.returncode, 0, ran.stderr)
        path = self.outputs.read_text().removeprefix("binary=").strip()
        self.assertEqual(subprocess.run([path], capture_output=True, text=True, check=True).stdout, "released\n")

    def test_what_is_not_as_released_is_not_used(self):
        for more, said in (({"changed": True}, "was changed"), ({"verifies": False}, "could not verify")):
            with self.subTest(said=said):
                shutil.rmtree(self.folder / "files", ignore_errors=True)
                ran = self.release(**more)
                self.assertIn(said, ran.stderr)
                self.assertEqual((ran.returncode, self.outputs.read_text()), (1, ""))

    def test_without_gh_nothing_is_used_unless_that_is_asked_for(self):
        self.release()
        (self.folder / "bin/gh").rename(self.folder / "bin/curl")
        (self.folder / "bin/curl").write_text(f"""#!/bin/sh
while [ $# -gt 1 ]; do case "$1" in --output) to=$2 ;; esac; shift; done
cp "{self.folder}/files/${{1##*/}}" "$to"
""")
        for name in ("bash", "dirname", "basename", "mktemp", "rm", "awk", "tr", "cut", "tar", "gzip", "sh", "cp", "cat", "openssl", "shasum", "python3"):
            if path := shutil.which(name):
                (self.folder / "bin" / name).symlink_to(path)
        inputs = {"BINARY": "", "PATH": str(self.folder / "bin")}
        ran = self.act("binary", **inputs)
        self.assertEqual((ran.returncode, self.outputs.read_text(), "`gh` is not installed" in ran.stderr), (1, "", True), ran.stderr)
        ran = self.act("binary", **inputs, ATTESTATION="no")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("was not verified", ran.stderr)

    def test_other_machines_versions_and_binaries_are_refused(self):
        for inputs, said in (
            ({"BINARY": "", "RUNNER_OS": "Windows"}, "no release for Windows"), ({"BINARY": "", "RELEASE": "v1; id"}, "is the tag of a release"),
            ({"BINARY": "/nowhere"}, "is no program"),
        ):  # fmt: skip
            ran = self.act("binary", **inputs)
            self.assertIn(said, ran.stderr)
            self.assertEqual((ran.returncode, self.outputs.read_text()), (1, ""))


class File(unittest.TestCase):
    def test_the_file_and_the_script_and_the_docs_name_the_same_inputs(self):
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        page = (ROOT / "docs/installing.md").read_text().split("| input |")[1].split("\n\n")[0]
        self.assertEqual(set(re.findall(r"^\| `([a-z]+)` \|", page, re.M)), set(action["inputs"]))
        passed = {value for step in action["runs"]["steps"] for value in step.get("env", {}).values()}
        for name in action["inputs"]:
            self.assertTrue(f"${{{{ inputs.{name} }}}}" in passed, name)
        script = SCRIPT.read_text()
        for step in action["runs"]["steps"]:
            for variable in step.get("env", {}):
                self.assertTrue(variable == "GH_TOKEN" or f"{{{variable}:-" in script or f"${variable}" in script, variable)

    def test_only_the_step_that_runs_nothing_of_the_pull_request_has_a_token(self):
        steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
        (step,) = [step for step in steps if "GH_TOKEN" in step.get("env", {})]
        self.assertTrue(step["run"].endswith(" binary"))
        self.assertNotIn("SETTINGS", step["env"])


if __name__ == "__main__":
    unittest.main()
