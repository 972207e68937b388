output "url" {
  description = "Where the smoke request goes"
  value       = "https://${var.domain}"
}

output "address" {
  description = "Point the public name here (CNAME or alias)"
  value       = module.balancers.public.dns_name
}

output "cluster" {
  description = "Name of the ECS cluster"
  value       = aws_ecs_cluster.this.name
}

output "services" {
  description = "Task definition by ECS service"
  value       = { for service in module.service : service.name => service.task_definition }
}

output "repositories" {
  description = "Where images are pushed, by service"
  value       = module.registry.urls
}

output "keys_secret_arn" {
  description = "For ekyc-keys --secret"
  value       = module.storage.keys_secret_arn
}

output "pepper_secret_arn" {
  description = "Holds GATEWAY_KEY_PEPPER"
  value       = module.storage.pepper_secret_arn
}

output "review_bucket" {
  description = "Kept cases"
  value       = module.storage.bucket.name
}

output "alarms_topic" {
  description = "Subscribe to be told of alarms"
  value       = module.observability.topic_arn
}
