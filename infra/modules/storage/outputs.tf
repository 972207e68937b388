output "kms_key_arn" {
  description = "Encrypts pictures, secrets, logs and images"
  value       = aws_kms_key.this.arn
}

output "bucket" {
  description = "For kept cases"
  value       = { name = aws_s3_bucket.reviews.id, arn = aws_s3_bucket.reviews.arn }
}

output "keys_secret_arn" {
  description = "For ekyc-keys --secret"
  value       = aws_secretsmanager_secret.keys.arn
}

output "pepper_secret_arn" {
  description = "GATEWAY_KEY_PEPPER"
  value       = aws_secretsmanager_secret.pepper.arn
}
