"""What a run costs at most, from list prices, hours and calls."""

import math
import time

# US dollars an hour, Linux on demand, in the dearest commercial Region: AWS's price pages, November 2026, rounded up.
HOUR = {"t3.nano": 0.0090, "t3.micro": 0.0180, "t3.small": 0.0360, "t4g.nano": 0.0072, "t4g.micro": 0.0144, "t4g.small": 0.0288}
MONTH = 730
GP3 = 0.20  # a GiB and month
ALARM, DASHBOARD, METRIC = 0.10, 3.00, 0.30  # a month; CloudWatch counts them by the hour
ALARMS, METRICS = 8, 40
GIGABYTE_SECOND = 0.0000167
CALL = 0.00001  # the dearest of the calls: a put of S3


def hourly(kit):
    """The price of the instance, and where it is from."""
    if kit.usd_month is not None:
        return float(kit.usd_month) / MONTH, "the price that the function read from AWS's Price List"
    price = HOUR.get(kit.config.instance_type)
    return price, "list price of the dearest Region, November 2026"


def at_most(kit, seconds, function_seconds, calls):
    """Every item with its arithmetic. Hours are whole ones, rounded up."""
    hours = max(1, math.ceil(seconds / 3600))
    price, source = hourly(kit)
    gigabytes = kit.gigabytes or 8
    items = [
        ("instance", price and hours * price, f"{hours} h × ${price:.4f}, {source}" if price else f"the list price of {kit.config.instance_type} is not known here"),
        ("volume", hours * gigabytes * GP3 / MONTH, f"{hours} h × {gigabytes} GiB × ${GP3} a month"),
        ("function", function_seconds * 0.5 * GIGABYTE_SECOND, f"{function_seconds:.0f} s × 0.5 GB"),
        ("alarms, metrics, dashboard", hours * (ALARMS * ALARM + METRICS * METRIC + DASHBOARD) / MONTH, f"{hours} h of {ALARMS} alarms, {METRICS} metrics and a dashboard"),
        ("calls", calls * CALL, f"{calls} calls, each at the price of the dearest"),
    ]
    known = [usd for _, usd, _ in items if usd is not None]
    return {
        "note": "An upper bound at list prices, without free tiers, taxes and discounts. Hours are rounded up.",
        "items": [{"item": item, "usd": f"{usd:.4f}" if usd is not None else "unknown", "how": how} for item, usd, how in items],
        "usd": f"{sum(known):.4f}" + ("" if len(known) == len(items) else " and the instance"),
    }


def forecast(kit):
    """What a run of about 20 minutes costs, before it begins; with the wait for the alarm, an hour and a half."""
    seconds = 5400 if kit.config.wait_for_alarm else 1800
    return at_most(kit, seconds, 60, 400)


def spent(kit):
    if not kit.launched:
        return None
    return at_most(kit, time.time() - kit.launched, kit.function.seconds, kit.made_calls)
