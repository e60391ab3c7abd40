"""Holds an answer against botocore's model of the operation: member for member, and kind for kind.

botocore drops members that it does not know and does not miss those that are required, so that it parses a wrong
answer as gladly as a right one.
"""

import base64
import binascii
import json
import re
from xml.etree import ElementTree

# botocore's model requires these of an answer, and AWS leaves them out where they would be empty.
MAY_BE_LEFT_OUT = {
    (shape, member)
    for shape in ("SendMessageBatchResult", "DeleteMessageBatchResult", "ChangeMessageVisibilityBatchResult")
    for member in ("Successful", "Failed")
}

ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
INTEGER = re.compile(r"-?\d+")


def problems_of_answer(operation, response):
    """What is wrong with the answer to a call that succeeded; `response` is botocore's response dictionary."""
    metadata = operation.service_model.metadata
    protocol = operation.service_model.resolved_protocol
    yield from problems_of_headers(operation, response)
    if protocol in ("json", "rest-json"):
        body = json.loads(response["body"] or b"{}")
        if operation.output_shape is not None:
            yield from _json(operation.output_shape, body, "")
        elif body:
            yield f"an operation without output answers {body}"
    elif protocol == "ec2":
        yield from _ec2_answer(operation, metadata["xmlNamespace"], response["body"])
    else:
        yield from _query_answer(operation, metadata["xmlNamespace"], response["body"])


def problems_of_headers(operation, response):
    """What is wrong with the headers of any answer."""
    headers = response["headers"]
    metadata = operation.service_model.metadata
    kinds = {"json": f"application/x-amz-json-{metadata.get('jsonVersion')}", "rest-json": "application/json"}
    kind = kinds.get(operation.service_model.resolved_protocol, "text/xml")
    if headers.get("content-type") != kind:
        yield f"the content type is {headers.get('content-type')}, not {kind}"
    if not headers.get("x-amzn-requestid"):
        yield "there is no request id"


def _json(shape, value, path):
    match shape.type_name:
        case "structure":
            if not isinstance(value, dict):
                yield f"{path}: expected a structure, found {value!r}"
                return
            for name, each in value.items():
                if name not in shape.members:
                    yield f"{path}.{name}: {shape.name} has no such member"
                else:
                    yield from _json(shape.members[name], each, f"{path}.{name}")
            yield from _missing(shape, value, path)
        case "list":
            if not isinstance(value, list):
                yield f"{path}: expected a list, found {value!r}"
                return
            for index, each in enumerate(value):
                yield from _json(shape.member, each, f"{path}[{index}]")
        case "map":
            if not isinstance(value, dict):
                yield f"{path}: expected a map, found {value!r}"
                return
            for name, each in value.items():
                yield from _json(shape.key, name, f"{path}.{name}")
                yield from _json(shape.value, each, f"{path}.{name}")
        case kind:
            if not _is_json(kind, value):
                yield f"{path}: expected a {kind}, found {value!r}"
            else:
                yield from _limits(shape, value, path)


def _is_json(kind, value):
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "long":
            return is_number and isinstance(value, int)
        # AWS JSON gives times as seconds since 1970.
        case "float" | "double" | "timestamp":
            return is_number
        case "blob":
            return isinstance(value, str) and _is_base64(value)
    raise NotImplementedError(f"a JSON value of kind {kind}")


def _is_base64(value):
    try:
        base64.b64decode(value, validate=True)
    except binascii.Error:
        return False
    return True


def _query_answer(operation, namespace, body):
    root = ElementTree.fromstring(body)
    yield from _namespaces(root, namespace)
    if _tag(root) != f"{operation.name}Response":
        yield f"the outermost element is {_tag(root)}"
    shape = operation.output_shape
    wrapper = None if shape is None else shape.serialization["resultWrapper"]
    found = [_tag(child) for child in root]
    if found != [each for each in (wrapper, "ResponseMetadata") if each]:
        yield f"expected the elements {wrapper} and ResponseMetadata, found {found}"
    elif shape is not None:
        yield from _xml(shape, root[0], "")


def _ec2_answer(operation, namespace, body):
    root = ElementTree.fromstring(body)
    yield from _namespaces(root, namespace)
    if _tag(root) != f"{operation.name}Response":
        yield f"the outermost element is {_tag(root)}"
    ids = [child for child in root if _tag(child) == "requestId"]
    if len(ids) != 1:
        yield f"expected one requestId, found {len(ids)}"
    for each in ids:
        root.remove(each)
    yield from _xml(operation.output_shape, root, "")


def _xml(shape, element, path):
    if shape.type_name in ("structure", "list") and (element.text or "").strip():
        yield f"{path}: expected elements, found the text {element.text!r}"
    match shape.type_name:
        case "structure":
            names = {each.serialization.get("name", name): name for name, each in shape.members.items()}
            found = [_tag(child) for child in element]
            for child in element:
                name = names.get(_tag(child))
                if name is None:
                    yield f"{path}.{_tag(child)}: {shape.name} has no such member"
                elif found.count(_tag(child)) > 1:
                    yield f"{path}.{name}: it is there {found.count(_tag(child))} times"
                else:
                    yield from _xml(shape.members[name], child, f"{path}.{name}")
            yield from _missing(shape, {names.get(each) for each in found}, path)
        case "list":
            if shape.serialization.get("flattened"):
                raise NotImplementedError(f"the flattened list {path}")
            item = shape.member.serialization.get("name", "member")
            for index, child in enumerate(element):
                if _tag(child) != item:
                    yield f"{path}: expected elements {item}, found {_tag(child)}"
                yield from _xml(shape.member, child, f"{path}[{index}]")
        case kind:
            text = element.text or ""
            if len(element) > 0 or not _is_text_of(kind, text):
                yield f"{path}: expected a {kind}, found {ElementTree.tostring(element)}"
            else:
                yield from _limits(shape, int(text) if kind in ("integer", "long") else text, path)


def _is_text_of(kind, text):
    match kind:
        case "string":
            return True
        case "boolean":
            return text in ("true", "false")
        case "integer" | "long":
            return INTEGER.fullmatch(text) is not None
        case "timestamp":
            return ISO_TIME.fullmatch(text) is not None
    raise NotImplementedError(f"an XML value of kind {kind}")


def _limits(shape, value, path):
    if isinstance(value, str) and shape.type_name == "string" and shape.enum and value not in shape.enum:
        yield f"{path}: {shape.name} has no value {value!r}"
    limits = shape.metadata
    if "min" in limits or "max" in limits:
        size = len(value) if isinstance(value, str) else value
        if not limits.get("min", size) <= size <= limits.get("max", size):
            yield f"{path}: {value!r} is not within {shape.name}'s limits"


def _missing(shape, present, path):
    for name in shape.required_members:
        if name not in present and (shape.name, name) not in MAY_BE_LEFT_OUT:
            yield f"{path}.{name}: {shape.name} requires it, and it is missing"


def _tag(element):
    return element.tag.rsplit("}", 1)[-1]


def _namespaces(root, namespace):
    strange = {each.tag for each in root.iter() if not each.tag.startswith(f"{{{namespace}}}")}
    if strange:
        yield f"not of the namespace {namespace}: {sorted(strange)}"
