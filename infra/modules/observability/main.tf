# What wakes somebody, and what that person then looks at.
locals {
  namespace = "ekyc/${var.name}"
  # From the gateway's log lines: one "request" line each, one "upload failed" line a failure.
  counts = {
    verifications = "{ $.event = \"request\" && $.path = \"/verify/face\" && $.status = 200 }"
    rejected      = "{ $.event = \"request\" && $.path = \"/verify/face\" && $.outcome = \"reject\" }"
    shed          = "{ $.event = \"request\" && $.outcome = \"overloaded\" }"
    uploadsFailed = "{ $.event = \"upload failed\" }"
    errors        = "{ $.level = \"error\" }"
  }
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.kms_key_arn
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each       = local.counts
  name           = "${var.name}-${each.key}"
  log_group_name = var.log_groups.gateway
  pattern        = each.value
  metric_transformation {
    name          = each.key
    namespace     = local.namespace
    value         = "1"
    default_value = "0"
  }
}

resource "aws_cloudwatch_metric_alarm" "errors_5xx" {
  alarm_name          = "${var.name}-5xx"
  alarm_description   = "The gateway answers 5xx: see the runbook, \"5xx or p99\""
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HTTPCode_Target_5XX_Count"
  dimensions          = { LoadBalancer = var.balancer_suffixes.gateway }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  threshold           = var.errors_a_minute
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "slow" {
  alarm_name          = "${var.name}-p99"
  alarm_description   = "One answer in a hundred takes too long"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "TargetResponseTime"
  dimensions          = { LoadBalancer = var.balancer_suffixes.gateway }
  extended_statistic  = "p99"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  threshold           = var.p99_seconds
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "unhealthy" {
  for_each            = var.target_group_suffixes
  alarm_name          = "${var.name}-unhealthy-${each.key}"
  alarm_description   = "A task of ${each.key} does not answer its health check"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "UnHealthyHostCount"
  dimensions          = { LoadBalancer = var.balancer_suffixes[each.key], TargetGroup = each.value }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "outbox" {
  alarm_name          = "${var.name}-outbox"
  alarm_description   = "Kept pictures have not reached the bucket for ten minutes: the outbox grows"
  namespace           = local.namespace
  metric_name         = aws_cloudwatch_log_metric_filter.this["uploadsFailed"].metric_transformation[0].name
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 10
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

# A rate far above its own usual one: an attack under way, or a camera or model that changed.
resource "aws_cloudwatch_metric_alarm" "spoof_rate" {
  alarm_name          = "${var.name}-spoof-rate"
  alarm_description   = "The share of rejected pictures left its usual band"
  comparison_operator = "GreaterThanUpperThreshold"
  evaluation_periods  = 6
  datapoints_to_alarm = 4
  threshold_metric_id = "band"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  metric_query {
    id          = "band"
    expression  = "ANOMALY_DETECTION_BAND(rate, 3)"
    return_data = true
  }
  metric_query {
    id          = "rate"
    expression  = "100 * rejected / verifications"
    label       = "rejected, percent"
    return_data = true
  }
  dynamic "metric_query" {
    for_each = toset(["rejected", "verifications"])
    content {
      id = metric_query.key
      metric {
        namespace   = local.namespace
        metric_name = metric_query.key
        period      = 300
        stat        = "Sum"
      }
    }
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for index, widget in [
      { title = "Answers", metrics = [for name in ["verifications", "rejected", "shed"] : [local.namespace, name]], stat = "Sum" },
      { title = "Latency", metrics = [for stat in ["p50", "p95", "p99"] : ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", var.balancer_suffixes.gateway, { stat = stat }]], stat = "p99" },
      { title = "Status", metrics = [for code in ["2XX", "4XX", "5XX"] : ["AWS/ApplicationELB", "HTTPCode_Target_${code}_Count", "LoadBalancer", var.balancer_suffixes.gateway]], stat = "Sum" },
      { title = "CPU", metrics = [for service in keys(var.log_groups) : ["AWS/ECS", "CPUUtilization", "ClusterName", var.cluster, "ServiceName", service]], stat = "Average" },
      { title = "Memory", metrics = [for service in keys(var.log_groups) : ["AWS/ECS", "MemoryUtilization", "ClusterName", var.cluster, "ServiceName", service]], stat = "Maximum" },
      { title = "Failures", metrics = [for name in ["uploadsFailed", "errors"] : [local.namespace, name]], stat = "Sum" },
      ] : {
      type       = "metric"
      x          = 12 * (index % 2)
      y          = 6 * floor(index / 2)
      width      = 12
      height     = 6
      properties = merge(widget, { region = var.region, period = 60, view = "timeSeries" })
    }]
  })
}
