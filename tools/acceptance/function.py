"""The deployed function: its settings, its runs, and what a run reported."""

import base64
import gzip
import json
import pathlib
import re
import tempfile

import settings
from cli import Failed

REQUEST_ID = re.compile(r"RequestId: ([0-9a-f-]{36})")


class Function:
    def __init__(self, kit):
        self.kit, self.config, self.cli = kit, kit.config, kit.cli
        self.seconds = 0.0  # how long it ran in all, for the cost
        self.runs = 0

    def configure(self, armed, hours):
        """Writes the settings where the next run reads them."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "reaper.toml"
            path.write_text(settings.text(self.config, armed, hours))
            self.cli("s3api", "put-object", "--bucket", self.config.record, "--key", "reaper.toml", "--body", str(path), "--expected-bucket-owner", self.config.account)

    def invoke(self, request):
        """One run: its answer and its whole report, which is kept beside the evidence."""
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "answer.json"
            words = ["lambda", "invoke", "--function-name", self.config.name, "--payload", json.dumps(request), "--log-type", "Tail"]
            words += ["--cli-read-timeout", "920"] + (["--cli-binary-format", "raw-in-base64-out"] if self.kit.version > 1 else [])
            # By itself the CLI gives up after a minute and calls again.
            said = self.cli(*words, str(out), attempts=1, seconds=960)
            answer = json.loads(out.read_text())
        self.runs += 1
        self.seconds += self.cli.calls[-1]["seconds"]
        log = base64.b64decode(said.get("LogResult", "")).decode(errors="replace")
        self.kit.request_ids += REQUEST_ID.findall(log)[:1]
        if "errorType" in answer:
            raise Failed(answer["errorType"], answer.get("errorMessage", ""))
        report = answer["report"] if isinstance(answer["report"], dict) else self.fetch(answer["report"])
        self.kit.files.append(self.kit.evidence.keep(f"{len(self.kit.evidence.runs):02}-{report['mode']}-{answer['run']}.json", json.dumps(report, indent=2) + "\n"))
        self.kit.evidence.runs.append(answer["run"])
        return answer, report

    def fetch(self, place):
        bucket, _, key = place.replace("s3://", "", 1).partition("/")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "report.json.gz"
            self.cli("s3api", "get-object", "--bucket", bucket, "--key", key, "--expected-bucket-owner", self.config.account, str(path))
            return json.loads(gzip.decompress(path.read_bytes()) if key.endswith(".gz") else path.read_bytes())

    def here(self, mode, **more):
        """A request that is narrowed to the one instance, whatever else is in the account."""
        return {"mode": mode, "instances": [self.kit.instance], **more}
