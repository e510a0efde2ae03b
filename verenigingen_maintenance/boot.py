"""What Desk knows from its first moment on: which of its pages are this app's, and the units of one."""

from __future__ import annotations

from verenigingen_maintenance.core.units import SINGULAR
from verenigingen_maintenance.operations.pages import pages_of_app


def add_pages(bootinfo: dict) -> None:
    bootinfo["maintenance_pages"] = pages_of_app()
    bootinfo["maintenance_singular"] = SINGULAR
