"""The Price List, which moto lacks: answers in the documented shape for the few types that the stories run."""

import json

from werkzeug.wrappers import Response

# On-demand list prices in US dollars an hour, Linux, shared tenancy: AWS's pricing pages, November 2026.
HOURLY = {
    ("m5.large", "ap-northeast-1"): "0.1240000000",
    ("m5.large", "us-east-1"): "0.0960000000",
    ("t3.medium", "ap-northeast-1"): "0.0544000000",
    ("t3.medium", "us-east-1"): "0.0416000000",
}


def answer(body):
    """What GetProducts answers: the one product that the filters name, or none."""
    wanted = {one["Field"]: one["Value"] for one in json.loads(body or "{}").get("Filters", [])}
    hourly = HOURLY.get((wanted.get("instanceType"), wanted.get("regionCode")))
    linux = wanted.get("operation") == "RunInstances" and wanted.get("tenancy") == "Shared"
    products = [json.dumps(product(wanted, hourly))] if hourly and linux else []
    page = {"FormatVersion": "aws_v1", "PriceList": products}
    return Response(json.dumps(page), 200, content_type="application/x-amz-json-1.1")


def product(attributes, hourly):
    rate = "STORY.JRTCKXETXF.6YS6EN2CT7"
    price = {"unit": "Hrs", "beginRange": "0", "endRange": "Inf", "appliesTo": [], "rateCode": rate,
             "description": f"an hour of {attributes['instanceType']}", "pricePerUnit": {"USD": hourly}}  # fmt: skip
    terms = {"sku": "STORY", "offerTermCode": "JRTCKXETXF", "effectiveDate": "2026-11-01T00:00:00Z", "termAttributes": {}}
    return {
        "serviceCode": "AmazonEC2",
        "product": {"productFamily": "Compute Instance", "sku": "STORY", "attributes": attributes},
        "terms": {"OnDemand": {"STORY.JRTCKXETXF": terms | {"priceDimensions": {rate: price}}}},
    }
