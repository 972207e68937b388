variable "name" {
  description = "In front of every name"
  type        = string
}

variable "region" {
  description = "AWS region"
  type        = string
}

variable "tag" {
  description = "Of the images; `make deploy` sets it"
  type        = string
}

variable "domain" {
  description = "The public name"
  type        = string
}

variable "certificate_arn" {
  description = "ACM certificate of domain"
  type        = string
}

variable "backend_certificate_arn" {
  description = "ACM certificate of *.backend_domain"
  type        = string
}

variable "backend_domain" {
  description = "Name of the internal load balancer"
  type        = string
}

variable "capacity" {
  description = "fargate or ec2"
  type        = string
  default     = "fargate"
}

variable "autoscaling" {
  description = "Off only where the API cannot (moto)"
  type        = bool
  default     = true
}

variable "waf_requests" {
  description = "Requests in five minutes after which one address is blocked; null for no firewall"
  type        = number
  default     = 10000
}

variable "disposable" {
  description = "No protection from deletion: for trials only"
  type        = bool
  default     = false
}
