"""The TLS certificate of this site, as somebody who opens it gets it."""

from __future__ import annotations

import socket
import ssl
from datetime import datetime
from urllib.parse import urlsplit

import frappe

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.sources import source, waits

PATIENCE = 5
NOT_HTTPS = "the address of this site is not https"


@source
@waits("certificate")
def days_left(now: datetime) -> Reading | Unknown:
    """Days until the certificate of the site's own address ends; none are left of one that nobody trusts."""
    address = urlsplit(str(frappe.conf.host_name or ""))
    if address.scheme != "https" or not address.hostname:
        return Unknown(f"{NOT_HTTPS} (host_name in the site config says which it is)", now)
    host, port = address.hostname, address.port or 443
    origin = f"TLS of {host}:{port}"
    ends, flaw = _ends(host, port)
    days = (ends - now).total_seconds() / 86_400
    days = min(days, 0) if flaw else days
    evidence = {"ends": ends.isoformat(), "not trusted because": flaw}
    return Reading(round(days, 2), "days", now, origin, evidence, detail=flaw)


def _ends(host: str, port: int) -> tuple[datetime, str]:
    """When the certificate ends, and why it would not be trusted. Raises OSError where none can be had."""
    from cryptography import x509

    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, port), PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        certificate = x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b"")
    return certificate.not_valid_after_utc, _flaw(host, port)


def _flaw(host: str, port: int) -> str:
    """Why a browser would not trust it; “” where it would."""
    try:
        with (
            socket.create_connection((host, port), PATIENCE) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host),
        ):
            return ""
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
