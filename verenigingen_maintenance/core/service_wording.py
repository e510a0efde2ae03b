"""How a host runs its services, as text for a shell."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping

from .service_commands import VERBS
from .shell_lines import prompted

WIDTH, INDENT = 100, "   "


def told(services: Iterable[Mapping[str, str]]) -> str:
    """Each service with its commands, none of which is run; in the order that they have."""
    return "\n".join(line for each in services for line in _service(each))


def _service(service: Mapping[str, str]) -> list[str]:
    by = f", as {service['as_user']}" if service["as_user"] else ""
    lines = [f"{service['service']}: {service['how']} ({service['sure']}){by}"]
    lines += textwrap.wrap(service["why"], WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)
    for verb in VERBS:
        if service[verb]:
            lines += [f"{INDENT}{verb}:", *prompted(service[verb], INDENT * 2)]
    return lines
