"""The documentation tools as Dify runs them: text alone, without kintone."""

import pytest

from dify_host import DifyHost, PluginFailure

DOCS_TOOLS = ("kintone_query_docs", "kintone_record_data_docs")


@pytest.mark.parametrize("name", DOCS_TOOLS)
def test_documentation_is_text_alone(host: DifyHost, name: str) -> None:
    """Without a credential the tool answers with text, which is what an agent reads, and sends nothing else."""
    outcome = host.invoke(name, {}, {}, given_by="agent")

    assert "kintone_get_fields" in outcome.text
    assert outcome.agent_view.strip() == outcome.text.strip()
    assert (outcome.json_messages, dict(outcome.variables), list(outcome.files)) == (0, {}, [])


@pytest.mark.parametrize("name", DOCS_TOOLS)
def test_documentation_takes_no_parameters(host: DifyHost, name: str) -> None:
    """An invented parameter is refused, and an empty one is as if it were absent."""
    with pytest.raises(PluginFailure) as refused:
        host.invoke(name, {"topic": "dates"}, {})

    assert refused.value.message.startswith("[INVALID_INPUT]")
    assert "topic" in refused.value.message
    assert host.invoke(name, {"topic": ""}, {}).text
