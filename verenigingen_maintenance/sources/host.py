"""The machine that this worker runs on: disk, memory, processors."""

from __future__ import annotations

import os
import socket
from datetime import datetime

import frappe
import psutil

from verenigingen_maintenance.core.hosts import is_local
from verenigingen_maintenance.core.readings import Reading
from verenigingen_maintenance.sources import source

ORIGIN = "psutil, on the host of the worker"
GIGA = 1e9


def is_this(name: str) -> bool:
    """Whether a host's name, as a configuration has it, is of this machine; so is none at all."""
    return is_local(name, socket.gethostname()) or name in addresses()


@source
def disk_used(now: datetime) -> Reading:
    """How full the disk is that has the sites, in percent; what is reserved for root counts as used."""
    path = os.path.abspath(frappe.local.sites_path)
    usage = psutil.disk_usage(path)
    evidence = {"of": path, "free (GB)": _giga(usage.free), "size (GB)": _giga(usage.total)}
    return Reading(usage.percent, "%", now, ORIGIN, evidence)


@source
def memory_used(now: datetime) -> Reading:
    """Memory that is not available to programs, in percent."""
    memory = psutil.virtual_memory()
    evidence = {"available (GB)": _giga(memory.available), "size (GB)": _giga(memory.total)}
    return Reading(memory.percent, "%", now, ORIGIN, evidence)


@source
def load(now: datetime) -> Reading:
    """The mean load of five minutes for each processor: at 1 all of them are busy."""
    processors = psutil.cpu_count() or 1
    loads = psutil.getloadavg()
    evidence = {"processors": processors, "1, 5 and 15 minutes": [round(each, 2) for each in loads]}
    return Reading(round(loads[1] / processors, 3), "of each processor", now, ORIGIN, evidence)


def _giga(size: int) -> float:
    return round(size / GIGA, 2)


def addresses() -> frozenset[str]:
    """The addresses of this machine."""
    found = (each for of_card in psutil.net_if_addrs().values() for each in of_card)
    families = (socket.AF_INET, socket.AF_INET6)
    return frozenset(each.address for each in found if each.family in families)
