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

# What is billed besides: the attribute that names it, the Region, its usage type, unit and price.
BESIDES = [
    ("volumeApiName", "gp3", "ap-northeast-1", "APN1-EBS:VolumeUsage.gp3", "GB-Mo", "0.0960000000"),
    ("volumeApiName", "gp2", "ap-northeast-1", "APN1-EBS:VolumeUsage.gp2", "GB-Mo", "0.1200000000"),
    ("group", "VPCPublicIPv4Address", "ap-northeast-1", "APN1-PublicIPv4:IdleAddress", "Hrs", "0.0050000000"),
    ("group", "VPCPublicIPv4Address", "ap-northeast-1", "APN1-PublicIPv4:InUseAddress", "Hrs", "0.0050000000"),
    ("group", "VPCPublicIPv4Address", "us-east-1", "PublicIPv4:IdleAddress", "Hrs", "0.0050000000"),
    ("productFamily", "NAT Gateway", "ap-northeast-1", "APN1-NatGateway-Hours", "Hrs", "0.0620000000"),
    ("productFamily", "NAT Gateway", "ap-northeast-1", "APN1-NatGateway-Bytes", "GB", "0.0620000000"),
    ("productFamily", "Load Balancer-Application", "ap-northeast-1", "APN1-LoadBalancerUsage", "Hrs", "0.0243000000"),
    ("productFamily", "Load Balancer-Application", "ap-northeast-1", "APN1-TS-LoadBalancerUsage", "Hrs", "0.0054000000"),
    ("servicecode", "AmazonEKS", "ap-northeast-1", "APN1-AmazonEKS-Hours:perCluster", "Hrs", "0.1000000000"),
    ("servicecode", "AmazonEKS", "ap-northeast-1", "APN1-AmazonEKS-Hours:extendedSupport", "Hrs", "0.6000000000"),
    ("databaseEngine", "PostgreSQL", "us-east-1", "InstanceUsage:db.t3.medium", "Hrs", "0.0720000000"),
]


def answer(body):
    """What GetProducts answers: the one product that the filters name, or none."""
    asked = json.loads(body or "{}")
    wanted = {one["Field"]: one["Value"] for one in asked.get("Filters", [])} | {"servicecode": asked.get("ServiceCode")}
    hourly = HOURLY.get((wanted.get("instanceType"), wanted.get("regionCode")))
    linux = wanted.get("operation") == "RunInstances" and wanted.get("tenancy") == "Shared"
    products = [json.dumps(product(wanted, hourly))] if hourly and linux else []
    for name, value, region, usage, unit, price in BESIDES:
        if wanted.get(name) == value and wanted.get("regionCode") == region:
            products.append(json.dumps(product(wanted | {"usagetype": usage}, price, unit)))
    page = {"FormatVersion": "aws_v1", "PriceList": products}
    return Response(json.dumps(page), 200, content_type="application/x-amz-json-1.1")


def product(attributes, hourly, unit="Hrs"):
    rate = "STORY.JRTCKXETXF.6YS6EN2CT7"
    price = {"unit": unit, "beginRange": "0", "endRange": "Inf", "appliesTo": [], "rateCode": rate,
             "description": f"a unit of {attributes.get('instanceType', 'it')}", "pricePerUnit": {"USD": hourly}}  # fmt: skip
    terms = {"sku": "STORY", "offerTermCode": "JRTCKXETXF", "effectiveDate": "2026-11-01T00:00:00Z", "termAttributes": {}}
    return {
        "serviceCode": "AmazonEC2",
        "product": {"productFamily": "Compute Instance", "sku": "STORY", "attributes": attributes},
        "terms": {"OnDemand": {"STORY.JRTCKXETXF": terms | {"priceDimensions": {rate: price}}}},
    }
