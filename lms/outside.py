"""Which IP addresses are outside our own network: the only ones that are called because somebody typed an address."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

Number = IPv4Address | IPv6Address

NAT64 = IPv6Network("64:ff9b::/96")
"""The last 32 bits are an IPv4 address (RFC 6052)."""
IPV4_COMPATIBLE = IPv6Network("::/96")
REFUSED = (
    IPv6Network("64:ff9b:1::/48"),  # NAT64 within a network (RFC 8215)
    IPv6Network("fec0::/10"),  # site-local, given up by RFC 3879 and still routed by some
    ip_network("168.63.129.16/32"),  # a public number, and Azure's own services to its machines
)


def is_outside(address: Number | str) -> bool:
    """Whether this is one host of the public internet, also where an IPv4 address is packed in an IPv6 one.

    Raises ValueError for what is no IP address.
    """
    return all(_is_public(one) for one in _meant(ip_address(address)))


def _meant(number: Number) -> list[Number]:
    """The address, or the IPv4 addresses that are packed in it."""
    if isinstance(number, IPv4Address):
        return [number]
    if number.ipv4_mapped is not None:
        return [number.ipv4_mapped]
    if number.sixtofour is not None:
        return [number.sixtofour]
    if number.teredo is not None:
        return list(number.teredo)
    if number in NAT64 or number in IPV4_COMPATIBLE:
        return [IPv4Address(int(number) & 0xFFFFFFFF)]
    return [number]


def _is_public(number: Number) -> bool:
    """Of the registries of special addresses (RFC 6890) only what is global, and one host."""
    is_refused = any(number in network for network in REFUSED if network.version == number.version)
    return number.is_global and not number.is_multicast and not number.is_reserved and not is_refused
