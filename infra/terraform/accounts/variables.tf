# The variables of the template's parameters are in parameters.tf.

variable "name" {
  description = "What the StackSets are called; with more than one deployment, each has its own."
  type        = string
  default     = "idle-reaper"
}

variable "units" {
  description = "Organisational units, ou-…, or the root, r-…; everything beneath them is meant too. A unit belongs to one deployment."
  type        = set(string)

  validation {
    condition     = length(var.units) > 0 && alltrue([for unit in var.units : can(regex("^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$", unit))])
    error_message = "One unit or more, each such as ou-ab12-34cd56ef, or the root, such as r-ab12."
  }
}

variable "call_as" {
  description = "SELF in the management account."
  type        = string
  default     = "DELEGATED_ADMIN"

  validation {
    condition     = contains(["DELEGATED_ADMIN", "SELF"], var.call_as)
    error_message = "DELEGATED_ADMIN or SELF."
  }
}

variable "event_regions" {
  description = "The Regions that forward events to the hub. Without one nothing is forwarded."
  type        = set(string)
  default     = []
}

variable "hub_bus" {
  description = "The output Bus of the hub, where there are event_regions."
  type        = string
  default     = ""
}

variable "tags" {
  description = "Tags of everything that is created."
  type        = map(string)
  default     = {}
}
