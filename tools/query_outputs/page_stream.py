"""The mode ``json_stream``: a JSON message per page as it arrives; nothing is kept."""

from collections.abc import Iterator

from kintone.pages import Page
from tools.carried_json import CarriedRecords
from tools.messages import LARGEST_MESSAGE, json_message, refuse_oversize, size_of, text_message, variable_message
from tools.query_outputs.outcome import Outcome
from tools.query_outputs.output import Messages

SPARE = 2
"""An answer of kintone bounds its records' JSON, were it not for numbers with an exponent; measuring costs time."""
REMEDY = "name only the needed field codes in fields"


class PageStream:
    """Sends each page, in parts with the same ``page`` where one message cannot hold it."""

    def take(self, page: Page, expected: int | None) -> Messages:
        """Send a page."""
        del expected
        around = size_of({"page": page.number, "records": []})
        for part, size in _parts(page, LARGEST_MESSAGE - around):
            yield json_message(
                {"page": part.number, "records": CarriedRecords(part.records)}, size=around + size, remedy=REMEDY
            )

    def finish(self, outcome: Outcome) -> Messages:
        """Send the account."""
        pages = "1 page" if outcome.pages == 1 else f"{outcome.pages:,} pages"
        where = f" The records are in the JSON output, {pages}." if outcome.records else ""
        yield json_message({"summary": outcome.summary()})
        yield text_message(f"{outcome.headline()}.{where}")
        yield variable_message("record_count", outcome.records)


def _parts(page: Page, room: int) -> Iterator[tuple[Page, int]]:
    """Halve a page until each part fits; yield the parts in order, each with its bytes."""
    size = SPARE * page.size
    if not 0 < size <= room:
        size = size_of(page.records)
    if size <= room:
        yield page, size
    elif len(page.ids) == 1:
        refuse_oversize(size, f"record {page.ids[0]} alone", REMEDY)
    else:
        middle = len(page.ids) // 2
        for half in (slice(None, middle), slice(middle, None)):
            yield from _parts(Page(page.number, page.records[half], page.ids[half]), room)
