"""Who may sign in: the file of accounts, and passwords as their scrypt hashes. No text of an account shows its hash."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from gis.errors import InvalidParameter, InvalidValue, NotFound
from gis.model import Actor, Role
from gis.words import Words

LONGEST_NAME = 40
# RULES §10.2: numbers of practice, UNVERIFIED.
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 200
FEWEST_CLASSES = 3
LARGEST_FILE_BYTES = 1 << 20
# 32 MB and about a tenth of a second a password: what OWASP's cheat sheet on password storage asks of scrypt, or more.
_COST, _BLOCK, _LANES = 1 << 15, 8, 1
_MEMORY_BYTES = 64 << 20
_SALT_BYTES, _HASH_BYTES = 16, 32
_EXPECTED_FILE = '{"accounts": [{"name": "…", "role": "…", "password_hash": "…"}]}, made by: guatu account add'


def tidy_name(name: str) -> str:
    """A name as it is stored and compared: composed characters, no space around it."""
    return unicodedata.normalize("NFC", name).strip()


@dataclass(frozen=True, slots=True)
class Account:
    """Who may sign in. ``unit``: 责任单位; ``jurisdiction``: an administrative code, None for everywhere."""

    name: str
    role: Role
    unit: str | None = None
    jurisdiction: str | None = None
    active: bool = True
    password_hash: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not (0 < len(self.name) <= LONGEST_NAME and self.name.isprintable()) or self.name != tidy_name(self.name):
            raise InvalidValue(
                Words(
                    "账号名为空、过长或含有控制字符", "an account's name is empty, too long or has control characters"
                ),
                found=self.name[: 2 * LONGEST_NAME],
                expected=f"1–{LONGEST_NAME} 个字符 / characters",
            )

    @property
    def actor(self) -> Actor:
        """As whom the account writes."""
        return Actor(self.name, self.role, self.jurisdiction)

    @property
    def mark(self) -> str:
        """Another one with every password: sessions of the old one end."""
        return hashlib.sha256(self.password_hash.encode()).hexdigest()[:16]

    def opened_by(self, password: str) -> bool:
        """Whether this is the account's password; of an inactive account no password is."""
        return _fits(password, self.password_hash) and self.active


# Checking a password against this one takes as long as against anybody's.
NOBODY = Account("nobody", Role.VIEWER, active=False)


def hash_of(password: str) -> str:
    """
    A password's salted hash as the file keeps it.

    Raises
    ------
    InvalidValue
        The password is too short, too long or too simple (RULES §10.2); it is not in the error.
    """
    _check_strength(password)
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"scrypt${_COST}${_BLOCK}${_LANES}${salt.hex()}${_scrypt(password, salt, _COST, _BLOCK, _LANES).hex()}"


def _check_strength(password: str) -> None:
    classes = (str.islower, str.isupper, str.isdigit, lambda c: not (c.isascii() and c.isalnum()))
    kinds = sum(any(is_of(c) for c in password) for is_of in classes)
    if SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD and kinds >= FEWEST_CLASSES:
        return
    raise InvalidValue(
        Words("密码过短或过于简单", "the password is too short or too simple"),
        found=f"{len(password)} 个字符，{kinds} 类 / characters, {kinds} kinds",
        expected=f"≥ {SHORTEST_PASSWORD} 个字符，大写、小写、数字、其他符号中至少 {FEWEST_CLASSES} 类 / "
        f"characters, of at least {FEWEST_CLASSES} of: capitals, small letters, digits, others",
    )


def _scrypt(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return hashlib.scrypt(
        password.encode(errors="surrogatepass"),
        salt=salt,
        n=cost,
        r=block,
        p=lanes,
        maxmem=_MEMORY_BYTES,
        dklen=_HASH_BYTES,
    )


def _fits(password: str, stored: str) -> bool:
    """False for a hash that cannot be read, after as much work as for one that can."""
    try:
        _, cost, block, lanes, salt, wanted = stored.split("$")
        found = _scrypt(password, bytes.fromhex(salt), int(cost), int(block), int(lanes))
        return hmac.compare_digest(found, bytes.fromhex(wanted))
    except ValueError:
        _scrypt(password[:LONGEST_PASSWORD], bytes(_SALT_BYTES), _COST, _BLOCK, _LANES)
        return False


class AccountFile:
    """
    The accounts of one file, JSON, which nobody but its owner may read (0600).

    The file is looked at with each question and read again where it changed: who is made inactive is out at once.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kept: tuple[tuple[int, int, int], dict[str, Account]] | None = None

    def accounts(self) -> Mapping[str, Account]:
        """
        Every account by its name.

        Raises
        ------
        InvalidParameter
            There is no such file, it cannot be read, others may read it, or it is not one of accounts.
        """
        try:
            found = self.path.stat()
            mark = (found.st_mtime_ns, found.st_size, found.st_ino)
            if self._kept is None or self._kept[0] != mark:
                _refuse_open_mode(self.path, found.st_mode)
                self._kept = (mark, _parsed(self.path))
        except OSError as error:
            raise _unusable(self.path, type(error).__name__, "guatu account add NAME --role ROLE") from None
        return self._kept[1]

    def account(self, name: str) -> Account | None:
        """The account of that name, active or not."""
        return self.accounts().get(tidy_name(name))

    def put(self, account: Account) -> None:
        """Write an account, new or in the place of the one of its name; whole or not at all."""
        held = dict(self.accounts()) if self.path.exists() else {}
        held[account.name] = account
        _write(self.path, held)

    def one(self, name: str) -> Account:
        """The account of that name; raises NotFound where there is none."""
        found = self.account(name)
        if found is None:
            raise NotFound(Words(f"没有账号“{name}”", f"no account '{name}'"), found=name)
        return found

    def change(self, name: str, **changes: Any) -> None:
        """Write some attributes of an account; raises NotFound where there is none of that name."""
        self.put(replace(self.one(name), **changes))


def _refuse_open_mode(path: Path, mode: int) -> None:
    if os.name == "posix" and mode & 0o077:
        raise _unusable(path, f"mode {mode & 0o777:04o}", f"chmod 600 {path}")


def _parsed(path: Path) -> dict[str, Account]:
    """What is wrong is told without what stands in the file: there are hashes in it."""
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise _unusable(path, f"> {LARGEST_FILE_BYTES} B", _EXPECTED_FILE)
    try:
        rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["accounts"]
        accounts = [Account(**{**row, "role": Role(row["role"])}) for row in rows]
        if any(type(account.active) is not bool or type(account.password_hash) is not str for account in accounts):
            raise TypeError
    except (ValueError, TypeError, KeyError, AttributeError, InvalidValue) as error:
        raise _unusable(path, type(error).__name__, _EXPECTED_FILE) from None
    return {account.name: account for account in accounts}


def _write(path: Path, accounts: Mapping[str, Account]) -> None:
    text = json.dumps({"accounts": [asdict(a) for a in accounts.values()]}, ensure_ascii=False, indent=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_privately(path, text.encode())


def replace_privately(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of ``path`` at one stroke; only its owner may read it."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _unusable(path: Path, found: str, expected: str) -> InvalidParameter:
    return InvalidParameter(
        Words("账号文件无法使用", "the file of accounts cannot be used"), found=f"{path}: {found}", expected=expected
    )
