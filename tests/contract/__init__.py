"""What Dify, the YAML files and the package must agree on."""
