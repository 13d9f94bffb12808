"""Sites, credentials, the operator's settings, and the masking of secrets."""
