"""The address that phones can open, for codes on the screen: a region is drawn without a request at hand."""

_address = ""


def use_address(address: str) -> None:
    """Lead people to this address."""
    global _address
    _address = address.rstrip("/")


def full_address(path: str) -> str:
    """A path of this site as phones can open it."""
    return _address + path


def short_address() -> str:
    """The address as one types it."""
    return _address.partition("://")[2] or _address
