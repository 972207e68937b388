variable "name" {
  description = "In front of every name"
  type        = string
}

variable "region" {
  description = "Where the endpoints are"
  type        = string
}

variable "cidr" {
  description = "Of the VPC; a /16 leaves room"
  type        = string
}

variable "zones" {
  description = "Availability zones to spread over"
  type        = number
}

variable "log_days" {
  description = "How long refused connections are remembered"
  type        = number
}

variable "kms_key_arn" {
  description = "Encrypts the logs"
  type        = string
}
