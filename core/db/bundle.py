"""One file that holds a backup: a plain tar whose every byte is accounted for by a digest or can be foretold.

`SHA256SUMS` comes first and closes with its own digest, then `manifest.json`, then the parts. `tar xf` and
`sha256sum -c SHA256SUMS` read it without us.
"""

import contextlib
import hashlib
import json
import os
import secrets
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from core.i18n import Message, say

SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
PRODUCT = "hyeondap"
FORMAT = 1
BLOCK = 512
END = bytes(2 * BLOCK)
CHUNK = 1 << 20


class NotABackup(Exception):
    """The file is something else, or of a form that this version does not read."""


@dataclass(frozen=True)
class Head:
    """Where a log stood: its id, the number and the hash of its last entry."""

    log: int
    number: int
    hash: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `database` is `sqlite` or `postgresql`; `made_at` an ISO moment in UTC."""

    version: str
    revision: str
    database: str
    made_at: str
    logs: tuple[Head, ...]


@dataclass(frozen=True)
class Piece:
    """Where a part lies in the file: first byte, number of bytes."""

    start: int
    size: int


@dataclass(frozen=True)
class Look:
    """What looking at a backup gave: its manifest where it could be read, its parts, what is damaged."""

    manifest: Manifest | None
    pieces: dict[str, Piece]
    damage: tuple[Message, ...]


def digest_of(stream: BinaryIO, size: int, take: Callable[[bytes], object] | None = None) -> str:
    """The SHA-256 of the next `size` bytes; `take` gets them as they pass."""
    digest = hashlib.sha256()
    while size > 0 and (piece := stream.read(min(size, CHUNK))):
        digest.update(piece)
        size -= len(piece)
        if take is not None:
            take(piece)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Have a new name in this folder safely on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _header(name: str, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry.tobuf(tarfile.GNU_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % BLOCK)


def _sums(digests: dict[str, str]) -> bytes:
    lines = "".join(f"{digest}  {name}\n" for name, digest in digests.items()).encode()
    return lines + f"# {hashlib.sha256(lines).hexdigest()}\n".encode()


@contextlib.contextmanager
def _written_whole(target: Path) -> Iterator[BinaryIO]:
    """A stream that becomes `target` only once everything is on the disk; on failure nothing is left."""
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
        sync_folder(target.parent)
    finally:
        beside.unlink(missing_ok=True)


def write_bundle(target: Path, manifest: Manifest, parts: Sequence[Path]) -> None:
    """Put the manifest and the parts (called by their file names) into `target`. Raises `OSError`."""
    sizes, digests = {}, {}
    for part in parts:
        sizes[part.name] = part.stat().st_size
        with part.open("rb") as stream:
            digests[part.name] = digest_of(stream, sizes[part.name])
    listed = [{"name": name, "bytes": sizes[name], "sha256": digests[name]} for name in sizes]
    said = {"product": PRODUCT, "format": FORMAT, **asdict(manifest), "parts": listed}
    told = (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode()
    sums = _sums({MANIFEST: hashlib.sha256(told).hexdigest(), **digests})
    with _written_whole(target) as out:
        for name, content in ((SUMS, sums), (MANIFEST, told)):
            out.write(_header(name, len(content)) + content + _padding(len(content)))
        for part in parts:
            out.write(_header(part.name, sizes[part.name]))
            with part.open("rb") as stream:
                digest_of(stream, sizes[part.name], out.write)
            out.write(_padding(sizes[part.name]))
        out.write(END)


def _sized(block: bytes, name: str) -> int | None:
    """The size that a part's header gives; None where the header is not exactly as it was written."""
    try:
        entry = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
    except (tarfile.HeaderError, ValueError):
        return None
    return entry.size if block == _header(name, entry.size) else None


def _read_sums(content: bytes) -> dict[str, str] | None:
    """The digests by name, in order; None where the list is not exactly as it was written."""
    try:
        lines = [line.split("  ", 1) for line in content.decode().splitlines() if not line.startswith("#")]
        digests = {name: digest for digest, name in lines}
    except ValueError:
        return None
    return digests if _sums(digests) == content else None


def _read_manifest(content: bytes) -> Manifest:
    """Raises `NotABackup` for a form that this version does not read."""
    said: dict[str, Any] = json.loads(content)
    if said.get("product") != PRODUCT or said.get("format") != FORMAT:
        raise NotABackup
    heads = tuple(Head(**head) for head in said["logs"])
    return Manifest(said["version"], said["revision"], said["database"], said["made_at"], heads)


def _damaged(name: Message | str, start: int, size: int) -> Message:
    return say("손상: 파일 속의 %(part)s (바이트 %(first)s~%(last)s)", part=name, first=start, last=start + size - 1)


class _Reader:
    """Goes through a backup once, front to back, noting what is not as it was written."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.pieces: dict[str, Piece] = {}
        self.damage: list[Message] = []

    def head(self, name: str) -> int | None:
        """The size of the part that comes next; None where its header is damaged, so that nothing after it is found."""
        start = self.stream.tell()
        size = _sized(self.stream.read(BLOCK), name)
        if size is None:
            self.damage.append(_damaged(say("%(part)s의 머리", part=name), start, BLOCK))
        else:
            self.pieces[name] = Piece(start + BLOCK, size)
        return size

    def padding(self, name: str, size: int) -> None:
        """What fills up the last block of a part."""
        start, wanted = self.stream.tell(), _padding(size)
        if self.stream.read(len(wanted)) != wanted:
            self.damage.append(_damaged(say("%(part)s 뒤의 빈자리", part=name), start, len(wanted)))

    def part(self, name: str, digest: str) -> bytes | None:
        """Check a part; its content where it is the manifest and whole. None where nothing after it can be found."""
        size = self.head(name)
        if size is None:
            return None
        kept: list[bytes] = []
        whole = digest_of(self.stream, size, kept.append if name == MANIFEST else None) == digest
        if not whole:
            self.damage.append(_damaged(name, self.pieces[name].start, size))
        self.padding(name, size)
        return b"".join(kept) if whole else b""

    def end(self) -> None:
        """Nothing but the end of a tar may follow."""
        start = self.stream.tell()
        if self.stream.read(len(END) + 1) != END:
            self.damage.append(_damaged(say("파일의 끝"), start, len(END)))


def look(path: Path) -> Look:
    """Look at every byte of a backup. Raises `NotABackup`; `OSError` where the file cannot be read."""
    with path.open("rb") as stream:
        first = stream.read(BLOCK)
        if not first.startswith(SUMS.encode() + b"\0") and first[257:262] != b"ustar":
            raise NotABackup
        stream.seek(0)
        reader = _Reader(stream)
        size = reader.head(SUMS)
        if size is None:
            if _is_another_tar(first):
                raise NotABackup
            return Look(None, {}, tuple(reader.damage))
        digests = _read_sums(stream.read(size))
        if digests is None or MANIFEST not in digests:
            return Look(None, {}, (_damaged(SUMS, BLOCK, size),))
        reader.padding(SUMS, size)
        manifest: Manifest | None = None
        for name, digest in digests.items():
            content = reader.part(name, digest)
            if content is None:
                break
            if name == MANIFEST and content:
                manifest = _read_manifest(content)
        else:
            reader.end()
        return Look(manifest, reader.pieces, tuple(reader.damage))


def _is_another_tar(block: bytes) -> bool:
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "strict").name != SUMS
    except (tarfile.HeaderError, ValueError):
        return False


def take_out(path: Path, piece: Piece, target: Path) -> None:
    """Write one part of a backup to a file of its own, safely on the disk. Raises `OSError`."""
    with path.open("rb") as stream, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
        stream.seek(piece.start)
        digest_of(stream, piece.size, out.write)
        out.flush()
        os.fsync(out.fileno())
