# One KMS key; the review bucket; the list of API keys and the pepper.
data "aws_caller_identity" "me" {}
data "aws_partition" "here" {}

resource "aws_kms_key" "this" {
  description             = "${var.name}: kept pictures, secrets, logs, images, alarms"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

data "aws_iam_policy_document" "key" {
  # checkov:skip=CKV_AWS_109:A key's policy names the key itself as "*"
  # checkov:skip=CKV_AWS_111:A key's policy names the key itself as "*"
  # checkov:skip=CKV_AWS_356:A key's policy names the key itself as "*"
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.here.partition}:iam::${data.aws_caller_identity.me.account_id}:root"]
    }
  }
  statement {
    sid       = "Logs"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["logs.${var.region}.amazonaws.com"]
    }
    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values = [
        for group in ["/ekyc/${var.name}/*", "aws-waf-logs-${var.name}"] :
        "arn:${data.aws_partition.here.partition}:logs:${var.region}:${data.aws_caller_identity.me.account_id}:log-group:${group}"
      ]
    }
  }
  # An alarm cannot publish to a topic under SNS's own key.
  statement {
    sid       = "Alarms"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.me.account_id]
    }
  }
}

resource "aws_s3_bucket" "reviews" {
  # checkov:skip=CKV_AWS_144:Pictures of persons stay in one region
  # checkov:skip=CKV2_AWS_62:The gateway itself says what it stored
  # checkov:skip=CKV_AWS_18:Every access goes through the gateway, which audits it; data events are the account's choice
  bucket_prefix = "${var.name}-reviews-"
  force_destroy = var.disposable
}

resource "aws_s3_bucket_public_access_block" "reviews" {
  bucket                  = aws_s3_bucket.reviews.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "reviews" {
  bucket = aws_s3_bucket.reviews.id
  versioning_configuration { status = "Enabled" }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "reviews" {
  bucket = aws_s3_bucket.reviews.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

# The gateway erases after the retention period; this is the net below it.
resource "aws_s3_bucket_lifecycle_configuration" "reviews" {
  bucket = aws_s3_bucket.reviews.id
  rule {
    id     = "retention"
    status = "Enabled"
    filter {}
    expiration { days = var.retention_days + 1 }
    noncurrent_version_expiration { noncurrent_days = 1 }
    abort_incomplete_multipart_upload { days_after_initiation = 1 }
  }
}

resource "aws_s3_bucket_policy" "reviews" {
  bucket     = aws_s3_bucket.reviews.id
  policy     = data.aws_iam_policy_document.bucket.json
  depends_on = [aws_s3_bucket_public_access_block.reviews]
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "OnlyTLS"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.reviews.arn, "${aws_s3_bucket.reviews.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

# Terraform makes the places; `ekyc-keys --secret …` writes the list, and rotating the pepper means issuing every key anew.
resource "aws_secretsmanager_secret" "keys" {
  # checkov:skip=CKV2_AWS_57:Keys are rotated per client with ekyc-keys, not by a lambda
  name_prefix             = "${var.name}-keys-"
  description             = "List of API keys: hashes only (ekyc-keys)"
  kms_key_id              = aws_kms_key.this.arn
  recovery_window_in_days = var.disposable ? 0 : 30
}

resource "aws_secretsmanager_secret_version" "keys" {
  secret_id     = aws_secretsmanager_secret.keys.id
  secret_string = jsonencode({ keys = [] })
  lifecycle { ignore_changes = [secret_string] }
}

resource "aws_secretsmanager_secret" "pepper" {
  # checkov:skip=CKV2_AWS_57:A new pepper makes every key void
  name_prefix             = "${var.name}-pepper-"
  description             = "Under which API keys are hashed"
  kms_key_id              = aws_kms_key.this.arn
  recovery_window_in_days = var.disposable ? 0 : 30
}

data "aws_secretsmanager_random_password" "pepper" {
  password_length     = 64
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret_version" "pepper" {
  secret_id     = aws_secretsmanager_secret.pepper.id
  secret_string = data.aws_secretsmanager_random_password.pepper.random_password
  lifecycle { ignore_changes = [secret_string] }
}
