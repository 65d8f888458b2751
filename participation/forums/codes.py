"""Codes that people read aloud and type: six letters without look-alikes, no digits."""

import re
import secrets

ALPHABET = "ACDEFHJKLMNPQRTUVWXYZBG"
LENGTH = 6


def new_code() -> str:
    """A fresh code of six letters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(written: str) -> str | None:
    """What someone typed as a code: spaces, hyphens and small letters forgiven; None where it cannot be one."""
    code = re.sub(r"[\s\-·.]", "", written).upper()
    return code if len(code) == LENGTH and all(letter in ALPHABET for letter in code) else None
