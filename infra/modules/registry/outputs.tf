output "urls" {
  description = "Of the repositories, by service"
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}

output "arns" {
  description = "Of the repositories, by service"
  value       = { for name, repository in aws_ecr_repository.this : name => repository.arn }
}
