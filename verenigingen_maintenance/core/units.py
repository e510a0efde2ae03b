"""Exactly one of a unit: 1 error, 2 errors. Units that are not here are the same for one, such as ms.

With its figure: alone, a word such as "error" would be translated wherever a stored sentence has it.
"""

from __future__ import annotations

from .language import phrase

ONE = {
    "accounts": phrase("1 account"),
    "alerts": phrase("1 alert"),
    "areas": phrase("1 area"),
    "bursts": phrase("1 burst"),
    "cards": phrase("1 card"),
    "changes": phrase("1 change"),
    "connections": phrase("1 connection"),
    "days": phrase("1 day"),
    "errors": phrase("1 error"),
    "errors a day": phrase("1 error a day"),
    "escalations": phrase("1 escalation"),
    "failures": phrase("1 failure"),
    "files": phrase("1 file"),
    "findings": phrase("1 finding"),
    "flags": phrase("1 flag"),
    "gaps": phrase("1 gap"),
    "incidents": phrase("1 incident"),
    "invoices": phrase("1 invoice"),
    "issues": phrase("1 issue"),
    "jobs": phrase("1 job"),
    "logins": phrase("1 login"),
    "lookups": phrase("1 lookup"),
    "mandates": phrase("1 mandate"),
    "members": phrase("1 member"),
    "messages": phrase("1 message"),
    "methods": phrase("1 method"),
    "metrics": phrase("1 metric"),
    "patterns": phrase("1 pattern"),
    "payments": phrase("1 payment"),
    "points": phrase("1 point"),
    "problems": phrase("1 problem"),
    "procedures": phrase("1 procedure"),
    "proposals": phrase("1 proposal"),
    "queries": phrase("1 query"),
    "recommendations": phrase("1 recommendation"),
    "reports": phrase("1 report"),
    "requests": phrase("1 request"),
    "sections": phrase("1 section"),
    "sessions": phrase("1 session"),
    "subjects": phrase("1 subject"),
    "threads": phrase("1 thread"),
    "users": phrase("1 user"),
    "usual deviations": phrase("1 usual deviation"),
    "versions": phrase("1 version"),
    "violations": phrase("1 violation"),
    "weaknesses": phrase("1 weakness"),
    "workers": phrase("1 worker"),
}
