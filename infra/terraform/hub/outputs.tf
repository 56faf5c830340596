output "outputs" {
  description = "The outputs of the stack, such as Bus, FunctionRole, RecordBucket and Topic."
  value       = aws_cloudformation_stack.hub.outputs
}

output "pause" {
  description = "The name of the pause parameter, for `pause = \"ssm:…\"` in the settings."
  value       = aws_ssm_parameter.pause.name
}

output "package_sha256" {
  description = "The hash of the function's code."
  value       = local.hash
}
