"""Adding "did you mean" to an error about a field code that the app does not have."""

from kintone.errors import InvalidParameterError, InvalidQueryError, KintoneError
from kintone.reading.unknown_codes import near_codes
from tools.base import Call
from tools.text_input.name_lists import read_list

UNKNOWN_FIELD = "GAIA_IQ11"


def suggest_codes(call: Call, error: InvalidQueryError) -> None:
    """Put the nearest real codes into the error's remedy; where the form cannot be read the error stays as it is."""
    if error.code != UNKNOWN_FIELD:
        return
    try:
        form = call.client.forms.read(call.app)
        fields = read_list("fields", call.parameters.raw("fields"))
        hints = near_codes(call.parameters.text("query"), fields, form)
    except (KintoneError, InvalidParameterError):
        return
    error.remedy = " ".join([*hints, error.remedy])
