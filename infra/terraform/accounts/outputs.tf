output "stack_set" {
  description = "The name of the StackSet with the roles."
  value       = aws_cloudformation_stack_set.spokes.name
}

output "accounts" {
  description = "The accounts that have the roles, by unit."
  value       = { for unit, one in aws_cloudformation_stack_set_instance.spokes : unit => [for summary in one.stack_instance_summaries : summary.account_id] }
}
