"""The files of a release: archives of the command line, hashes, the version that a tag names, and how they are published."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import unittest
import zipfile

from built import BINARY, EXAMPLE, EXAMPLE_SAYS, ROOT, VERSION, Case, tool

LINUX, WINDOWS = "x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc"


class Archive(Case):
    def test_what_is_unpacked_runs_the_example_of_the_readme(self):
        self.done("release.py", "archive", BINARY, LINUX, self.folder)
        with tarfile.open(self.folder / f"idle-reaper-{VERSION}-{LINUX}.tar.gz") as tar:
            tar.extractall(self.folder / "here", filter="data")
        (top,) = (self.folder / "here").iterdir()
        ran = subprocess.run([top / "idle-reaper", *EXAMPLE], cwd=top, env={}, capture_output=True, text=True, check=False)
        self.assertIn(EXAMPLE_SAYS, ran.stdout, ran.stderr)
        names = {path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file()}
        self.assertGreaterEqual(names, {"LICENSE", "README.md", "CHANGELOG.md", "man/idle-reaper.1", "completions/_idle-reaper", "completions/idle-reaper.bash"})
        self.assertIn(".TH idle-reaper", (top / "man/idle-reaper.1").read_text())

    def test_the_same_binary_gives_the_same_archive(self):
        binary = self.program("small", f"#!/bin/sh\necho idle-reaper {VERSION}\n")
        for target, ending in ((LINUX, "tar.gz"), (WINDOWS, "zip")):
            with self.subTest(target=target):
                for out in ("a", "b"):
                    self.done("release.py", "archive", binary, target, self.folder / out)
                one, other = ((self.folder / out / f"idle-reaper-{VERSION}-{target}.{ending}").read_bytes() for out in ("a", "b"))
                self.assertEqual(one, other)

    def test_windows_gets_a_zip_file_with_a_program_of_its_ending(self):
        binary = self.program("small", f"#!/bin/sh\necho idle-reaper {VERSION}\n")
        self.done("release.py", "archive", binary, WINDOWS, self.folder)
        with zipfile.ZipFile(self.folder / f"idle-reaper-{VERSION}-{WINDOWS}.zip") as archive:
            self.assertIn(f"idle-reaper-{VERSION}-{WINDOWS}/idle-reaper.exe", archive.namelist())

    def test_a_binary_that_is_not_this_version_or_not_there_is_refused(self):
        other = self.program("other", "#!/bin/sh\necho idle-reaper 9.9.9\n")
        self.refused("9.9.9", "build it again", name="release.py", words=["archive", other, LINUX, self.folder])
        broken = self.program("broken", "#!/bin/sh\necho no such thing >&2\nexit 3\n")
        self.refused("no such thing", name="release.py", words=["archive", broken, LINUX, self.folder])
        self.refused("is not there", name="release.py", words=["archive", self.folder / "none", LINUX, self.folder])


class Sums(Case):
    def setUp(self):
        super().setUp()
        self.dist = self.folder / "dist"
        self.dist.mkdir()
        for name in ("one", "two"):
            (self.dist / name).write_text(name)

    def test_they_are_in_the_form_that_other_tools_check(self):
        self.done("release.py", "sums", self.dist)
        self.done("release.py", "verify", self.dist)
        text = (self.dist / "SHA256SUMS").read_text()
        self.assertEqual(text.splitlines()[0], f"{hashlib.sha256(b'one').hexdigest()}  one")
        if shutil.which("sha256sum"):
            subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=self.dist, check=True, capture_output=True)

    def test_each_difference_is_named(self):
        self.done("release.py", "sums", self.dist)
        (self.dist / "one").write_text("other")
        self.refused("`one` has another hash", name="release.py", words=["verify", self.dist])
        (self.dist / "one").unlink()
        (self.dist / "three").write_text("new")
        self.refused("`one` is listed and not there", "`three` is not listed", name="release.py", words=["verify", self.dist])

    def test_there_is_something_to_release(self):
        (self.folder / "empty").mkdir()
        self.refused("is empty", name="release.py", words=["sums", self.folder / "empty"])
        self.refused("is not there", name="release.py", words=["verify", self.folder / "empty"])


class Tag(Case):
    def release(self, version="1.2.3", changelog="## [Unreleased]\n\n## [1.2.3] - 2026-12-01\n\nSome.\n\n## [1.2.2]\n\nOlder.\n"):
        return self.copy("release.py", version=version, changelog=changelog)

    def test_the_tag_is_the_version_of_both_files(self):
        self.done(self.release(), "tag", "v1.2.3")
        self.done(self.release("1.2.3-rc.1", "## [1.2.3-rc.1]\n\nSome.\n"), "tag", "v1.2.3-rc.1")
        self.assertEqual(self.done(self.release(), "notes").strip(), "Some.")

    def test_anything_else_is_refused(self):
        for tag in ("v1.2.4", "v1.2.2"):
            self.refused("Cargo.toml has version 1.2.3", name=self.release(), words=["tag", tag])
        for tag in ("1.2.3", "v1.2", "v1.2.3; echo x", "v1.2.3\nv1.2.3", "", "$(id)"):
            self.refused("is no tag of a release", name=self.release(), words=["tag", tag])
        self.refused("has nothing under `## [1.2.3]`", name=self.release(changelog="## [1.2.2]\n\nOlder.\n"), words=["tag", "v1.2.3"])
        self.refused("`## [Unreleased]`", name=self.release(changelog="## [Unreleased]\n\nNew.\n\n## [1.2.3]\n\nSome.\n"), words=["tag", "v1.2.3"])


# Keeps the release in a file, as GitHub would.
GH = """#!{python}
import json, pathlib, sys
place = pathlib.Path({place!r})
world = json.loads(place.read_text())
verb, words = sys.argv[2], sys.argv[3:]
world["calls"].append(sys.argv[1:])
if verb == "view":
    if world["release"] is None:
        place.write_text(json.dumps(world)); sys.exit("release not found" if not world["down"] else "HTTP 502")
    print(len(world["release"]["files"]) if "assets" in words else json.dumps(world["release"]["draft"]))
elif verb == "delete":
    world["release"] = None
elif verb == "create":
    world["release"] = {{"draft": "--draft" in words, "files": [], "notes": pathlib.Path(words[words.index("--notes-file") + 1]).read_text()}}
elif verb == "upload":
    world["release"]["files"] += words[1 : len(words) - world["lost"]]
elif verb == "edit":
    world["release"]["draft"] = "--draft=false" not in words
place.write_text(json.dumps(world))
"""


class Publish(Case):
    def publish(self, release=None, lost=0, down=False, tag="v1.2.3"):
        script = self.copy("publish.sh", "release.py", version="1.2.3", changelog="## [1.2.3]\n\n### Instances treated differently\n\nNone.\n")
        dist, place = self.folder / "dist", self.folder / "world.json"
        dist.mkdir(exist_ok=True)
        for name in ("one.zip", "SHA256SUMS"):
            (dist / name).write_text(name)
        place.write_text(json.dumps({"release": release, "lost": lost, "down": down, "calls": []}))
        self.program("gh", GH.format(python=sys.executable, place=str(place)))
        environment = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "TAG": tag, "PYTHON": sys.executable}
        return tool(script, dist, env=environment), json.loads(place.read_text())

    def test_a_draft_gets_every_file_before_it_is_public(self):
        ran, world = self.publish()
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual([call[1] for call in world["calls"]], ["view", "create", "upload", "view", "edit"])
        self.assertEqual((world["release"]["draft"], len(world["release"]["files"])), (False, 2))
        self.assertIn("treated differently", world["release"]["notes"])
        self.assertIn("--verify-tag", world["calls"][1])

    def test_a_candidate_is_a_prerelease(self):
        for tag, wanted in (("v1.2.3", False), ("v1.2.3-rc.1", True)):
            ran, world = self.publish(tag=tag)
            self.assertEqual((ran.returncode, "--prerelease" in world["calls"][1]), (0, wanted), ran.stderr)

    def test_a_draft_that_was_left_is_made_again(self):
        ran, world = self.publish(release={"draft": True, "files": ["old"]})
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(len(world["release"]["files"]), 2)

    def test_what_is_public_or_unknown_is_not_touched(self):
        for more, said in (({"release": {"draft": False, "files": ["x"]}}, "published already"), ({"down": True}, "HTTP 502"), ({"tag": ""}, "`TAG` is not set")):
            ran, world = self.publish(**more)
            self.assertNotEqual(ran.returncode, 0)
            self.assertIn(said, ran.stderr)
            self.assertEqual([call[1] for call in world["calls"] if call[1] != "view"], [])

    def test_a_file_that_did_not_arrive_keeps_it_a_draft(self):
        ran, world = self.publish(lost=1)
        self.assertIn("1 of 2 files", ran.stderr)
        self.assertEqual((ran.returncode, world["release"]["draft"]), (1, True))


class Makefile(unittest.TestCase):
    def test_the_workflow_calls_targets_that_exist_and_nothing_else(self):
        workflow, makefile = (ROOT / ".github/workflows/release.yml").read_text(), (ROOT / "Makefile").read_text()
        steps = re.findall(r"^ *- run: (.*)$", workflow, re.M)
        self.assertGreaterEqual(len(steps), 8)
        for step in steps:
            if step.startswith("rustup "):
                continue
            target = re.fullmatch(r"make (release-[a-z]+)", step)
            self.assertIsNotNone(target, f"`{step}` is no target of make")
            self.assertRegex(makefile, rf"(?m)^{target.group(1)}:")


if __name__ == "__main__":
    unittest.main()
