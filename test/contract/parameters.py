"""Works out what a template with parameters comes to, as far as it is known before its stack is there."""

NOTHING = {"Ref": "AWS::NoValue"}


class Parameters:
    """The values of a template's parameters, and what its conditions come to."""

    def __init__(self, template, values):
        assert set(values) <= set(template["Parameters"])
        self._values = {
            name: self._value(parameter, values.get(name, parameter.get("Default")))
            for name, parameter in template["Parameters"].items()
        }
        self._conditions = {}
        for name, condition in template["Conditions"].items():
            self._conditions[name] = self.worked(condition)
        self._template = template

    def resources(self):
        """The resources that are there, without parameters and conditions."""
        return {
            name: self.worked({key: value for key, value in each.items() if key != "Condition"})
            for name, each in self._template["Resources"].items()
            if self._conditions.get(each.get("Condition"), True)
        }

    def worked(self, value):
        """What a value comes to. What only the stack tells stays as it is."""
        if isinstance(value, list):
            return [each for each in map(self.worked, value) if each != NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(key, argument)] = value.items()
            if key == "Ref":
                return self._values.get(argument, value)
            if key == "Fn::If":
                name, yes, no = argument
                return self.worked(yes if self._conditions[name] else no)
            if key in self._FUNCTIONS:
                return self._FUNCTIONS[key](self, *self.worked_each(argument))
        found = {key: self.worked(each) for key, each in value.items()}
        return {key: each for key, each in found.items() if each != NOTHING}

    def worked_each(self, arguments):
        """What each argument of a function comes to."""
        return [self.worked(each) for each in arguments]

    def _join(self, separator, parts):
        if isinstance(parts, dict):
            return {"Fn::Join": [separator, parts]}
        if any(isinstance(each, dict) for each in parts):
            return {"Fn::Join": [separator, [each if isinstance(each, dict) else str(each) for each in parts]]}
        return separator.join(map(str, parts))

    def _split(self, separator, text):
        return {"Fn::Split": [separator, text]} if isinstance(text, dict) else text.split(separator)

    def _select(self, index, items):
        return {"Fn::Select": [index, items]} if isinstance(items, dict) else items[index]

    _FUNCTIONS = {
        "Fn::Join": _join,
        "Fn::Split": _split,
        "Fn::Select": _select,
        "Fn::Equals": lambda self, one, other: one == other,
        "Fn::Not": lambda self, one: not one,
        "Fn::And": lambda self, *all_of: all(all_of),
        "Fn::Or": lambda self, *any_of: any(any_of),
    }

    @staticmethod
    def _value(parameter, value):
        assert value is not None
        if parameter["Type"] == "CommaDelimitedList":
            return value.split(",")
        return int(value) if parameter["Type"] == "Number" else value
