"""Makes inputs from botocore's models: those that lack one required parameter, and those with one that is not known."""

import datetime

DUMMIES = {
    "string": "x",
    "integer": 1,
    "long": 1,
    "float": 1.0,
    "double": 1.0,
    "boolean": True,
    "blob": b"x",
    "timestamp": datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC),
}


def lacking_one(shape, known, path=""):
    """Pairs of a required parameter's path and an input that has all the required ones but that."""
    match shape.type_name:
        case "structure":
            required = _required(shape)
            for name in shape.required_members:
                others = {key: value for key, value in required.items() if key != name}
                # What has no parts at all is not sent by a client that speaks Query.
                yield _join(path, name), others or _one_other(shape, name, known, path)
            for name, member in shape.members.items():
                inner = _join(path, name)
                if any(each.startswith((f"{inner}.", f"{inner}[]")) for each in known):
                    for lacking, value in lacking_one(member, known, inner):
                        yield lacking, {**required, name: value}
        case "list":
            for lacking, value in lacking_one(shape.member, known, f"{path}[]"):
                yield lacking, [value]
        case "map":
            for lacking, value in lacking_one(shape.value, known, f"{path}.*"):
                yield lacking, {"x": value}


def in_path(shape):
    """What a request cannot be sent without: the parameters that stand in its path, where the protocol is REST."""
    members = {} if shape is None else shape.members
    return {
        name: _dummy(each) for name, each in members.items() if each.serialization.get("location") == "uri"
    }


def with_one(shape, path="", within=()):
    """Pairs of a parameter's path and an input that has nothing but it, for every parameter that has no parts."""
    # A structure that holds its own kind again holds nothing new there.
    if shape.name in within:
        return
    deeper = (*within, shape.name)
    match shape.type_name:
        case "structure":
            for name, member in shape.members.items():
                for inner, value in with_one(member, _join(path, name), deeper):
                    yield inner, {name: value}
        case "list":
            for inner, value in with_one(shape.member, f"{path}[]", deeper):
                yield inner, [value]
        case "map":
            for inner, value in with_one(shape.value, f"{path}.*", deeper):
                yield inner, {"x": value}
        case _:
            yield path, _dummy(shape)


def _one_other(shape, name, known, path):
    for other, member in shape.members.items():
        if other != name and _join(path, other) in known:
            return {other: _dummy(member)}
    return {}


def _required(shape):
    return {name: _dummy(shape.members[name]) for name in shape.required_members}


def _dummy(shape):
    match shape.type_name:
        case "structure":
            return _required(shape)
        case "list":
            return [_dummy(shape.member)]
        case "map":
            return {"x": _dummy(shape.value)}
        case kind:
            return shape.enum[0] if kind == "string" and shape.enum else DUMMIES[kind]


def _join(path, name):
    return f"{path}.{name}" if path else name
