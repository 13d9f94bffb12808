"""HTTP/1.1 over plain sockets: what is read, what is sent, how connections live and break."""
