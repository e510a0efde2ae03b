from verenigingen_maintenance.operations.records import RowOfRecord


class ChecklistRunFinding(RowOfRecord):
    """What a review found, beside the last one; people accept it or act on it."""
