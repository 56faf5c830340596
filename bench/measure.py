"""Measures processes: wall, CPU, peak memory, time to the first poll of the Lambda runtime API, instructions."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time

LONGEST = 1800


def run(command, environment, folder, codes):
    """CPU and memory are those of the process and of every child that it has waited for. It is started by a small process of
    its own: Linux counts as a child's peak what its parent had when it was started, and this one has read large reports."""
    starter = [sys.executable, __file__, str(folder / "out"), str(folder / "err"), *command]
    done = subprocess.run(starter, env=environment, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LONGEST)
    took = json.loads(done.stdout)
    if took.pop("code") not in codes:
        tail = (folder / "err").read_text(errors="replace")[-2000:]
        raise SystemExit(f"{' '.join(command)} ended otherwise than with {codes}:\n{tail}")
    return took | {"out": parsed((folder / "out").read_text(errors="replace"))}


def start(out, err, command):
    begun = time.perf_counter()
    with open(out, "wb") as out, open(err, "wb") as err:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
    took = {"wall": time.perf_counter() - begun, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss * 1024}
    print(json.dumps(took | {"code": os.waitstatus_to_exitcode(status)}))


def parsed(text):
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None


def first_poll(binary):
    """Seconds from exec to the first request of the runtime API."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        address = f"127.0.0.1:{server.getsockname()[1]}"
        environment = {"AWS_LAMBDA_RUNTIME_API": address, "AWS_LAMBDA_FUNCTION_NAME": "bench", "AWS_LAMBDA_FUNCTION_VERSION": "1",
                       "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", "AWS_REGION": "ap-northeast-1"}  # fmt: skip
        begun = time.perf_counter()
        process = subprocess.Popen([binary], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            connection, _ = server.accept()
            with connection:
                connection.recv(64)
            return time.perf_counter() - begun
        finally:
            process.kill()
            process.wait()


def instructions(command, environment, folder):
    """Instructions of one run, by callgrind; None where valgrind is not installed."""
    if not shutil.which("valgrind"):
        return None
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
                          env=environment, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LONGEST)  # fmt: skip
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode not in (0, 2, 3) or not found:
        raise SystemExit(f"{' '.join(command)} under callgrind ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return int(found.group(1))


if __name__ == "__main__":
    start(sys.argv[1], sys.argv[2], sys.argv[3:])
