"""Commands as a shell shows them: a prompt before the first line of each, so that the rest can be copied."""

from __future__ import annotations

import shlex


def prompted(commands: str, indent: str) -> list[str]:
    """The lines of some commands; what goes on from the line before it (a quotation, a backslash, an if) has
    no prompt, and nothing before it but the indent."""
    lines: list[str] = []
    begun = ""
    for line in commands.splitlines():
        lines.append(f"{indent}{line}" if begun else f"{indent}$ {line}")
        whole = f"{begun}\n{line}" if begun else line
        begun = whole if _goes_on(whole) else ""
    return lines


def _goes_on(text: str) -> bool:
    try:
        words = shlex.split(text.replace(";", " ; "))
    except ValueError:  # a quotation or an escape that is not ended
        return True
    return words.count("if") > words.count("fi")
