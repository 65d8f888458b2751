"""Telling a store that cannot be written just now (disk full, read-only, gone) from a fault in the code."""

import errno
import logging
import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

from core.errors import Unavailable
from core.i18n import say

log = logging.getLogger("hyeondap.database")

# Primary result codes of SQLite that speak of the place, not of the statement.
_SQLITE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM})
READ_ONLY_TRANSACTION = "25006"

# Another server wrote at the same time: a deadlock, a moment that cannot be put in order, the same key twice.
_CLASHES = frozenset({"40P01", "40001", "23505"})


def is_a_clash(error: BaseException) -> bool:
    """Whether the same act may well succeed when it is tried again at once. Never on SQLite, which has one writer."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") in _CLASHES


def is_about_the_place(error: BaseException | None) -> bool:
    """Whether `error` says that the store, or a file beside it, cannot be written just now."""
    if isinstance(error, OSError):
        return error.errno in _DISK
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _SQLITE
    return isinstance(error, OperationalError) or getattr(error.orig, "sqlstate", "") == READ_ONLY_TRANSACTION


def as_refusal(error: BaseException) -> BaseException:
    """`Unavailable`, to be tried again later, where the store cannot be written; else the error as it is."""
    if not is_about_the_place(error):
        return error
    log.error("the store cannot be written: %s", getattr(error, "orig", None) or error)
    refusal = Unavailable(
        "unavailable",
        say("지금은 저장할 수 없습니다. 쓰신 글은 이 화면에 그대로 있습니다. 잠시 뒤 다시 눌러 주세요."),
    )
    refusal.__cause__ = error
    return refusal
