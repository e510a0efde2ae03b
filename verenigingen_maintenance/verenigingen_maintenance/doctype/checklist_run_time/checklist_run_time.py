from verenigingen_maintenance.operations.records import RowOfRecord


class ChecklistRunTime(RowOfRecord):
    """How long a group of tasks took, beside what the procedure estimates."""
