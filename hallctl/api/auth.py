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
from math import ceil
from typing import Final

import jwt
from pwdlib import PasswordHash

from hallctl.api.role import Role
from hallctl.clock import Clock, monotonic_s
from hallctl.domain.model import Account
from hallctl.domain.state import HallState
from hallctl.errors import RequestError

CODE_S: Final = 10 * 60
SESSION_MS: Final = 12 * 3_600_000
STEP_MS: Final = 4 * 3_600_000
"""A session that ends later than one made now would, by more than this, was made while the clock was wrong."""

TRIES: Final = 5
LOCK_S: Final = 60
CHECKS: Final = 2
"""Passwords checked at once: each takes a tenth of a second of a core and 64 MiB on purpose."""

CHECKS_WAITING: Final = 32
"""Passwords that may wait to be checked: the shift's beginning with every clerk, but no flood."""

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
    until: float = 0.0


class Auth:
    """Checks tokens, passwords and codes against the hall's durable state.

    Codes and locks live as long as this object and are measured by `monotonic`: a clock that was set neither opens nor
    bars a door. Sessions outlive it, so the wall clock ends them.
    """

    def __init__(
        self,
        state: Callable[[], HallState],
        clock: Clock,
        session_key: str,
        console_digest: str = "",
        monotonic: Callable[[], float] = monotonic_s,
    ) -> None:
        """`console_digest` is of the token in the data directory: who can read that file administrates the hall."""
        self._console_digest = console_digest
        self._state = state
        self._clock = clock
        self._key = session_key
        self._hasher = PasswordHash.recommended()
        self._monotonic = monotonic
        self._checks = asyncio.Semaphore(CHECKS)
        self._checks_waiting = 0
        self._codes: dict[str, tuple[Role, str | None, float]] = {}
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
        left_ms = int(claims.get("until", 0)) - self._clock.now()
        valid = 0 < left_ms <= SESSION_MS + STEP_MS
        if account is None or not valid or claims.get("epoch") != account.epoch:
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
        good = await self._checked(password, password_hash)
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

    async def _checked(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is right; RequestError ``request.too_many`` where too many wait to be told."""
        if self._checks_waiting >= CHECKS_WAITING:
            raise RequestError("request.too_many", seconds=CHECKS_WAITING // 10)
        self._checks_waiting += 1
        try:
            async with self._checks:
                return await asyncio.to_thread(self._verify, password, password_hash)
        finally:
            self._checks_waiting -= 1

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
        now = self._monotonic()
        self._codes = {code: offer for code, offer in self._codes.items() if offer[2] > now}
        code = f"{secrets.randbelow(10**8):08d}"
        self._codes[code] = (role, place, now + CODE_S)
        return code, self._clock.now() + CODE_S * 1000

    def claim(self, code: str) -> tuple[Role, str | None]:
        """What the code was offered for; it is used up."""
        self._check_lock("")
        role, place, until = self._codes.pop(code, (Role.BOARD, None, 0.0))
        if until <= self._monotonic():
            self._failed("")
            raise RequestError("auth.bad_code")
        return role, place

    # ------------------------------------------------------------ locks

    def _check_lock(self, door: str) -> None:
        left_s = self._tries.get(door, _Tries()).until - self._monotonic()
        if left_s > 0:
            raise RequestError("auth.locked", seconds=ceil(left_s))

    def _failed(self, door: str) -> None:
        if len(self._tries) > 1000:
            self._tries.clear()
        tries = self._tries.setdefault(door, _Tries())
        tries.failed += 1
        if tries.failed >= TRIES:
            tries.failed = 0
            tries.until = self._monotonic() + LOCK_S


def new_token() -> str:
    """A terminal's token."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """What is kept of a terminal's token."""
    return hashlib.sha256(token.encode()).hexdigest()
