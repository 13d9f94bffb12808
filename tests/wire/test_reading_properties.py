"""For any query the pages have the records that kintone would return at once without its limits."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kintone.client import KintoneClient
from kintone.query import quote
from kintone.reading.reader import ReadRequest, read
from local_kintone import LocalKintone
from tests.unit.reading_samples import ids_read, small_pages
from tests.wire.conftest import OpenClient

TEXTS = ["1", "limit 5", 'say "order by x"', "a\\b", "名前 offset 3", ""]
FORM = {"a": {"type": "SINGLE_LINE_TEXT"}, "limit": {"type": "NUMBER"}, "order": {"type": "NUMBER"}}

TERMS = st.one_of(
    st.builds("a {} {}".format, st.sampled_from(["=", "!="]), st.sampled_from(TEXTS).map(quote)),
    st.builds(
        "a {} ({})".format,
        st.sampled_from(["in", "not in"]),
        st.lists(st.sampled_from(TEXTS).map(quote), min_size=1).map(",".join),
    ),
    st.builds("{} {} {}".format, st.sampled_from(["limit", "order", "$id"]), st.sampled_from("=<>"), st.integers(0, 9)),
)
CONDITIONS = st.recursive(
    TERMS,
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner) | st.builds("({})".format, inner)
    ),
    max_leaves=5,
)
PAGES = st.tuples(st.none() | st.integers(1, 60), st.none() | st.integers(0, 60))
ORDERS = st.sampled_from(["", "order by $id asc", "order by $id desc", "order by limit asc, $id desc"])


@pytest.fixture
def app(kintone: LocalKintone) -> int:
    """Create an app of a few records that make many small pages."""
    number = kintone.create_app("Reading", FORM)
    kintone.add_records(
        number,
        ({"$id": 2 * i, "a": TEXTS[i % len(TEXTS)], "limit": str(i % 7), "order": str(i % 10)} for i in range(1, 71)),
    )
    return number


@pytest.fixture
def client(kintone: LocalKintone, app: int, open_client: OpenClient) -> KintoneClient:
    """Open a client with permission to view the app."""
    return open_client(kintone.token(app, "view"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(condition=st.just("") | CONDITIONS, order=ORDERS, limit_and_offset=PAGES)
def test_paged_reading_equals_one_unlimited_evaluation(  # noqa: PLR0913, PLR0917 - fixtures, too
    kintone: LocalKintone,
    app: int,
    client: KintoneClient,
    condition: str,
    order: str,
    limit_and_offset: tuple[int | None, int | None],
) -> None:
    """The expected records come from condition and order alone, with limit and offset applied afterwards."""
    limit, offset = limit_and_offset
    options = [condition, order, f"limit {limit}" if limit else "", "" if offset is None else f"offset {offset}"]
    implied = order or ("order by $id desc" if limit else "order by $id asc")

    with small_pages():
        found = ids_read(read(client, ReadRequest(app, " ".join(filter(None, options)))))

    expected = [int(record["$id"]["value"]) for record in kintone.records(app, f"{condition} {implied}".strip())]
    assert found == expected[offset or 0 :][:limit]
    assert kintone.stats.live_cursors == 0
