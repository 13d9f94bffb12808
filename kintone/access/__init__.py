"""Who asks what: sites, tokens, the operator's settings, and keeping secrets out of sight."""
