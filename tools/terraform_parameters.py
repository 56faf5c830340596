#!/usr/bin/env python3
"""Writes `parameters.tf` of the Terraform modules from the CloudFormation templates that they deploy.

    python tools/terraform_parameters.py [--check]

A parameter of the template is a variable of the module with the same default: `SecretArns` is `secret_arns`. `--check` writes
nothing, and fails where a file is not what it would write.
"""

import json
import pathlib
import re
import sys

import yaml

INFRA = pathlib.Path(__file__).parent.parent / "infra"
TEMPLATES = {"hub": "hub.yaml", "accounts": "spoke.yaml"}
# What the module itself knows.
GIVEN = {"CodeBucket": "aws_s3_object.package.bucket", "CodeKey": "aws_s3_object.package.key"}
# A new hub begins with its schedule off, as with `make deploy`: its settings come after its bucket.
DEFAULTS = {("hub", "State"): "DISABLED"}
TYPES = {"String": "string", "Number": "number", "CommaDelimitedList": "list(string)"}


class Loader(yaml.SafeLoader):
    """Reads a template without its functions: only parameters are wanted, which have none."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: None)


def parameters(module):
    return yaml.load((INFRA / TEMPLATES[module]).read_text(), Loader)["Parameters"]


def variable_of(parameter):
    """`SecretArns` as `secret_arns`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", parameter).lower()


def quoted(value):
    """A value as HCL writes it: JSON, but that `${` and `%{` would be templates."""
    return re.sub(r"([$%])\{", r"\1\1{", json.dumps(value, ensure_ascii=False))


def default(module, name, about):
    """The default as the variable's type has it; None where the template has none."""
    value = DEFAULTS.get((module, name), about.get("Default"))
    if value is None:
        return None
    kind = about["Type"]
    return [one for one in value.split(",") if one] if kind == "CommaDelimitedList" else int(value) if kind == "Number" else str(value)


def variable(module, name, about):
    lines = [f'variable "{variable_of(name)}" {{']
    text = " ".join(about.get("Description", about.get("ConstraintDescription", f"The parameter {name} of {TEMPLATES[module]}.")).split())
    lines.append(f"  description = {quoted(text)}")
    lines.append(f"  type        = {TYPES[about['Type']]}")
    if (value := default(module, name, about)) is not None:
        lines.append(f"  default     = {quoted(value)}")
    if allowed := about.get("AllowedValues"):
        values = quoted(allowed if about["Type"] == "Number" else [str(one) for one in allowed])
        lines += ["", "  validation {", f"    condition     = contains({values}, var.{variable_of(name)})"]
        lines += [f"    error_message = {quoted('One of ' + ', '.join(map(str, allowed)) + '.')}", "  }"]
    return "\n".join([*lines, "}"])


def text(module):
    found = parameters(module)
    blocks = [f"# Made from {TEMPLATES[module]} by `make terraform-parameters`; not to be edited."]
    blocks += [variable(module, name, about) for name, about in found.items() if name not in GIVEN]
    width, values = max(map(len, found)), []
    for name, about in found.items():
        value = GIVEN.get(name, f"var.{variable_of(name)}")
        values.append(f"    {name.ljust(width)} = " + (f'join(",", {value})' if about["Type"] == "CommaDelimitedList" else value))
    return "\n\n".join([*blocks, "\n".join(["locals {", "  parameters = {", *values, "  }", "}"])]) + "\n"


def main():
    for module in TEMPLATES:
        path = INFRA / "terraform" / module / "parameters.tf"
        if "--check" in sys.argv:
            if path.read_text() != text(module):
                sys.exit(f"error: `{path}` is not made from {TEMPLATES[module]} as it is now: `make terraform-parameters`")
        else:
            path.write_text(text(module))
            print(path)


if __name__ == "__main__":
    main()
