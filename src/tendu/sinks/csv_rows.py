"""Poses as .csv: the table of `tendu.sinks.table`, one row per person and frame, for spreadsheets and pandas."""

import csv
import io

from tendu.pose import Poses
from tendu.sinks.file_sink import TextSink
from tendu.sinks.table import columns_of, rows
from tendu.skeleton import Skeleton


class CsvRows(TextSink):
    """Poses into a .csv file: a header, then one row per person; empty cells where there is nothing to say."""

    def _first(self, skeleton: Skeleton) -> str:
        text = io.StringIO()
        csv.DictWriter(text, columns_of(skeleton), lineterminator="\n").writeheader()
        return text.getvalue()

    def _frame(self, poses: Poses) -> str:
        text = io.StringIO()
        csv.DictWriter(text, columns_of(poses.skeleton), lineterminator="\n").writerows(rows(poses))
        return text.getvalue()
