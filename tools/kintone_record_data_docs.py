"""The tool ``kintone_record_data_docs``."""

from tools import base
from tools.parameters import Parameters
from tools.record_guide import record_guide
from tools.results import Result


class RecordDataDocs(base.OfflineTool):
    """Explains how record data is written; asks kintone nothing."""

    tool_name = "kintone_record_data_docs"

    def answer(self, _parameters: Parameters) -> Result:
        """Return the text alone."""
        return Result(record_guide())
