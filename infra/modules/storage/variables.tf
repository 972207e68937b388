variable "name" {
  description = "In front of every name"
  type        = string
}

variable "region" {
  description = "Of the logs that the key may encrypt"
  type        = string
}

variable "retention_days" {
  description = "How long kept cases live"
  type        = number
}

variable "disposable" {
  description = "Delete the bucket with what is in it, and secrets at once: for trials only"
  type        = bool
}
