"""Proves a package: what is in the zip file serves the local Lambda, looks at the whole simulated organisation, and stops what
the stories say.

    python tests/packaged.py target/package/idle-reaper-x86_64.zip
"""

import pathlib
import platform
import stat
import sys
import tempfile
import zipfile

import demo

EVENT = {"mode": "apply", "at": demo.STORIES["now"]}


def unpacked(package, folder):
    with zipfile.ZipFile(package) as archive:
        names = archive.namelist()
        if names != ["bootstrap"]:
            sys.exit(f"{package} holds {names}; `provided.al2023` wants one file, `bootstrap`")
        archive.extractall(folder)
        mode = archive.getinfo("bootstrap").external_attr >> 16
    if not mode & stat.S_IXOTH:
        sys.exit(f"`bootstrap` in {package} may not be executed by everybody")
    path = pathlib.Path(folder) / "bootstrap"
    path.chmod(0o755)
    return path


def main(package):
    if "arm64" in pathlib.Path(package).name and platform.machine() not in ("aarch64", "arm64"):
        print("this machine cannot run a package for arm64: it was built, and not proved")
        return
    with tempfile.TemporaryDirectory() as folder, open(pathlib.Path(folder) / "log", "w+b") as log:
        world, function = demo.World(), None
        try:
            function = demo.Function(world.environment(), log, unpacked(package, folder))
            looked = function.invoke(EVENT | {"mode": "plan"})
            wrong = demo.compare(world, looked["report"])
            acted = function.invoke(EVENT)
            down = sum(state in demo.DOWN for state in world.states().values())
        finally:
            if function:
                function.close()
            world.close()
        log.seek(0)
        text = log.read().decode()
    # One of the stories is protected against a stop, and stays up.
    ended = acted["counts"]["stopped"] + acted["counts"]["failed"]
    wrong += [] if ended == looked["counts"]["candidates"] > 10 else [f"it stopped {acted['counts']}"]
    wrong += [] if down >= acted["counts"]["stopped"] else [f"{down} are down"]
    wrong += [] if '"message":"run ends"' in text else ["its log does not tell how the run ended"]
    print("\n".join(f"WRONG: {one}" for one in wrong) or f"proved: {package} serves the local Lambda; {looked['counts']['seen']} seen, {acted['counts']['stopped']} stopped")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(sys.argv[1])
