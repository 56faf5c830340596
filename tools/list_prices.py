#!/usr/bin/env python3
"""Writes data/list-prices.tsv: on-demand list prices of a day, for dry runs over a saved inventory.

The source is AWS's Price List bulk files, one CSV file for each Region, from

    https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonEC2/current/<Region>/index.csv

Taken are the hourly prices in US dollars of Linux and Windows on shared tenancy, of the families in FAMILIES. A price
of 0 is none, and of a type with two different prices none is taken: a wrong price is worse than an unknown one.

Usage: list_prices.py [--out FILE] INDEX.csv...
"""

import argparse
import csv
import pathlib
import sys
from decimal import Decimal, InvalidOperation

OUT = pathlib.Path(__file__).parent.parent / "data" / "list-prices.tsv"
FAMILIES = (
    "t2 t3 t3a t4g m4 m5 m5a m5d m6i m6a m6g m7i m7a m7g m8g c4 c5 c5a c5d c6i c6a c6g c7i c7a c7g c8g "
    "r4 r5 r5a r5d r6i r6g r7i r7g r8g i3 i4i p3 x1e g4dn g5"
).split()
OPERATIONS = ["RunInstances", "RunInstances:0002"]
SIZES = ["nano", "micro", "small", "medium", "large", "xlarge"]
WANTED = {
    "TermType": "OnDemand", "Unit": "Hrs", "Currency": "USD", "Tenancy": "Shared", "CapacityStatus": "Used",
    "MarketOption": "OnDemand",
}


def order(kind):
    """The place of a type: by family, then by size."""
    family, size = kind.split(".", 1)
    number = size.removesuffix("xlarge")
    rank = SIZES.index(size) if size in SIZES else 10 + int(number) if number.isdigit() else 1000
    return FAMILIES.index(family), rank, size


def read(path):
    """The day of a file, and its prices by type, operation and Region."""
    prices, ambiguous = {}, set()
    with open(path, newline="", encoding="utf-8-sig") as file:
        lines, day = csv.reader(file), None
        for names in lines:
            if names[:1] == ["Publication Date"]:
                day = names[1][:10]
            if names[:1] == ["SKU"]:
                break
        else:
            sys.exit(f"{path} is not a CSV file of the Price List: it has no line that begins with SKU")
        if day is None:
            sys.exit(f"{path} has no publication date")
        missing = {"instanceType", "operation", "regionCode"} - {plain(name) for name in names}
        if missing:
            sys.exit(f"{path} lacks the columns {', '.join(sorted(missing))}")
        keys = [plain(name) for name in names]
        for line in lines:
            row = dict(zip(keys, line))
            family = row["instanceType"].split(".")[0]
            if family not in FAMILIES or row["operation"] not in OPERATIONS or "." not in row["instanceType"]:
                continue
            if any(row.get(plain(name), value).lower() != value.lower() for name, value in WANTED.items()):
                continue
            try:
                usd = Decimal(row["pricePerUnit"]).normalize()
            except InvalidOperation:
                continue
            key = row["instanceType"], row["operation"], row["regionCode"]
            if usd > 0 and prices.setdefault(key, usd) != usd:
                ambiguous.add(key)
    return day, {key: usd for key, usd in prices.items() if key not in ambiguous}


def plain(name):
    """The name of a column as the JSON files have it: `Instance Type` is `instanceType`."""
    joined = name.replace(" ", "")
    return joined[:1].lower() + joined[1:]


def table(files):
    days, prices = set(), {}
    for path in files:
        day, found = read(path)
        days.add(day)
        prices |= found
    if not prices:
        sys.exit("no price was found; give the index.csv of each Region")
    regions = sorted({region for _, _, region in prices})
    lines = [
        f"# On-demand list prices of {min(days)} in US dollars an hour, shared tenancy. `-` is not known.",
        "# `RunInstances` is Linux, `RunInstances:0002` is Windows. Volumes are not included.",
        "# Source: the Price List bulk files of AWS. Regenerate: tools/list_prices.py",
        "\t".join(["type", "operation", *regions]),
    ]
    for operation in OPERATIONS:
        for kind in sorted({kind for kind, found, _ in prices if found == operation}, key=order):
            cells = [prices.get((kind, operation, region)) for region in regions]
            lines.append("\t".join([kind, operation, *("-" if usd is None else f"{usd:f}" for usd in cells)]))
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description="Writes data/list-prices.tsv from the Price List bulk files of AWS.")
    parser.add_argument("--out", type=pathlib.Path, default=OUT, help="the table to write")
    parser.add_argument("files", nargs="+", metavar="INDEX.csv", help="the Price List of a Region")
    arguments = parser.parse_args()
    arguments.out.write_text(table(arguments.files))


if __name__ == "__main__":
    main()
