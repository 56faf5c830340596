"""The commands of the documentation: those of the AWS CLI are parsed by it, and those of `make deploy` and `make destroy` are run
against the stand-in for it. The commands of `idle-reaper` are run by `tests/it/docs/commands.rs`.
"""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

from aws_cli import Cli
from template import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
MAKE = """#!/bin/sh
case "$1" in
  package*) exit 0 ;;
  deploy) verb=hub ;;
  deploy-*) verb=${1#deploy-} ;;
  *) verb=$1 ;;
esac
exec bash "%s/tools/deploy.sh" "$verb"
"""


def commands(page):
    """The commands of a page, each on one line: of its `sh` blocks, indented ones included."""
    text = page.read_text()
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", text, re.S | re.M):
        for line in re.sub(r"\\\n\s*", "", block).splitlines():
            line = re.sub(r"\s#\s.*", "", line.strip())
            if line:
                yield line


class Aws(unittest.TestCase):
    def calls(self):
        """(page, command) of each call of the AWS CLI, without variables before it and without what stands in a shell's words around it."""
        for page in PAGES:
            for line in commands(page):
                for call in re.findall(r"(?:^|\$\(|\|\| |[A-Z_]+=\S+ )(aws [a-z].*?)(?=\)$|$)", line):
                    yield page.name, re.sub(r" >>? \S+$", "", call).replace("$ids", "i-0123456789abcdef0")

    def test_the_cli_accepts_every_command_and_gets_as_far_as_the_connection(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        folder = pathlib.Path(folder.name)
        self.addCleanup(Cli(folder).close)
        environment = {
            "PATH": f"{folder}:{os.environ['PATH']}", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1",
        }  # fmt: skip
        count = 0
        for call, page in {call: page for page, call in self.calls()}.items():
            count += 1
            # The second major version of the CLI is not among Python's packages; the first has no such option.
            words = shlex.split(call.replace("--cli-binary-format raw-in-base64-out", ""))
            if words[1:3] == ["s3", "cp"] and not words[3].startswith("s3://"):
                (folder / words[3]).write_text("x")
            words += ["--endpoint-url", "http://127.0.0.1:9"]
            ran = subprocess.run(words, env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
            self.assertIn("Could not connect to the endpoint URL", ran.stderr, f"{page}: {call}")
        self.assertGreater(count, 10)


class Make(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.world = self.folder / "world.json"
        self.world.write_text(json.dumps({"stacks": {}, "buckets": {}, "ssm": {}, "lambda": {"total": 1000, "free": 1000}, "instances": {}, "fails": {}, "calls": []}))
        for name in ("package.zip", "reaper.toml"):
            (self.folder / name).write_text("x")
        (self.folder / "make").write_text(MAKE % ROOT)
        (self.folder / "make").chmod(0o755)
        self.addCleanup(Cli(self.folder, "stub").close)

    def run_(self, line):
        environment = {
            "PATH": f"{self.folder}:{os.environ['PATH']}", "HOME": str(self.folder), "AWS_REGION": "ap-northeast-1", "STUB_WORLD": str(self.world),
            "PACKAGE": str(self.folder / "package.zip"), "ORGANIZATION": "o-a1b2c3d4e5",
        }  # fmt: skip
        line = line.replace("SETTINGS=", f"SETTINGS={self.folder}/")
        return subprocess.run(["bash", "-euc", line], env=environment, capture_output=True, text=True, timeout=60, check=False)

    def test_every_deployment_of_the_pages_runs_as_written(self):
        count = 0
        for page in ("operating.md", "fan-out.md"):
            for line in commands(ROOT / "docs" / page):
                if not re.search(r"\bmake (deploy|package)", line):
                    continue
                count += 1
                ran = self.run_(line)
                self.assertEqual(ran.returncode, 0, f"{page}: {line}: {ran.stderr}")
        self.assertGreater(count, 10)
        self.assertIn("idle-reaper", json.loads(self.world.read_text())["stacks"])


if __name__ == "__main__":
    unittest.main()
