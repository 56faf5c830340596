"""The container image: its layout, what it says of itself, and that it runs with nothing around it, as nobody."""

import hashlib
import json
import os
import shutil
import stat
import struct
import subprocess
import sys
import tarfile
import unittest

import certifi
import yaml
from built import BINARY, EXAMPLE, EXAMPLE_SAYS, ROOT, VERSION, Case

NOBODY = 65534


def static(machine=0x3E, kind=1):
    """The smallest static program: its header, and one program header that names no loader."""
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0x1000, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    return head + struct.pack("<IIQQQQQQ", kind, 4, 0, 0, 0, 120, 120, 1)


@unittest.skipUnless(sys.platform == "linux", "the image is for Linux, and built there")
class Image(Case):
    def build(self, binary=None, out="layout"):
        if binary is None:
            binary = self.folder / "static"
            binary.write_bytes(static())
        return self.done("image.py", "build", binary, certifi.where(), self.folder / out), self.folder / out

    def blob(self, layout, descriptor):
        data = (layout / "blobs" / descriptor["digest"].replace(":", "/")).read_bytes()
        self.assertEqual((f"sha256:{hashlib.sha256(data).hexdigest()}", len(data)), (descriptor["digest"], descriptor["size"]))
        return data

    def test_it_runs_alone_as_nobody(self):
        _, layout = self.build(BINARY)
        archive, root = self.folder / "image.tar", self.folder / "root"
        self.done("image.py", "join", archive, layout)
        self.done("image.py", "unpack", archive, root)
        for path in (root, *root.rglob("*")):
            self.assertFalse(path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH), path)
        shutil.copytree(ROOT / "examples", root / "examples")
        self.folder.chmod(0o755)

        def alone():
            # Only root may change the root folder; anybody else runs it where it is.
            if os.geteuid() == 0:
                os.chroot(root)
                os.chdir("/")
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)

        program = "/idle-reaper" if os.geteuid() == 0 else root / "idle-reaper"
        ran = subprocess.run([program, *EXAMPLE], cwd=root, env={}, preexec_fn=alone, capture_output=True, text=True, check=False)
        self.assertIn(EXAMPLE_SAYS, ran.stdout, ran.stderr)

    def test_its_layout_is_what_the_specification_says(self):
        _, layout = self.build()
        self.assertEqual(json.loads((layout / "oci-layout").read_text()), {"imageLayoutVersion": "1.0.0"})
        index = json.loads((layout / "index.json").read_text())
        (described,) = index["manifests"]
        self.assertEqual(described["annotations"]["org.opencontainers.image.ref.name"], VERSION)
        manifest = json.loads(self.blob(layout, described))
        config = json.loads(self.blob(layout, manifest["config"]))
        (layer,) = manifest["layers"]
        self.blob(layout, layer)
        self.assertEqual(config["config"]["User"], f"{NOBODY}:{NOBODY}")
        self.assertEqual(config["config"]["Entrypoint"], ["/idle-reaper"])
        self.assertIn("SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt", config["config"]["Env"])
        self.assertEqual(config["config"]["Labels"]["org.opencontainers.image.version"], VERSION)
        self.assertEqual((config["os"], config["architecture"]), ("linux", described["platform"]["architecture"]))
        self.assertNotIn("Cmd", config["config"])

    def test_the_same_binary_gives_the_same_digest(self):
        self.assertEqual(self.build(out="a")[0].split()[-1], self.build(out="b")[0].split()[-1])

    def test_two_processors_are_one_image(self):
        _, layout = self.build()
        other = self.folder / "arm64"
        other.write_bytes(static(0xB7))
        _, second = self.build(other, "second")
        first_archive, archive = self.folder / "first.tar", self.folder / "idle-reaper-{version}-image.tar"
        self.done("image.py", "join", first_archive, layout)
        self.done("image.py", "join", archive, second, first_archive)
        self.refused("each processor once", name="image.py", words=["join", self.folder / "x.tar", layout, first_archive])
        with tarfile.open(str(archive).format(version=VERSION)) as tar:
            tar.extractall(self.folder / "both", filter="data")
        index = json.loads(self.blob(self.folder / "both", json.loads((self.folder / "both/index.json").read_text())["manifests"][0]))
        self.assertEqual([one["platform"]["architecture"] for one in index["manifests"]], ["amd64", "arm64"])
        self.refused("name one of them", name="image.py", words=["unpack", str(archive).format(version=VERSION), self.folder / "root"])

    def test_what_is_damaged_is_not_unpacked(self):
        _, layout = self.build()
        for path in (layout / "blobs/sha256").iterdir():
            with self.subTest(blob=path.name):
                data = path.read_bytes()
                path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
                self.refused("is not what its name says", name="image.py", words=["unpack", layout, self.folder / "root"])
                path.write_bytes(data)
        self.refused("is no OCI layout", name="image.py", words=["unpack", self.folder, self.folder / "root"])

    def test_what_could_not_run_in_it_is_refused(self):
        def refused(text, binary, certificates=certifi.where()):
            self.refused(text, name="image.py", words=["build", binary, certificates, self.folder / "out"])

        script = self.program("script", "#!/bin/sh\n")
        refused("is no program of 64 bits for Linux", script)
        refused("is not there", self.folder / "none")
        refused("holds no certificate", BINARY, script)
        for text, data in {
            "is cut short": static()[:100], "needs shared libraries": static(kind=3), "another processor": static(0xF3), "64 bits": static()[:40],
        }.items():  # fmt: skip
            (self.folder / "other").write_bytes(data)
            refused(text, self.folder / "other")


class Kubernetes(unittest.TestCase):
    def test_the_cron_job_of_the_docs_runs_as_the_image_does(self):
        page = (ROOT / "docs/running.md").read_text()
        (text,) = [block.split("```")[0] for block in page.split("```yaml\n")[1:] if "kind: CronJob" in block]
        pod = yaml.safe_load(text)["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        self.assertTrue(container["image"].endswith(f"/idle-reaper:{VERSION}"), container["image"])
        self.assertNotIn("command", container, "the entry point is the image's")
        security = container["securityContext"]
        self.assertEqual((security["runAsUser"], security["runAsNonRoot"]), (NOBODY, True))
        self.assertEqual((security["readOnlyRootFilesystem"], security["allowPrivilegeEscalation"]), (True, False))
        self.assertEqual(security["capabilities"], {"drop": ["ALL"]})
        self.assertEqual(security["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertEqual(set(container["resources"]), {"requests", "limits"})


if __name__ == "__main__":
    unittest.main()
