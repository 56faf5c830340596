"""The fourth story of the rehearsal: ECS services on Fargate, in the simulated AWS of the repository, where alarms scale out what is
below its minimum. A service is at 0 at night, its scaling is suspended, and in the morning it has its tasks and its scaling again,
also if Terraform has taken the tag away. What something else scales up again and again is left alone."""

import demo
from demo_databases import Simulator, organisation

NOON, EVENING, MORNING = "2026-11-25T12:00:00+09:00", "2026-11-25T18:05:00+09:00", "2026-11-26T08:50:00+09:00"

SERVICES = [
    # Alarms come all night, and somebody has suspended scaling in.
    {"service": "web", "cluster": "shop", "desired": 3, "scaling": [2, 6], "suspended": [True, False, False], "alarm-minutes": 5},
    {"service": "api", "cluster": "shop", "desired": 2, "scaling": [1, 4], "alarm-minutes": 5},
    # A pipeline sets the count of the settings again.
    {"service": "nightly", "cluster": "jobs", "desired": 1, "rival-desired": 1, "rival-minutes": 20},
    {"service": "agent", "cluster": "jobs", "strategy": "DAEMON"},
]


def seen(world, at):
    demo.post(f"{world.control}/clock", {"now": at})
    return {one["service"]: one for one in demo.get(f"{world.control}/services")}


def show(world, at):
    for name, one in sorted(seen(world, at).items()):
        scaling = {None: "no scaling"}.get(one["suspended"] and tuple(one["suspended"]), f"suspended {one['suspended']}")
        demo.say(f"  {at[5:16]}  {name:<8} desired {one['desired']}, {scaling}, scaled up by others {one['raised']} times")


def size(one):
    return one["desired"], one["suspended"]


def night(world):
    """From an evening to the opening."""
    wrong = []
    demo.title("Services on Fargate: the desired count is 0 when the office closes, and nothing scales it")
    demo.apply(world, NOON)
    report = demo.apply(world, EVENING)
    demo.say("\n".join(f"  {outcome['id']}  {outcome['outcome']}" for outcome in report["outcomes"]))
    row = next(row for row in report["resources"] if row["id"] == "service:jobs/agent")
    demo.say(f"  service:jobs/agent  {row['verdict']} by {row['reason']}: {row['detail']}")
    wrong += [] if row["reason"] == "cannot-stop" else ["a service without a desired count was not skipped"]
    demo.apply(world, "2026-11-25T18:30:00+09:00")
    demo.apply(world, "2026-11-25T20:45:00+09:00")
    show(world, "2026-11-25T20:50:00+09:00")
    evening = seen(world, "2026-11-25T20:50:00+09:00")
    wrong += [] if all(size(evening[name]) == (0, [True, True, True]) for name in ("web", "api")) else [f"the services in the evening: {evening}"]

    demo.title("Something else sets a count again: after two stops it is left alone")
    for at in ("2026-11-25T21:15:00+09:00", "2026-11-25T23:30:00+09:00"):
        row = next(row for row in demo.apply(world, at)["resources"] if row["id"] == "service:jobs/nightly")
        demo.say(f"  {at[5:16]}  nightly: {row['verdict']} by {row['reason']}: {row['detail']}")
    fights = seen(world, "2026-11-25T23:30:00+09:00")["nightly"]
    wrong += [] if row["reason"] == "restart-fight" and fights["stops"] == 2 else [f"a fight: {row['reason']}, {fights}"]

    demo.title("Terraform takes the tags away; in the morning each service has its tasks and its scaling all the same")
    demo.post(f"{world.control}/terraform", {"ignores-sizes": True})
    report = demo.apply(world, MORNING)
    demo.say("\n".join(f"  {outcome['id']}  {outcome['outcome']}" for outcome in report["outcomes"]))
    show(world, MORNING)
    morning = seen(world, MORNING)
    restored = {name: size(morning[name]) for name in ("web", "api")}
    expected = {"web": (3, [True, False, False]), "api": (2, [False, False, False])}
    return wrong + ([] if restored == expected else [f"the services in the morning: {restored}"])


def tell():
    world = Simulator("services", ["instance", "service"], organisation(services=SERVICES))
    try:
        return night(world)
    finally:
        world.close()
