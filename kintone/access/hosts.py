"""How hosts are written: addresses in every spelling that a resolver takes, and what is this machine itself."""

import ipaddress
import socket

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def literal_address(host: str) -> Address | None:
    """Return the IP address that a host is written as, None for a name.

    ``127.1``, ``0x7f.0.0.1`` and ``2130706433`` are 127.0.0.1 to every resolver
    (https://man7.org/linux/man-pages/man3/inet_aton.3.html).
    """
    bare = host.strip("[]").rstrip(".")
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(bare))
    except (OSError, UnicodeError):
        return None


def is_loopback(host: str) -> bool:
    """Tell whether the host is written as this machine itself: ``localhost`` or a loopback address."""
    if host.lower().rstrip(".") == "localhost":
        return True
    address = literal_address(host)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address is not None and address.is_loopback
