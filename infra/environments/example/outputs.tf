output "platform" {
  description = "What the deployment and its operator need to know"
  value       = module.platform
}
