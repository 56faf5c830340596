"""Where things are, and what they are called. Nothing here has a name that an installed idle-reaper could have."""

import os
import pathlib
import re
import secrets
import subprocess
from datetime import datetime, timezone

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RUN_TAG = "acceptance-run"
NAME_PATTERN = re.compile(r"[a-z][a-z0-9-]{2,18}")
INSTALLED = "idle-reaper"
# Variables of tools/deploy.sh that the kit gives itself, or must not be given: a locked record could not be removed again.
# `PERMISSIONS_BOUNDARY` and `CODE_SIGNING_CONFIG_ARN`, without which some accounts take no deployment, pass.
DEPLOYS = {
    "ACTING", "ARCHIVE_ACCOUNT", "ARCHIVE_BUCKET", "ARCHIVE_KMS_KEY_ARN", "CALL_AS", "EVENT_REGIONS", "EXTERNAL_ID", "FORCE", "GROUP", "HUB_ACCOUNT",
    "HUB_BUS", "KEEP_PEOPLE_DAYS", "KMS_KEYS", "KMS_KEY_ARN", "NAME", "PACKAGE", "PARAMETERS", "READING_PRINCIPALS", "RECORD_OBJECT_LOCK_DAYS",
    "RECORD_OBJECT_LOCK_MODE", "RECORD_TOO", "RELEASE", "ROLE_PATH", "SETTINGS", "TAG_PREFIX", "UNITS"}  # fmt: skip


class Wrong(Exception):
    """What a person has to mend before the kit begins."""


class Config:
    """The environment variables of `make acceptance`, read once."""

    def __init__(self, environment):
        self.environment = {key: value for key, value in environment.items() if key not in DEPLOYS}
        self.name = environment.get("NAME", "reaper-acceptance")
        if not NAME_PATTERN.fullmatch(self.name) or self.name.startswith(INSTALLED):
            raise Wrong(f"`NAME={self.name}` is 3 to 19 small letters, digits and dashes, and does not begin with `{INSTALLED}`: that is what an installed hub is called")
        self.account = environment.get("ACCOUNT", "")
        self.region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or ""
        self.yes = environment.get("YES") == "yes"
        self.arch = environment.get("ARCH", "x86_64")
        self.package = pathlib.Path(environment.get("PACKAGE") or ROOT / "target" / "package" / f"idle-reaper-{self.arch}.zip").absolute()
        self.instance_type = environment.get("INSTANCE_TYPE", "t3.nano")
        self.subnet = environment.get("SUBNET", "")
        self.kms_keys = environment.get("KMS_KEYS", "")
        self.organization = environment.get("ORGANIZATION", "")
        self.installed_too = environment.get("INSTALLED_TOO") == "yes"
        self.unchecked = environment.get("PERMISSIONS") == "unchecked"
        self.wait_for_alarm = environment.get("WAIT_FOR_ALARM") == "yes"
        self.out = pathlib.Path(environment.get("OUT") or ROOT / "target" / "acceptance").absolute()
        # Another endpoint than AWS's own: a rehearsal, of which the evidence says so.
        self.simulated = next((value for key, value in environment.items() if key.startswith("AWS_ENDPOINT_URL") and value), "")
        self.run = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ-") + secrets.token_hex(4)
        self.external_id = environment.get("EXTERNAL_ID") or secrets.token_hex(16)
        # Known after the caller was asked.
        self.caller = self.partition = self.role = ""

    # --- names --------------------------------------------------------------------------------------------------

    @property
    def prefix(self):
        return f"{self.name}:"

    @property
    def twin(self):
        """The second deployment of spoke.yaml, whose roles trust the caller, so that calls can be tried."""
        return f"{self.name}-probe"

    def roles(self, name=None):
        name = name or self.name
        return {"reader": f"{name}-read", "actor": f"{name}-act"}

    def role_arn(self, name):
        return f"arn:{self.partition}:iam::{self.account}:role/{name}"

    @property
    def marker(self):
        """The parameter that holds the id of the run: who made what is there, and that no second run begins."""
        return f"/{self.name}/acceptance"

    @property
    def pause(self):
        return f"/{self.name}/pause"

    @property
    def record(self):
        return f"{self.name}-{self.account}-{self.region}"

    @property
    def queue(self):
        return f"{self.name}-alarms"

    @property
    def topic(self):
        return f"arn:{self.partition}:sns:{self.region}:{self.account}:{self.name}-operators"

    def tags(self):
        # `idle-reaper:keep`: an idle-reaper that is installed here leaves the instance alone.
        return {"Name": self.name, "Application": self.name, RUN_TAG: self.run, f"{INSTALLED}:keep": "acceptance test of another hub"}


def revision():
    """The commit of this checkout, with a mark where files were changed."""
    try:
        command = ["git", "-C", str(ROOT), "describe", "--always", "--abbrev=40", "--dirty", "--exclude", "*"]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "not a git checkout"


def read_environment():
    return Config(os.environ)
