"""What `world.py` adds to moto's EC2: fields that a spec may set, and calls that behave as AWS documents them."""

import copy
import re
import threading
from datetime import datetime, timezone

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.models.instances import StateReason
from moto.ec2.responses.availability_zones_and_regions import AvailabilityZonesAndRegions
from moto.ec2.responses.instances import InstanceResponse

# Instance states and their codes, from EC2's API reference.
STATES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
# The Regions that are on in every account, from the AWS Account Management guide; the rest are opted into.
ALWAYS_ON = re.compile(
    r"(ap-(northeast-[123]|south-1|southeast-[12])|ca-central-1|eu-(central-1|north-1|west-[123])|sa-east-1|us-(east|west)-[12])$"
)
GONE = ("terminated", "shutting-down")


def parse_time(text):
    """RFC 3339 to moto's own kind of time: UTC, without a zone."""
    return datetime.fromisoformat(text).astimezone(timezone.utc).replace(tzinfo=None)


def by_user(time):
    """StateTransitionReason as EC2 words it; moto says UTC."""
    return f"User initiated ({time:%Y-%m-%d %H:%M:%S} GMT)"


def put_state(instance, name, reason=""):
    instance._state.name, instance._state.code, instance._reason = name, STATES[name], reason


def put_launch(instance, value):
    instance.launch_time = parse_time(value)


def put_tags(instance, tags):
    """Straight into the backend, since the API refuses keys that begin with `aws:`. None takes a tag away."""
    instance.add_tags({key: value for key, value in tags.items() if value is not None})
    instance.ec2_backend.delete_tag_keys([instance.id], [key for key, value in tags.items() if value is None])


def put_codes(instance, codes):
    instance.product_codes = [{"ProductCodeId": code, "ProductCodeType": "marketplace"} for code in codes]


def put_operator(instance, value):
    """False, True, or the service that manages the instance, such as `eks.amazonaws.com`."""
    instance.operator = {"Managed": bool(value)} | ({"Principal": value} if isinstance(value, str) else {})


def person_starts(instance, value):
    put_state(instance, "running")
    put_launch(instance, value)


def put(name):
    return lambda instance, value: setattr(instance, name, value)


# A spec's words for an instance and what each sets, in this order. moto renders whatever attribute the EC2
# model names, in the place that the API gives it, so its answers need no mending.
FIELDS = {
    "type": put("instance_type"),
    "vcpus": lambda instance, value: setattr(instance, "cpu_options", {"CoreCount": value, "ThreadsPerCore": 1}),
    "launch-time": put_launch,
    "created": lambda instance, value: setattr(instance.nics[0], "attach_time", parse_time(value)),
    "state": put_state,
    "transition-reason": put("_reason"),
    "person-starts": person_starts,
    "person-stops": lambda instance, value: put_state(instance, "stopped", by_user(parse_time(value))),
    "tags": put_tags,
    "stop-protected": put("disable_api_stop"),
    "usage-operation": put("usage_operation"),
    "lifecycle": put("lifecycle"),
    "source-dest-check": put("source_dest_check"),
    "root-device-type": put("root_device_type"),
    "host-id": lambda instance, value: setattr(instance.placement, "host_id", value),
    "tenancy": lambda instance, value: setattr(instance.placement, "tenancy", value),
    "capacity-reservation-id": put("capacity_reservation_id"),
    "capacity-block-id": put("capacity_block_id"),
    "product-codes": put_codes,
    "operator-managed": put_operator,
    "hibernation": lambda instance, value: setattr(instance, "hibernation_options", {"Configured": value}),
}


def refuse_stop(instance, hibernate):
    """What EC2 refuses to stop, as code and message. Of these moto knows the stop protection only."""
    name = f"instance '{instance.id}'"
    if instance.disable_api_stop:
        advice = "Modify its 'disableApiStop' instance attribute and try again."
        return "OperationNotPermitted", f"The {name} may not be stopped. {advice}"
    if instance.state in GONE:
        return "IncorrectInstanceState", f"This {name} is not in a state from which it can be stopped."
    if instance.root_device_type != "ebs":
        return "UnsupportedOperation", f"The {name} does not have an 'ebs' root device type and cannot be stopped."
    if instance.lifecycle == "spot":
        why = "because it is associated with a one-time Spot Instance request."
        return "UnsupportedOperation", f"You can't stop the Spot {name} {why}"
    if hibernate and not (instance.hibernation_options or {}).get("Configured"):
        return "UnsupportedHibernationConfiguration", f"The {name} is not configured for hibernation."
    return None


def refuse_start(instance):
    if instance.state in (*GONE, "stopping"):
        return "IncorrectInstanceState", f"The instance '{instance.id}' is not in a state from which it can be started."
    return None


def change_state(world, response, key, refuse, passing, settled, apply):
    """StopInstances and StartInstances: all or nothing, and an instance that is there already is left alone."""
    response.error_on_dryrun()
    found = response.ec2_backend.get_multi_instances_by_id(response._get_param("InstanceIds", []))
    for refusal in filter(None, map(refuse, found)):
        raise EC2ClientError(*refusal)
    rows = []
    for instance in found:
        before = after = copy.copy(instance._state)
        if before.name not in (passing, settled):
            apply(instance)
            after = {"Name": passing, "Code": STATES[passing]}
            if world.transition_seconds:
                put_state(instance, passing, instance._reason)
                later = threading.Timer(world.transition_seconds, put_state, (instance, settled, instance._reason))
                later.daemon = True
                later.start()
        rows.append({"InstanceId": instance.id, "PreviousState": before, "CurrentState": after})
    return ActionResult({key: rows})


def patch(world):
    """Puts this module's calls in the place of moto's."""

    def stop_instances(response):
        hibernate = response._get_bool_param("Hibernate", False)

        def apply(instance):
            instance.stop()
            instance._reason = by_user(world.now())
            code, words = ("Hibernate", "hibernate") if hibernate else ("Shutdown", "shutdown")
            code = f"Client.UserInitiated{code}"
            instance.state_reason = StateReason(f"{code}: User initiated {words}", code)

        return change_state(world, response, "StoppingInstances", lambda i: refuse_stop(i, hibernate), "stopping", "stopped", apply)

    def start_instances(response):
        def apply(instance):
            instance.start()
            instance.launch_time = world.now()  # AWS gives the last start; moto keeps the creation

        return change_state(world, response, "StartingInstances", refuse_start, "pending", "running", apply)

    def describe_regions(response):
        statuses = response._filters_from_querystring().get("opt-in-status")
        names = response._get_param("RegionNames", [])
        listed = [region for region in RegionsAndZonesBackend.regions if not names or region.name in names]
        if not response._get_bool_param("AllRegions", False):
            listed = [region for region in listed if region.opt_in_status != "not-opted-in"]
        return ActionResult({"Regions": [region for region in listed if not statuses or region.opt_in_status in statuses]})

    InstanceResponse.stop_instances = stop_instances
    InstanceResponse.start_instances = start_instances
    AvailabilityZonesAndRegions.describe_regions = describe_regions


def enable_regions(enabled):
    """The Regions that accounts have on: those named, or those that every account has. One partition only."""
    kept = [region for region in RegionsAndZonesBackend.regions if not re.match("us-gov-|cn-", region.name)]
    for region in kept:
        always = ALWAYS_ON.match(region.name)
        on = region.name in enabled if enabled else always
        region.opt_in_status = "not-opted-in" if not on else "opt-in-not-required" if always else "opted-in"
    RegionsAndZonesBackend.regions = kept
