"""Pictures of what is decided from week to week: findings, changes, versions, training, messages."""

from __future__ import annotations

import staged
from camera import Camera, scroll_to, show


def findings(camera: Camera, name: str) -> None:
    run = staged.open_run(camera.requests("operator"), "Weekly Maintenance")
    page = camera.page("operator")
    show(page, f"/app/checklist-run/{run}", ".maintenance-checklist .review-finding")
    scroll_to(page, ".maintenance-checklist .review")
    camera.take(page, name)


def change(camera: Camera, name: str) -> None:
    proposed = staged.proposed_change(camera.requests("operator"))
    page = camera.page("manager")
    show(page, f"/app/maintenance-change/{proposed}", '[data-fieldname="finding"]')
    camera.take(page, name)


def procedure_version(camera: Camera, name: str) -> None:
    version = staged.changed_procedure(camera.requests("manager"))
    page = camera.page("auditor")
    show(page, f"/app/procedure-version/{version}", ".maintenance-diff")
    camera.take(page, name)


def security_assessment(camera: Camera, name: str) -> None:
    assessment = staged.security_assessment(camera.requests("operator"))
    page = camera.page("auditor")
    show(page, f"/app/security-assessment/{assessment}", '[data-fieldname="told"] *')
    camera.take(page, name)


def training_session(camera: Camera, name: str) -> None:
    session = staged.post(camera.requests("manager"), "start_training")["session"]
    page = camera.page("manager")
    show(page, f"/app/training-session/{session}", ".still-needed li")
    camera.take(page, name)


def notifications(camera: Camera, name: str) -> None:
    page = camera.page("auditor")
    show(page, "/app/maintenance-notification/view/list", ".list-row .indicator-pill")
    camera.take(page, name)


PICTURES = {
    "findings": findings,
    "change": change,
    "procedure-version": procedure_version,
    "security-assessment": security_assessment,
    "training-session": training_session,
    "notifications": notifications,
}
