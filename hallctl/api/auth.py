"""Who is asking: tokens of terminals, sessions of people, pairing codes. No default password anywhere (O03).

A terminal's token is 32 random bytes; the hall keeps its SHA-256 only. A person's session is a signed JWT that names
the account and its epoch: a change of password or roles ends older sessions, a restart of the daemon does not.
Wrong passwords and codes lock the door for a while; the lock is per account and for all codes together.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import jwt
from pwdlib import PasswordHash

from hallctl.api.role import Role
from hallctl.clock import Clock
from hallctl.domain.model import Account
from hallctl.domain.state import HallState
from hallctl.errors import RequestError

CODE_MS: Final = 10 * 60_000
SESSION_MS: Final = 12 * 3_600_000
TRIES: Final = 5
LOCK_MS: Final = 60_000
_ALGORITHM: Final = "HS256"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the role acted in, a name for the journal, the place (kiosk, window, zone), a person's account."""

    role: Role | None
    name: str
    place: str | None = None
    account: str | None = None


ANYONE: Final = Caller(None, "anyone")


@dataclass(slots=True)
class _Tries:
    failed: int = 0
    until: int = 0


class Auth:
    """Checks tokens, passwords and codes against the hall's durable state."""

    def __init__(
        self, state: Callable[[], HallState], clock: Clock, session_key: str, console_digest: str = ""
    ) -> None:
        """`console_digest` is of the token in the data directory: who can read that file administrates the hall."""
        self._console_digest = console_digest
        self._state = state
        self._clock = clock
        self._key = session_key
        self._hasher = PasswordHash.recommended()
        self._codes: dict[str, tuple[Role, str | None, int]] = {}
        self._tries: dict[str, _Tries] = {}

    # ------------------------------------------------------------ callers

    def caller(self, token: str, role: Role | None, place: str | None) -> Caller:
        """Who holds `token`, acting as `role` (None: the role that a terminal has, or any of a person's)."""
        digest = token_digest(token)
        if digest == self._console_digest and role in {None, Role.ADMIN}:
            return Caller(Role.ADMIN, "admin:console", place)
        for terminal in self._state().terminals.values():
            if terminal.token_digest == digest:
                if role is not None and role != terminal.role:
                    raise RequestError("auth.bad_token")
                return Caller(Role(terminal.role), f"{terminal.role}:{terminal.place or terminal.id}", terminal.place)
        return self._person(token, role, place)

    def roles(self, caller: Caller) -> frozenset[Role]:
        """All roles that the caller may act in."""
        if caller.account is None:
            return frozenset({caller.role} if caller.role else ())
        return frozenset(Role(role) for role in self._state().accounts[caller.account].roles)

    def _person(self, token: str, role: Role | None, place: str | None) -> Caller:
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM], options={"verify_exp": False})
        except jwt.InvalidTokenError as error:
            raise RequestError("auth.bad_token") from error
        account = self._state().accounts.get(str(claims.get("sub")))
        expired = self._clock.now() >= int(claims.get("until", 0))
        if account is None or expired or claims.get("epoch") != account.epoch:
            raise RequestError("auth.bad_token")
        if role is not None and role not in account.roles:
            raise RequestError("account.not_allowed", account=account.id, role=role)
        return Caller(role, f"clerk:{account.id}", place, account.id)

    # ------------------------------------------------------------ people

    async def open_session(self, account: str, password: str) -> tuple[str, int]:
        """A session token and when it ends (ms); argon2 runs in a thread, it takes a tenth of a second."""
        self._check_lock(account)
        known = self._state().accounts.get(account)
        password_hash = known.password_hash if known else None
        good = await asyncio.to_thread(self._verify, password, password_hash)
        if known is None or not good:
            self._failed(account)
            raise RequestError("auth.bad_password")
        self._tries.pop(account, None)
        return self.session(known)

    def session(self, account: Account) -> tuple[str, int]:
        """A session token of an account that has proved itself, and when it ends (ms)."""
        until = self._clock.now() + SESSION_MS
        claims = {"sub": account.id, "epoch": account.epoch, "until": until}
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM), until

    def _verify(self, password: str, password_hash: str | None) -> bool:
        """An unknown account costs as much time as a known one."""
        if password_hash is None:
            self._hasher.hash(password)
            return False
        return self._hasher.verify(password, password_hash)

    async def hash(self, password: str) -> str:
        """The argon2 hash to keep; a weak password is refused."""
        has_both = any(c.isalpha() for c in password) and any(c.isdigit() for c in password)
        if len(password) < 8 or not has_both:
            raise RequestError("account.weak_password")
        return await asyncio.to_thread(self._hasher.hash, password)

    # ------------------------------------------------------------ terminals

    def offer(self, role: Role, place: str | None) -> tuple[str, int]:
        """A pairing code of 8 digits and when it ends (ms); it works once."""
        now = self._clock.now()
        self._codes = {code: offer for code, offer in self._codes.items() if offer[2] > now}
        code = f"{secrets.randbelow(10**8):08d}"
        self._codes[code] = (role, place, now + CODE_MS)
        return code, now + CODE_MS

    def claim(self, code: str) -> tuple[Role, str | None]:
        """What the code was offered for; it is used up."""
        self._check_lock("")
        role, place, until = self._codes.pop(code, (Role.BOARD, None, 0))
        if until <= self._clock.now():
            self._failed("")
            raise RequestError("auth.bad_code")
        return role, place

    # ------------------------------------------------------------ locks

    def _check_lock(self, door: str) -> None:
        left = self._tries.get(door, _Tries()).until - self._clock.now()
        if left > 0:
            raise RequestError("auth.locked", seconds=-(-left // 1000))

    def _failed(self, door: str) -> None:
        if len(self._tries) > 1000:
            self._tries.clear()
        tries = self._tries.setdefault(door, _Tries())
        tries.failed += 1
        if tries.failed >= TRIES:
            tries.failed = 0
            tries.until = self._clock.now() + LOCK_MS


def new_token() -> str:
    """A terminal's token."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """What is kept of a terminal's token."""
    return hashlib.sha256(token.encode()).hexdigest()
