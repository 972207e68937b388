variable "name" {
  description = "Of the host"
  type        = string
  default     = "ekyc"
}

variable "region" {
  description = "AWS region"
  type        = string
}

variable "vpc_id" {
  description = "Where it stands"
  type        = string
}

variable "subnet_id" {
  description = "With a way out to the internet"
  type        = string
}

variable "instance_type" {
  description = "An Intel type with AVX-512 VNNI"
  type        = string
  default     = "c7i.xlarge"
}

variable "repository" {
  description = "URL that git clones"
  type        = string
}

variable "commit" {
  description = "What is run"
  type        = string
}

variable "compose" {
  description = "Docker Compose of a release, and its checksum from the release page"
  type        = object({ url = string, sha256 = string })
}
