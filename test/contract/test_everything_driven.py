"""Protects the rest of these tests from what they left out: boto3 has to have driven all that the simulator serves.

It runs last and judges the whole run, so it says nothing of use when only some of the tests ran with it.
"""

import botocore.session

from simulated_aws import SERVICES


def test_every_operation_and_parameter_was_driven(record):
    assert list(record.undriven()) == []


def test_the_services_are_those_that_boto3_has_under_the_same_names(record):
    assert {operation.split(":")[0] for operation in record.operations} == set(SERVICES)


def test_every_operation_and_parameter_is_one_that_botocore_has(record):
    session = botocore.session.get_session()
    models = {service: session.get_service_model(service) for service in SERVICES}
    unknown = []
    for name, parameters in record.operations.items():
        service, operation = name.split(":")
        shape = models[service].operation_model(operation).input_shape
        unknown += [f"{name} {path}" for path in parameters if not _reaches_a_leaf(shape, path.split("."))]
    assert unknown == []


def _reaches_a_leaf(shape, steps):
    for step in steps:
        if step == "*":
            shape = shape.value if shape.type_name == "map" else None
        else:
            shape = getattr(shape, "members", {}).get(step.removesuffix("[]"))
        if shape is not None and step.endswith("[]"):
            shape = shape.member if shape.type_name == "list" else None
        if shape is None:
            return False
    return shape.type_name not in ("structure", "list", "map")
