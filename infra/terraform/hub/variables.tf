# The variables of the template's parameters are in parameters.tf.

variable "code_bucket" {
  description = "A private bucket of yours, in the hub's account and Region, for the function's code."
  type        = string
}

variable "package" {
  description = "The path of the function's zip file: of a release, or of `make package`. It is for the processor of `architecture`."
  type        = string
}

variable "package_sha256" {
  description = "The hash of the zip file in the release's SHA256SUMS. A file with another one is not deployed."
  type        = string
  default     = ""
}

variable "settings_file" {
  description = "The path of the settings, which the module uploads to where the function reads them. Without it you upload them yourself."
  type        = string
  default     = ""
}

variable "tags" {
  description = "Tags of everything that is created."
  type        = map(string)
  default     = {}
}
