# The roles in every account of the units, now and to come: the StackSets of organization.yaml, as resources of Terraform. Variables
# and parameters are in parameters.tf.

locals {
  tags   = merge({ Application = var.name }, var.tags)
  events = { for pair in setproduct(var.units, var.event_regions) : "${pair[0]}/${pair[1]}" => { unit = pair[0], region = pair[1] } }
}

resource "aws_cloudformation_stack_set" "spokes" {
  name             = "${var.name}-spokes"
  description      = "The roles of idle-reaper in every account"
  permission_model = "SERVICE_MANAGED"
  call_as          = var.call_as
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  template_body    = file("${path.module}/../../spoke.yaml")
  parameters       = local.parameters
  tags             = local.tags

  # An account that leaves the units loses the roles: nothing is left behind.
  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  managed_execution {
    active = true
  }

  # One account that refuses, such as a suspended one, does not stop the others.
  operation_preferences {
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 25
  }

  lifecycle {
    # AWS fills it in, and older providers would take it out in every plan.
    ignore_changes = [administration_role_arn]
  }
}

# One for each unit: where a unit is added or removed, the roles of the others are not touched. Roles are global: one Region.
resource "aws_cloudformation_stack_set_instance" "spokes" {
  for_each = var.units

  stack_set_name = aws_cloudformation_stack_set.spokes.name
  call_as        = var.call_as

  deployment_targets {
    organizational_unit_ids = [each.value]
  }

  operation_preferences {
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 25
  }
}

resource "aws_cloudformation_stack_set" "events" {
  count = length(var.event_regions) > 0 ? 1 : 0

  name             = "${var.name}-events"
  description      = "The rules that forward events to idle-reaper"
  permission_model = "SERVICE_MANAGED"
  call_as          = var.call_as
  capabilities     = ["CAPABILITY_IAM"]
  template_body    = file("${path.module}/../../spoke-events.yaml")
  tags             = local.tags

  parameters = {
    HubBus              = var.hub_bus
    RolePath            = local.parameters.RolePath
    PermissionsBoundary = local.parameters.PermissionsBoundary
  }

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  managed_execution {
    active = true
  }

  operation_preferences {
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 25
    region_concurrency_type      = "PARALLEL"
  }

  lifecycle {
    ignore_changes = [administration_role_arn]

    precondition {
      condition     = var.hub_bus != ""
      error_message = "With event_regions, hub_bus is the output Bus of the hub, which there is with events = \"yes\"."
    }
  }
}

# Rules are regional: one for each Region of each unit.
resource "aws_cloudformation_stack_set_instance" "events" {
  for_each = local.events

  stack_set_name            = aws_cloudformation_stack_set.events[0].name
  stack_set_instance_region = each.value.region
  call_as                   = var.call_as

  deployment_targets {
    organizational_unit_ids = [each.value.unit]
  }

  operation_preferences {
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 25
  }
}
