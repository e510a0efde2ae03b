from verenigingen_maintenance.operations.records import RowOfRecord


class TrainingParticipant(RowOfRecord):
    """One who was asked to a training session: there or not, understood or not, with access or not."""
