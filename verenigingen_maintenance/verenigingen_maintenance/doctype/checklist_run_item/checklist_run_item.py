from verenigingen_maintenance.core.wording import in_words
from verenigingen_maintenance.operations.records import RowOfRecord


class ChecklistRunItem(RowOfRecord):
    """One measured value, or one step that a person answers, with its evidence."""

    def in_words(self) -> str:
        """The value with its unit, for people; empty where nothing was measured."""
        return in_words(float(self.value), self.unit or "") if self.value else ""
