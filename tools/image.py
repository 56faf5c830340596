#!/usr/bin/env python3
"""Assembles the container image as an OCI layout, without a container engine.

    python tools/image.py build BINARY CERTIFICATES OUT   the layout of one processor, that of the binary
    python tools/image.py join ARCHIVE LAYOUT...          one archive (`oci-archive`) for several processors, of layouts or archives
    python tools/image.py unpack LAYOUT FOLDER [PROCESSOR]   the root filesystem, after every digest was checked

The image holds the binary, the certificates of public authorities, and the few files of /etc that name the user and where
hosts are looked up. There is no shell and no package, so there is nothing else to update. The binary has to be static.
The user is 65534, and nothing in the image can be written by it. Time stamps and the order of files are fixed: the same
binary gives the same digest.
"""

import gzip
import hashlib
import io
import json
import pathlib
import shutil
import struct
import sys
import tarfile
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).parent.parent
PACKAGE = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
USER = 65534
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
# The machine in the header of an ELF file, and what Go and OCI call the processor.
MACHINES = {0x3E: "amd64", 0xB7: "arm64"}
LOADER = 3  # the kind of a program header that names a loader, PT_INTERP
EPOCH = "1970-01-01T00:00:00Z"
TYPE = "application/vnd.oci.image."
MANIFEST, INDEX, CONFIG, LAYER = (TYPE + name for name in ("manifest.v1+json", "index.v1+json", "config.v1+json", "layer.v1.tar+gzip"))
REFERENCE = "org.opencontainers.image.ref.name"


def fail(message):
    sys.exit(f"error: {message}")


def processor(path):
    """The processor of a static program for Linux; anything else ends with what it is."""
    binary = path.read_bytes()
    if len(binary) < 64 or binary[:7] != b"\x7fELF\x02\x01\x01":
        fail(f"`{path}` is no program of 64 bits for Linux")
    (machine,) = struct.unpack_from("<H", binary, 18)
    if machine not in MACHINES:
        fail(f"`{path}` is for another processor (ELF machine {machine:#x})")
    (headers,) = struct.unpack_from("<Q", binary, 32)
    size, count = struct.unpack_from("<HH", binary, 54)
    if headers + size * count > len(binary):
        fail(f"`{path}` is cut short")
    if any(struct.unpack_from("<I", binary, headers + size * at)[0] == LOADER for at in range(count)):
        fail(f"`{path}` needs shared libraries, and the image has none: build it with `RUSTFLAGS=\"-C target-feature=+crt-static\"` and `--target`")
    return MACHINES[machine]


class Layout:
    """A folder of blobs that are named by their hashes. One that is packed as an archive is unpacked to be read."""

    def __init__(self, path):
        self.folder = pathlib.Path(path)
        if self.folder.is_file():
            self.unpacked = tempfile.TemporaryDirectory()
            with tarfile.open(path) as tar:
                tar.extractall(self.unpacked.name, filter="data")
            self.folder = pathlib.Path(self.unpacked.name)

    def blob(self, digest):
        return self.folder / "blobs" / digest.replace(":", "/")

    def add(self, data, kind, **more):
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self.blob(digest).parent.mkdir(parents=True, exist_ok=True)
        self.blob(digest).write_bytes(data)
        return {"mediaType": kind, "digest": digest, "size": len(data)} | more

    def add_json(self, value, kind, **more):
        return self.add(json.dumps(value, sort_keys=True, separators=(",", ":")).encode(), kind, **more)

    def finish(self, descriptor):
        self.folder.joinpath("oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        named = descriptor | {"annotations": {REFERENCE: PACKAGE["version"]}}
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [named]}
        self.folder.joinpath("index.json").write_text(json.dumps(index, sort_keys=True))

    def read(self, descriptor):
        path = self.blob(descriptor["digest"])
        if not path.is_file():
            fail(f"`{self.folder}` has no blob `{descriptor['digest']}`")
        data = path.read_bytes()
        if f"sha256:{hashlib.sha256(data).hexdigest()}" != descriptor["digest"] or len(data) != descriptor["size"]:
            fail(f"`{path}` is not what its name says")
        return data

    def manifests(self):
        """The descriptors of the images for each processor."""
        path = self.folder / "index.json"
        if not path.is_file():
            fail(f"`{self.folder}` is no OCI layout: it has no `index.json`")
        (descriptor,) = json.loads(path.read_text())["manifests"]
        return json.loads(self.read(descriptor))["manifests"] if descriptor["mediaType"] == INDEX else [descriptor]


def layer(binary, certificates):
    """The root filesystem as a tar file: owned by root, and writable by nobody else."""
    files = {
        "idle-reaper": (binary.read_bytes(), 0o555),
        CERTIFICATES: (certificates.read_bytes(), 0o444),
        "etc/group": (f"nobody:x:{USER}:\n".encode(), 0o444),
        "etc/nsswitch.conf": (b"hosts: files dns\n", 0o444),
        "etc/passwd": (f"nobody:x:{USER}:{USER}:nobody:/:/none\n".encode(), 0o444),
    }
    folders = {str(parent) for name in files for parent in pathlib.PurePosixPath(name).parents} - {"."}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(folders | files.keys()):
            entry = tarfile.TarInfo(name)
            data, entry.mode = files.get(name, (b"", 0o555))
            entry.type, entry.size = (tarfile.DIRTYPE if name in folders else tarfile.REGTYPE), len(data)
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def build(binary, certificates, out):
    binary, certificates, layout = pathlib.Path(binary), pathlib.Path(certificates), Layout(out)
    for path in (binary, certificates):
        if not path.is_file():
            fail(f"`{path}` is not there")
    if b"-----BEGIN CERTIFICATE-----" not in certificates.read_bytes():
        fail(f"`{certificates}` holds no certificate")
    architecture = processor(binary)
    shutil.rmtree(layout.folder, ignore_errors=True)
    layout.folder.mkdir(parents=True)
    tar = layer(binary, certificates)
    labels = {"title": PACKAGE["name"], "description": PACKAGE["description"], "version": PACKAGE["version"], "source": PACKAGE["repository"], "licenses": PACKAGE["license"]}
    labels = {f"org.opencontainers.image.{name}": value for name, value in labels.items()}
    config = layout.add_json({
        "created": EPOCH, "architecture": architecture, "os": "linux",
        "config": {
            "User": f"{USER}:{USER}", "Entrypoint": ["/idle-reaper"], "WorkingDir": "/", "Labels": labels,
            "Env": ["PATH=/", f"SSL_CERT_FILE=/{CERTIFICATES}"],
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(tar).hexdigest()}"]},
        "history": [{"created": EPOCH, "created_by": "tools/image.py"}],
    }, CONFIG)  # fmt: skip
    packed = layout.add(gzip.compress(tar, compresslevel=6, mtime=0), LAYER)
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [packed], "annotations": labels}
    described = layout.add_json(manifest, MANIFEST, platform={"architecture": architecture, "os": "linux"})
    layout.finish(described)
    print(f"{out}: {architecture}, {packed['size'] / 1e6:.2f} MB, {described['digest']}")


def join(archive, *layouts):
    archive = pathlib.Path(archive.format(version=PACKAGE["version"]))
    with tempfile.TemporaryDirectory() as folder:
        joined, manifests = Layout(folder), []
        for one in map(Layout, layouts):
            for descriptor in one.manifests():
                manifest = json.loads(one.read(descriptor))
                for part in (descriptor, manifest["config"], *manifest["layers"]):
                    joined.add(one.read(part), part["mediaType"])
                manifests.append({key: descriptor[key] for key in ("mediaType", "digest", "size", "platform")})
        manifests.sort(key=lambda one: one["platform"]["architecture"])
        architectures = [one["platform"]["architecture"] for one in manifests]
        if len(set(architectures)) != len(architectures) or not architectures:
            fail(f"each processor once: the layouts are for {architectures}")
        joined.finish(joined.add_json({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}, INDEX))
        archive.parent.mkdir(parents=True, exist_ok=True)
        pack(joined.folder, archive)
    print(f"{archive}: {', '.join(architectures)}, {archive.stat().st_size / 1e6:.2f} MB")


def pack(folder, archive):
    with tarfile.open(archive, "w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = tarfile.TarInfo(path.relative_to(folder).as_posix())
            entry.size, entry.mode = path.stat().st_size, 0o644
            with path.open("rb") as data:
                tar.addfile(entry, data)


def unpack(source, folder, wanted=None):
    layout = Layout(source)
    found = {one["platform"]["architecture"]: one for one in layout.manifests()}
    if (wanted and wanted not in found) or (not wanted and len(found) != 1):
        fail(f"`{source}` has images for {', '.join(found)}; name one of them")
    manifest = json.loads(layout.read(found[wanted or next(iter(found))]))
    config = json.loads(layout.read(manifest["config"]))
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    for part, digest in zip(manifest["layers"], config["rootfs"]["diff_ids"], strict=True):
        tar = gzip.decompress(layout.read(part))
        if f"sha256:{hashlib.sha256(tar).hexdigest()}" != digest:
            fail(f"the layer `{part['digest']}` unpacks to something else than its configuration says")
        with tarfile.open(fileobj=io.BytesIO(tar)) as files:
            # No entry may lead out of the folder.
            files.extractall(folder, filter="data")
    print(f"{folder}: {config['os']}/{config['architecture']}, user {config['config']['User']}, {' '.join(config['config']['Entrypoint'])}")


VERBS = {"build": build, "join": join, "unpack": unpack}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in VERBS:
        fail(f"tools/image.py {' | '.join(VERBS)}")
    VERBS[sys.argv[1]](*sys.argv[2:])
