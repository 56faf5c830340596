"""What stands in front of moto in `world.py`: notes every call, refuses, fails on demand, and speaks CBOR.

A fault, as `POST /fault` takes it; everything but the action is optional:

    {"action": "StopInstances" or "*", "mode": "error", "account", "region", "role", "ids": [...],
     "code", "message", "status", "seconds", "after": 0, "times": null}

It meets calls of that action, in that account (or into it, for AssumeRole) and Region, by that role, that
name one of the ids; it lets the first `after` pass and ends after `times`. The modes:

    error    answers code, message and status; nothing is done
    lost     the same answer, but the work is done: the reply went astray
    hang     waits `seconds` (30 unless told, 60 at most, less if the faults are cleared), then as error
    ignore   answers that all went well; nothing is done
"""

import io
import json
import re
import threading
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize
from moto.iam.models import get_account_id_from, iam_backends
from werkzeug.wrappers import Response

import world_costs
import world_prices

CREDENTIAL = re.compile(r"Credential=([A-Z0-9]+)/\d+/([a-z0-9-]+)/([a-z0-9-]+)/")
INSTANCE_ID = re.compile(rb"\bi-[0-9a-f]{17}\b")
# What only looks. AssumeRole is among them: it changes nothing in the account that it enters.
READING = re.compile(r"Describe|Get|List|Head|AssumeRole")
S3_ACTIONS = {
    ("PUT", True): "PutObject", ("GET", True): "GetObject", ("HEAD", True): "HeadObject", ("DELETE", True): "DeleteObject",
    ("PUT", False): "CreateBucket", ("GET", False): "ListObjects", ("HEAD", False): "HeadBucket", ("DELETE", False): "DeleteBucket",
}  # fmt: skip
# What each service calls an access key that it does not know.
UNKNOWN_KEY = {"ec2": "AuthFailure", "s3": "InvalidAccessKeyId", "sts": "InvalidClientTokenId"}
LONGEST_HANG = 60
# EC2's limit for one filter, which moto does not keep.
MOST_FILTER_VALUES = 200


class Gate:
    """A WSGI application around moto's."""

    def __init__(self, moto, world):
        self.moto, self.world = moto, world
        self.reset()
        self.clear_faults()

    def reset(self):
        self.calls = []

    def clear_faults(self):
        if hasattr(self, "cleared"):
            self.cleared.set()
        self.faults, self.cleared = [], threading.Event()

    def add_fault(self, fault):
        known = {"action", "mode", "account", "region", "role", "ids", "code", "message", "status", "seconds", "after", "times"}
        if "action" not in fault or set(fault) - known or fault.get("mode", "error") not in ("error", "lost", "hang", "ignore"):
            raise ValueError(f"no such fault: {fault}")
        self.faults.append(dict(fault))
        return self.faults

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"].startswith("/moto-api"):
            return self.moto(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        cbor = environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor"
        operation = None
        if cbor:
            operation, body = from_cbor(environ, body)
        if "CONTENT_LENGTH" in environ:
            environ["wsgi.input"] = io.BytesIO(body)
        call = self.note(environ, body)
        response = self.answer(environ, call)
        call["status"] = response.status_code
        if cbor:
            response = to_cbor(response, operation)
        return response(environ, start_response)

    def note(self, environ, body):
        """The call as `GET /calls` shows it. The account is the caller's, by the access key."""
        signed = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        key, region, service = signed.groups() if signed else (None, None, None)
        form = {}
        if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        target = form.get("RoleArn")
        if "HTTP_X_AMZ_TARGET" in environ:
            action = environ["HTTP_X_AMZ_TARGET"].rsplit(".")[-1]
        elif service == "s3":
            target = environ["PATH_INFO"]
            action = S3_ACTIONS.get((environ["REQUEST_METHOD"], "/" in target.strip("/")), environ["REQUEST_METHOD"])
        elif service == "account":  # POST /getAlternateContact
            action = environ["PATH_INFO"].strip("/")
            action = action[:1].upper() + action[1:]
        elif service == "eks":  # GET /clusters/NAME/fargate-profiles
            parts = environ["PATH_INFO"].strip("/").split("/")
            action = {1: "ListClusters", 2: "DescribeCluster", 3: "ListFargateProfiles"}.get(len(parts), "unknown")
        else:
            action = form.get("Action", "unknown")
        account = get_account_id_from(key) if key else None
        call = {
            "account": account,
            "role": self.role(account, key),
            "region": region,
            "service": service,
            "action": action,
            "target": target,
            "ids": [found.decode() for found in dict.fromkeys(INSTANCE_ID.findall(body))] if service != "s3" else [],
            "writes": not READING.match(action) and form.get("DryRun") != "true",
            "dry-run": form.get("DryRun") == "true",
        }
        if action == "AssumeRole":
            call |= {"external-id": form.get("ExternalId"), "session-policy": form.get("Policy")}
        with self.world.lock:
            self.calls.append(call)
        return call

    @staticmethod
    def role(account, key):
        """The name of the role whose session this is, if it is one."""
        known = iam_backends[account]["aws"].access_keys.get(key) if account else None
        arn = getattr(known, "role_arn", None)
        return arn.rsplit("/", 1)[-1] if arn else None

    def answer(self, environ, call):
        refusal = self.refusal(call)
        if refusal:
            return error(call, *refusal)
        fault = self.pick(call)
        if not fault:
            return self.work(environ, call)
        mode = fault.get("mode", "error")
        if mode == "hang":
            self.cleared.wait(min(fault.get("seconds", 30), LONGEST_HANG))
        elif mode == "ignore":
            return pretend(call)
        elif mode == "lost":
            self.work(environ, call)
        return error(call, fault.get("code", "InternalError"), fault.get("message", "A staged fault."), fault.get("status", 500))

    def work(self, environ, call):
        if environ.get("HTTP_X_AMZ_TARGET", "").startswith("AWSInsightsIndexService."):
            return world_costs.answer(self.world, call["account"], environ["wsgi.input"].read())
        if environ.get("HTTP_X_AMZ_TARGET", "").startswith("AWSPriceListService."):
            return world_prices.answer(environ["wsgi.input"].read())
        with self.world.lock:  # moto is not safe for threads
            return Response.from_app(self.moto, environ, buffered=True)

    def refusal(self, call):
        """Code, message and status, if AWS would not do this for that caller."""
        world, arn = self.world, call["target"]
        if call["account"] not in world.ids.values():  # moto would let it act in an account of its own
            return UNKNOWN_KEY.get(call["service"], "UnrecognizedClientException"), "This world gave out no such access key.", 403
        if call["action"] == "AssumeRole":
            account, role = arn.split(":")[4], arn.rsplit("/", 1)[-1]
            roles = [world.spec[key] for key in ("reading-role", "acting-role") if key in world.spec]
            wrong_id = "external-id" in world.spec and call["external-id"] != world.spec["external-id"]
            stranger = account not in world.ids.values() or (roles and role not in roles)
            if stranger or wrong_id or account in world.closed:
                caller = f"arn:aws:iam::{call['account']}:user/idle-reaper"
                return "AccessDenied", f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn}", 403
        elif not READING.match(call["action"]) and call["role"] and call["role"] == world.spec.get("reading-role"):
            code = "UnauthorizedOperation" if call["service"] == "ec2" else "AccessDenied"
            return code, f"You are not authorized to perform this operation: the reading role may not {call['action']}.", 403
        elif call["service"] == "organizations" and not world.spec.get("organization", True):
            return "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.", 400
        elif call["service"] == "organizations" and call["account"] != world.hub:
            return "AccessDeniedException", "You don't have permissions to access this resource.", 400
        elif call["action"].startswith("Describe") and len(call["ids"]) > MOST_FILTER_VALUES:
            words = "The maximum number of filter values specified on a single call is"
            return "FilterLimitExceeded", f"{words} {MOST_FILTER_VALUES}", 400
        return None

    def pick(self, call):
        """The first fault that meets this call, counted down."""
        with self.world.lock:
            for fault in self.faults:
                if not meets(fault, call) or fault.get("times") == 0:
                    continue
                if fault.get("after"):
                    fault["after"] -= 1
                    continue
                if fault.get("times"):
                    fault["times"] -= 1
                return fault
        return None


def meets(fault, call):
    accounts = [call["account"]]
    if call["action"] == "AssumeRole":
        accounts.append(call["target"].split(":")[4])
    return (
        fault["action"] in ("*", call["action"])
        and fault.get("account") in (None, *accounts)
        and fault.get("region") in (None, call["region"])
        and fault.get("role") in (None, call["role"])
        and ("ids" not in fault or not set(fault["ids"]).isdisjoint(call["ids"]))
    )


def error(call, code, message, status):
    """An error in the words of the service's protocol."""
    head = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if call["service"] == "ec2":
        body = f"<Response><Errors><Error>{head}</Error></Errors><RequestID>staged</RequestID></Response>"
    elif call["service"] == "s3":
        body = f"<Error>{head}<RequestId>staged</RequestId></Error>"
    elif call["service"] in ("sts", "elasticloadbalancing", "rds"):
        body = f"<ErrorResponse><Error><Type>Sender</Type>{head}</Error><RequestId>staged</RequestId></ErrorResponse>"
    else:
        body = json.dumps({"__type": code, "message": message})
    kind = "application/x-amz-json-1.1" if body.startswith("{") else "text/xml"
    return Response(body, status, {"x-amzn-requestid": "staged", "x-amz-request-id": "staged"}, content_type=kind)


def pretend(call):
    """The answer to a call that went well, when nothing was done."""
    if call["service"] != "ec2":
        return Response("" if call["service"] == "s3" else "{}", headers={"ETag": '"staged"'})
    inner = "<return>true</return>"
    if call["action"] in ("StopInstances", "StartInstances"):
        states = [(16, "running"), (64, "stopping")] if call["action"] == "StopInstances" else [(80, "stopped"), (0, "pending")]
        before, after = (f"<code>{code}</code><name>{name}</name>" for code, name in states)
        states = f"<previousState>{before}</previousState><currentState>{after}</currentState>"
        inner = "".join(f"<item><instanceId>{one}</instanceId>{states}</item>" for one in call["ids"])
        inner = f"<instancesSet>{inner}</instancesSet>"
    return Response(f"<{call['action']}Response>{inner}</{call['action']}Response>", content_type="text/xml")


# CloudWatch: the AWS SDK for Rust speaks Smithy's RPC v2 with CBOR, and moto answers that with 404. So a CBOR
# request becomes the JSON one that moto knows, and the answer goes the same way back.

CLOUDWATCH = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("cloudwatch", "service-2"), "cloudwatch")


def from_cbor(environ, body):
    """The operation, and the same request in JSON."""
    operation = CLOUDWATCH.operation_model(environ["PATH_INFO"].rsplit("/", 1)[-1])
    given = botocore.parsers.RpcV2CBORParser()._initial_body_parse(body)
    sent = botocore.serialize.create_serializer("json", False).serialize_to_request(given, operation)["body"]
    target = f"{CLOUDWATCH.metadata['targetPrefix']}.{operation.name}"
    environ |= {"PATH_INFO": "/", "CONTENT_TYPE": "application/x-amz-json-1.0", "CONTENT_LENGTH": str(len(sent))}
    environ["HTTP_X_AMZ_TARGET"] = target
    return operation, sent


def to_cbor(response, operation):
    shape = operation.output_shape
    if response.status_code != 200:
        said = json.loads(response.get_data())
        texts = [text.encode() for text in ("__type", said.get("__type", ""), "message", said.get("message", ""))]
        body = b"\xa2" + b"".join(b"\x7a" + len(text).to_bytes(4, "big") + text for text in texts)
    elif shape is None:
        body = b"\xa0"
    else:
        parts = {"status_code": 200, "headers": {}, "body": response.get_data()}
        parsed = botocore.parsers.create_parser("json").parse(parts, shape)
        parsed.pop("ResponseMetadata")
        body = botocore.serialize.RpcV2CBORSerializer()._serialize_body_params(parsed, shape)
    return Response(body, response.status_code, {"smithy-protocol": "rpc-v2-cbor"}, content_type="application/cbor")
