# The plan beside this folder is what Terraform 1.11.4 wrote for it: terraform plan -out p, terraform show -json p.
# It uses terraform_data, which needs no provider from a registry.

variable "ranges" {
  type    = list(string)
  default = ["203.0.113.0/24", "198.51.100.0/24"]
}

variable "name" {
  type    = string
  default = "plant4"
}

locals {
  names = ["a", "b"]
}

resource "terraform_data" "network" {
  input = "10.40.0.0/16"
}

resource "terraform_data" "subnet" {
  count            = 2
  input            = cidrsubnet("10.40.0.0/16", 8, count.index)
  triggers_replace = terraform_data.network.id
}

resource "terraform_data" "face" {
  count            = 2
  input            = terraform_data.subnet[count.index].id
  triggers_replace = [terraform_data.subnet[0].id, terraform_data.network.id]
}

resource "terraform_data" "rule" {
  for_each         = toset(var.ranges)
  input            = each.key
  triggers_replace = terraform_data.subnet[1].id
}

resource "terraform_data" "either" {
  input = length(var.ranges) > 1 ? terraform_data.subnet[0].id : terraform_data.network.id
}

module "inner" {
  source   = "./inner"
  for_each = toset(local.names)
  subnet   = terraform_data.subnet[1].id
  key      = each.key
}

resource "terraform_data" "machine" {
  input = module.inner["a"].id
}
