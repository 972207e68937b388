output "log_group" {
  description = "Of the service"
  value       = aws_cloudwatch_log_group.this.name
}

output "task_definition" {
  description = "ARN of the revision that runs"
  value       = aws_ecs_task_definition.this.arn
}

output "name" {
  description = "Of the ECS service"
  value       = aws_ecs_service.this.name
}
