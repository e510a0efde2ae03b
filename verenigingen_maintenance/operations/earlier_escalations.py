"""An escalation of an earlier version has no clock, and does not say which checks broke: it is given both."""

from __future__ import annotations

from datetime import datetime

from frappe.model.document import Document

from verenigingen_maintenance.core.escalation_clock import stop
from verenigingen_maintenance.core.escalation_states import Status
from verenigingen_maintenance.operations import breaches, checks, escalation_policy, escalation_steps
from verenigingen_maintenance.operations.breaches import Part
from verenigingen_maintenance.operations.checks import Spec
from verenigingen_maintenance.sources import clock


def adopt(escalation: Document, now: datetime) -> None:
    """Its clock begins where it is, when it opened: people were told then, and are not told again."""
    policy = escalation_policy.present()
    level = policy.level(escalation.level or "") or policy.at_least(1)
    breaches.put(escalation, _parts(escalation.subject, now))
    opened = clock.instant_before(escalation.opened_at, now) if escalation.opened_at else now
    escalation_steps.start(escalation, level.name if level else "", policy, min(now, opened))
    if escalation.status != Status.OPEN.value:
        escalation_steps.keep_clock(escalation, stop(escalation_steps.clock_of(escalation)))
    escalation_steps.write(escalation)


def _parts(subject: str, now: datetime) -> list[Part]:
    """The checks of its subject: the next round or run finds which of them are over."""
    return [_part(spec, now) for spec in checks.enabled_specs() if spec.subject == subject and spec.critical]


def _part(spec: Spec, now: datetime) -> Part:
    rule = {"unit": spec.unit, "critical": spec.critical, "version": spec.version}
    return Part(spec.name, spec.title, now, spec.area, **rule)
