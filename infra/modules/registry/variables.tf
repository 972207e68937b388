variable "name" {
  description = "In front of every name"
  type        = string
}

variable "services" {
  description = "One repository each"
  type        = set(string)
}

variable "kms_key_arn" {
  description = "Encrypts the images"
  type        = string
}

variable "disposable" {
  description = "Delete repositories with their images: for trials only"
  type        = bool
}
