"""Why a message did not arrive, and whose fault that is."""

from __future__ import annotations


class NotDeliveredError(Exception):
    """It failed and is tried again; `is_connection`: nobody else is reached that way either just now."""

    def __init__(self, reason: str, is_connection: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_connection = is_connection


class NotToBeSentError(Exception):
    """There is nothing to send it to, and trying again would not help."""
