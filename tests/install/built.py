"""What the tests of the ways to install it share: the repository, the binary that `make install-check` built, and tools as they
are called."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib
import unittest

ROOT = pathlib.Path(__file__).parent.parent.parent
VERSION = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]
# The target directory may be elsewhere, as it is in CI.
BUILT = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "debug/idle-reaper"
BINARY = pathlib.Path(os.environ.get("IDLE_REAPER_BINARY", BUILT))
# The example of the README, with the figures that it prints there.
EXAMPLE = ["--config", "examples/laptop.toml", "plan", "--inventory", "examples/inventory.json", "--at", "2026-11-25T21:30:00+09:00"]
EXAMPLE_SAYS = "9 instances: 2 would be stopped"


def tool(name, *words, **more):
    """Runs one of `tools/`, or a copy of it at another place."""
    path = name if isinstance(name, pathlib.Path) else ROOT / "tools" / name
    command = ["bash", path] if path.suffix == ".sh" else [sys.executable, path]
    return subprocess.run([*command, *words], capture_output=True, text=True, timeout=120, check=False, **more)


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def done(self, name, *words, **more):
        ran = tool(name, *map(str, words), **more)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran.stdout

    def refused(self, *expected, name, words, **more):
        ran = tool(name, *map(str, words), **more)
        self.assertNotEqual(ran.returncode, 0, ran.stdout)
        self.assertTrue(ran.stderr.startswith("error: "), ran.stderr)
        self.assertNotIn("Traceback", ran.stderr)
        for text in expected:
            self.assertIn(text, ran.stderr)

    def copy(self, *tools, version, changelog):
        """Copies of `tools/` in a repository of their own, with this version and this changelog; the path of the first."""
        (self.folder / "tools").mkdir(exist_ok=True)
        for name in tools:
            shutil.copy(ROOT / "tools" / name, self.folder / "tools" / name)
        (self.folder / "Cargo.toml").write_text(f'[package]\nname = "idle-reaper"\nversion = "{version}"\n')
        (self.folder / "CHANGELOG.md").write_text(f"# Changelog\n\n{changelog}")
        return self.folder / "tools" / tools[0]

    def program(self, name, text):
        """A program of the folder `bin`, which stands in for a real one."""
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path
