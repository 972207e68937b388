# Two load balancers: the public one takes HTTPS to the gateway; the internal one routes each gRPC service to its own tasks,
# and since it balances calls, not connections, every task gets its share.
locals {
  tls_policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"
}

resource "aws_security_group" "public" {
  name_prefix = "${var.name}-public-"
  description = "The public load balancer"
  vpc_id      = var.network.vpc_id
  tags        = { Name = "${var.name}-public" }
  lifecycle { create_before_destroy = true }
}

resource "aws_vpc_security_group_ingress_rule" "public" {
  # checkov:skip=CKV_AWS_260:Port 80 only redirects to HTTPS
  for_each          = { for pair in setproduct(var.allowed_cidrs, [80, 443]) : "${pair[0]}-${pair[1]}" => pair }
  security_group_id = aws_security_group.public.id
  description       = "Clients"
  cidr_ipv4         = each.value[0]
  from_port         = each.value[1]
  to_port           = each.value[1]
  ip_protocol       = "tcp"
}

resource "aws_vpc_security_group_egress_rule" "public" {
  security_group_id            = aws_security_group.public.id
  description                  = "The gateway's tasks"
  referenced_security_group_id = var.task_groups.gateway
  from_port                    = var.ports.gateway
  to_port                      = var.ports.gateway
  ip_protocol                  = "tcp"
}

resource "aws_lb" "public" {
  # checkov:skip=CKV_AWS_91:Access logs are optional (access_log_bucket)
  # checkov:skip=CKV2_AWS_28:The web application firewall is optional (waf)
  # checkov:skip=CKV_AWS_150:Protected unless disposable
  name                       = "${var.name}-public"
  load_balancer_type         = "application"
  subnets                    = var.network.public_subnets
  security_groups            = [aws_security_group.public.id]
  drop_invalid_header_fields = true
  enable_deletion_protection = !var.disposable
  idle_timeout               = 60
  dynamic "access_logs" {
    for_each = var.access_log_bucket == null ? [] : [var.access_log_bucket]
    content {
      bucket  = access_logs.value
      prefix  = var.name
      enabled = true
    }
  }
}

resource "aws_lb_target_group" "gateway" {
  name                 = "${var.name}-gateway"
  vpc_id               = var.network.vpc_id
  port                 = var.ports.gateway
  protocol             = "HTTP"
  target_type          = "ip"
  deregistration_delay = var.drain_seconds
  health_check {
    path                = "/health" # not /ready: ECS would replace every gateway, and its outbox, when a backend is away
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "redirect" {
  load_balancer_arn = aws_lb.public.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.public.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = local.tls_policy
  certificate_arn   = var.certificate_arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.gateway.arn
  }
}

# What the operator sees is not for the internet.
resource "aws_lb_listener_rule" "inside_only" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 1
  condition {
    path_pattern { values = ["/metrics", "/ready"] }
  }
  action {
    type = "fixed-response"
    fixed_response {
      content_type = "application/json"
      message_body = jsonencode({ title = "Not Found", status = 404, code = "not_found" })
      status_code  = "404"
    }
  }
}

resource "aws_security_group" "internal" {
  name_prefix = "${var.name}-internal-"
  description = "The load balancer in front of quality and liveness"
  vpc_id      = var.network.vpc_id
  tags        = { Name = "${var.name}-internal" }
  lifecycle { create_before_destroy = true }
}

resource "aws_vpc_security_group_ingress_rule" "internal" {
  security_group_id            = aws_security_group.internal.id
  description                  = "Only the gateway calls the services"
  referenced_security_group_id = var.task_groups.gateway
  from_port                    = 443
  to_port                      = 443
  ip_protocol                  = "tcp"
}

resource "aws_vpc_security_group_egress_rule" "internal" {
  for_each                     = var.grpc
  security_group_id            = aws_security_group.internal.id
  description                  = "Tasks of ${each.key}"
  referenced_security_group_id = var.task_groups[each.key]
  from_port                    = var.ports[each.key]
  to_port                      = var.ports[each.key]
  ip_protocol                  = "tcp"
}

resource "aws_lb" "internal" {
  # checkov:skip=CKV_AWS_91:Access logs are optional (access_log_bucket)
  # checkov:skip=CKV_AWS_150:Protected unless disposable
  name                       = "${var.name}-internal"
  internal                   = true
  load_balancer_type         = "application"
  subnets                    = var.network.private_subnets
  security_groups            = [aws_security_group.internal.id]
  drop_invalid_header_fields = true
  enable_deletion_protection = !var.disposable
  idle_timeout               = 120
}

resource "aws_lb_target_group" "grpc" {
  # checkov:skip=CKV_AWS_378:TLS ends at the load balancer, inside the VPC
  for_each             = var.grpc
  name                 = "${var.name}-${each.key}"
  vpc_id               = var.network.vpc_id
  port                 = var.ports[each.key]
  protocol             = "HTTP"
  protocol_version     = "GRPC"
  target_type          = "ip"
  deregistration_delay = var.drain_seconds
  health_check {
    path                = "/grpc.health.v1.Health/Check"
    matcher             = "0"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "grpc" {
  load_balancer_arn = aws_lb.internal.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = local.tls_policy
  certificate_arn   = var.backend_certificate_arn
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}

resource "aws_lb_listener_rule" "grpc" {
  for_each     = var.grpc
  listener_arn = aws_lb_listener.grpc.arn
  # The question whether it is well has the same path for every service: the name tells who is asked.
  condition {
    host_header { values = ["${each.key}.${var.backend_domain}"] }
  }
  condition {
    path_pattern { values = ["/${each.value}/*", "/grpc.health.v1.Health/*"] }
  }
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.grpc[each.key].arn
  }
}

# The certificate's names, resolved inside the VPC alone.
resource "aws_route53_zone" "backends" {
  # checkov:skip=CKV2_AWS_38:A private zone cannot be signed
  # checkov:skip=CKV2_AWS_39:Queries stay inside the VPC
  name = var.backend_domain
  vpc { vpc_id = var.network.vpc_id }
}

resource "aws_route53_record" "backends" {
  for_each = var.grpc
  zone_id  = aws_route53_zone.backends.id
  name     = "${each.key}.${var.backend_domain}"
  type     = "A"
  alias {
    name                   = aws_lb.internal.dns_name
    zone_id                = aws_lb.internal.zone_id
    evaluate_target_health = true
  }
}

resource "aws_wafv2_web_acl" "this" {
  # checkov:skip=CKV2_AWS_31:It is logged, below; checkov does not follow the count
  count = var.waf_requests == null ? 0 : 1
  name  = var.name
  scope = "REGIONAL"
  default_action {
    allow {}
  }
  rule {
    name     = "rate"
    priority = 1
    action {
      block {
        custom_response { response_code = 429 }
      }
    }
    statement {
      rate_based_statement {
        limit              = var.waf_requests
        aggregate_key_type = "IP"
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${var.name}-rate"
      sampled_requests_enabled   = false
    }
  }
  # Requests that no browser sends: known exploits of parsers and loggers.
  rule {
    name     = "known-bad-inputs"
    priority = 2
    override_action {
      none {}
    }
    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesKnownBadInputsRuleSet"
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${var.name}-known-bad-inputs"
      sampled_requests_enabled   = false
    }
  }
  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = false
  }
}

resource "aws_cloudwatch_log_group" "firewall" {
  count             = var.waf_requests == null ? 0 : 1
  name              = "aws-waf-logs-${var.name}" # the prefix is AWS's rule
  retention_in_days = var.log_days
  kms_key_id        = var.kms_key_arn
}

# What was blocked, and never the key that came with it.
resource "aws_wafv2_web_acl_logging_configuration" "this" {
  count                   = var.waf_requests == null ? 0 : 1
  resource_arn            = aws_wafv2_web_acl.this[0].arn
  log_destination_configs = [aws_cloudwatch_log_group.firewall[0].arn]
  redacted_fields {
    single_header { name = "x-api-key" }
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  count        = var.waf_requests == null ? 0 : 1
  resource_arn = aws_lb.public.arn
  web_acl_arn  = aws_wafv2_web_acl.this[0].arn
}
