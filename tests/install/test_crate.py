"""The package that `cargo install` builds: it holds what the code includes, and little else."""

import pathlib
import re
import subprocess
import tomllib
import unittest

from built import ROOT

CARGO = tomllib.loads((ROOT / "Cargo.toml").read_text())
INCLUDED = re.compile(r'include_(?:str|bytes)!\(\s*(?:concat!\(\s*)?"([^"]+)"')


def listed():
    command = ["cargo", "package", "--list", "--locked", "--offline", "--allow-dirty"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


class Crate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = listed()

    def test_it_holds_every_file_that_the_code_includes(self):
        found = set()
        for path in (ROOT / "src").rglob("*.rs"):
            for name in INCLUDED.findall(path.read_text()):
                target = (path.parent / name).resolve().relative_to(ROOT)
                # What is put together from a beginning and an ending: everything that begins so.
                matching = [target] if (ROOT / target).is_file() else [one.relative_to(ROOT) for one in (ROOT / target).glob("*")]
                self.assertTrue(matching, f"{path.relative_to(ROOT)} includes `{name}`, which is not there")
                found |= {one.as_posix() for one in matching}
        self.assertGreater(len(found), 20)
        self.assertEqual(found - set(self.files), set(), "add these to `include` in Cargo.toml")

    def test_it_holds_the_whole_source_and_no_tests_or_pages(self):
        source = {path.relative_to(ROOT).as_posix() for path in (ROOT / "src").rglob("*") if path.is_file()}
        self.assertEqual(source - set(self.files), set())
        self.assertEqual({pathlib.PurePath(name).parts[0] for name in self.files} - {".cargo_vcs_info.json"}, {
            "CHANGELOG.md", "Cargo.lock", "Cargo.toml", "Cargo.toml.orig", "LICENSE", "README.md", "data", "examples", "src",
        })  # fmt: skip
        size = sum((ROOT / name).stat().st_size for name in self.files if (ROOT / name).is_file())
        self.assertLess(size, 4_000_000)

    def test_it_may_be_published_and_the_helpers_may_not(self):
        self.assertNotIn("publish", CARGO["package"])
        for member in CARGO["workspace"]["members"]:
            self.assertIs(tomllib.loads((ROOT / member / "Cargo.toml").read_text())["package"]["publish"], False, member)

    def test_nothing_that_it_depends_on_is_only_here(self):
        for name, about in (CARGO["dependencies"] | CARGO["dev-dependencies"]).items():
            if isinstance(about, dict) and "path" in about:
                # A path without a version is left out of what is published, and may only be one for tests.
                self.assertNotIn("version", about, name)
                self.assertNotIn(name, CARGO["dependencies"])


if __name__ == "__main__":
    unittest.main()
