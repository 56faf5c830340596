"""The second story of the rehearsal: two boxes that do nothing. One is kept by a colleague, the other is stopped when
its grace is over, and started again by an undo."""

import json

import demo

# Nothing but our own scans shows since when a cluster has no nodes, so the hub has run before.
EARLIER = "2026-10-12T10:00:00+09:00"
MONDAY, TUESDAY = "2026-11-16T10:00:00+09:00", "2026-11-17T10:00:00+09:00"
# Five business days after Monday: the next Monday, the 23rd, is Labour Thanksgiving Day.
DUE = "2026-11-24T10:00:00+09:00"


def stage(world):
    """The same organisation with two boxes that have done nothing for months, and topics that somebody reads."""
    box = {"account": "data-dev", "type": "m5.large", "vcpus": 2, "usage-operation": "RunInstances",
           "launch-time": "2026-06-01T09:00:00+09:00", "created": "2026-06-01T09:00:00+09:00"}
    boxes = [box | {"story": name, "tags": {"Name": name, "Owner": "data"}} for name in ("old-experiment", "march-load-test")]
    place = {"account": "data-dev", "region": "ap-northeast-1"}
    volume = place | {"size": 500, "type": "gp2", "created": "2026-02-01T09:00:00+09:00"}
    # What teams leave behind: a volume without an instance, one of a cluster that comes back, and an address.
    volumes = [volume | {"tags": {"Name": "old-warehouse", "Owner": "data"}},
               volume | {"tags": {"Name": "pvc-1", "kubernetes.io/created-for/pvc/name": "db"}}]
    addresses = [place | {"ip": "203.0.113.7", "tags": {"Owner": "data"}}]
    # And in a network that nobody uses any more: a NAT gateway without a route, one with a route, and a load balancer.
    old = place | {"created": "2026-03-01T09:00:00Z"}
    silent = {"ActiveConnectionCount": 0, "PacketsInFromSource": 0, "PacketsInFromDestination": 0}
    gateways = [old | {"tags": {"Name": name, "Owner": "data"}, "routed": name == "nat-b", "metrics": silent} for name in ("nat-a", "nat-b")]
    balancers = [old | {"name": "old-dashboard", "tags": {"Name": "old-dashboard", "Owner": "data"}}]
    # An EKS cluster whose nodes are gone, and a database that a blue/green switch-over has replaced.
    clusters = [old | {"name": "old-trial", "tags": {"Name": "old-trial", "Owner": "data"}}]
    database = {"account": "data-dev", "region": "us-east-1", "engine": "postgres", "class": "db.t3.medium", "tags": {"Owner": "data"}}
    databases = [database | {"database": "orders", "launch-time": "2026-06-01T09:00:00Z"},
                 database | {"database": "orders-old1", "launch-time": "2025-06-01T09:00:00Z"}]
    # An Auto Scaling group and a node group that run day and night, each with one instance: their own tags tell them.
    member = box | {"story": "old-fleet", "tags": {"Owner": "data", "aws:autoscaling:groupName": "old-fleet"}}
    node = box | {"story": "old-nodes", "tags": {"Owner": "data", "eks:cluster-name": "trial", "eks:nodegroup-name": "old-nodes"}}
    boxes += [member, node]
    # And what no rule looks for: a search index that somebody tried, as the bill shows it.
    costs = [{"account": "sandbox", "month": month, "service": "Amazon Kendra", "usd": usd} for month, usd in (("2026-09", 270.0), ("2026-10", 810.0))]
    left = {"volumes": volumes, "addresses": addresses, "nat-gateways": gateways, "load-balancers": balancers,
            "eks-clusters": clusters, "databases": databases, "costs": costs}
    spec = demo.STORIES | {"now": EARLIER, "instances": boxes} | left
    world.about = demo.post(f"{world.control}/world", spec)
    world.settings = demo.ROOT / "tests" / "forgotten.toml"
    for topic in ("data-team", "platform"):
        demo.post(f"{world.control}/topic", {"name": topic, "region": "ap-northeast-1"})
    for name in ("old-experiment", "march-load-test"):
        window = {"story": name, "from": "2026-10-01T00:00:00+09:00", "to": "2026-11-26T00:00:00+09:00"}
        demo.post(f"{world.control}/metrics", window | {"values": "idle"})
        # Of the hour before the stop, figures of five minutes are asked for.
        hour = {"from": "2026-11-24T09:00:00+09:00", "to": DUE, "minutes": 5}
        quiet = {"CPUUtilization": 0.8, "NetworkIn": 4000, "NetworkOut": 4000, "EBSWriteBytes": 160000}
        demo.post(f"{world.control}/metrics", window | hour | {"values": quiet})


def heard(world, topic):
    return demo.get(f"{world.control}/heard")[topic]


def tags(world, id_):
    return next(one["tags"] for one in demo.get(f"{world.control}/instances") if one["id"] == id_)


def money(report):
    """What the boxes waste, in both currencies, and what the run cost itself."""
    waste, second, cost = report["money"]["waste"], report["money"]["currency"], report["cost"]
    yen = round(float(waste["monthly"]) * float(second["rate"]))
    calls = sum(line["calls"] for line in cost["calls"])
    return (f"waste: USD {float(waste['monthly']):.2f} a month ({second['code']} {yen:,} at {second['rate']} of {second['date']})\n"
            f"the run itself: {calls} calls, {cost['metrics']} metrics for USD {cost['usd']}")


def tell(world):
    """Plays the story; what was not as expected."""
    wrong = []
    stage(world)
    kept, gone = (world.about["instances"][name]["id"] for name in ("march-load-test", "old-experiment"))

    earlier = demo.apply(world, EARLIER)
    wrong += [] if earlier["counts"]["marked"] == 0 else ["five weeks earlier there was too little evidence to mark a box"]

    demo.title("Forgotten machines. Monday: two boxes have done nothing for weeks; they are marked, and their owner is told")
    report = demo.apply(world, MONDAY)
    demo.say("\n".join(f"  {row['id']}  {row['name']:<16} {row['verdict']}: {row['detail']}" for row in report["resources"]))
    demo.say(f"marked: {tags(world, gone).get('idle-reaper:marked')}")
    messages = heard(world, "data-team")
    demo.say(f"the owner's topic heard {len(messages)}:\n\n{messages[0]['Message']}" if messages else "nobody was told")
    demo.say(money(report))
    wrong += [] if report["counts"]["marked"] == 2 and not report["outcomes"] else ["Monday should have marked two and stopped none"]
    wrong += [] if any(kept in m["Message"] and gone in m["Message"] for m in messages) else ["the owner's message does not list both"]

    demo.title("The stocktake of the account also lists what is only reported: one of each kind that nothing uses, with its price")
    found = report["forgotten"]
    demo.say("\n".join(f"  {one['kind']:<17} {one['id']}  {one['standing']:<9} {one['usd-month'] or '?':>6} USD a month  {one['command']}"
                       for one in found["resources"]))
    groups = {one["id"]: float(one["usd-month"] or 0) for one in found["resources"]
              if one["kind"] in ("auto-scaling-group", "node-group") and one["standing"] == "forgotten"}
    wrong += [] if set(groups) == {"old-fleet", "trial/old-nodes"} and all(groups.values()) else [f"groups: {groups}"]
    others = round(float(found["usd-month"]) - sum(groups.values()), 2)
    wrong += [] if (found["forgotten"], others) == (8, 263.16) else [f"forgotten: {found}"]
    stocktake = next(text for objects in demo.get(f"{world.control}/objects").values() for key, text in objects.items()
                     if key.endswith(".md") and "/stocktake/month=2026-11/" in key and "old-warehouse" in text)
    demo.say(stocktake[stocktake.index("Forgotten:"):].strip() if "Forgotten:" in stocktake else stocktake)
    commands = ("delete-volume", "release-address", "delete-nat-gateway", "delete-load-balancer", "delete-cluster", "delete-db-instance", "update-auto-scaling-group",
                "update-nodegroup-config")
    wrong += [] if all(command in stocktake for command in commands) else ["the stocktake lacks what is forgotten"]

    demo.title("And the bill of the month before, by account and service: what no rule looks for shows all the same")
    bill = next(text for objects in demo.get(f"{world.control}/objects").values() for key, text in objects.items() if key.endswith("month=2026-11/bill.md"))
    demo.say(bill.strip())
    wrong += [] if "Amazon Kendra" in bill and "810.00" in bill else ["the bill lacks a service that somebody left on"]

    demo.title("Tuesday: a colleague keeps one of them; its mark is lifted")
    demo.post(f"{world.control}/instance", {"story": "march-load-test", "tags": {"idle-reaper:keep-until": "2026-12-18 load test"}})
    report = demo.apply(world, TUESDAY)
    demo.say(f"{report['counts']['lifted']} mark lifted, {report['counts']['waiting']} waits for its grace to end: {', '.join(one['id'] for one in report['plan']['deferred'])}")
    wrong += [] if "idle-reaper:marked" not in tags(world, kept) else ["what is kept is still marked"]

    demo.title("Tuesday a week later: the grace of the other is over; it is stopped and seen stopped")
    report = demo.apply(world, DUE)
    demo.say("\n".join(f"  {outcome['id']}  {outcome['outcome']}: {outcome['detail']}" for outcome in report["outcomes"]))
    states = world.states()
    wrong += [] if states[gone] in demo.DOWN and states[kept] == "running" else [f"after the grace: {states}"]
    demo.say(heard(world, "data-team")[-1]["Message"])
    wrong += [] if "JPY" in heard(world, "data-team")[-1]["Message"] else ["the message lacks the second currency"]

    demo.title("It was needed after all: the run is undone, first dry, then in earnest")
    demo.cli(world.environment(), "undo", report["run"], at="2026-11-24T11:00:00+09:00")
    wrong += [] if world.states()[gone] in demo.DOWN else ["a dry undo has started something"]
    demo.post(f"{world.control}/clock", {"now": "2026-11-24T11:05:00+09:00"})
    demo.cli(world.environment(), "undo", report["run"], "--yes", at="2026-11-24T11:05:00+09:00")
    wrong += [] if world.states()[gone] == "running" else ["the undo did not start it"]

    demo.title("The runs of the record")
    demo.cli(world.environment(), "report", "--days", "14", at="2026-11-24T12:00:00+09:00")
    return wrong
