"""The tool ``kintone_query_docs``."""

from tools import base
from tools.parameters import Parameters
from tools.query_guide import query_guide
from tools.results import Result


class QueryDocs(base.OfflineTool):
    """Explains kintone's query language; asks kintone nothing."""

    tool_name = "kintone_query_docs"

    def answer(self, _parameters: Parameters) -> Result:
        """Return the text alone."""
        return Result(query_guide())
