variable "name" {
  description = "In front of every name"
  type        = string
}

variable "network" {
  description = "VPC and subnets"
  type        = object({ vpc_id = string, public_subnets = list(string), private_subnets = list(string) })
}

variable "ports" {
  description = "Of each service's container"
  type        = map(number)
}

variable "grpc" {
  description = "Full protobuf name of each gRPC service: what the internal load balancer routes by"
  type        = map(string)
}

variable "task_groups" {
  description = "Security group of each service's tasks"
  type        = map(string)
}

variable "certificate_arn" {
  description = "Of the public name"
  type        = string
}

variable "backend_certificate_arn" {
  description = "Of *.backend_domain; one that the gateway's system trusts, so a public one"
  type        = string
}

variable "backend_domain" {
  description = "quality and liveness have their names under it, resolved inside the VPC alone"
  type        = string
}

variable "allowed_cidrs" {
  description = "Who may call"
  type        = list(string)
}

variable "drain_seconds" {
  description = "How long requests in flight may finish when a task goes"
  type        = number
}

variable "access_log_bucket" {
  description = "Bucket for the public load balancer's access logs; null for none"
  type        = string
}

variable "waf_requests" {
  description = "Requests in five minutes after which one address is blocked; null for no firewall"
  type        = number
}

variable "disposable" {
  description = "No protection from deletion: for trials only"
  type        = bool
}

variable "log_days" {
  description = "How long the firewall's log is kept"
  type        = number
}

variable "kms_key_arn" {
  description = "Encrypts the firewall's log"
  type        = string
}
