"""Poses as .csv: the table of `tendu.sinks.table`, one row per person and frame, for spreadsheets and pandas."""

import csv
import io

from tendu.pose import Poses
from tendu.sinks.file_sink import TextSink
from tendu.sinks.table import COLUMNS, rows


class CsvRows(TextSink):
    """Poses into a .csv file: a header, then one row per person; empty cells where there is nothing to say."""

    def _first(self) -> str:
        return ",".join(COLUMNS) + "\n"

    def _frame(self, poses: Poses) -> str:
        text = io.StringIO()
        csv.DictWriter(text, COLUMNS, lineterminator="\n").writerows(rows(poses))
        return text.getvalue()
