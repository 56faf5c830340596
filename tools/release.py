#!/usr/bin/env python3
"""Makes and checks the files of a release. The release workflow and people call the same verbs, through make.

    python tools/release.py tag v0.1.0                  the tag is the version of Cargo.toml and of CHANGELOG.md
    python tools/release.py notes                       the changelog's section of this version, as the release's text
    python tools/release.py archive BINARY TARGET OUT   the command line for one target: .tar.gz, for Windows .zip
    python tools/release.py collect FILE NAME OUT       copies a file under its name of the release
    python tools/release.py sums OUT                    writes SHA256SUMS over every other file of the folder
    python tools/release.py verify OUT                  every file is listed, every listed file is there, every hash is right

Time stamps, owners, modes and the order of files are fixed, so the same binary gives the same archive.
"""

import gzip
import hashlib
import io
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile

ROOT = pathlib.Path(__file__).parent.parent
SUMS = "SHA256SUMS"
# Beside the binary, its manual and its completions: what a first try needs.
DOCUMENTS = ["LICENSE", "README.md", "CHANGELOG.md", "docs/settings.schema.json", *(f"examples/{name}" for name in ("every-key.toml", "inventory.json", "laptop.toml", "prices.csv", "reaper.toml"))]
COMPLETIONS = {"bash": "idle-reaper.bash", "fish": "idle-reaper.fish", "zsh": "_idle-reaper"}
WINDOWS = "windows"
# The first instant that a zip file can hold.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
TAG = re.compile(r"v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")


def fail(message):
    sys.exit(f"error: {message}")


def version():
    return tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]


def sections():
    """{version: text} of CHANGELOG.md, `Unreleased` included, in the order of the file."""
    parts = re.split(r"^## \[([^\]]+)\].*\n", (ROOT / "CHANGELOG.md").read_text(), flags=re.M)
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2])))


def check_tag(tag):
    if not TAG.fullmatch(tag):
        fail(f"`{tag}` is no tag of a release; it has the form `v0.1.0`")
    if tag != f"v{version()}":
        fail(f"the tag is `{tag}`, and Cargo.toml has version {version()}: tag the commit that has this version")
    changes = sections()
    if not changes.get(version()):
        fail(f"CHANGELOG.md has nothing under `## [{version()}]`: name the section after the version before you tag")
    if changes.get("Unreleased"):
        fail("CHANGELOG.md has changes under `## [Unreleased]` that this release would hold: move them into its section")
    print(f"{tag}: Cargo.toml and CHANGELOG.md agree")


def generated(binary):
    """{name: bytes} of what the binary itself prints: its manual and its completions."""
    def printed(*words):
        ran = subprocess.run([binary, *words], capture_output=True, check=False, timeout=60)
        if ran.returncode:
            fail(f"`{binary} {' '.join(words)}` failed, so this is no binary for this machine: {ran.stderr.decode(errors='replace').strip()}")
        return ran.stdout

    said = printed("--version").decode().strip()
    if said != f"idle-reaper {version()}":
        fail(f"`{binary}` says `{said}`, and Cargo.toml has version {version()}: build it again")
    completions = {f"completions/{name}": printed("generate", shell) for shell, name in COMPLETIONS.items()}
    return {"man/idle-reaper.1": printed("generate", "man")} | completions


def archive(binary, target, out):
    binary, out = pathlib.Path(binary).absolute(), pathlib.Path(out)
    if not binary.is_file():
        fail(f"`{binary}` is not there; build it first")
    top = f"idle-reaper-{version()}-{target}"
    files = {"idle-reaper.exe" if WINDOWS in target else "idle-reaper": binary.read_bytes()}
    files |= {name: (ROOT / name).read_bytes() for name in DOCUMENTS} | generated(binary)
    entries = [(f"{top}/{name}", data, 0o755 if name.startswith("idle-reaper") else 0o644) for name, data in sorted(files.items())]
    out.mkdir(parents=True, exist_ok=True)
    path = out / (top + (".zip" if WINDOWS in target else ".tar.gz"))
    path.write_bytes((zipped if WINDOWS in target else tarred)(entries))
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB, {len(entries)} files")


def tarred(entries):
    packed = io.BytesIO()
    # Without a time stamp and a name in the header of gzip.
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", compresslevel=6, mtime=0) as stream, tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data, mode in entries:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), mode
            tar.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def zipped(entries):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data, mode in entries:
            entry = zipfile.ZipInfo(name, ZIP_EPOCH)
            entry.external_attr, entry.compress_type = (0o100000 | mode) << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=6)
    return packed.getvalue()


def collect(file, name, out):
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, out / name.format(version=version()))
    print(f"{out / name.format(version=version())}")


def hashes(out):
    files = sorted(path for path in pathlib.Path(out).iterdir() if path.name != SUMS)
    folders = [path.name for path in files if not path.is_file()]
    if folders:
        fail(f"`{out}` holds {folders}, which are no files: a release has files only")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def sums(out):
    found = hashes(out)
    if not found:
        fail(f"`{out}` is empty: there is nothing to release")
    (pathlib.Path(out) / SUMS).write_text("".join(f"{digest}  {name}\n" for name, digest in found.items()))
    print(f"{out}/{SUMS}: {len(found)} files")


def verify(out):
    path = pathlib.Path(out) / SUMS
    if not path.is_file():
        fail(f"`{path}` is not there; `tools/release.py sums {out}` writes it")
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in path.read_text().splitlines())}
    found = hashes(out)
    wrong = [f"`{name}` is not listed" for name in found.keys() - listed.keys()]
    wrong += [f"`{name}` is listed and not there" for name in listed.keys() - found.keys()]
    wrong += [f"`{name}` has another hash" for name in found.keys() & listed.keys() if found[name] != listed[name]]
    if wrong:
        fail(f"{path}: " + "; ".join(sorted(wrong)))
    print(f"{path}: {len(listed)} files are what it says")


VERBS = {"tag": check_tag, "notes": lambda: print(sections()[version()]), "archive": archive, "collect": collect, "sums": sums, "verify": verify}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in VERBS:
        fail(f"tools/release.py {' | '.join(VERBS)}")
    VERBS[sys.argv[1]](*sys.argv[2:])
