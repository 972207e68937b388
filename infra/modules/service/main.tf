# One service: task definition, ECS service behind its target group, roles, logs, scaling.
locals {
  family = "${var.name}-${var.service}"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/ekyc/${var.name}/${var.service}"
  retention_in_days = var.log_days
  kms_key_id        = var.kms_key_arn
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

# What ECS itself needs to start the task.
resource "aws_iam_role" "execution" {
  name_prefix        = substr("${local.family}-start-", 0, 37)
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "execution" {
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.execution.json
}

data "aws_iam_policy_document" "execution" {
  # checkov:skip=CKV_AWS_356:ecr:GetAuthorizationToken knows no resource
  statement {
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }
  statement {
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [var.repository_arn]
  }
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }
  dynamic "statement" {
    for_each = length(var.secrets) == 0 ? [] : [1]
    content {
      actions   = ["secretsmanager:GetSecretValue"]
      resources = values(var.secrets)
    }
  }
  dynamic "statement" {
    for_each = length(var.secrets) == 0 ? [] : [1]
    content {
      actions   = ["kms:Decrypt"]
      resources = [var.kms_key_arn]
    }
  }
}

# What the program inside may do: nothing, unless a policy is given.
resource "aws_iam_role" "task" {
  name_prefix        = substr("${local.family}-task-", 0, 37)
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "task" {
  count  = var.has_task_policy ? 1 : 0
  role   = aws_iam_role.task.id
  policy = var.task_policy
}

resource "aws_ecs_task_definition" "this" {
  family                   = local.family
  network_mode             = "awsvpc"
  requires_compatibilities = [var.capacity_provider == null ? "FARGATE" : "EC2"]
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  track_latest             = true
  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }
  dynamic "volume" {
    for_each = var.writable
    content { name = volume.key }
  }
  container_definitions = jsonencode([{
    name                   = var.service
    image                  = var.image
    essential              = true
    user                   = "10001:10001"
    readonlyRootFilesystem = true
    stopTimeout            = var.stop_seconds
    portMappings           = [{ containerPort = var.port, protocol = "tcp" }]
    environment            = [for name in sort(keys(var.environment)) : { name = name, value = var.environment[name] }]
    secrets                = [for name in sort(keys(var.secrets)) : { name = name, valueFrom = var.secrets[name] }]
    mountPoints            = [for name in sort(keys(var.writable)) : { sourceVolume = name, containerPath = var.writable[name], readOnly = false }]
    linuxParameters        = { initProcessEnabled = false, capabilities = { add = [], drop = ["ALL"] } }
    healthCheck            = { command = concat(["CMD"], var.health_command), interval = 10, timeout = 5, retries = 3, startPeriod = 60 }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.this.name
        "awslogs-region"        = var.region
        "awslogs-stream-prefix" = var.service
        "mode"                  = "non-blocking"
        "max-buffer-size"       = "16m"
      }
    }
  }])
}

resource "aws_ecs_service" "this" {
  name                               = var.service
  cluster                            = var.cluster.arn
  task_definition                    = aws_ecs_task_definition.this.arn
  desired_count                      = var.tasks.min
  launch_type                        = var.capacity_provider == null ? "FARGATE" : null
  platform_version                   = var.capacity_provider == null ? "LATEST" : null
  health_check_grace_period_seconds  = 90
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  dynamic "capacity_provider_strategy" {
    for_each = var.capacity_provider == null ? [] : [var.capacity_provider]
    content {
      capacity_provider = capacity_provider_strategy.value
      weight            = 1
    }
  }
  dynamic "ordered_placement_strategy" {
    for_each = var.capacity_provider == null ? [] : ["attribute:ecs.availability-zone"]
    content {
      type  = "spread"
      field = ordered_placement_strategy.value
    }
  }
  network_configuration {
    subnets          = var.subnets
    security_groups  = [var.security_group]
    assign_public_ip = false
  }
  load_balancer {
    target_group_arn = var.target_group_arn
    container_name   = var.service
    container_port   = var.port
  }
  lifecycle { ignore_changes = [desired_count] }
}

resource "aws_appautoscaling_target" "this" {
  count              = var.autoscaling ? 1 : 0
  service_namespace  = "ecs"
  resource_id        = "service/${var.cluster.name}/${aws_ecs_service.this.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.tasks.min
  max_capacity       = var.tasks.max
}

resource "aws_appautoscaling_policy" "cpu" {
  count              = var.autoscaling ? 1 : 0
  name               = "${local.family}-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this[0].service_namespace
  resource_id        = aws_appautoscaling_target.this[0].resource_id
  scalable_dimension = aws_appautoscaling_target.this[0].scalable_dimension
  target_tracking_scaling_policy_configuration {
    target_value       = 60
    scale_in_cooldown  = 300
    scale_out_cooldown = 30
    predefined_metric_specification { predefined_metric_type = "ECSServiceAverageCPUUtilization" }
  }
}

resource "aws_appautoscaling_policy" "requests" {
  count              = var.autoscaling ? 1 : 0
  name               = "${local.family}-requests"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this[0].service_namespace
  resource_id        = aws_appautoscaling_target.this[0].resource_id
  scalable_dimension = aws_appautoscaling_target.this[0].scalable_dimension
  target_tracking_scaling_policy_configuration {
    target_value       = var.requests_per_minute
    scale_in_cooldown  = 300
    scale_out_cooldown = 30
    predefined_metric_specification {
      predefined_metric_type = "ALBRequestCountPerTarget"
      resource_label         = "${var.balancer_suffix}/${var.target_group_suffix}"
    }
  }
}
