"""Cost Explorer, which moto has with answers of the test's own only: GetCostAndUsage over the spec's `costs`, as the simulator has it."""

import json
from datetime import date

from werkzeug.wrappers import Response

DIMENSIONS = {"SERVICE": "service", "REGION": "region", "RECORD_TYPE": "record-type", "USAGE_TYPE_GROUP": "usage-type-group", "PURCHASE_TYPE": "purchase-type"}
METRICS = {"UnblendedCost": ("usd",), "AmortizedCost": ("amortized-usd", "usd"), "NetAmortizedCost": ("net-usd", "amortized-usd", "usd"), "UsageQuantity": ("quantity",)}


def answer(world, account, body):
    """The line items of the months asked for, filtered, grouped and added up. A member account sees only itself."""
    asked, items = json.loads(body), [{"record-type": "Usage"} | item for item in world.spec.get("costs", [])]
    if asked["Granularity"] != "MONTHLY":
        return refused("The simulated Cost Explorer knows the granularity MONTHLY only")
    start, end = (date.fromisoformat(asked["TimePeriod"][key]) for key in ("Start", "End"))
    own = [item for item in items if account in (world.hub, world.ids[item["account"]])]
    results = []
    while start < end:
        following = date(start.year + start.month // 12, start.month % 12 + 1, 1)
        groups = {}
        for item in own:
            if item["month"] == f"{start:%Y-%m}" and fits(world, item, asked.get("Filter")):
                keys = tuple(dimension(world, item, by["Key"]) for by in asked["GroupBy"])
                amounts = groups.setdefault(keys, dict.fromkeys(asked["Metrics"], 0))
                for metric in amounts:
                    amounts[metric] += next((item[field] for field in METRICS[metric] if field in item), 0)
        unit = lambda metric: "N/A" if metric == "UsageQuantity" else "USD"  # noqa: E731
        results.append({
            "TimePeriod": {"Start": str(start), "End": str(following)}, "Total": {},
            "Groups": [{"Keys": list(keys), "Metrics": {name: {"Amount": f"{amount:.10f}", "Unit": unit(name)} for name, amount in amounts.items()}}
                       for keys, amounts in sorted(groups.items())],
            "Estimated": (world.now().date() - following).days < 5,
        })  # fmt: skip
        start = following
    page = {"GroupDefinitions": asked["GroupBy"], "ResultsByTime": results, "DimensionValueAttributes": []}
    return Response(json.dumps(page), 200, content_type="application/x-amz-json-1.1")


def dimension(world, item, key):
    return world.ids[item["account"]] if key == "LINKED_ACCOUNT" else item.get(DIMENSIONS[key], "")


def fits(world, item, expression):
    """Whether an expression of `Filter` fits."""
    if not expression:
        return True
    (operator, of), = expression.items()
    if operator == "Dimensions":
        return dimension(world, item, of["Key"]) in of["Values"]
    if operator == "Not":
        return not fits(world, item, of)
    return {"And": all, "Or": any}[operator](fits(world, item, one) for one in of)


def refused(words):
    return Response(json.dumps({"__type": "ValidationException", "Message": words}), 400, content_type="application/x-amz-json-1.1")
