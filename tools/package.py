#!/usr/bin/env python3
"""Zips the release binary as a Lambda function: target/package/idle-reaper-ARCH.zip, with `bootstrap` inside.

    python tools/package.py [x86_64 | arm64] [--check] [--cargo-lambda]

`--check` looks only whether the toolchain can build for it. `--cargo-lambda` packs what `cargo lambda build` made, which for
arm64 it does anyway.

`provided.al2023` runs a file of that name, a program for Linux on the processor of the function. What was built on macOS or
Windows, or for another processor, is refused here and not in production; so is a binary that wants a newer C library than its
glibc 2.34, or another one. Time stamps and modes are fixed, so that the same binary gives the same zip.
"""

import json
import pathlib
import re
import struct
import subprocess
import sys
import zipfile

ROOT = pathlib.Path(__file__).parent.parent
GLIBC = (2, 34)
ARM64 = "aarch64-unknown-linux-gnu"
# What an ELF file for the processor says: its machine, and the loader that it names where it is linked dynamically.
MACHINES = {"x86_64": (0x3E, b"/lib64/ld-linux-x86-64.so.2"), "arm64": (0xB7, b"/lib/ld-linux-aarch64.so.1")}
SYSTEMS = {0: "System V", 3: "Linux"}  # both are what Linux's own tools write
PROGRAMS = {2, 3}  # ET_EXEC, and ET_DYN as position-independent programs are
LOADER = 3  # the kind of a program header that names the loader, PT_INTERP
# Where the binary is: of `cargo build`, or of `cargo lambda build`, which brings its own linker and an older C library.
CARGO_LAMBDA = "lambda/idle-reaper/bootstrap"
BUILT = {"x86_64": "release/idle-reaper", "arm64": CARGO_LAMBDA}


def target_directory():
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    return pathlib.Path(json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)["target_directory"])


def newest_glibc(binary):
    """The newest glibc that the binary asks for: symbol versions stand in it as plain text."""
    found = {tuple(map(int, version.split(b"."))) for version in re.findall(rb"GLIBC_(\d+\.\d+)", binary)}
    return max(found, default=(0, 0))


def why_not(binary, arch):
    """Why Lambda could not run the binary; None where it can."""
    machine, loader = MACHINES[arch]
    if binary[:4] != b"\x7fELF":
        return "it is no ELF file, such as Linux runs"
    # 64 bits, little-endian, this version of the format.
    if len(binary) < 64 or binary[4:7] != b"\x02\x01\x01":
        return "it is no program of 64 bits, or it is cut short"
    if binary[7] not in SYSTEMS:
        return f"it is for another system than Linux (ABI {binary[7]})"
    kind, built_for = struct.unpack_from("<HH", binary, 16)
    if built_for != machine:
        return f"it is for another processor (ELF machine {built_for:#x}, not {machine:#x})"
    (headers,) = struct.unpack_from("<Q", binary, 32)
    size, count = struct.unpack_from("<HH", binary, 54)
    if kind not in PROGRAMS or count == 0 or size < 56:
        return "it is a part of a program, and no program"
    if headers + size * count > len(binary):
        return "it is cut short"
    for at in range(headers, headers + size * count, size):
        what, _, offset, _, _, length = struct.unpack_from("<IIQQQQ", binary, at)
        named = binary[offset : offset + length].rstrip(b"\0")
        if what == LOADER and named != loader:
            return f"it wants the loader `{named.decode(errors='replace')}`, and Amazon Linux 2023 has `{loader.decode()}`"
    return None


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
    path = target_directory() / (CARGO_LAMBDA if "--cargo-lambda" in sys.argv else BUILT[arch])
    if not path.is_file():
        sys.exit(f"error: `{path}` is not there; `make package` or `make package-arm64` builds it")
    binary = path.read_bytes()
    wrong = why_not(binary, arch)
    if wrong:
        sys.exit(f"error: `{path}` cannot run as a Lambda function for {arch}: {wrong}. Build it on Linux, or with `cargo lambda build --release`, for that processor")
    needs = newest_glibc(binary)
    if needs > GLIBC:
        sys.exit(f"error: the binary wants glibc {needs[0]}.{needs[1]}, and Amazon Linux 2023 has {GLIBC[0]}.{GLIBC[1]}: build on an older system")
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
