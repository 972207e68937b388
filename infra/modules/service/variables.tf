variable "name" {
  description = "In front of every name"
  type        = string
}

variable "region" {
  description = "Of the logs"
  type        = string
}

variable "service" {
  description = "gateway, quality or liveness"
  type        = string
}

variable "cluster" {
  description = "ECS cluster"
  type        = object({ arn = string, name = string })
}

variable "image" {
  description = "With its tag"
  type        = string
}

variable "repository_arn" {
  description = "Where the image comes from"
  type        = string
}

variable "port" {
  description = "Of the container"
  type        = number
}

variable "cpu" {
  description = "CPU units: 1024 is a core"
  type        = number
}

variable "memory" {
  description = "MiB"
  type        = number
}

variable "environment" {
  description = "Plain settings"
  type        = map(string)
}

variable "secrets" {
  description = "Settings whose value is a secret: ARN by name"
  type        = map(string)
}

variable "writable" {
  description = "Volumes of the task that the program may write to: path by name"
  type        = map(string)
}

variable "health_command" {
  description = "As in the image: tells whether the program answers"
  type        = list(string)
}

variable "stop_seconds" {
  description = "From SIGTERM to SIGKILL; longer than the program drains"
  type        = number
}

variable "task_policy" {
  description = "What the program may do in AWS; empty for nothing"
  type        = string
}

variable "has_task_policy" {
  description = "Whether there is one; known before it is"
  type        = bool
}

variable "tasks" {
  description = "Fewest and most"
  type        = object({ min = number, max = number })
}

variable "requests_per_minute" {
  description = "A task should get, by the load balancer's count"
  type        = number
}

variable "subnets" {
  description = "Private ones, a zone each"
  type        = list(string)
}

variable "security_group" {
  description = "Of the tasks"
  type        = string
}

variable "target_group_arn" {
  description = "That the tasks join"
  type        = string
}

variable "target_group_suffix" {
  description = "For the scaling metric"
  type        = string
}

variable "balancer_suffix" {
  description = "For the scaling metric"
  type        = string
}

variable "capacity_provider" {
  description = "EC2 capacity provider; null for Fargate"
  type        = string
}

variable "autoscaling" {
  description = "Off where the API cannot (moto)"
  type        = bool
}

variable "log_days" {
  description = "How long logs are kept"
  type        = number
}

variable "kms_key_arn" {
  description = "Encrypts the logs and the secrets"
  type        = string
}
