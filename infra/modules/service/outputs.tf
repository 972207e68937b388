output "log_group" {
  description = "Of the service"
  value       = aws_cloudwatch_log_group.this.name
}

output "name" {
  description = "Of the ECS service"
  value       = aws_ecs_service.this.name
}
