variable "name" {
  description = "In front of every name"
  type        = string
}

variable "region" {
  description = "Of the dashboard"
  type        = string
}

variable "cluster" {
  description = "Name of the ECS cluster"
  type        = string
}

variable "log_groups" {
  description = "By service"
  type        = map(string)
}

variable "balancer_suffixes" {
  description = "Of the load balancer in front of each service"
  type        = map(string)
}

variable "target_group_suffixes" {
  description = "By service"
  type        = map(string)
}

variable "errors_a_minute" {
  description = "5xx that are borne"
  type        = number
}

variable "p99_seconds" {
  description = "That is borne"
  type        = number
}

variable "kms_key_arn" {
  description = "Encrypts the topic; its policy lets alarms use it"
  type        = string
}
