"""Passwords: argon2id, a few hashes at a time, and no common ones."""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

LEAST = 10
MOST = 128
_hasher = PasswordHasher()
_at_once = threading.BoundedSemaphore(2)
COMMON = frozenset(
    "password12 password123 1234567890 12345678901 0123456789 qwertyuiop qwerty1234 qwer123456 asdf123456 "
    "1q2w3e4r5t 1q2w3e4r5t6y administrator admin12345 hyeondap12 hyeondap123 iloveyou12 abcd123456 aaaaaaaaaa "
    "1111111111 0000000000 letmein1234 welcome1234 changeme123 passw0rd12 p@ssword12".split()
)


def hash_password(password: str) -> str:
    """The argon2id hash to keep."""
    with _at_once:
        return _hasher.hash(password)


@cache
def _nobodys_hash() -> str:
    return hash_password("nobody-has-this-password")


def verify_password(kept: str | None, password: str) -> bool:
    """Whether `password` fits; takes as long for an unknown person (`kept` None) as for a known one."""
    with _at_once:
        try:
            _hasher.verify(kept or _nobodys_hash(), password)
            return kept is not None
        except (VerifyMismatchError, InvalidHashError):
            return False


def is_common(password: str) -> bool:
    """Whether the password is among those tried first."""
    return password.lower() in COMMON or len(set(password)) < 4
