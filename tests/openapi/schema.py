"""schema - as much of JSON Schema 2020-12 as docs/openapi.json uses, and no more: a word that is not known here is an error."""

import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
SAID = {"description", "title", "example", "examples"}


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


class Schemas:
    def __init__(self, document):
        self.document = document

    def find(self, reference):
        node = self.document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        return node

    def faults(self, value, schema, at=""):
        """What is wrong with the value, each with its place."""
        if "$ref" in schema:
            return self.faults(value, self.find(schema["$ref"]), at)
        found = []
        for word, said in schema.items():
            if word in SAID or word in ("properties", "required", "additionalProperties"):
                continue
            check = getattr(self, "check_" + word, None)
            if check is None:
                raise ValueError(f"{at}: the schema says {word}, which nobody checks")
            found += check(value, said, at)
        if isinstance(value, dict):
            found += self.members(value, schema, at)
        return found

    def members(self, value, schema, at):
        known = schema.get("properties", {})
        found = [f"{at}: {name} is missing" for name in schema.get("required", []) if name not in value]
        for name, one in value.items():
            if name in known:
                found += self.faults(one, known[name], f"{at}/{name}")
            elif schema.get("additionalProperties", True) is False:
                found.append(f"{at}: {name} is not known")
        return found

    def check_type(self, value, said, at):
        names = said if isinstance(said, list) else [said]
        return [] if any(is_type(value, name) for name in names) else [f"{at}: {value!r} is no {said}"]

    def check_enum(self, value, said, at):
        return [] if value in said else [f"{at}: {value!r} is none of {said}"]

    def check_const(self, value, said, at):
        return [] if value == said else [f"{at}: {value!r} is not {said!r}"]

    def check_pattern(self, value, said, at):
        return [] if not isinstance(value, str) or re.search(said, value) else [f"{at}: {value!r} is not {said}"]

    def check_format(self, value, said, at):
        if said != "date-time":
            raise ValueError(f"{at}: the format {said} is checked by nobody")
        form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
        return [] if not isinstance(value, str) or re.fullmatch(form, value) else [f"{at}: {value!r} is no time"]

    def check_minimum(self, value, said, at):
        return [] if not is_type(value, "number") or value >= said else [f"{at}: {value} is below {said}"]

    def check_maximum(self, value, said, at):
        return [] if not is_type(value, "number") or value <= said else [f"{at}: {value} is above {said}"]

    def check_items(self, value, said, at):
        if not isinstance(value, list):
            return []
        return [fault for i, one in enumerate(value) for fault in self.faults(one, said, f"{at}/{i}")]

    def check_anyOf(self, value, said, at):
        tried = [self.faults(value, one, at) for one in said]
        return [] if any(not faults for faults in tried) else min(tried, key=len)
