"""A simulated AWS organisation, for the tests and the demo. Loopback only; no AWS account is needed.

    python tests/world.py [--spec tests/stories.json]

starts moto, builds the organisation that the JSON spec describes, prints one line of JSON,
`{"endpoint": ..., "control": ...}`, and runs until its standard input closes or SIGTERM comes.
`endpoint` is AWS_ENDPOINT_URL for every service; `control` is where a test stages things.

Control API, JSON in and out; what is wrong comes back as `{"error": ...}` with status 400:

    POST /world        a spec: empties everything, builds, answers names, ids and the hub's credentials
    GET  /world        that answer again
    POST /clock        {"now"}: the instant that starts and stops are stamped with; null: the real time
    POST /instance     {"account", "region", "id"} or {"story"}, and fields: those of a spec's instance,
                       "transition-reason", and RFC 3339 "person-starts" and "person-stops";
                       a tag whose value is null is taken away
    GET  /instances    story, account, region, id, state, tags, launch time, transition reason of each
    POST /metrics      {"story", "from", "to", "values": {metric: value}} and perhaps "hours" (1) or "minutes", "volume", "gpu": seeds
                       CloudWatch with one datapoint every so many hours; "values" may be "idle": a quiet box's own
    POST /balancer     {"account", "region", "stories"}: a target group that sends to them
    POST /parameter    {"name", "value"}: an SSM parameter of the hub; null takes it away
    POST /secret       {"name", "value"}: a secret of the hub in Secrets Manager
    POST /contact      {"account", "type", "email"}: an alternate contact; null takes it away
    POST /topic        {"name", "region", "subscriber": true}: an SNS topic of the hub, with a queue that hears it
    GET  /heard        {topic: [{"Subject", "Message", ...}]}: what each queue heard
    GET  /objects      {bucket: {key: text}}
    GET  /calls        every AWS call so far; "writes" marks one that changes something if it succeeds
    POST /calls/reset
    POST /machines     {"url"} and perhaps {"fails"}: executes state machines, whose functions are served there
    GET  /machines     every event that a state machine has sent to a function
    POST /fault        see world_gate.py;   POST /fault/clear

Spec, every key optional (stories.json is a whole one):

    {"organization": true, "hub": NAME, "home-region": REGION, "regions": [the enabled ones], "now": RFC 3339,
     "reading-role": NAME, "acting-role": NAME, "external-id": TEXT, "transition-seconds": 0,
     "accounts": [{"name", "ou": "Workloads/Dev", "state": "ACTIVE", "refuses": false}],
     "defaults": {fields of every instance}, "instances": [{"story", "account", "region", "count", ...}],
     "ssm": {name: value}, "buckets": [name]}

An instance's fields are `FIELDS` in world_ec2.py, and "cpu": per cent over the hour before the clock, or null
where CloudWatch has nothing. Ids are made from names, so that they are the same in every run. With "now" the
world's clock stands there until it is set again: what a run at that instant stops is stamped with that instant.

Who may do what does not come from moto's IAM, which evaluates no conditions, but from `Gate.refusal` in front
of moto: AssumeRole is refused into an account that refuses, or is not ACTIVE, or is not the organisation's, for
a role other than the two, and for a wrong external id; the reading role is refused every call that writes.
"""

import argparse
import gzip
import hashlib
import json
import os
import signal
import sys
import threading
from datetime import datetime, timedelta, timezone

# The caller's AWS settings are nobody's business here, and stock images would only slow the start.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
sys.dont_write_bytecode = True  # or the two files beside this one leave a __pycache__ in the tests

import world_ec2
from moto.account.models import account_backends
from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.ec2.models import ec2_backends, instances as ec2_instances
from moto.eks.models import eks_backends
from moto.ecs.models import ecs_backends
from moto.elbv2.models import elbv2_backends
from moto.iam.models import iam_backends
from moto.moto_api._internal import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.organizations import utils as organizations_utils
from moto.organizations.models import organizations_backends
from moto.rds.models import rds_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.ssm.models import ssm_backends
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response
from world_gate import Gate
from world_machines import Machines

# What a box that does nothing has in every hour.
IDLE = {
    "CPUUtilization": 0.8, "NetworkIn": 50000, "NetworkOut": 50000, "EBSWriteOps": 400, "EBSWriteBytes": 2000000,
    "StatusCheckFailed": 0, "CPUCreditBalance": 144,
}  # fmt: skip
# Five minutes of a box that does nothing, beside its CPU.
QUIET = {"NetworkIn": 4000, "NetworkOut": 4000, "EBSWriteBytes": 160000}
# What an entry of a spec may say beside `FIELDS`.
ABOUT = {"story", "account", "region", "id", "count", "cpu", "expect", "unseen", "about"}


def digest(name):
    return hashlib.sha256(name.encode()).hexdigest()


def account_id(name):
    """Twelve digits, the first of them not 0."""
    return str(10**11 + int(digest(name), 16) % (9 * 10**11))


STATISTICS = {"Maximum": max, "Minimum": min, "Sum": sum, "Average": lambda values: sum(values) / len(values)}


def metric_data(backend, queries, start_time, end_time, scan_by="TimestampDescending"):
    """GetMetricData as moto has it, but in one pass: weeks of hours took moto minutes. Periods begin as AWS's do."""
    results = []
    for query in queries:
        stat = query["MetricStat"]
        wanted = sorted((one["Name"], one["Value"]) for one in stat["Metric"].get("Dimensions", []))
        period, buckets = int(stat["Period"]), {}
        for datum in backend.metric_data:
            same = datum.name == stat["Metric"]["MetricName"] and datum.namespace == stat["Metric"]["Namespace"]
            if not same or sorted((one.name, one.value) for one in datum.dimensions) != wanted:
                continue
            at = datum.timestamp.replace(tzinfo=timezone.utc)
            if start_time.replace(tzinfo=timezone.utc) <= at < end_time.replace(tzinfo=timezone.utc):
                first = int(at.timestamp()) // period * period
                buckets.setdefault(first, []).append(datum.value)
        times = sorted(buckets, reverse=scan_by == "TimestampDescending")
        results.append({
            "id": query["Id"], "label": query["Id"], "status_code": "Complete",
            "timestamps": [datetime.fromtimestamp(first, timezone.utc) for first in times],
            "values": [STATISTICS[stat["Stat"]](buckets[first]) for first in times],
        })  # fmt: skip
    return results


class World:
    """The organisation: built from a spec, and changed afterwards."""

    def __init__(self):
        self.lock = threading.RLock()
        world_ec2.patch(self)
        CloudWatchBackend.get_metric_data = metric_data
        # ListAccounts gives at most 20 a page; moto's own default is 100.
        organizations_utils.PAGINATION_MODEL["list_accounts"]["limit_default"] = 20
        self.build({})

    def now(self):
        return (self.instant or datetime.now(timezone.utc).replace(tzinfo=None)).replace(microsecond=0)

    def set_clock(self, body):
        self.instant = world_ec2.parse_time(body["now"]) if body.get("now") else None
        return {"now": f"{self.now().isoformat()}Z"}

    def build(self, spec):
        moto_api_backend.reset()
        s3_backends.bucket_accounts.clear()
        organizations_backends.master_accounts.clear()
        self.spec, self.stories, self.units, self.answer = spec, {}, {}, None
        self.set_clock(spec)
        self.transition_seconds = spec.get("transition-seconds", 0)
        self.home = spec.get("home-region", "ap-northeast-1")
        self.hub_name = spec.get("hub", "hub")
        accounts = {self.hub_name: {"name": self.hub_name}} | {account["name"]: account for account in spec.get("accounts", [])}
        self.ids = {name: account.get("id") or account_id(name) for name, account in accounts.items()}
        shut = [account for account in accounts.values() if account.get("refuses") or account.get("state", "ACTIVE") != "ACTIVE"]
        self.closed = {self.ids[account["name"]] for account in shut}
        self.hub = self.ids[self.hub_name]
        if spec.get("organization", True):
            self.build_organization(accounts.values())
        world_ec2.enable_regions(spec.get("regions"))
        for entry in spec.get("instances", []):
            self.run(spec.get("defaults", {}) | entry)
        for entry in spec.get("volumes", []) + spec.get("addresses", []):
            self.leave(entry)
        for entry in spec.get("nat-gateways", []):
            self.leave_gateway(entry)
        for entry in spec.get("load-balancers", []):
            self.leave_balancer(entry)
        for entry in spec.get("eks-clusters", []):
            cluster = eks_backends[self.ids[entry["account"]]][entry["region"]].create_cluster(entry["name"], f"arn:aws:iam::{self.ids[entry['account']]}:role/eks", {}, tags=entry.get("tags", {}))
            cluster.created_at = f"{world_ec2.parse_time(entry['created']).isoformat()}Z"
        for entry in spec.get("databases", []):
            self.add_database(spec.get("defaults", {}) | entry)
        for entry in spec.get("services", []):
            self.add_service(spec.get("defaults", {}) | entry)
        for parameter, value in spec.get("ssm", {}).items():
            self.put_parameter({"name": parameter, "value": value})
        for bucket in spec.get("buckets", []):
            s3_backends[self.hub]["aws"].create_bucket(bucket, self.home)
        iam = iam_backends[self.hub]["aws"]
        iam.create_user("us-east-1", "idle-reaper")
        key = iam.create_access_key("idle-reaper")
        places = {story: self.show(story, instance) for story, instance in self.stories.items()}
        self.answer = {
            "hub": {"account": self.hub, "access-key": key.access_key_id, "secret-key": key.secret_access_key},
            "accounts": self.ids,
            "organizational-units": self.units,
            "instances": {story: {key: shown[key] for key in ("account", "region", "id")} for story, shown in places.items()},
        }
        return self.answer

    def build_organization(self, accounts):
        backend = organizations_backends[self.hub]["aws"]
        organizations_utils.make_random_account_id = lambda: self.hub
        backend.create_organization("us-east-1", FeatureSet="ALL")
        for account in accounts:
            parent, path = backend.org.root_id, ""
            for part in filter(None, account.get("ou", "").split("/")):
                path = f"{path}/{part}".lstrip("/")
                if path not in self.units:
                    made = backend.create_organizational_unit(ParentId=parent, Name=part)
                    self.units[path] = made["OrganizationalUnit"]["Id"]
                parent = self.units[path]
            name = account["name"]
            if name != self.hub_name:
                organizations_utils.make_random_account_id = lambda made=self.ids[name]: made
                backend.create_account(AccountName=name, Email=f"{name}@example.com")
            made = backend.get_account_by_id(self.ids[name])
            made.name, made.parent_id, made.state = name, parent, account.get("state", "ACTIVE")
            made.status = made.state if made.state in ("ACTIVE", "PENDING_CLOSURE") else "SUSPENDED"

    def run(self, entry):
        """One instance, or `count` of them called story-1, story-2 and so on."""
        backend = ec2_backends[self.ids[entry["account"]]][entry["region"]]
        count = entry.get("count", 1)
        for number in range(count):
            story = entry["story"] if count == 1 else f"{entry['story']}-{number + 1}"
            if story in self.stories:
                raise ValueError(f"two instances are called `{story}`")
            ec2_instances.random_instance_id = lambda story=story: f"i-{digest(story)[:17]}"
            kind = {"region_name": entry["region"], "instance_type": "t3.micro", "is_instance_type_default": False}
            instance = backend.run_instances("ami-0123456789abcdef0", 1, None, [], **kind).instances[0]
            self.stories[story] = instance
            launch = entry.get("launch-time", f"{self.now().isoformat()}Z")
            always = {"launch-time": launch, "created": launch, "operator-managed": False, "hibernation": False}
            self.change(instance, always | entry | {"tags": {"Name": story} | entry.get("tags", {})})

    def leave(self, entry):
        """A volume that is attached to nothing, or an address that is associated with nothing."""
        backend = ec2_backends[self.ids[entry["account"]]][entry["region"]]
        if "size" not in entry:
            backend.allocate_address("vpc", address=entry.get("ip"), tags=entry.get("tags", {}))
            return
        kind = entry.get("type", "gp3")
        fast = {"throughput": 125} if kind == "gp3" else {}  # AWS answers its default, moto only what was asked for
        volume = backend.create_volume(entry["size"], f"{entry['region']}a", volume_type=kind, **fast)
        volume.create_time = world_ec2.parse_time(entry["created"])
        volume.add_tags(entry.get("tags", {}))

    def leave_gateway(self, entry):
        """A NAT gateway, with what each of its metrics has had in every hour, from forty days ago on."""
        account, region = self.ids[entry["account"]], entry["region"]
        backend = ec2_backends[account][region]
        address = backend.allocate_address("vpc")
        gateway = backend.create_nat_gateway(backend.describe_subnets()[0].id, address.allocation_id, tags=entry.get("tags", {}))
        gateway._created_at = world_ec2.parse_time(entry["created"])
        if entry.get("routed"):
            backend.create_route(backend.describe_route_tables()[0].id, "0.0.0.0/0", nat_gateway_id=gateway.id)
        begin, dimensions = self.now() - timedelta(days=40), [{"Name": "NatGatewayId", "Value": gateway.id}]
        hours = [{"Dimensions": dimensions, "Timestamp": begin + timedelta(hours=hour)} for hour in range(85 * 24)]
        data = [hour | {"MetricName": name, "Value": value} for hour in hours for name, value in entry.get("metrics", {}).items()]
        cloudwatch_backends[account][region].put_metric_data("AWS/NATGateway", data)

    def leave_balancer(self, entry):
        """An Application Load Balancer in two zones, without targets. It has no metrics, as one without requests."""
        account, region = self.ids[entry["account"]], entry["region"]
        subnets = [subnet.id for subnet in ec2_backends[account][region].describe_subnets()[:2]]
        tags = [{"Key": key, "Value": value} for key, value in entry.get("tags", {}).items()]
        balancer = elbv2_backends[account][region].create_load_balancer(entry["name"], [], subnets, tags=tags, loadbalancer_type="application")
        balancer.created_time, balancer.state = entry["created"], "active"

    def add_database(self, entry):
        """A DB instance, or with `members` a cluster of that many."""
        backend, created = rds_backends[self.ids[entry["account"]]][entry["region"]], world_ec2.parse_time(entry["launch-time"])
        tags = [{"Key": key, "Value": value} for key, value in entry.get("tags", {}).items()]
        about = {"engine": entry["engine"], "master_username": "owner", "master_user_password": "not-a-secret", "tags": tags}
        of = {"db_instance_class": entry.get("class", "db.t3.medium"), "allocated_storage": 20}
        name, members = entry["database"], entry.get("members", 0)
        if not members:
            backend.create_db_instance(about | of | {"db_instance_identifier": name}).instance_create_time = created
            return
        cluster = backend.create_db_cluster(about | {"db_cluster_identifier": name})
        cluster.status, cluster.backup_retention_period, cluster.cluster_create_time = "available", 7, created
        for number in range(members):
            member = of | {"db_instance_identifier": f"{name}-{number + 1}", "db_cluster_identifier": name, "engine": entry["engine"]}
            backend.create_db_instance(member)

    def add_service(self, entry):
        """A service on Fargate in steady state; with `scaling`, a scalable target with this minimum and maximum."""
        account, region, name = self.ids[entry["account"]], entry["region"], entry["service"]
        backend, cluster = ecs_backends[account][region], entry["cluster"]
        if cluster not in backend.clusters:
            backend.create_cluster(cluster)
        tags = [{"key": key, "value": value} for key, value in entry.get("tags", {}).items()]
        service = backend.create_service(cluster, name, entry["desired"], launch_type=entry.get("launch-type", "FARGATE"), tags=tags)
        service.created_at = world_ec2.parse_time(entry["launch-time"])
        service.running_count, service.pending_count = entry["desired"], 0
        service.deployments[0].update(rolloutState="COMPLETED", createdAt=service.created_at, runningCount=entry["desired"], pendingCount=0)
        if "scaling" in entry:
            least, most = entry["scaling"]
            suspended = {f"{what}Suspended": False for what in ("DynamicScalingIn", "DynamicScalingOut", "ScheduledScaling")}
            autoscaling = applicationautoscaling_backends[account][region]
            autoscaling.register_scalable_target("ecs", f"service/{cluster}/{name}", "ecs:service:DesiredCount", least, most, "", suspended)

    def change(self, instance, fields):
        unknown = set(fields) - set(world_ec2.FIELDS) - ABOUT
        if unknown:
            raise ValueError(f"an instance has no {', '.join(sorted(unknown))}")
        for key, apply in world_ec2.FIELDS.items():
            if key in fields:
                apply(instance, fields[key])
        if "cpu" in fields:
            self.put_cpu(instance, fields["cpu"])

    def put_cpu(self, instance, percent):
        """Twelve datapoints of five minutes, the last of them ending now, with network and writes that are quiet; for one
        that does not run, none."""
        backend = cloudwatch_backends[instance.owner_id][instance.ec2_backend.region_name]
        backend.metric_data = [datum for datum in backend.metric_data if instance.id not in [d.value for d in datum.dimensions]]
        if percent is not None and instance.state == "running":
            dimensions = [{"Name": "InstanceId", "Value": instance.id}]
            values, now = QUIET | {"CPUUtilization": percent}, self.now()
            about = [{"Dimensions": dimensions, "Timestamp": now - timedelta(minutes=5 * back)} for back in range(1, 13)]
            backend.put_metric_data("AWS/EC2", [at | {"MetricName": name, "Value": value} for at in about for name, value in values.items()])

    def put_metrics(self, body):
        """Datapoints of an instance, or of a volume, in a window that may be weeks ago."""
        instance = self.stories[body["story"]]
        name, value = ("VolumeId", body["volume"]) if "volume" in body else ("InstanceId", instance.id)
        values = IDLE if body["values"] == "idle" else body["values"]
        at, to = world_ec2.parse_time(body["from"]), world_ec2.parse_time(body["to"])
        data = []
        while at < to:
            about = {"Dimensions": [{"Name": name, "Value": value}], "Timestamp": at}
            data += [about | {"MetricName": metric, "Value": figure} for metric, figure in values.items()]
            at += timedelta(minutes=body.get("minutes", 60 * body.get("hours", 1)))
        backend = cloudwatch_backends[instance.owner_id][instance.ec2_backend.region_name]
        backend.put_metric_data("CWAgent" if body.get("gpu") else "AWS/EBS" if "volume" in body else "AWS/EC2", data)
        return {"points": len(data)}

    def put_balancer(self, body):
        """A target group of instances with these in it."""
        account, region = self.ids[body["account"]], body["region"]
        backend = elbv2_backends[account][region]
        vpc = next(iter(ec2_backends[account][region].vpcs))
        group = backend.create_target_group(
            "seeded", vpc_id=vpc, protocol="HTTP", port="80", target_type="instance",
            healthcheck_protocol="HTTP", healthcheck_port="80", healthcheck_path="/", matcher={"HttpCode": "200"},
        )  # fmt: skip
        backend.register_targets(group.arn, [{"Id": self.stories[story].id, "Port": 80} for story in body["stories"]])
        return {"arn": group.arn}

    def show(self, story, instance):
        return {
            "story": story,
            "account": instance.owner_id,
            "region": instance.ec2_backend.region_name,
            "id": instance.id,
            "state": instance.state,
            "tags": {tag["key"]: tag["value"] for tag in instance.get_tags()},
            "launch-time": f"{instance.launch_time.isoformat()}Z",
            "transition-reason": instance._reason,
        }

    def show_all(self):
        return [self.show(story, instance) for story, instance in self.stories.items()]

    def set_instance(self, fields):
        story = fields.get("story") or next((s for s, i in self.stories.items() if i.id == fields.get("id")), None)
        instance = self.stories[story] if story else ec2_backends[fields["account"]][fields["region"]].get_instance(fields["id"])
        self.change(instance, fields)
        return self.show(story, instance)

    def put_parameter(self, body):
        backend = ssm_backends[self.hub][self.home]
        if body["value"] is None:
            backend.delete_parameter(body["name"])
        else:
            backend.put_parameter(body["name"], "", body["value"], "String", "", "", True, [], "text", None, None)
        return body

    def put_secret(self, body):
        secretsmanager_backends[self.hub][self.home].create_secret(body["name"], body["value"], None, None, [], None, None, [], False)
        return body

    def put_contact(self, body):
        contacts, kind = account_backends[self.ids[body["account"]]]["aws"], body["type"].upper()
        contacts.delete_alternate_contact(kind)
        if body["email"] is not None:
            contacts.put_alternate_contact(kind, body["email"], "somebody", "1", "somebody")
        return body

    def put_topic(self, body):
        region = body.get("region", self.home)
        topic = sns_backends[self.hub][region].create_topic(body["name"])
        if body.get("subscriber", True):
            queue = sqs_backends[self.hub][region].create_queue(body["name"])
            sns_backends[self.hub][region].subscribe(topic.arn, queue.queue_arn, "sqs")
        return {"arn": topic.arn}

    def heard(self):
        queues = [queue for backend in sqs_backends[self.hub].values() for queue in backend.queues.values()]
        return {queue.name: [json.loads(message.body) for message in queue._messages] for queue in queues}

    def objects(self):
        buckets = s3_backends[self.hub]["aws"].buckets.values()
        def unpacked(key, value):
            return gzip.decompress(value) if key.endswith(".gz") else value

        return {bucket.name: {key: unpacked(key, item.value).decode() for key, item in bucket.keys.items()} for bucket in buckets}


def control(world, gate, machines):
    """The control API as a WSGI application."""

    def build(spec):
        gate.reset()
        gate.clear_faults()
        return world.build(spec)

    routes = {
        "POST /world": build,
        "GET /world": lambda _: world.answer,
        "POST /clock": world.set_clock,
        "POST /instance": world.set_instance,
        "GET /instances": lambda _: world.show_all(),
        "POST /metrics": world.put_metrics,
        "POST /balancer": world.put_balancer,
        "POST /parameter": world.put_parameter,
        "POST /secret": world.put_secret,
        "POST /contact": world.put_contact,
        "POST /topic": world.put_topic,
        "GET /heard": lambda _: world.heard(),
        "POST /machines": machines.serve,
        "GET /machines": lambda _: machines.sent,
        "GET /objects": lambda _: world.objects(),
        "GET /calls": lambda _: {"calls": gate.calls, "writes": sum(call["writes"] for call in gate.calls)},
        "POST /calls/reset": lambda _: gate.reset(),
        "POST /fault": gate.add_fault,
        "POST /fault/clear": lambda _: gate.clear_faults(),
    }

    @Request.application
    def application(request):
        route = f"{request.method} {request.path}"
        try:
            if route not in routes:
                raise ValueError(f"no such route: {route}")
            with world.lock:
                answer = routes[route](json.loads(request.get_data() or "{}"))
                return Response(json.dumps(answer), content_type="application/json")
        except Exception as wrong:  # a mistake in a test must come back to that test
            return Response(json.dumps({"error": f"{type(wrong).__name__}: {wrong}"}), 400, content_type="application/json")

    return application


class Quiet(MotoRequestHandler):
    """moto's request handler without a line on standard error for every call."""

    def log_request(self, *_):
        pass


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--spec", help="a JSON file; without it the organisation has a hub and nothing else")
    path = arguments.parse_args().spec
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda *_: os._exit(0))
    world = World()
    if path:
        with open(path, encoding="utf-8") as file:
            world.build(json.load(file))
    gate = Gate(DomainDispatcherApplication(create_backend_app), world)
    machines = Machines(world)
    # Port 0: the system gives a free one, and the socket listens before it is announced.
    servers = [make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet) for app in (gate, control(world, gate, machines))]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint, controls = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    machines.endpoint = endpoint
    print(json.dumps({"endpoint": endpoint, "control": controls}), flush=True)
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
