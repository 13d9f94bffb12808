"""Which mistakes in the product no test notices."""
