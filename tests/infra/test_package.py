"""`tools/package.py` packs what Lambda can run, and refuses the rest with its reason."""

import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile

from template import ROOT

X86_64, ARM64 = 0x3E, 0xB7
LOADERS = {X86_64: b"/lib64/ld-linux-x86-64.so.2", ARM64: b"/lib/ld-linux-aarch64.so.1"}


def elf(machine=X86_64, bits=2, order=1, abi=0, kind=3, loader=None, text=b"GLIBC_2.34"):
    """The smallest program: its header, one program header, and the name of the loader (none where it is empty)."""
    loader = LOADERS.get(machine, b"/lib/ld.so") if loader is None else loader
    head = b"\x7fELF" + bytes([bits, order, 1, abi]) + bytes(8)
    head += struct.pack("<HHIQQQIHHHHHH", kind, machine, 1, 0x1000, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    part = struct.pack("<IIQQQQQQ", 3 if loader else 1, 4, 120, 120, 120, len(loader) + 1, len(loader) + 1, 1)
    return head + part + loader + b"\0" + text


class Package(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        # What it packs is asked of Cargo, and where it puts it is beside itself: a copy packs into a folder of its own.
        (self.folder / "tools").mkdir()
        self.script = self.folder / "tools/package.py"
        self.script.write_text((ROOT / "tools/package.py").read_text())
        for name, text in {"cargo": f"echo '{{\"target_directory\": \"{self.folder}/target\"}}'", "rustc": f"echo '{self.folder}/library'"}.items():
            (self.folder / name).write_text(f"#!/bin/sh\n{text}\n")
            (self.folder / name).chmod(0o755)
        (self.folder / "library").mkdir()
        (self.folder / "library/libstd-0.rlib").touch()

    def package(self, binary, arch="x86_64"):
        path = self.folder / "target" / {"x86_64": "release/idle-reaper", "arm64": "lambda/idle-reaper/bootstrap"}[arch]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(binary)
        environment = os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}"}
        ran = subprocess.run([sys.executable, self.script, arch], env=environment, capture_output=True, text=True, check=False)
        return ran, self.folder / f"target/package/idle-reaper-{arch}.zip"

    def test_a_program_for_linux_is_packed(self):
        for arch, machine in (("x86_64", X86_64), ("arm64", ARM64)):
            for more in ({}, {"abi": 3}, {"kind": 2}, {"loader": b""}, {"loader": b"", "text": b""}):
                with self.subTest(arch=arch, more=more):
                    ran, package = self.package(elf(machine, **more), arch)
                    self.assertEqual(ran.returncode, 0, ran.stderr)
                    with zipfile.ZipFile(package) as archive:
                        self.assertEqual(archive.namelist(), ["bootstrap"])

    def test_what_cargo_lambda_made_is_packed_where_it_is_asked_for(self):
        made = self.folder / "target/lambda/idle-reaper/bootstrap"
        made.parent.mkdir(parents=True)
        made.write_bytes(elf(text=b"made by cargo-lambda"))
        ran = subprocess.run([sys.executable, self.script, "x86_64", "--cargo-lambda"], env=os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}"},
                             capture_output=True, text=True, check=False)  # fmt: skip
        self.assertEqual(ran.returncode, 0, ran.stderr)
        with zipfile.ZipFile(self.folder / "target/package/idle-reaper-x86_64.zip") as archive:
            self.assertIn(b"made by cargo-lambda", archive.read("bootstrap"))

    def test_what_lambda_cannot_run_is_refused(self):
        whole = elf()
        wrong = {
            "nothing": b"", "a script": b"#!/bin/sh\n", "macOS": b"\xcf\xfa\xed\xfe" + bytes(200), "macOS, both": b"\xca\xfe\xba\xbe" + bytes(200),
            "Windows": b"MZ" + bytes(200), "32 bits": elf(3, bits=1), "the other byte order": elf(order=2), "FreeBSD": elf(abi=9),
            "no machine": elf(0), "RISC-V": elf(0xF3), "an object file": elf(kind=1), "a memory dump": elf(kind=4),
            "musl's loader": elf(loader=b"/lib/ld-musl-x86_64.so.1"), "Android's": elf(loader=b"/system/bin/linker64"),
            "the magic alone": whole[:4], "half a header": whole[:40], "no program header": whole[:64], "half of one": whole[:100],
            "a newer C library": elf(text=b"GLIBC_2.39"),
        }  # fmt: skip
        for arch, other in (("x86_64", ARM64), ("arm64", X86_64)):
            for what, binary in (wrong | {"the other processor": elf(other)}).items():
                with self.subTest(arch=arch, what=what):
                    ran, package = self.package(binary, arch)
                    self.assertNotEqual(ran.returncode, 0)
                    self.assertIn("error: ", ran.stderr)
                    self.assertNotIn("Traceback", ran.stderr)
                    self.assertFalse(package.exists())


if __name__ == "__main__":
    unittest.main()
