# An environment: copy this folder, fill terraform.tfvars, and `make deploy ENV=<folder> TAG=<tag>`.
terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
  # Keep the state where several people can reach it, encrypted and locked:
  # backend "s3" { bucket = "…" key = "ekyc/example.tfstate" region = "…" encrypt = true use_lockfile = true }
}

provider "aws" {
  region = var.region
  default_tags {
    tags = { project = "ekyc-facial", environment = var.name, managed-by = "terraform" }
  }
}

module "platform" {
  source                  = "../../modules/platform"
  name                    = var.name
  region                  = var.region
  tag                     = var.tag
  domain                  = var.domain
  certificate_arn         = var.certificate_arn
  backend_certificate_arn = var.backend_certificate_arn
  backend_domain          = var.backend_domain
  capacity                = var.capacity
  autoscaling             = var.autoscaling
  disposable              = var.disposable
  waf_requests            = var.waf_requests
}
