output "reach" {
  description = "Makes the gateway answer at http://127.0.0.1:8000; the key is in /opt/ekyc/.env on the host"
  value       = "aws ssm start-session --region ${var.region} --target ${aws_instance.host.id} --document-name AWS-StartPortForwardingSession --parameters portNumber=8000,localPortNumber=8000"
}
