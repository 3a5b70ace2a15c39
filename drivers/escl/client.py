"""The HTTP of eSCL: each answer bounded in size and time, redirects not followed, the certificate checked by hand.

A scanner's certificate is its own and proves nothing to a public authority, so it is compared with the fingerprint
that the technician gave, before anything of an answer is read.
"""

import hashlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx

from drivers.escl.codec import MOST_XML
from drivers.escl.options import EsclOptions
from drivers.program import Overdue, within
from hallctl.devices.contract import DeviceFault, LinkLost, Port

MOST_PAGE: Final = 64 * 1024 * 1024
"""A page of A3 at 600 dpi as JPEG stays well below this."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers (names in lower case) and the body; `late` after a 503 to the same question."""

    code: int
    headers: Mapping[str, str]
    body: bytes
    late: bool = False


class Client:
    """Talks to one scanner."""

    def __init__(self, options: EsclOptions, port: Port) -> None:
        self._fingerprint = options.fingerprint
        self._port = port
        parts = urlsplit(options.url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._root = parts.path.rstrip("/") or "/eSCL"
        self._http = httpx.AsyncClient(
            verify=_context(options),
            follow_redirects=False,
            trust_env=False,
            timeout=None,  # noqa: S113 - `ask` limits the whole answer, with the hall's clock
            limits=httpx.Limits(max_connections=2, keepalive_expiry=5),
            headers={"User-Agent": "hallctl", "Accept-Encoding": "identity"},
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(
        self, method: str, path: str, seconds: float, *, content: bytes | None = None, most: int = MOST_XML
    ) -> Answer:
        """The answer to a request; `path` is below the scanner's root, or a whole path as `job_path` gives it.

        LinkLost when nothing answers; DeviceFault ``scanner.moved``, ``scanner.certificate``, ``device.silent``,
        ``device.garbled`` (an answer too large, or no HTTP).
        """
        url = self._origin + (path if path.startswith("/") else f"{self._root}/{path}")
        try:
            answer = await within(seconds, self._port, self._exchange(method, url, content, most))
        except Overdue as error:
            raise DeviceFault("device.silent", detail=f"{method} {path}: {error}") from error
        except (httpx.ConnectError, httpx.ReadError, httpx.WriteError, httpx.CloseError) as error:
            if isinstance(error.__cause__, ssl.SSLError) or "SSL" in str(error) or "CERTIFICATE" in str(error):
                raise DeviceFault("scanner.certificate", transient=False, detail=str(error)) from error
            raise LinkLost(f"{method} {path}: {error or type(error).__name__}") from error
        except httpx.RemoteProtocolError as error:
            if "closed" in str(error) or "disconnected" in str(error):
                raise LinkLost(f"{method} {path}: {error}") from error
            raise DeviceFault("device.garbled", detail=f"{method} {path}: {error}") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DeviceFault("device.garbled", detail=f"{method} {path}: {error or type(error).__name__}") from error
        if 300 <= answer.code < 400:
            raise DeviceFault("scanner.moved", transient=False, detail=answer.headers.get("location", "")[:200])
        self._port.heard()
        return answer

    def job_path(self, location: str) -> str | None:
        """The path of a job from the header Location. Only its path counts, never its host: it is often wrong."""
        path = urlsplit(location).path.rstrip("/")
        if not path or len(path) > 500 or not path.isprintable() or " " in path:
            return None
        return path if path.startswith("/") else f"{self._root}/{path}"

    async def _exchange(self, method: str, url: str, content: bytes | None, most: int) -> Answer:
        headers = {"Content-Type": "text/xml"} if content is not None else {}
        async with self._http.stream(method, url, content=content, headers=headers) as response:
            self._check_certificate(response)
            body = bytearray()
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > most:
                    raise DeviceFault("device.garbled", detail=f"{url}: more than {most} bytes")
            return Answer(response.status_code, response.headers, bytes(body))

    def _check_certificate(self, response: httpx.Response) -> None:
        if not self._fingerprint:
            return
        secured = response.extensions["network_stream"].get_extra_info("ssl_object")
        certificate = secured.getpeercert(binary_form=True) if secured is not None else b""
        seen = hashlib.sha256(certificate or b"").hexdigest()
        if seen != self._fingerprint:
            raise DeviceFault("scanner.certificate", transient=False, detail=f"its fingerprint is {seen}")


def _context(options: EsclOptions) -> ssl.SSLContext | bool:
    """Public authorities by default, none with a fingerprint or on demand; nothing to load for http."""
    if options.url.startswith("http:"):
        return False
    context = ssl.create_default_context()
    if options.fingerprint or options.any_certificate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
