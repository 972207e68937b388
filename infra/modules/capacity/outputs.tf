output "name" {
  description = "Of the capacity provider"
  value       = aws_ecs_capacity_provider.this.name
}
