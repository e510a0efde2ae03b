from verenigingen_maintenance.operations.records import RowOfRecord


class MaintenanceEscalationCheck(RowOfRecord):
    """What of an escalation is a breach: how bad it was, and when it was over."""
