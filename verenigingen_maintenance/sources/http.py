"""This site as a browser sees it: own requests over HTTP, made by a worker or from the shell."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import median
from urllib.parse import urlsplit

import frappe
import requests
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import shared, source, waits

REQUESTS = 3
PATIENCE = 5
CHUNK = 16_384
INSIDE_A_REQUEST = "an own request is made by a worker or from the shell, not inside a request"
_ADDRESS = re.compile(r"https?://(?:\[([0-9a-f:]+)\]|([\w.-]+))(?::\d{1,5})?/?", re.I | re.A)


@source
@waits("web server")
def ping(now: datetime) -> Reading | Unknown:
    """The median time of three pings to this site's web server in ms."""
    return own_request(now, "a ping does next to nothing")


def own_request(now: datetime, because: str) -> Reading | Unknown:
    """The median time of three pings to this site's web server in ms; `because` says why not Monitor."""
    origin = f"own request to {address()}/api/method/ping ({because})"
    if frappe.flags.maintenance_in_request:
        return Unknown(INSIDE_A_REQUEST, now, origin)
    times = _pings(now)
    if isinstance(times, str):
        return Unknown(f"the web server did not answer a ping: {times}", now, origin)
    return Reading(
        round(median(times), 1), "ms", now, origin, {"each (ms)": [round(each, 1) for each in times]}
    )


def refusal_to_answer(now: datetime) -> Unknown | None:
    """Why a ping to this site's web server failed; None when it answered (within a web request: it does)."""
    answer = own_request(now, "does it answer at all?")
    is_failure = isinstance(answer, Unknown) and not frappe.flags.maintenance_in_request
    return answer if is_failure else None


def address() -> str:
    """Where a worker reaches the web server: the setting, else this host and the bench's port."""
    setting = frappe.db.get_single_value("Maintenance Settings", "site_address")
    return (setting or f"http://127.0.0.1:{frappe.conf.webserver_port or 8000}").rstrip("/")


@shared
def _pings(_now: datetime) -> list[float] | str:
    """The times of some pings in ms; why there is none, where one failed."""
    try:
        return [_ping(address()) for _ in range(REQUESTS)]
    except (requests.RequestException, ValueError) as error:
        return str(error)


def _ping(base: str) -> float:
    """Milliseconds until the answer. Raises ValueError when it is another answer than Frappe's own."""
    started = time.perf_counter()
    answer = requests.get(
        f"{base}/api/method/ping",
        headers={"Host": frappe.local.site, "Accept": "application/json"},
        timeout=PATIENCE,
        allow_redirects=False,
    )
    elapsed = (time.perf_counter() - started) * 1000
    if answer.status_code != 200 or answer.json() != {"message": "pong"}:
        raise ValueError(f"HTTP {answer.status_code}, not a pong")
    return elapsed


# --- where a key may go


def is_own_address(base: str) -> bool:
    """Whether it is scheme, host and port of this site, and nothing more.

    Hosts of this site are loopback, its names, and what an administrator lists as `maintenance_web_servers`
    in its config.
    """
    found = _ADDRESS.fullmatch(base)
    host = (found[1] or found[2]).lower() if found else ""
    return bool(host) and (_is_loopback(host) or host in set(_own_hosts()))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _own_hosts() -> Iterator[str]:
    """The site's names and web servers, as bare hosts."""
    domains = [each.get("domain") if isinstance(each, dict) else each for each in frappe.conf.domains or []]
    servers = frappe.conf.maintenance_web_servers or []
    for each in (frappe.local.site, frappe.conf.host_name, *domains, *servers):
        text = str(each or "")
        yield urlsplit(text if "//" in text else f"//{text}").hostname or ""


# --- a whole answer, or none, within its time


@dataclass(frozen=True)
class Answer:
    """What came, in `came` bytes and `seconds`. `status` is 0 where nothing did; only a 200 is read on.

    `flaw` says why it is not a whole answer, and `is_late` that its time was over.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    came: int = 0
    seconds: float = 0
    flaw: str = ""
    is_late: bool = False


def get_whole(
    url: str, headers: Mapping[str, str], patience: float, most_bytes: int, method: str = "GET"
) -> Answer:
    """Ask once, follow nothing, and end after `patience` seconds, also where bytes drip in for ever.

    Neither a proxy nor a .netrc of the environment sees or changes the headers. Raises ValueError, without
    repeating them, for headers or an address that no request can have.
    """
    started = time.perf_counter()
    with _Deadline(patience) as deadline, _session(deadline) as session:
        answer = _ask(session, method, url, headers, patience, most_bytes)
    seconds = round(time.perf_counter() - started, 3)
    if deadline.is_over or answer.is_late or seconds >= patience:  # a busy machine's timer may be last of all
        return replace(answer, seconds=seconds, is_late=True, flaw=f"no whole answer within {patience:g} s")
    return replace(answer, seconds=seconds)


def _ask(
    session: requests.Session,
    method: str,
    url: str,
    headers: Mapping[str, str],
    patience: float,
    most_bytes: int,
) -> Answer:
    try:
        with session.request(
            method, url, headers=headers, timeout=patience, stream=True, allow_redirects=False
        ) as response:
            return _received(response, most_bytes)
    except requests.Timeout:
        return Answer(is_late=True)
    except requests.ConnectionError as error:
        return Answer(flaw=_cause(error))
    except requests.RequestException as error:
        raise ValueError(f"no request can be made: {type(error).__name__}") from None


def _received(response: requests.Response, most_bytes: int) -> Answer:
    """The answer, with the body of a 200 or as much of it as came."""
    body, flaw = bytearray(), ""
    try:
        for chunk in response.iter_content(CHUNK) if response.status_code == 200 else ():
            body += chunk
            if len(body) > most_bytes:
                flaw = f"more than {most_bytes / 1e6:g} MB"
                break
        is_broken = response.status_code == 200 and response.raw.tell() < _announced(response)
    except requests.RequestException:
        is_broken = True
    came = max(len(body), response.raw.tell())
    flaw = flaw or (broken_off(came) if is_broken else "")
    return Answer(response.status_code, response.headers, bytes(body), came, flaw=flaw)


def broken_off(came: int) -> str:
    """What is said of an answer that ended after `came` bytes."""
    return f"the answer breaks off after {came} bytes"


def _announced(response: requests.Response) -> int:
    """The bytes that were to come; 0 where the answer does not say."""
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else 0


def _cause(error: BaseException) -> str:
    """The innermost cause in words, such as “connection refused”."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    text = " ".join((getattr(error, "strerror", None) or str(error) or type(error).__name__).split())[:120]
    return text[:1].lower() + text[1:] if isinstance(error, OSError) else f"no answer in HTTP: {text}"


class _Deadline:
    """Shuts the connections of a request when its time is over: what is being read then ends."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._connections: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()

    def hold(self, connection: socket.socket) -> None:
        self._connections.append(connection)
        if self.is_over:
            self._end()

    def _end(self) -> None:
        self.is_over = True
        for each in self._connections:
            with contextlib.suppress(OSError):  # it has ended by itself
                socket.socket.shutdown(each, socket.SHUT_RDWR)


def _session(deadline: _Deadline) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(deadline))
    return session


class _Adapter(HTTPAdapter):
    """Tells a deadline of each connection that is made."""

    def __init__(self, deadline: _Deadline) -> None:
        super().__init__()
        pools = {"http": HTTPConnectionPool, "https": HTTPSConnectionPool}
        self.poolmanager.pool_classes_by_scheme = {
            scheme: _told(pool, deadline) for scheme, pool in pools.items()
        }


def _told(pool: type, deadline: _Deadline) -> type:
    class Connection(pool.ConnectionCls):
        def connect(self) -> None:
            super().connect()
            deadline.hold(self.sock)

    return type(pool.__name__, (pool,), {"ConnectionCls": Connection})
