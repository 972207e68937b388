output "platform" {
  description = "What the deployment and its operator need to know"
  value       = module.platform
}

# On its own, for it is known before the rest: images are pushed before a service can run them.
output "repositories" {
  description = "Where images are pushed, by service"
  value       = module.platform.repositories
}
