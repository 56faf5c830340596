# The hub: the stack of hub.yaml, with what `make deploy` puts around it. Variables and parameters are in parameters.tf.

locals {
  tags       = merge({ Application = var.name }, var.tags)
  hash       = filesha256(var.package)
  to_s3      = var.settings_file != "" && var.settings == "s3"
  to_ssm     = var.settings_file != "" && var.settings == "ssm"
  template   = "${path.module}/../../hub.yaml"
  hub_bucket = aws_cloudformation_stack.hub.outputs["RecordBucket"]
}

data "aws_s3_bucket" "code" {
  bucket = var.code_bucket
}

# In S3 a template may be longer than in the call itself.
resource "aws_s3_object" "template" {
  bucket  = data.aws_s3_bucket.code.bucket
  key     = "templates/hub-${substr(filesha256(local.template), 0, 16)}.yaml"
  content = file(local.template)
  tags    = local.tags

  lifecycle {
    create_before_destroy = true
  }
}

# The hash in the key: CloudFormation sees a change only where a parameter changes.
resource "aws_s3_object" "package" {
  bucket      = data.aws_s3_bucket.code.bucket
  key         = "code/${var.architecture}-${substr(local.hash, 0, 16)}.zip"
  source      = var.package
  source_hash = local.hash
  tags        = local.tags

  lifecycle {
    # The old code stays until the stack has the new one.
    create_before_destroy = true

    precondition {
      condition     = var.package_sha256 == "" || var.package_sha256 == local.hash
      error_message = "The package has another hash than package_sha256 says: it is damaged, was changed, or is of another release."
    }
  }
}

# It begins paused, and Terraform never writes it again: nobody's pause is overwritten. Write `off` when you have looked.
resource "aws_ssm_parameter" "pause" {
  name        = "/${var.name}/pause"
  description = "Exactly `off` lets idle-reaper act; anything else, and it stops and starts nothing."
  type        = "String"
  value       = "on: just installed"
  tags        = local.tags

  lifecycle {
    ignore_changes = [value]
  }
}

resource "aws_ssm_parameter" "settings" {
  count = local.to_ssm ? 1 : 0

  name  = "/${var.name}/settings"
  type  = "String"
  tier  = "Intelligent-Tiering"
  value = file(var.settings_file)
  tags  = local.tags
}

resource "aws_cloudformation_stack" "hub" {
  name         = var.name
  template_url = "https://${data.aws_s3_bucket.code.bucket_regional_domain_name}/${aws_s3_object.template.key}"
  capabilities = ["CAPABILITY_NAMED_IAM"]
  parameters   = local.parameters
  tags         = local.tags

  depends_on = [aws_ssm_parameter.pause, aws_ssm_parameter.settings]
}

# The bucket is versioned. It stays when the stack is destroyed, with the run records.
resource "aws_s3_object" "settings" {
  count = local.to_s3 ? 1 : 0

  bucket      = local.hub_bucket
  key         = "reaper.toml"
  source      = var.settings_file
  source_hash = filesha256(var.settings_file)
}
