"""slack_methods - holds a call to what Slack publishes of its methods (slack_methods.json, which names its source)."""

import json
from pathlib import Path

METHODS = json.loads(Path(__file__).with_suffix(".json").read_text())["methods"]
TYPES = {"string": str, "boolean": bool}
NESTED = ("attachments", "blocks")  # strings of JSON in a form, and in a body of JSON the lists themselves


def fits(name, type, value):
    return isinstance(value, TYPES[type]) or name in NESTED and isinstance(value, list)


def arguments_of(described, request):
    """What a call says, or None where the method does not take it this way. Whatever takes JSON takes it by POST."""
    if request["method"] == "GET" == described["verb"]:
        return {name: values[-1] for name, values in request["query"].items()} if not request["body"] else None
    is_json = request["headers"].get("content-type", "").split(";")[0] == "application/json"
    if request["method"] != "POST" or not described["json"] or not is_json or request["query"]:
        return None
    return request["json"] if isinstance(request["json"], dict) else None


def fault(method, request):
    """What the description does not allow in a request, or None."""
    if method not in METHODS:
        return f"{method}: no such method"
    described = METHODS[method]
    arguments = arguments_of(described, request)
    if arguments is None:
        return f"{method}: not taken as {request['method']} of {request['headers'].get('content-type')}"
    for name, value in arguments.items():
        if name not in described["types"]:
            return f"{method}: has no {name}"
        if not fits(name, described["types"][name], value):
            return f"{method}: {name} is a {described['types'][name]}"
    return next((f"{method}: needs {name}" for name in described["required"] if not arguments.get(name)), None)
