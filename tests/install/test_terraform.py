"""The Terraform modules against the templates that they deploy: every parameter, its default, and the properties of the StackSets.
The modules are parsed as HCL; what the provider would say about them takes its plugin, which is not needed here."""

import json
import re
import sys
import unittest

import hcl2
import yaml
from built import ROOT, Case

sys.path.insert(0, str(ROOT / "tools"))
import terraform_parameters as made

MODULES = {"hub": "hub", "accounts": "spoke"}
# The arguments that version 6 of the provider documents, of those resources that the modules use.
PREFERENCES = {"failure_tolerance_percentage", "max_concurrent_percentage", "region_concurrency_type"}
ARGUMENTS = {
    "aws_cloudformation_stack": {"name", "template_body", "template_url", "capabilities", "parameters", "tags", "on_failure", "policy_body", "iam_role_arn"},
    "aws_cloudformation_stack_set": {
        "name", "description", "permission_model", "call_as", "capabilities", "template_body", "template_url", "parameters", "tags",
        "auto_deployment", "managed_execution", "operation_preferences",
    },
    "aws_cloudformation_stack_set_instance": {"stack_set_name", "stack_set_instance_region", "call_as", "deployment_targets", "operation_preferences", "retain_stack"},
    "aws_s3_object": {"bucket", "key", "source", "source_hash", "content", "tags"},
    "aws_ssm_parameter": {"name", "description", "type", "tier", "value", "tags"},
}  # fmt: skip
BLOCKS = {
    "auto_deployment": {"enabled", "retain_stacks_on_account_removal"}, "managed_execution": {"active"}, "operation_preferences": PREFERENCES,
    "deployment_targets": {"organizational_unit_ids"},
}  # fmt: skip
META = {"count", "for_each", "depends_on", "lifecycle"}


class Loader(yaml.SafeLoader):
    pass


def function(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    return loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else loader.construct_mapping(node, deep=True)


Loader.add_multi_constructor("!", function)


def template(name):
    return yaml.load((ROOT / f"infra/{name}.yaml").read_text(), Loader)


def plain(value):
    """What was parsed, without the quotes that the parser leaves and the fields that it adds."""
    if isinstance(value, dict):
        return {plain(key): plain(one) for key, one in value.items() if not str(key).startswith("__")}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return json.loads(value) if isinstance(value, str) and re.fullmatch(r'"(\\.|[^"\\])*"', value) else value


def module(name):
    """{kind of block: {name: body}} of every file of a module; of resources {(type, name): body}."""
    found = {}
    for path in sorted((ROOT / "infra/terraform" / name).glob("*.tf")):
        for kind, blocks in plain(hcl2.loads(path.read_text())).items():
            for block in blocks:
                if kind in ("locals", "terraform"):
                    found.setdefault(kind, {}).update(block)
                    continue
                (label, body), *_ = block.items()
                if kind in ("resource", "data"):
                    (second, body), *_ = body.items()
                    label = (label, second)
                assert label not in found.get(kind, {}), f"{label} twice"
                found.setdefault(kind, {})[label] = body
    return found


def only(blocks):
    """The one block of a kind that may be repeated."""
    (block,) = blocks
    return block


class Terraform(Case):
    @classmethod
    def setUpClass(cls):
        cls.modules = {name: module(name) for name in MODULES}
        cls.templates = {name: template(name) for name in ("hub", "spoke", "spoke-events", "organization")}

    def test_every_parameter_of_a_template_is_given_and_nothing_else(self):
        for name, of in MODULES.items():
            with self.subTest(module=name):
                given = self.modules[name]["locals"]["parameters"]
                self.assertEqual(set(given), set(self.templates[of]["Parameters"]))
        events = self.modules["accounts"]["resource"]["aws_cloudformation_stack_set", "events"]
        self.assertEqual(set(events["parameters"]), set(self.templates["spoke-events"]["Parameters"]))

    def test_variables_have_the_names_types_and_defaults_of_the_parameters(self):
        types = {"String": "string", "Number": "number", "CommaDelimitedList": "list(string)"}
        for name, of in MODULES.items():
            variables = self.modules[name]["variable"]
            for key, about in self.templates[of]["Parameters"].items():
                if key in ("CodeBucket", "CodeKey"):
                    continue
                with self.subTest(module=name, parameter=key):
                    variable = variables["".join(f"_{c.lower()}" if c.isupper() else c for c in key).lstrip("_")]
                    self.assertEqual(str(variable["type"]).strip("${}"), types[about["Type"]])
                    self.assertTrue(variable["description"])
                    wanted = about.get("Default")
                    if (name, key) == ("hub", "State"):
                        wanted = "DISABLED"  # until its settings are there
                    found = variable.get("default")
                    found = ",".join(found) if isinstance(found, list) else found
                    self.assertEqual(None if found is None else str(found), None if wanted is None else str(wanted))

    def test_the_files_that_are_made_are_made_from_the_templates_as_they_are(self):
        for name in MODULES:
            path = ROOT / "infra/terraform" / name / "parameters.tf"
            self.assertEqual(path.read_text(), made.text(name), "`make terraform-parameters`")
        self.done("terraform_parameters.py", "--check")

    def test_every_variable_is_used(self):
        for name, found in self.modules.items():
            text = "".join(path.read_text() for path in (ROOT / "infra/terraform" / name).glob("*.tf"))
            code = re.sub(r"#.*", "", text)
            used = set(re.findall(r"\bvar\.([a-z0-9_]+)", code))
            self.assertEqual(set(found["variable"]), used, name)

    def test_every_argument_is_one_of_the_provider(self):
        count = 0
        for name, found in self.modules.items():
            for (kind, label), body in found["resource"].items():
                with self.subTest(module=name, resource=f"{kind}.{label}"):
                    self.assertEqual(set(body) - META - ARGUMENTS[kind], set())
                    for block in set(body) & set(BLOCKS):
                        self.assertEqual(set(only(body[block])) - BLOCKS[block], set())
                    count += 1
        self.assertGreaterEqual(count, 9)

    def test_every_reference_leads_to_something(self):
        for name, found in self.modules.items():
            text = "".join(path.read_text() for path in (ROOT / "infra/terraform" / name).glob("*.tf"))
            for kind, label in re.findall(r"\b(aws_[a-z0-9_]+)\.([a-z_]+)", re.sub(r"#.*|data\.aws_\w+\.\w+", "", text)):
                self.assertIn((kind, label), found["resource"], name)
            for label in re.findall(r"\blocal\.([a-z0-9_]+)", text):
                self.assertIn(label, found["locals"], name)

    def test_the_stack_sets_are_those_of_the_organisations_template(self):
        for label, logical, body in (("spokes", "Spokes", "spoke.yaml"), ("events", "Events", "spoke-events.yaml")):
            with self.subTest(stack_set=label):
                wanted = self.templates["organization"]["Resources"][logical]["Properties"]
                found = self.modules["accounts"]["resource"]["aws_cloudformation_stack_set", label]
                self.assertEqual(found["permission_model"], wanted["PermissionModel"])
                self.assertEqual(found["description"], wanted["Description"])
                self.assertEqual(found["capabilities"], wanted["Capabilities"])
                self.assertIn(f"/{body}", found["template_body"])
                self.assertEqual(only(found["auto_deployment"]), {"enabled": wanted["AutoDeployment"]["Enabled"], "retain_stacks_on_account_removal": wanted["AutoDeployment"]["RetainStacksOnAccountRemoval"]})
                self.assertEqual(only(found["managed_execution"]), {"active": wanted["ManagedExecution"]["Active"]})
                preferences = {"".join(f"_{c.lower()}" if c.isupper() else c for c in key).lstrip("_"): value for key, value in wanted["OperationPreferences"].items()}
                self.assertEqual(only(found["operation_preferences"]), preferences)

    def test_nothing_acts_and_nobodys_pause_is_written_over(self):
        self.assertEqual(self.modules["accounts"]["variable"]["acting"]["default"], "no")
        pause = self.modules["hub"]["resource"]["aws_ssm_parameter", "pause"]
        self.assertTrue(pause["value"].startswith("on"))
        self.assertEqual([str(one).strip("${}") for one in only(pause["lifecycle"])["ignore_changes"]], ["value"])

    def test_the_readme_gives_what_has_no_default_and_only_what_there_is(self):
        page = (ROOT / "infra/terraform/README.md").read_text()
        (example,) = [block.split("```")[0] for block in page.split("```hcl\n")[1:]]
        for block in plain(hcl2.loads(example))["module"]:
            ((name, body),) = block.items()
            variables = self.modules[name]["variable"]
            required = {key for key, about in variables.items() if "default" not in about}
            given = set(body) - {"source"}
            self.assertEqual((required - given, given - set(variables)), (set(), set()), name)
            self.assertIn(f"//infra/terraform/{name}?ref=v", body["source"])

    def test_the_template_of_the_hub_is_small_enough_for_the_aws_cli(self):
        # `aws cloudformation deploy` sends it in the call.
        for path in (ROOT / "infra").glob("*.yaml"):
            self.assertLess(path.stat().st_size, 51_200, path.name)


if __name__ == "__main__":
    unittest.main()
