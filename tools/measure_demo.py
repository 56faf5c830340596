"""`make measure-demo`: how long `make demo` takes in a fresh clone, with empty build and tool folders.

It prints the seconds to the first table, to the end of the first part, and to the end of the rehearsal. Cargo's and pip's
caches of downloaded packages are used as they are.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).parent.parent
# The first words of the line that ends each part.
MARKS = {"plan of run ": "to the first table", "Part 2 of 2": "to the end of part 1"}


def main():
    with tempfile.TemporaryDirectory() as folder:
        clone = pathlib.Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        environment = os.environ | {"CARGO_TARGET_DIR": str(pathlib.Path(folder) / "target")}
        for name in ("MAKEFLAGS", "MAKELEVEL", "VENV"):
            environment.pop(name, None)
        begin = time.monotonic()
        process = subprocess.Popen(["make", "demo"], cwd=clone, env=environment, stdout=subprocess.PIPE, text=True)
        took = {}
        for line in process.stdout:
            sys.stdout.write(line)
            for words, what in MARKS.items():
                if line.startswith(words):
                    took.setdefault(what, time.monotonic() - begin)
        code = process.wait()
        took["to the end"] = time.monotonic() - begin
    print(f"make demo in a fresh clone on {os.cpu_count()} cores:")
    for what, seconds in took.items():
        print(f"  {seconds:6.0f} s {what}")
    sys.exit(code)


if __name__ == "__main__":
    main()
