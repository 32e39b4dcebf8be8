variable "subnet" {}
variable "key" {}

resource "terraform_data" "vm" {
  input            = var.subnet
  triggers_replace = var.key
}

output "id" {
  value = terraform_data.vm.id
}
