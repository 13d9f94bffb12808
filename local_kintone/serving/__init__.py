"""Taking requests, over sockets and within the process: answers, failures on demand, what came, control."""
