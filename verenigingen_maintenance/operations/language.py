"""What is stored is English; it is read in the language of whoever reads it."""

from __future__ import annotations

from frappe import _


def said(text: str | None) -> str:
    """A text that core, a source or the runbook wrote, in the language of this request; unknown ones stay as they are."""
    return _(text) if text else ""
