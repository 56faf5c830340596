# Made from hub.yaml by `make terraform-parameters`; not to be edited.

variable "name" {
  description = "What everything here is called. The function's role is NAME-hub, which spoke.yaml wants to know."
  type        = string
  default     = "idle-reaper"
}

variable "organization_id" {
  description = "The parameter OrganizationId of hub.yaml."
  type        = string
}

variable "architecture" {
  description = "The parameter Architecture of hub.yaml."
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "One of x86_64, arm64."
  }
}

variable "memory" {
  description = "The parameter Memory of hub.yaml."
  type        = number
  default     = 512
}

variable "timeout" {
  description = "Seconds, 900 at most. Shorter than the interval, or a run that hangs holds the lock when the next one begins. auto is two minutes less than Minutes."
  type        = string
  default     = "auto"
}

variable "reserved_concurrency" {
  description = "Reserves one concurrent execution for the function. Lambda wants 100 left for others, which a new account does not have. Runs are kept apart by the lock in the record anyway."
  type        = string
  default     = "no"

  validation {
    condition     = contains(["no", "yes"], var.reserved_concurrency)
    error_message = "One of no, yes."
  }
}

variable "minutes" {
  description = "How often it runs."
  type        = string
  default     = "15"

  validation {
    condition     = contains(["5", "10", "15", "30", "60"], var.minutes)
    error_message = "One of 5, 10, 15, 30, 60."
  }
}

variable "zone" {
  description = "The time zone of the schedule, IANA. It matters for a cron expression; rules have zones of their own."
  type        = string
  default     = "UTC"
}

variable "expression" {
  description = "A schedule in place of \"every so many minutes\", such as cron(0/15 6-23 ? * * *)."
  type        = string
  default     = ""
}

variable "payload" {
  description = "What the function is sent. With {\"mode\":\"plan\"} it can do nothing but look."
  type        = string
  default     = "{\"mode\":\"apply\"}"
}

variable "state" {
  description = "Of the schedule. A new hub begins DISABLED and is enabled when its settings are there (make deploy)."
  type        = string
  default     = "DISABLED"

  validation {
    condition     = contains(["ENABLED", "DISABLED"], var.state)
    error_message = "One of ENABLED, DISABLED."
  }
}

variable "settings" {
  description = "s3 is reaper.toml in the record bucket; ssm is the parameter /NAME/settings, 8 KB at most."
  type        = string
  default     = "s3"

  validation {
    condition     = contains(["s3", "ssm"], var.settings)
    error_message = "One of s3, ssm."
  }
}

variable "bill" {
  description = "Lets the function read the bill in Cost Explorer, for [bill] in the settings. Each request costs $0.01."
  type        = string
  default     = "no"

  validation {
    condition     = contains(["no", "yes"], var.bill)
    error_message = "One of no, yes."
  }
}

variable "reading_role" {
  description = "The parameter ReadingRole of hub.yaml."
  type        = string
  default     = "IdleReaperRead"
}

variable "acting_role" {
  description = "The parameter ActingRole of hub.yaml."
  type        = string
  default     = "IdleReaperAct"
}

variable "role_path" {
  description = "The path of every role, such as /security/. It must be that of the roles in the accounts, and is fixed once the stack is there. The settings name the roles with it: reading-role = \"security/IdleReaperRead\"."
  type        = string
  default     = "/"
}

variable "permissions_boundary" {
  description = "The name (with its path, if any) or the ARN of a policy that becomes the permissions boundary of every role."
  type        = string
  default     = ""
}

variable "code_signing_config_arn" {
  description = "Lambda then takes only packages that are signed as this configuration wants."
  type        = string
  default     = ""
}

variable "kms_key_arn" {
  description = "Your own KMS key, of this Region, for the record, the logs, the queues and the topic. What its policy must allow: docs/hardening.md. No alias."
  type        = string
  default     = ""
}

variable "record_object_lock_days" {
  description = "For so many days nobody can delete a version in the record bucket. 0 is no Object Lock. Only when the bucket is made, and no longer than KeepPeopleDays."
  type        = number
  default     = 0
}

variable "record_object_lock_mode" {
  description = "Whoever may bypass GOVERNANCE can delete nevertheless. Of COMPLIANCE nobody can, root included."
  type        = string
  default     = "GOVERNANCE"

  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], var.record_object_lock_mode)
    error_message = "One of GOVERNANCE, COMPLIANCE."
  }
}

variable "archive_bucket" {
  description = "The name of a versioned bucket of your log archive account, to which S3 copies the record bucket."
  type        = string
  default     = ""
}

variable "archive_account" {
  description = "The account of that bucket."
  type        = string
  default     = ""
}

variable "archive_kms_key_arn" {
  description = "The key of the copies; needed where there is a KmsKeyArn."
  type        = string
  default     = ""
}

variable "archive_after_days" {
  description = "Until then a run record is in S3 Standard, quick and cheap to search."
  type        = number
  default     = 90
}

variable "archive_class" {
  description = "Afterwards. From GLACIER and DEEP_ARCHIVE records must be restored before they can be read."
  type        = string
  default     = "GLACIER_IR"

  validation {
    condition     = contains(["STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"], var.archive_class)
    error_message = "One of STANDARD_IA, GLACIER_IR, GLACIER, DEEP_ARCHIVE."
  }
}

variable "keep_record_days" {
  description = "How long in all, 3 to 5 years."
  type        = number
  default     = 1096
}

variable "keep_people_days" {
  description = "How long what holds names, owners, launchers and messages is kept; it is gone a week later. Nine days at least, 35 where undo is used for a month back. 0 is as long as the record."
  type        = number
  default     = 0
}

variable "log_days" {
  description = "The parameter LogDays of hub.yaml."
  type        = number
  default     = 90

  validation {
    condition     = contains([30, 60, 90, 180, 365], var.log_days)
    error_message = "One of 30, 60, 90, 180, 365."
  }
}

variable "operator_mail" {
  description = "Subscribes this address to the topic. It has to be confirmed."
  type        = string
  default     = ""
}

variable "secret_arns" {
  description = "Secrets Manager secrets that the settings refer to, such as Slack webhooks."
  type        = list(string)
  default     = []
}

variable "kms_keys" {
  description = "ARNs of your own KMS keys with which topics of owners, secrets, or parameters are encrypted. The keys' policies must leave access to IAM."
  type        = list(string)
  default     = []
}

variable "events" {
  description = "Whether there is a bus for what spoke-events.yaml forwards."
  type        = string
  default     = "no"

  validation {
    condition     = contains(["no", "yes"], var.events)
    error_message = "One of no, yes."
  }
}

variable "anomaly_topic" {
  description = "The ARN of an SNS topic to which Cost Anomaly Detection publishes, if it does not come over the bus."
  type        = string
  default     = ""
}

variable "with_dashboard" {
  description = "Whether there is a dashboard. It costs $3 a month, and nothing while the account has no more than three of them. It is made from the log, so it needs no metrics beside those of the alarms."
  type        = string
  default     = "no"

  validation {
    condition     = contains(["no", "yes"], var.with_dashboard)
    error_message = "One of no, yes."
  }
}

variable "paused_hours" {
  description = "For how long it may be paused before somebody is reminded."
  type        = number
  default     = 24
}

locals {
  parameters = {
    Name                 = var.name
    OrganizationId       = var.organization_id
    CodeBucket           = aws_s3_object.package.bucket
    CodeKey              = aws_s3_object.package.key
    Architecture         = var.architecture
    Memory               = var.memory
    Timeout              = var.timeout
    ReservedConcurrency  = var.reserved_concurrency
    Minutes              = var.minutes
    Zone                 = var.zone
    Expression           = var.expression
    Payload              = var.payload
    State                = var.state
    Settings             = var.settings
    Bill                 = var.bill
    ReadingRole          = var.reading_role
    ActingRole           = var.acting_role
    RolePath             = var.role_path
    PermissionsBoundary  = var.permissions_boundary
    CodeSigningConfigArn = var.code_signing_config_arn
    KmsKeyArn            = var.kms_key_arn
    RecordObjectLockDays = var.record_object_lock_days
    RecordObjectLockMode = var.record_object_lock_mode
    ArchiveBucket        = var.archive_bucket
    ArchiveAccount       = var.archive_account
    ArchiveKmsKeyArn     = var.archive_kms_key_arn
    ArchiveAfterDays     = var.archive_after_days
    ArchiveClass         = var.archive_class
    KeepRecordDays       = var.keep_record_days
    KeepPeopleDays       = var.keep_people_days
    LogDays              = var.log_days
    OperatorMail         = var.operator_mail
    SecretArns           = join(",", var.secret_arns)
    KmsKeys              = join(",", var.kms_keys)
    Events               = var.events
    AnomalyTopic         = var.anomaly_topic
    WithDashboard        = var.with_dashboard
    PausedHours          = var.paused_hours
  }
}
