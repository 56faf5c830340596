# Made from spoke.yaml by `make terraform-parameters`; not to be edited.

variable "organization_id" {
  description = "the id of the organisation, such as o-a1b2c3d4e5"
  type        = string
}

variable "hub_account" {
  description = "the twelve digits of the account where hub.yaml is deployed"
  type        = string
}

variable "hub_role" {
  description = "The name of the function's role in the hub, without its path."
  type        = string
  default     = "idle-reaper-hub"
}

variable "external_id" {
  description = "The `external-id` of the settings. Not a secret, but not to be guessed either."
  type        = string
}

variable "reading_principals" {
  description = "Opt-in: ARNs of roles of people in the hub's account that may take on the reading role, for dry runs by hand. Patterns are allowed: arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_FinOps_*"
  type        = list(string)
  default     = []
}

variable "reading_role" {
  description = "The parameter ReadingRole of spoke.yaml."
  type        = string
  default     = "IdleReaperRead"
}

variable "acting_role" {
  description = "The parameter ActingRole of spoke.yaml."
  type        = string
  default     = "IdleReaperAct"
}

variable "role_path" {
  description = "The path of the roles, such as /security/. The hub's role must have the same. It is fixed once the stack is there."
  type        = string
  default     = "/"
}

variable "permissions_boundary" {
  description = "The name (with its path, if any) or the ARN of a policy that becomes the permissions boundary of the roles."
  type        = string
  default     = ""
}

variable "acting" {
  description = "Whether this account has the role that acts. Leave it out of accounts that the settings name in `[never]`."
  type        = string
  default     = "no"

  validation {
    condition     = contains(["no", "yes"], var.acting)
    error_message = "One of no, yes."
  }
}

variable "databases" {
  description = "Whether the reading role may list databases, and the acting role stop and start them, for policies with `kinds = [\"database\"]`."
  type        = string
  default     = "no"

  validation {
    condition     = contains(["no", "yes"], var.databases)
    error_message = "One of no, yes."
  }
}

variable "services" {
  description = "Whether the reading role may list ECS services, and the acting role stop and start them, for policies with `kinds = [\"service\"]`."
  type        = string
  default     = "no"

  validation {
    condition     = contains(["no", "yes"], var.services)
    error_message = "One of no, yes."
  }
}

variable "start_at_opening" {
  description = "Whether the acting role may also start instances that others stopped and nobody keeps, for policies with `at-opening = \"start\"`. Without it, the role starts only what has the tag of its own stop."
  type        = string
  default     = "no"

  validation {
    condition     = contains(["no", "yes"], var.start_at_opening)
    error_message = "One of no, yes."
  }
}

variable "tag_prefix" {
  description = "The `prefix` of the settings' `[tags]`. If the two differ, the role can do nothing."
  type        = string
  default     = "idle-reaper:"
}

variable "kms_keys" {
  description = "ARNs of your own KMS keys of encrypted volumes, so that instances which use them can be started. Patterns are allowed: arn:aws:kms:*:222222222222:key/*. The key that AWS manages, aws/ebs, needs no entry."
  type        = list(string)
  default     = []
}

locals {
  parameters = {
    OrganizationId      = var.organization_id
    HubAccount          = var.hub_account
    HubRole             = var.hub_role
    ExternalId          = var.external_id
    ReadingPrincipals   = join(",", var.reading_principals)
    ReadingRole         = var.reading_role
    ActingRole          = var.acting_role
    RolePath            = var.role_path
    PermissionsBoundary = var.permissions_boundary
    Acting              = var.acting
    Databases           = var.databases
    Services            = var.services
    StartAtOpening      = var.start_at_opening
    TagPrefix           = var.tag_prefix
    KmsKeys             = join(",", var.kms_keys)
  }
}
