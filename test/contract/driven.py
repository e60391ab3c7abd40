"""What boto3 has driven of the simulator: every operation, and every parameter that it says it knows."""


class Record:
    """What the simulators of a whole run serve, and the calls that they were sent."""

    def __init__(self):
        self.operations = {}
        self._inputs = {}

    def add(self, aws):
        """Takes over the record of one simulator. A call that was refused has driven nothing."""
        self.operations.update(aws.operations())
        for call in aws.calls():
            if "error" not in call:
                self._inputs.setdefault(call["action"], []).append(call["input"])

    def undriven(self):
        """The operations, and the parameters of the others, with which no call has succeeded."""
        for operation, parameters in self.operations.items():
            if operation not in self._inputs:
                yield operation
                continue
            for parameter in parameters:
                if not any(_has(given, parameter.split(".")) for given in self._inputs[operation]):
                    yield f"{operation} {parameter}"


# A parameter's path is such as `Entries[].MessageAttributes.*.DataType`: `[]` is any item, `*` any key.
def _has(value, steps):
    if not steps:
        return value is not None
    step, *rest = steps
    if not isinstance(value, dict):
        return False
    if step == "*":
        return any(_has(each, rest) for each in value.values())
    each = value.get(step.removesuffix("[]"))
    if step.endswith("[]"):
        return isinstance(each, list) and any(_has(item, rest) for item in each)
    return _has(each, rest)
