"""Agreement of YAML files, code, documents and package with each other and with Dify."""
