"""The arguments of operations as OpenAPI shows them: the models' JSON Schema, with the loose types that are taken as well."""

from __future__ import annotations

from typing import Any

from core.operations import Arguments

Json = dict[str, Any]
WHOLE = r"^-?[0-9]{1,19}$"
NOISE = ("title", "$defs")


def body_schema(model: type[Arguments]) -> Json:
    """The JSON body: numbers may be texts, flags truth values, lists JSON texts."""
    full = model.model_json_schema()
    return _loose(full, full.get("$defs", {}))


def query_schemas(model: type[Arguments]) -> list[tuple[str, Json, bool]]:
    """Name, schema and whether it has to be there, of each argument in an address; lists are texts there."""
    full = model.model_json_schema()
    definitions, needed = full.get("$defs", {}), full.get("required", [])
    return [(name, _flat(each, definitions), name in needed) for name, each in full.get("properties", {}).items()]


def _inlined(schema: Json, definitions: Json) -> Json:
    if "$ref" in schema:
        rest = {name: value for name, value in schema.items() if name != "$ref"}
        schema = {**definitions[schema["$ref"].rpartition("/")[2]], **rest}
    return {name: value for name, value in schema.items() if name not in NOISE}


def _loose(schema: Json, definitions: Json) -> Json:
    found = _inlined(schema, definitions)
    if "anyOf" in found:
        found["anyOf"] = [_loose(each, definitions) for each in found["anyOf"]]
    if "properties" in found:
        found["properties"] = {name: _loose(each, definitions) for name, each in found["properties"].items()}
    if "items" in found:
        found["items"] = _loose(found["items"], definitions)
    if found.get("type") == "integer":
        return _loose_number(found)
    if found.get("type") == "array":
        found["type"] = ["array", "string", "integer", "object"]
    return found


def _loose_number(found: Json) -> Json:
    if "enum" in found:
        return {**found, "type": ["integer", "string"], "enum": [*found["enum"], *map(str, found["enum"])]}
    if _is_flag(found):
        return {**found, "type": ["integer", "string", "boolean"]}
    return {**found, "type": ["integer", "string"], "pattern": WHOLE}


def _is_flag(found: Json) -> bool:
    return (found.get("type"), found.get("minimum"), found.get("maximum")) == ("integer", 0, 1)


def _flat(schema: Json, definitions: Json) -> Json:
    found = _inlined(schema, definitions)
    kinds = [each for each in found.pop("anyOf", []) if each.get("type") != "null"]
    if kinds:
        found |= _inlined(kinds[0], definitions)
    if found.get("default", "") is None:
        del found["default"]
    if found.get("type") == "array":
        kept = {name: found[name] for name in ("description",) if name in found}
        return {"type": "string", **kept}
    return {**found, "type": ["integer", "boolean"]} if _is_flag(found) else found
