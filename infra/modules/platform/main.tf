# Everything: network, storage, registry, load balancers, three services, alarms. An environment is one call of this.
locals {
  ports = { gateway = 8000, quality = 50051, liveness = 50052 }
  grpc  = { quality = "ekyc.v1.QualityService", liveness = "ekyc.v1.LivenessService" }
  # SIGTERM, requests in flight (20 s), the outbox (10 s), and room.
  drain_seconds = 20
  stop_seconds  = 60
  network       = var.network == null ? module.network[0].network : var.network
  images        = { for name in keys(local.ports) : name => "${module.registry.urls[name]}:${var.tag}" }
  targets       = { for name in keys(local.grpc) : name => "dns:///${name}.${var.backend_domain}:443" }
  settings = {
    gateway = {
      GATEWAY_HOST               = "0.0.0.0"
      GATEWAY_STATE              = "/var/lib/ekyc"
      GATEWAY_KEYS_SECRET        = module.storage.keys_secret_arn
      GATEWAY_QUALITY_TARGET     = local.targets.quality
      GATEWAY_LIVENESS_TARGET    = local.targets.liveness
      GATEWAY_BACKENDS_TLS       = "true"
      GATEWAY_REVIEW_BUCKET      = module.storage.bucket.name
      GATEWAY_REVIEW_KMS_KEY     = module.storage.kms_key_arn
      GATEWAY_RETENTION_DAYS     = tostring(var.retention_days)
      GATEWAY_DRAIN_SECONDS      = tostring(local.drain_seconds)
      AWS_DEFAULT_REGION         = var.region
      AWS_STS_REGIONAL_ENDPOINTS = "regional"
    }
    quality = {
      QUALITY_HOST          = "0.0.0.0"
      QUALITY_WORKERS       = tostring(max(1, floor(var.sizes.quality.cpu / 1024)))
      QUALITY_DRAIN_SECONDS = tostring(local.drain_seconds)
    }
    liveness = {
      LIVENESS_HOST          = "0.0.0.0"
      LIVENESS_DRAIN_SECONDS = tostring(local.drain_seconds)
    }
  }
  secrets = {
    gateway = merge(
      { GATEWAY_KEY_PEPPER = module.storage.pepper_secret_arn },
      var.redis_url_secret_arn == null ? {} : { GATEWAY_REDIS_URL = var.redis_url_secret_arn },
    )
    quality  = {}
    liveness = {}
  }
  health = {
    gateway  = ["python", "-m", "ekyc_chassis.probe", "http://127.0.0.1:8000/health"]
    quality  = ["python", "-m", "ekyc_chassis.probe", "grpc://127.0.0.1:50051"]
    liveness = ["python", "-m", "ekyc_chassis.probe", "grpc://127.0.0.1:50052"]
  }
  writable = { gateway = { state = "/var/lib/ekyc" }, quality = {}, liveness = {} }
}

module "storage" {
  source         = "../storage"
  name           = var.name
  region         = var.region
  retention_days = var.retention_days
  disposable     = var.disposable
}

module "network" {
  source      = "../network"
  count       = var.network == null ? 1 : 0
  name        = var.name
  region      = var.region
  cidr        = var.cidr
  zones       = var.zones
  log_days    = var.log_days
  kms_key_arn = module.storage.kms_key_arn
}

module "registry" {
  source      = "../registry"
  name        = var.name
  services    = toset(keys(local.ports))
  kms_key_arn = module.storage.kms_key_arn
  disposable  = var.disposable
}

resource "aws_ecs_cluster" "this" {
  name = var.name
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

# Only the public load balancer reaches the gateway, only the internal one (which only the gateway reaches) the others.
resource "aws_security_group" "task" {
  # checkov:skip=CKV2_AWS_5:Module service attaches it to the tasks
  for_each    = local.ports
  name_prefix = "${var.name}-${each.key}-"
  description = "Tasks of ${each.key}"
  vpc_id      = local.network.vpc_id
  tags        = { Name = "${var.name}-${each.key}" }
  lifecycle { create_before_destroy = true }
}

resource "aws_vpc_security_group_ingress_rule" "task" {
  for_each                     = local.ports
  security_group_id            = aws_security_group.task[each.key].id
  description                  = "The load balancer in front"
  referenced_security_group_id = each.key == "gateway" ? module.balancers.groups.public : module.balancers.groups.internal
  from_port                    = each.value
  to_port                      = each.value
  ip_protocol                  = "tcp"
}

resource "aws_vpc_security_group_egress_rule" "task" {
  for_each          = local.ports
  security_group_id = aws_security_group.task[each.key].id
  description       = "HTTPS: AWS services, and for the gateway the internal load balancer"
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
}

resource "aws_vpc_security_group_egress_rule" "redis" {
  count                        = var.redis_security_group == null ? 0 : 1
  security_group_id            = aws_security_group.task["gateway"].id
  description                  = "Redis"
  referenced_security_group_id = var.redis_security_group
  from_port                    = 6379
  to_port                      = 6379
  ip_protocol                  = "tcp"
}

module "balancers" {
  source                  = "../balancers"
  name                    = var.name
  network                 = local.network
  ports                   = local.ports
  grpc                    = local.grpc
  task_groups             = { for name, group in aws_security_group.task : name => group.id }
  certificate_arn         = var.certificate_arn
  backend_certificate_arn = var.backend_certificate_arn
  backend_domain          = var.backend_domain
  allowed_cidrs           = var.allowed_cidrs
  drain_seconds           = local.drain_seconds
  access_log_bucket       = var.access_log_bucket
  waf_requests            = var.waf_requests
  log_days                = var.log_days
  kms_key_arn             = module.storage.kms_key_arn
  disposable              = var.disposable
}

module "capacity" {
  source         = "../capacity"
  count          = var.capacity == "ec2" ? 1 : 0
  name           = var.name
  cluster        = aws_ecs_cluster.this.name
  instance_type  = var.instance_type
  hosts          = var.hosts
  subnets        = local.network.private_subnets
  security_group = aws_security_group.task["quality"].id
}

# The gateway reads the list of keys and owns the cases; the other two need nothing of AWS.
data "aws_iam_policy_document" "gateway" {
  statement {
    sid       = "Cases"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]
    resources = ["${module.storage.bucket.arn}/cases/*"]
  }
  statement {
    sid       = "ListCases"
    actions   = ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketVersioning"]
    resources = [module.storage.bucket.arn]
  }
  statement {
    sid       = "Keys"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [module.storage.keys_secret_arn]
  }
  statement {
    sid       = "Encryption"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [module.storage.kms_key_arn]
  }
}

module "service" {
  source              = "../service"
  for_each            = local.ports
  name                = var.name
  region              = var.region
  service             = each.key
  cluster             = { arn = aws_ecs_cluster.this.arn, name = aws_ecs_cluster.this.name }
  image               = local.images[each.key]
  repository_arn      = module.registry.arns[each.key]
  port                = each.value
  cpu                 = var.sizes[each.key].cpu
  memory              = var.sizes[each.key].memory
  environment         = local.settings[each.key]
  secrets             = local.secrets[each.key]
  writable            = local.writable[each.key]
  health_command      = local.health[each.key]
  stop_seconds        = local.stop_seconds
  task_policy         = each.key == "gateway" ? data.aws_iam_policy_document.gateway.json : ""
  has_task_policy     = each.key == "gateway"
  tasks               = { min = var.sizes[each.key].min, max = var.sizes[each.key].max }
  requests_per_minute = var.sizes[each.key].requests_per_minute
  subnets             = local.network.private_subnets
  security_group      = aws_security_group.task[each.key].id
  target_group_arn    = module.balancers.target_groups[each.key]
  target_group_suffix = module.balancers.target_group_suffixes[each.key]
  balancer_suffix     = module.balancers.balancer_suffixes[each.key]
  capacity_provider   = var.capacity == "ec2" ? module.capacity[0].name : null
  autoscaling         = var.autoscaling
  log_days            = var.log_days
  kms_key_arn         = module.storage.kms_key_arn
}

module "observability" {
  source                = "../observability"
  name                  = var.name
  region                = var.region
  cluster               = aws_ecs_cluster.this.name
  log_groups            = { for name, service in module.service : name => service.log_group }
  balancer_suffixes     = module.balancers.balancer_suffixes
  target_group_suffixes = module.balancers.target_group_suffixes
  kms_key_arn           = module.storage.kms_key_arn
  errors_a_minute       = var.alarms.errors_a_minute
  p99_seconds           = var.alarms.p99_seconds
}
