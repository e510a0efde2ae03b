"""The unit of exactly one: 1 error, 2 errors. Units that are not here are the same for one, such as ms."""

from __future__ import annotations

from .language import phrase

SINGULAR = {
    "accounts": phrase("account"),
    "alerts": phrase("alert"),
    "areas": phrase("area"),
    "bursts": phrase("burst"),
    "cards": phrase("card"),
    "changes": phrase("change"),
    "connections": phrase("connection"),
    "days": phrase("day"),
    "errors": phrase("error"),
    "errors a day": phrase("error a day"),
    "escalations": phrase("escalation"),
    "failures": phrase("failure"),
    "files": phrase("file"),
    "findings": phrase("finding"),
    "flags": phrase("flag"),
    "gaps": phrase("gap"),
    "incidents": phrase("incident"),
    "invoices": phrase("invoice"),
    "issues": phrase("issue"),
    "jobs": phrase("job"),
    "logins": phrase("login"),
    "lookups": phrase("lookup"),
    "mandates": phrase("mandate"),
    "members": phrase("member"),
    "messages": phrase("message"),
    "methods": phrase("method"),
    "metrics": phrase("metric"),
    "patterns": phrase("pattern"),
    "payments": phrase("payment"),
    "points": phrase("point"),
    "problems": phrase("problem"),
    "procedures": phrase("procedure"),
    "proposals": phrase("proposal"),
    "queries": phrase("query"),
    "recommendations": phrase("recommendation"),
    "reports": phrase("report"),
    "requests": phrase("request"),
    "sections": phrase("section"),
    "sessions": phrase("session"),
    "subjects": phrase("subject"),
    "threads": phrase("thread"),
    "users": phrase("user"),
    "usual deviations": phrase("usual deviation"),
    "versions": phrase("version"),
    "violations": phrase("violation"),
    "weaknesses": phrase("weakness"),
    "workers": phrase("worker"),
}


def unit_of(value: float, unit: str) -> str:
    """The unit as it stands behind a value."""
    return SINGULAR.get(unit, unit) if value == 1 else unit
