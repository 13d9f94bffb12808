"""What may happen between the client and kintone: proxies, gateways, TLS, name servers; each write at most once."""
