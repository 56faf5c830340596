#!/usr/bin/env python3
"""Writes data/instance-families.tsv: which instance families have instance store, whose data a stop erases.

The source is the answer of DescribeInstanceTypes that moto ships (pinned in tests/requirements.txt): within a
family either every type has instance store or none has, which this script checks. Families that AWS no longer
lists are added by hand, from AWS's documentation of previous generations. A family that is in neither spares
its instances: unknown protects.

Usage: instance_families.py [--check]
"""

import gzip
import json
import pathlib
import sys

import moto

OUT = pathlib.Path(__file__).parent.parent / "data" / "instance-families.tsv"
NO_LONGER_LISTED = {
    "cc2": "store", "cr1": "store", "dl1": "store", "f1": "store", "g2": "store", "g3": "none", "g3s": "none",
    "g4ad": "store", "hs1": "store", "p2": "none", "p3": "none",
}


def families():
    source = pathlib.Path(moto.__file__).parent / "ec2" / "resources" / "instance_types.json.gz"
    found = dict(NO_LONGER_LISTED)
    for name, kind in json.loads(gzip.decompress(source.read_bytes())).items():
        family = name.split(".")[0]
        store = "store" if kind.get("InstanceStorageSupported") else "none"
        if found.setdefault(family, store) != store:
            sys.exit(f"the family {family} is mixed: {name} has {store}")
    return found


def main():
    lines = [f"# Instance families and instance store; from moto {moto.__version__}. Regenerate: make instance-families"]
    lines += [f"{family}\t{store}" for family, store in sorted(families().items())]
    text = "\n".join(lines) + "\n"
    if sys.argv[1:] == ["--check"]:
        if OUT.read_text() != text:
            sys.exit(f"{OUT.name} is not what `make instance-families` writes; run it and commit the difference")
    else:
        OUT.write_text(text)


if __name__ == "__main__":
    main()
