"""Adding "did you mean" to an error about a field code that the app does not have."""

from kintone.errors import InvalidQueryError, KintoneError
from kintone.messages import Joined
from kintone.reading.unknown_codes import near_codes
from tools.base import Call
from tools.text_input.name_lists import read_list

UNKNOWN_FIELD = "GAIA_IQ11"


def with_codes(call: Call, error: InvalidQueryError) -> InvalidQueryError:
    """Return the error with the nearest real codes in its remedy, or as it is where the form cannot be read."""
    if error.code != UNKNOWN_FIELD:
        return error
    try:
        form = call.client.forms.read(call.app)
        fields = read_list("fields", call.parameters.raw("fields"))
        hints = near_codes(call.parameters.text("query"), fields, form)
    except KintoneError:
        return error
    return error.but(remedy=Joined([*hints, error.remedy], " ")) if hints else error
