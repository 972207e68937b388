output "topic_arn" {
  description = "Subscribe to be told of alarms"
  value       = aws_sns_topic.alarms.arn
}
