#!/usr/bin/env python3
"""Zips the release binary as a Lambda function: target/package/idle-reaper-ARCH.zip, with `bootstrap` inside.

    python tools/package.py [x86_64 | arm64] [--check]

`--check` looks only whether the toolchain can build for it.

`provided.al2023` runs a file of that name. It has glibc 2.34, so a binary that wants a newer one is refused here
and not in production. Time stamps and modes are fixed, so that the same binary gives the same zip.
"""

import json
import pathlib
import re
import subprocess
import sys
import zipfile

ROOT = pathlib.Path(__file__).parent.parent
GLIBC = (2, 34)
ARM64 = "aarch64-unknown-linux-gnu"
# Where the binary is: `cargo build` for x86-64, `cargo lambda build`, which brings its own linker, for arm64.
BUILT = {"x86_64": "release/idle-reaper", "arm64": "lambda/idle-reaper/bootstrap"}


def target_directory():
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    return pathlib.Path(json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)["target_directory"])


def newest_glibc(binary):
    """The newest glibc that the binary asks for: symbol versions stand in it as plain text."""
    found = {tuple(map(int, version.split(b"."))) for version in re.findall(rb"GLIBC_(\d+\.\d+)", binary)}
    return max(found, default=(0, 0))


def check(arch):
    """Ends with a clear word where the standard library of the other processor is not installed."""
    if arch == "arm64":
        command = ["rustc", "--print", "target-libdir", "--target", ARM64]
        where = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
        if not list(pathlib.Path(where).glob("libstd-*.rlib")):
            sys.exit(f"error: this toolchain has no standard library for {ARM64}; `rustup target add {ARM64}` installs it, or `make package` builds for x86-64")


def main():
    arch = next((argument for argument in sys.argv[1:] if argument in BUILT), "x86_64")
    check(arch)
    if "--check" in sys.argv:
        return
    binary = (target_directory() / BUILT[arch]).read_bytes()
    needs = newest_glibc(binary)
    if needs > GLIBC:
        sys.exit(f"the binary wants glibc {needs[0]}.{needs[1]}, and Amazon Linux 2023 has {GLIBC[0]}.{GLIBC[1]}: build on an older system")
    out = ROOT / "target" / "package" / f"idle-reaper-{arch}.zip"
    out.parent.mkdir(parents=True, exist_ok=True)
    entry = zipfile.ZipInfo("bootstrap", (1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o100755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry, binary, compresslevel=9)
    print(f"{out.relative_to(ROOT)}: {out.stat().st_size / 1e6:.2f} MB zipped, {len(binary) / 1e6:.2f} MB unzipped, glibc {needs[0]}.{needs[1]}")


if __name__ == "__main__":
    main()
