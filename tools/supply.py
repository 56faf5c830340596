#!/usr/bin/env python3
"""Looks at what a build is made of.

    python tools/supply.py sbom FILE        how many components a bill of materials has
    python tools/supply.py auditable FILE   how many dependencies a binary tells, by its section `.dep-v0`
    python tools/supply.py same FILE FILE   whether two builds gave the same bytes
"""

import hashlib
import json
import pathlib
import struct
import sys
import zlib


def section(binary, name):
    """The bytes of one section of a 64-bit little-endian ELF file; None where it has none of that name."""
    if binary[:6] != b"\x7fELF\x02\x01":
        sys.exit("error: this is no 64-bit little-endian ELF file")
    (table,) = struct.unpack_from("<Q", binary, 0x28)
    size, count, names = struct.unpack_from("<HHH", binary, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", binary, table + size * n) for n in range(count)]
    strings = headers[names][4]
    for header in headers:
        start = strings + header[0]
        if binary[start : binary.index(b"\0", start)] == name:
            return binary[header[4] : header[4] + header[5]]
    return None


def main():
    verb, files = sys.argv[1], [pathlib.Path(name) for name in sys.argv[2:]]
    if verb == "sbom":
        bill = json.loads(files[0].read_text())
        print(f"{files[0]}: {bill['bomFormat']} {bill['specVersion']}, {len(bill['components'])} components")
    elif verb == "auditable":
        found = section(files[0].read_bytes(), b".dep-v0")
        if found is None:
            sys.exit(f"error: {files[0]} tells nothing of its dependencies")
        packages = json.loads(zlib.decompress(found))["packages"]
        print(f"{files[0]}: tells {len(packages)} packages, such as {packages[0]['name']} {packages[0]['version']}")
    elif verb == "same":
        hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
        if len(set(hashes)) != 1:
            sys.exit(f"error: two builds, two hashes: {hashes}")
        print(f"two builds, one hash: {hashes[0]}")


if __name__ == "__main__":
    main()
