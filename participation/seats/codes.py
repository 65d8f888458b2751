"""Tokens and codes of a seat: the browser's, the receipt's."""

import hashlib
import hmac
import re
import secrets

RECEIPT_ALPHABET = "ACDEFHJKLMNPQRTUVWXYZ234679"
RECEIPT_LENGTH = 12
GROUP = 4


def hashed(token: str) -> str:
    """How tokens are kept: never themselves."""
    return hashlib.sha256(token.encode("utf-8", "ignore")).hexdigest()


def _derived(secret: str, purpose: str) -> str:
    return hmac.new(secret.encode(), purpose.encode("utf-8", "ignore"), hashlib.sha256).hexdigest()[:32]


def receipt_token(secret: str, seat_id: int) -> str:
    """The 128-bit token in a seat's receipt link; the same whenever asked, kept only as a hash."""
    return _derived(secret, f"receipt/{seat_id}")


def device_token(secret: str, key: str) -> str:
    """The browser's token for the join form that carried `key`: the form sent twice is one seat."""
    return _derived(secret, f"door/{key}") if len(key) >= 16 else secrets.token_urlsafe(16)


def new_receipt_code() -> str:
    """Twelve letters and digits without look-alikes: 57 bits."""
    return "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(RECEIPT_LENGTH))


def grouped(receipt_code: str) -> str:
    """A receipt's code as people read it: `ACDE FHJK LMNP`."""
    return " ".join(receipt_code[at : at + GROUP] for at in range(0, len(receipt_code), GROUP))


def read_receipt_code(written: str) -> str | None:
    """What someone typed as a receipt's code: spaces, hyphens, small letters forgiven; None where it cannot be one."""
    code = re.sub(r"[\s\-·.]", "", written).upper()
    return code if len(code) == RECEIPT_LENGTH and set(code) <= set(RECEIPT_ALPHABET) else None
