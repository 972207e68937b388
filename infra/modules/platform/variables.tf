variable "name" {
  description = "In front of every name; short, for load balancers allow 32 characters"
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.name))
    error_message = "Lower case, digits and dashes, 2 to 20 characters, beginning with a letter."
  }
}

variable "region" {
  description = "AWS region"
  type        = string
}

variable "tag" {
  description = "Of the images to run"
  type        = string
}

variable "domain" {
  description = "The public name, for example ekyc.example.com; its DNS points at the output address"
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
  description = "quality and liveness have their names under it inside the VPC, for example backends.ekyc.example.com"
  type        = string
}

variable "network" {
  description = "A VPC of your own; null makes one. Its private subnets must reach ECR, S3, CloudWatch Logs, KMS and Secrets Manager"
  type        = object({ vpc_id = string, public_subnets = list(string), private_subnets = list(string) })
  default     = null
}

variable "cidr" {
  description = "Of the VPC that is made"
  type        = string
  default     = "10.20.0.0/16"
}

variable "zones" {
  description = "Availability zones to spread over"
  type        = number
  default     = 3
  validation {
    condition     = var.zones >= 2 && var.zones <= 6
    error_message = "A load balancer wants 2 zones at least; the address plan has room for 6."
  }
}

variable "allowed_cidrs" {
  description = "Who may call"
  type        = list(string)
  default     = ["0.0.0.0/0"]
}

variable "sizes" {
  description = "CPU units and MiB of a task, fewest and most tasks, and requests a minute that one should get, by service"
  type = map(object({
    cpu = number, memory = number, min = number, max = number, requests_per_minute = number
  }))
  default = {
    gateway  = { cpu = 512, memory = 1024, min = 2, max = 20, requests_per_minute = 2500 }
    quality  = { cpu = 2048, memory = 4096, min = 2, max = 80, requests_per_minute = 2200 }
    liveness = { cpu = 512, memory = 1024, min = 2, max = 20, requests_per_minute = 3000 }
  }
}

variable "capacity" {
  description = "fargate, or ec2 for hosts of one pinned type"
  type        = string
  default     = "fargate"
  validation {
    condition     = contains(["fargate", "ec2"], var.capacity)
    error_message = "fargate or ec2."
  }
}

variable "instance_type" {
  description = "With capacity = ec2: an Intel type with AVX-512 VNNI"
  type        = string
  default     = "c7i.xlarge"
}

variable "hosts" {
  description = "With capacity = ec2: fewest and most"
  type        = object({ min = number, max = number })
  default     = { min = 2, max = 20 }
}

variable "autoscaling" {
  description = "Off only where the API cannot (moto)"
  type        = bool
  default     = true
}

variable "retention_days" {
  description = "How long kept cases live"
  type        = number
  default     = 90
}

variable "log_days" {
  description = "How long logs are kept; one of the periods that CloudWatch knows"
  type        = number
  default     = 365
}

variable "redis_url_secret_arn" {
  description = "Secret with a Redis URL, so that all gateways share rates, first answers and fingerprints; null for none"
  type        = string
  default     = null
}

variable "redis_security_group" {
  description = "Of that Redis"
  type        = string
  default     = null
}

variable "access_log_bucket" {
  description = "For the public load balancer's access logs; null for none"
  type        = string
  default     = null
}

variable "waf_requests" {
  description = "Requests in five minutes after which one address is blocked; null for no firewall"
  type        = number
  default     = null
}

variable "alarms" {
  description = "What is borne"
  type        = object({ errors_a_minute = number, p99_seconds = number })
  default     = { errors_a_minute = 5, p99_seconds = 1 }
}

variable "disposable" {
  description = "No protection from deletion: for trials only"
  type        = bool
  default     = false
}
