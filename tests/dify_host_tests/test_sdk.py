"""The host works with the real SDK."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dify_host import DifyHost, PluginFailure, ServerlessHost

GOOD = {"password": "open sesame"}


@pytest.fixture(scope="module")
def sample(sample_folder: Path) -> Iterator[DifyHost]:
    """Run the sample plugin over stdio."""
    with DifyHost(sample_folder) as host:
        yield host


@pytest.fixture(scope="module")
def serverless(sample_folder: Path) -> Iterator[ServerlessHost]:
    """Run the sample plugin over HTTP."""
    with ServerlessHost(sample_folder) as host:
        yield host


def test_credentials_are_judged_by_the_plugin(sample: DifyHost) -> None:
    """Valid credentials are accepted; invalid ones raise with the plugin's class and message."""
    assert sample.validate(GOOD)

    with pytest.raises(PluginFailure) as caught:
        sample.validate({"password": "wrong"})

    assert caught.value.error_type == "ToolProviderCredentialValidationError"
    assert caught.value.message == "the password is wrong"


def test_all_kinds_of_messages_arrive(sample: DifyHost) -> None:
    """Text, JSON, variables and blobs of the SDK become the node's outputs."""
    meta = {"filename": "日本.txt", "mime_type": "text/plain"}
    parameters = {"text": "hi", "json": [{"a": 1}], "variables": {"v": [1]}, "blob_bytes": 20_000, "meta": meta}

    outcome = sample.invoke("echo", parameters, GOOD)

    assert (outcome.text, outcome.json, outcome.variables) == ("hi", [{"a": 1}], {"v": [1]})
    assert [(file.name, file.mime_type, file.content) for file in outcome.files] == [
        ("日本.txt", "text/plain", b"z" * 20_000)
    ]


def test_large_json_is_recognised_without_parsing(sample: DifyHost) -> None:
    """The detection of large JSON messages fits the SDK's frame format."""
    outcome = sample.invoke("echo", {"json": [{"records": ["x" * 1000] * 100}]}, GOOD, keep_json=False)

    assert (outcome.json_messages, outcome.messages) == (1, [])


def test_file_arguments_can_be_read_by_the_plugin(sample: DifyHost) -> None:
    """The SDK accepts the file argument of `serve`, and its URL returns the bytes."""
    file = sample.serve("写真.png", b"\x89PNG" * 1000, "image/png")

    outcome = sample.invoke("echo", {"file": file}, GOOD)

    assert [(got.name, got.content) for got in outcome.files] == [("写真.png", b"\x89PNG" * 1000)]
    assert len(sample.files.requests) == 1


def test_exception_carries_its_traceback(sample: DifyHost) -> None:
    """A tool's exception arrives with class, message and traceback."""
    with pytest.raises(PluginFailure, match="ValueError: no luck") as caught:
        sample.invoke("echo", {"raise": "no luck"}, GOOD)

    assert "echo.py" in caught.value.traceback


def test_serverless_plugin_answers_like_the_local_one(serverless: ServerlessHost) -> None:
    """Health, credentials, results and failures work over HTTP, with the first response within 20 seconds."""
    assert serverless.ready_after <= 20
    assert serverless.get("/health") == 200
    assert serverless.get("/") in {200, 404}
    assert serverless.validate(GOOD)
    assert serverless.invoke("echo", {"text": "hi"}, GOOD).text == "hi"
    with pytest.raises(PluginFailure, match="no luck"):
        serverless.invoke("echo", {"raise": "no luck"}, GOOD)
