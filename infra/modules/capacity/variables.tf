variable "name" {
  description = "In front of every name"
  type        = string
}

variable "cluster" {
  description = "Name of the ECS cluster"
  type        = string
}

variable "instance_type" {
  description = "An Intel type with AVX-512 VNNI, for example c7i.xlarge"
  type        = string
}

variable "hosts" {
  description = "Fewest and most"
  type        = object({ min = number, max = number })
}

variable "subnets" {
  description = "Private ones, a zone each"
  type        = list(string)
}

variable "security_group" {
  description = "Of the hosts"
  type        = string
}
