"""What Desk knows from its first moment on: which of its pages are this app's, and one of each unit."""

from __future__ import annotations

from verenigingen_maintenance.core.units import ONE
from verenigingen_maintenance.operations.pages import pages_of_app


def add_pages(bootinfo: dict) -> None:
    bootinfo["maintenance_pages"] = pages_of_app()
    bootinfo["maintenance_one"] = ONE
