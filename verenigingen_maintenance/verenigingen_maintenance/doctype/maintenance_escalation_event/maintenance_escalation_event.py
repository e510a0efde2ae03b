from verenigingen_maintenance.operations.records import RowOfRecord


class MaintenanceEscalationEvent(RowOfRecord):
    """What happened to an escalation, and when."""
