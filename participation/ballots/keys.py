"""Keys of ballots under way: one file each, outside the database and its backups, destroyed at sealing."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

KEY_BYTES = 32


class KeyStore:
    """The folder of keys. A key leads from a seat to its slot; without it nothing does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, ballot_id: int) -> Path:
        return self._folder / f"ballot-{ballot_id}.key"

    def _mark(self, ballot_id: int) -> Path:
        return self._folder / f"ballot-{ballot_id}.rewrite"

    def make(self, ballot_id: int) -> None:
        """A fresh key, readable by its owner only, safely on the disk; one left over is destroyed."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._destroy(ballot_id)
        descriptor = os.open(self._path(ballot_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(KEY_BYTES))
            stream.flush()
            os.fsync(stream.fileno())

    def holds(self, ballot_id: int) -> bool:
        """Whether there is a key for this ballot."""
        return self._path(ballot_id).exists()

    def slot(self, ballot_id: int, seat_id: int) -> str:
        """The slot of a seat in this ballot. Raises `FileNotFoundError` once the key is gone."""
        return self.slots(ballot_id, [seat_id])[seat_id]

    def slots(self, ballot_id: int, seats: Iterable[int]) -> dict[int, str]:
        """As `slot`, for many seats: the key is read once."""
        key = self._key(ballot_id)
        return {seat: hmac.new(key, f"seat {seat}".encode(), hashlib.sha256).hexdigest() for seat in seats}

    def paper_id(self, ballot_id: int, client_key: str) -> str:
        """The id of the paper typed in under this key of a client, so that the same key acts once."""
        return hmac.new(self._key(ballot_id), f"paper {client_key}".encode(), hashlib.sha256).hexdigest()[:32]

    def _key(self, ballot_id: int) -> bytes:
        return self._path(ballot_id).read_bytes()

    def retire(self, ballot_id: int) -> None:
        """Destroy the key; until `finish` it is noted that the store has still to be rewritten."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._mark(ballot_id).touch(mode=0o600)
        self._destroy(ballot_id)

    def finish(self, ballot_id: int) -> None:
        """Note that the store was rewritten after this ballot was sealed."""
        self._mark(ballot_id).unlink(missing_ok=True)

    def unfinished(self) -> list[int]:
        """The ballots whose keys are gone, but whose store was not rewritten yet."""
        names = [path.stem.removeprefix("ballot-") for path in self._folder.glob("ballot-*.rewrite")]
        return sorted(int(name) for name in names if name.isdecimal())

    def _destroy(self, ballot_id: int) -> None:
        path = self._path(ballot_id)
        if not path.exists():
            return
        with path.open("r+b") as stream:
            stream.write(secrets.token_bytes(KEY_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        path.unlink()
