"""Tells a Notification Target: a chat, a pager, an SMS service, through Apprise.

Apprise is imported where it is used: it takes a while, and most processes need it never. It sends in a thread
that is left behind when its time is over, because not every service of it keeps to time-outs. An address is a
secret: nothing that is stored, logged or shown repeats a part of it. It is in variables named `secret`, whose
values Frappe leaves out of Error Log.
"""

from __future__ import annotations

import logging
import queue
import re
import threading
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.redaction import redact
from verenigingen_maintenance.core.target_urls import NOT_ALLOWED, refused_because, schema_of, with_limits
from verenigingen_maintenance.core.undelivered import NotDeliveredError, NotToBeSentError
from verenigingen_maintenance.operations import escalation_policy, messages
from verenigingen_maintenance.operations.language import language_of_site, sayer
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.sources import clock

TARGET = "Notification Target"
PATIENCE = 5
LONGEST = 60
LIST = "https://github.com/caronc/apprise/wiki"
PIECES = re.compile(r"[/:@?&;=,#]+")


def _apprise() -> Any:
    """Apprise, whose log goes nowhere but into `_Kept`: its lines may repeat an address."""
    import apprise

    log = logging.getLogger("apprise")
    log.propagate = False
    log.setLevel(logging.WARNING)
    return apprise


class _Kept(logging.Handler):
    """What Apprise logs in one thread: why something failed."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self.thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.lines.append(record.getMessage())


def hand_over(rows: list[frappe._dict], now: datetime) -> None:
    """Tells a target all of `rows` in one message. Raises NotDeliveredError or NotToBeSentError."""
    name = rows[0].recipient
    if not frappe.db.get_value(TARGET, name, "enabled"):
        raise NotToBeSentError("this target is switched off, or was deleted")
    title, text = messages.short(rows, now)
    say = sayer(language_of_site())
    _tell(frappe.get_doc(TARGET, name), say(title), say(text))


def note_problem(name: str, problem: str) -> None:
    """What is wrong with a target, where its managers look; nothing where it works."""
    if (frappe.db.get_value(TARGET, name, "problem") or "") != problem:
        frappe.db.set_value(TARGET, name, "problem", problem, update_modified=False)


def test(name: str) -> dict:
    """Sends a message that says it is a test. Whether it was taken, and if not, why."""
    if not frappe.db.exists(TARGET, name):
        refuse(_("There is no notification target {0}."), name, kind=frappe.DoesNotExistError)
    title = f"Test of {name}"
    text = "Sent by {0} at {1}. Nothing is broken."
    try:
        text = text.format(frappe.utils.get_url(), clock.shown(clock.now()))
        _tell(frappe.get_doc(TARGET, name), title, text)
    except NotDeliveredError as error:
        note_problem(name, error.reason)
        return {"taken": False, "reason": error.reason}
    note_problem(name, "")
    return {"taken": True, "reason": ""}


def refuse_bad(target: Document) -> None:
    """For the controller: an address that Apprise does not know, or that is none of the network."""
    if not 1 <= (target.timeout_seconds or 0) <= LONGEST:
        refuse(_("The time-out is 1 to {0} seconds."), LONGEST)
    if (target.from_level or 0) < 1:
        refuse(_("The level is 1 or higher."))
    escalation_policy.refuse_above_highest(target.from_level)
    secret = target.url if not target.is_dummy_password(target.url or "") else _secret_of(target)
    if reason := refused_because(secret or ""):
        refuse(_(reason), ", ".join(sorted(NOT_ALLOWED)))
    if _service(secret, target.timeout_seconds) is None:
        refuse(
            _(
                "Apprise does not take this address, which is not repeated here because it is a secret. "
                "It begins with a kind, such as {0}, and needs all that this kind asks for: see {1}."
            ),
            ", ".join(f"{each}://" for each in _examples()),
            LIST,
        )


def _tell(target: Document, title: str, text: str) -> None:
    """Hands one message to Apprise, and waits no longer than the target's time-out and a little more."""
    secret, seconds = _secret_of(target), target.timeout_seconds or 10
    if not secret:
        raise NotDeliveredError("its address cannot be read: enter it again", is_connection=True)
    answers: queue.SimpleQueue = queue.SimpleQueue()
    _start(answers, secret, seconds, title, text)
    try:
        taken, reason = answers.get(timeout=seconds + PATIENCE)
    except queue.Empty:
        message = f"no answer within {seconds + PATIENCE} s"
        raise NotDeliveredError(message, is_connection=True) from None
    if not taken:
        raise NotDeliveredError(_without(secret, reason) or "it was not taken", is_connection=True)


def _start(answers: queue.SimpleQueue, secret: str, seconds: int, title: str, text: str) -> None:
    threading.Thread(
        target=_run,
        args=(answers, secret, seconds, title, text),
        daemon=True,
        name="notification target",
    ).start()


def _run(answers: queue.SimpleQueue, secret: str, seconds: int, title: str, text: str) -> None:
    """The thread: no database and no frappe in here. Whatever happens is an answer."""
    kept, log = _Kept(), logging.getLogger("apprise")
    log.addHandler(kept)
    try:
        taken = _notify(secret, seconds, title, text)
        answers.put((taken, "; ".join(kept.lines)))
    except BaseException as error:  # noqa: BLE001 - a service may fail in any way: it was not taken
        answers.put((False, f"{type(error).__name__}: {error}"))
    finally:
        log.removeHandler(kept)


def _notify(secret: str, seconds: int, title: str, text: str) -> bool:
    """Past Apprise's own pool of threads: a hanging one there would keep the process from ending."""
    service = _service(secret, seconds)
    if service is None:
        raise ValueError("Its address is not taken any more: enter it again")
    from apprise import NotifyFormat
    from apprise.conversion import convert_between

    wanted = service.notify_format
    if isinstance(wanted, list | tuple | set):
        wanted = NotifyFormat.TEXT if NotifyFormat.TEXT in wanted else next(iter(wanted))
    body = convert_between(NotifyFormat.TEXT, wanted, text)
    return bool(service.notify(body=body, title=title, body_format=wanted))


def _service(secret: str, seconds: int) -> Any:
    """Apprise's object for an address, or None where it takes none of it, or where it is refused by now."""
    if refused_because(secret):
        return None
    service = _apprise().Apprise.instantiate(with_limits(secret, seconds))
    if service is not None:
        service.redirects = False  # however its address was spelled
    return service


def _examples() -> list[str]:
    """The kinds that people here are likely to look for, of those that this Apprise has."""
    kinds: set[str] = set()
    for service in _apprise().Apprise().details()["schemas"]:
        for field in ("protocols", "secure_protocols"):
            kinds |= set(service[field] or ())
    likely = ("slack", "workflows", "msteams", "signal", "tgram", "matrixs", "ntfys", "pagerduty", "jsons")
    return [kind for kind in likely if kind in kinds]


def _secret_of(target: Document) -> str:
    return target.get_password("url", raise_exception=False) or ""


def _without(secret: str, reason: str) -> str:
    """A reason without any part of the address, and redacted."""
    for piece in sorted(set(PIECES.split(secret)), key=len, reverse=True):
        if len(piece) > 3 and piece != schema_of(secret):
            reason = reason.replace(piece, "***")
    return redact(reason)[:500]
