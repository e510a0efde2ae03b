from verenigingen_maintenance.operations.records import RowOfRecord


class ChecklistRunBox(RowOfRecord):
    """One box of a checklist and the worst verdict under it."""
