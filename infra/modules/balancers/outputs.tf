output "public" {
  description = "The public load balancer"
  value       = { dns_name = aws_lb.public.dns_name, zone_id = aws_lb.public.zone_id, suffix = aws_lb.public.arn_suffix }
}

output "target_groups" {
  description = "ARN by service; known when a listener forwards to it, which ECS asks for"
  value       = merge({ gateway = aws_lb_target_group.gateway.arn }, { for name, group in aws_lb_target_group.grpc : name => group.arn })
  depends_on  = [aws_lb_listener.https, aws_lb_listener_rule.grpc]
}

output "target_group_suffixes" {
  description = "For metrics, by service"
  value       = merge({ gateway = aws_lb_target_group.gateway.arn_suffix }, { for name, group in aws_lb_target_group.grpc : name => group.arn_suffix })
}

output "balancer_suffixes" {
  description = "For metrics: the load balancer in front of each service"
  value       = merge({ gateway = aws_lb.public.arn_suffix }, { for name in keys(var.grpc) : name => aws_lb.internal.arn_suffix })
}

output "groups" {
  description = "Security groups of the load balancers"
  value       = { public = aws_security_group.public.id, internal = aws_security_group.internal.id }
}
