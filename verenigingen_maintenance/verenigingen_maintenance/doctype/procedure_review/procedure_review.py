from verenigingen_maintenance.operations.records import RowOfRecord


class ProcedureReview(RowOfRecord):
    """One review of a procedure."""
