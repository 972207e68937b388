output "network" {
  description = "What the other modules need to know; the shape of `var.network` for a VPC of your own"
  value = {
    vpc_id          = aws_vpc.this.id
    public_subnets  = aws_subnet.public[*].id
    private_subnets = aws_subnet.private[*].id
  }
}
