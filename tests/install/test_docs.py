"""The commands of docs/installing.md that need no AWS, as they are written, with a release of the folder in place of GitHub."""

import os
import re
import subprocess
import sys
import unittest

import certifi
from built import BINARY, ROOT, VERSION, Case

TARGET = "x86_64-unknown-linux-gnu"


def blocks(section):
    page = (ROOT / "docs/installing.md").read_text()
    part = page.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", part, re.S)


@unittest.skipUnless(sys.platform == "linux", "the commands of the page are for Linux")
class Installing(Case):
    def setUp(self):
        super().setUp()
        self.dist, self.here = self.folder / "dist", self.folder / "here"
        self.here.mkdir()
        self.program("curl", f'#!/bin/sh\nfor last; do :; done\nprintf "%s\\n" "$last" >>"{self.folder}/asked"\ncp "{self.dist}/${{last##*/}}" .\n')
        for name in ("gh", "skopeo"):
            self.program(name, f'#!/bin/sh\nprintf "%s\\n" "$*" >>"{self.folder}/asked"\n')
        self.done("release.py", "archive", BINARY, TARGET, self.dist)

    def run_(self, text):
        environment = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
        return subprocess.run(["bash", "-euc", text], cwd=self.here, env=environment, capture_output=True, text=True, check=False)

    def asked(self):
        return (self.folder / "asked").read_text()

    def test_the_command_line_is_downloaded_compared_and_runs(self):
        self.done("image.py", "build", BINARY, certifi.where(), self.folder / "layout")
        self.done("image.py", "join", self.dist / "idle-reaper-{version}-image.tar", self.folder / "layout")
        self.done("release.py", "sums", self.dist)
        (text,) = blocks("The command line")
        ran = self.run_(text)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn(f"idle-reaper {VERSION}\n", ran.stdout)
        self.assertIn(f"releases/download/v{VERSION}/SHA256SUMS", self.asked())
        (archive,) = self.dist.glob("*.tar.gz")
        archive.write_bytes(archive.read_bytes() + b"x")
        self.assertNotEqual(self.run_(text).returncode, 0, "what was changed is not unpacked")

    def test_what_is_verified_and_copied_are_files_of_a_release(self):
        for section in ("What a release holds", "As a container image"):
            for text in blocks(section):
                self.assertEqual(self.run_(text).returncode, 0)
        self.assertIn(f"attestation verify idle-reaper-{VERSION}-{TARGET}.tar.gz", self.asked())
        self.assertIn(f"--source-ref refs/tags/v{VERSION}", self.asked())
        self.assertIn(f"copy --all oci-archive:idle-reaper-{VERSION}-image.tar", self.asked())

    def test_every_file_of_a_release_is_listed_as_it_is_called(self):
        page = (ROOT / "docs/installing.md").read_text().split("## What a release holds")[1].split("\n## ")[0]
        makefile = (ROOT / "Makefile").read_text()
        for name in re.findall(r"idle-reaper-\{version\}[a-z0-9.$()_A-Z-]*", makefile):
            name = name.replace("{version}", VERSION).replace("$(LAMBDA_ARCH)", "arm64")
            self.assertIn(f"`{name}`", page)
        for target in ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "aarch64-apple-darwin", "x86_64-pc-windows-msvc"):
            self.assertIn(f"`{target}`", page)


if __name__ == "__main__":
    unittest.main()
