"""The AWS CLI and tools/deploy.sh as child processes. Every call is noted for the evidence, credentials never."""

import json
import os
import re
import signal
import subprocess
import time
from datetime import datetime, timezone

import places

ERROR = re.compile(r"An error occurred \(([^)]+)\)(?: when calling the \w+ operation)?(?: \([^)]*\))?:? ?(.*)", re.S)
# What stays out of the evidence: the external id is no secret, and should not be easy to find either.
HIDDEN = "(hidden)"


class Failed(Exception):
    """A call that did not end well. `code` is AWS's code of the error, where there is one."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}" if code else message)
        self.code = code
        self.message = message


class Interrupted(Exception):
    """Somebody pressed Ctrl-C, or the process was asked to end."""


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def say(text, end="\n"):
    """Prints at once. A terminal that is gone must not keep the kit from cleaning up; and a handler of signals, which may come
    in the middle of a `print`, can call this."""
    try:
        os.write(1, f"{text}{end}".encode())
    except OSError:
        pass


class Interrupts:
    """Notes Ctrl-C and the like, so that a call that has begun comes to its end before everything is removed."""

    def __init__(self):
        self.asked = False
        self.ignored = False

    def watch(self):
        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(one, self.note)

    def note(self, number, _):
        if self.ignored:
            say("the clean-up goes on; it must not be left half done")
        elif not self.asked:
            self.asked = True
            say(f"\n{signal.Signals(number).name}: the current call ends first, then everything is removed")

    def check(self):
        if self.asked and not self.ignored:
            raise Interrupted("interrupted")


class Cli:
    def __init__(self, environment, interrupts, hidden=(), patience=1):
        self.environment = dict(environment, AWS_PAGER="", AWS_DEFAULT_OUTPUT="json")
        self.interrupts = interrupts
        self.hidden = tuple(hidden)
        self.patience = patience  # a simulated AWS knows at once what AWS knows after seconds
        self.calls = []  # of the current step

    def __call__(self, *words, credentials=None, role=None, attempts=None, seconds=900):
        """Runs `aws` with these words and returns its answer, None where it is empty. `role`: whose credentials these are."""
        environment = dict(self.environment)
        if credentials:
            environment.pop("AWS_PROFILE", None)
            environment.update(credentials)
        if attempts:
            environment["AWS_MAX_ATTEMPTS"] = str(attempts)
        said = self.run(["aws", *words], environment, seconds, role=role)
        try:
            return json.loads(said) if said.strip() else None
        except ValueError:
            return said.strip()

    def deploy(self, verb, **variables):
        """tools/deploy.sh, as `make deploy` and its like call it."""
        command = ["bash", str(places.ROOT / "tools" / "deploy.sh"), verb]
        return self.run(command, {**self.environment, **variables}, 1800, shown=variables)

    def run(self, command, environment, seconds, shown=None, role=None):
        self.interrupts.check()
        # What else is shown beside the words: variables of tools/deploy.sh.
        variables = [f"{key}={value}" for key, value in sorted((shown or {}).items())]
        call = {"command": [self.hide(word) for word in variables + command], "at": now(), **({"as": role} if role else {})}
        self.calls.append(call)
        began = time.monotonic()
        # A session of its own: Ctrl-C reaches the kit alone.
        child = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, start_new_session=True, cwd=places.ROOT)  # fmt: skip
        try:
            out, wrong = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            out, wrong = "", f"it did not end within {seconds} s"
        call["seconds"] = round(time.monotonic() - began, 1)
        call["exit"] = child.returncode
        if child.returncode:
            found = ERROR.search(wrong)
            code, message = found.groups() if found else ("", wrong.strip() or f"exit code {child.returncode}")
            call["error"] = self.hide(f"{code}: {message.strip()}" if code else message)[:2000]
            raise Failed(code, self.hide(message.strip()))
        return out

    def hide(self, text):
        for one in self.hidden:
            text = text.replace(one, HIDDEN)
        return text

    def sleep(self, seconds):
        """Waits, and no longer than until somebody interrupts."""
        until = time.monotonic() + seconds * self.patience
        while time.monotonic() < until:
            self.interrupts.check()
            time.sleep(min(0.5, seconds * self.patience))

    def until(self, ask, seconds, every=3):
        """Asks again and again until the answer is true; the last answer in any case."""
        ends = time.monotonic() + seconds * self.patience
        while True:
            answer = ask()
            if answer or time.monotonic() >= ends:
                return answer
            self.sleep(every)
