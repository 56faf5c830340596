"""The AWS CLI for the tests, loaded once: a server on a Unix socket runs each command in a fork of itself, with the words, the
environment, the folder and the streams of the caller. `Cli(folder)` starts it and puts the program `aws` into that folder.

    aws_cli.py real SOCKET         the real CLI
    aws_cli.py stub SOCKET         the stand-in of stub_aws.py
    aws_cli.py acceptance SOCKET   the real one, with what acceptance_aws.py puts in the place of a simulated AWS
"""

import gc
import importlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
# It imports as little as it can: it runs some thousand times.
CLIENT = """#!{python} -IS
import os, sys, _socket, _struct
server = _socket.socket(_socket.AF_UNIX)
server.connect({address!r})
server.sendmsg([b"x"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, _struct.pack("3i", 0, 1, 2))])
words = [str(len(sys.argv) - 1), *sys.argv[1:], os.getcwd(), *(f"{{key}}={{value}}" for key, value in os.environ.items())]
server.sendall("\\0".join(words).encode(errors="surrogateescape"))
server.shutdown(_socket.SHUT_WR)
code = server.recv(1)
sys.exit(code[0] if code else 255)
"""
SERVICES = ["ec2", "cloudformation", "iam", "s3", "lambda", "ssm", "sts", "cloudwatch", "logs", "sns", "sqs", "scheduler", "organizations", "kms"]
LOADED = {}  # the CLI itself, once and before the forks


class Cli:
    """The server, and the program `aws` that asks it."""

    def __init__(self, folder, kind="real", **environment):
        folder = pathlib.Path(folder)
        python = sys.executable
        if kind != "stub":  # the CLI has a Python of its own
            found = shutil.which("aws")
            if not found:
                raise RuntimeError("the AWS CLI is not on the path; `make infra-check` sets it up")
            python = str(pathlib.Path(found).parent / "python")
        address = str(folder / "aws.socket")
        command = [python, str(pathlib.Path(__file__)), kind, address]
        self.process = subprocess.Popen(command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n", "the server of the CLI does not start"
        self.aws = folder / "aws"
        self.aws.write_text(CLIENT.format(python=python, address=address))
        self.aws.chmod(0o755)

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        self.process.stdout.close()


# --- what runs in the server ------------------------------------------------------------------------------------------


def load():
    """Models of services are read once, before the forks."""
    from awscli import clidriver  # before botocore: it brings its own

    LOADED["driver"] = clidriver.create_clidriver()
    loader = LOADED["driver"].session.get_component("data_loader")  # it keeps what it has read
    for service in SERVICES:
        loader.load_service_model(service, "service-2")
        loader.load_service_model(service, "paginators-1")
    loader.load_data("endpoints")


def real(words):
    # This release sends what is for SQS to AWS whatever the environment says.
    if words[0] == "sqs" and "--endpoint-url" not in words and "AWS_ENDPOINT_URL" in os.environ:
        words = [*words, "--endpoint-url", os.environ["AWS_ENDPOINT_URL"]]
    return LOADED["driver"].main(words)


def load_stub():
    for name in ("json", "re", "jmespath"):
        importlib.import_module(name)
    LOADED["stub"] = compile((HERE / "stub_aws.py").read_text(), "stub_aws.py", "exec")


def stub(words):
    sys.argv = ["aws", *words]
    exec(LOADED["stub"], {"__name__": "__main__"})  # noqa: S102


def serve(address, load, handle):
    load()
    # What a fork does not touch, it does not copy.
    gc.collect()
    gc.freeze()
    gc.disable()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen(32)
        print("ready", flush=True)
        while True:
            asked, _ = server.accept()
            if os.fork() == 0:
                one(asked, handle)
            asked.close()
            reap()


def reap():
    """Children that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def one(asked, handle):
    _, descriptors, _, _ = socket.recv_fds(asked, 1, 3)
    text = b""
    while part := asked.recv(65536):
        text += part
    count, *rest = text.decode(errors="surrogateescape").split("\0")
    words, folder, variables = rest[: int(count)], rest[int(count)], rest[int(count) + 1 :]
    for place, descriptor in enumerate(descriptors):
        os.dup2(descriptor, place)
    own = {name: os.environ[name] for name in ("AWS_DATA_PATH",) if name in os.environ}  # the CLI sets it when it is loaded
    os.environ.clear()
    os.environ.update(dict(pair.split("=", 1) for pair in variables) | own)
    code = 255
    try:
        os.chdir(folder)
        code = handle(words)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 255 if ended.code else 0
    except BaseException as wrong:
        print(f"{type(wrong).__name__}: {wrong}", file=sys.stderr)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:  # who called has read enough
        code = code or 255
    asked.sendall(bytes([(code or 0) & 255]))
    os._exit(0)


def main(kind, address):
    if kind == "stub":
        serve(address, load_stub, stub)
    elif kind == "real":
        serve(address, load, real)
    else:
        import acceptance_aws

        serve(address, load, acceptance_aws.handle)


if __name__ == "__main__":
    import aws_cli  # as acceptance_aws imports it: one module with one `LOADED`

    aws_cli.main(*sys.argv[1:])
