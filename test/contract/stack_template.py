"""Reads a packaged CloudFormation template, and works out what its references come to once the stack is there."""

import json
import re

ACCOUNT = "123456789012"


class StackTemplate:
    """A template, with the names and ids that its resources got when they were created."""

    def __init__(self, resources, region, physical_ids, role_ids=None, zips=None, account=ACCOUNT):
        self.resources = resources
        self._account = account
        self.region = region
        self.physical_ids = physical_ids
        # By logical id: what IAM made up, and no name tells.
        self.role_ids = role_ids or {}
        # The folder with the functions' zips.
        self.zips = zips

    @classmethod
    def packaged(cls, path, region, physical_ids, role_ids=None):
        """That of `serverless package`, whose zips stand beside it."""
        resources = json.loads(path.read_text())["Resources"]
        return cls(resources, region, physical_ids, role_ids, path.parent)

    def of_type(self, kind):
        """The resolved properties of all resources of a type, by logical id."""
        return {
            name: self.properties(name)
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def properties(self, name):
        """The properties of a resource, with all references resolved."""
        return self.resolve(self.resources[name]["Properties"])

    def resolve(self, value):
        """Resolves all references in a value. Raises a KeyError for what it does not know."""
        if isinstance(value, list):
            return [self.resolve(each) for each in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(key, argument)] = value.items()
            if key == "Ref":
                return self._reference(argument)
            if key == "Fn::GetAtt":
                return self._attribute(*argument)
            if key == "Fn::Sub":
                return re.sub(r"\$\{(.+?)\}", lambda match: self._substitute(match[1]), argument)
            if key == "Fn::Join":
                separator, parts = argument
                return separator.join(self.resolve(parts))
        return {key: self.resolve(each) for key, each in value.items()}

    def _substitute(self, name):
        if "." in name:
            return self._attribute(*name.split(".", 1))
        return self._reference(name)

    def _reference(self, name):
        pseudo = {"AWS::Partition": "aws", "AWS::Region": self.region, "AWS::AccountId": self._account}
        return pseudo.get(name) or self.physical_ids[name]

    def _attribute(self, name, attribute):
        kind = self.resources[name]["Type"]
        if (kind, attribute) == ("AWS::SQS::Queue", "QueueName"):
            return self.resources[name]["Properties"]["QueueName"]
        if (kind, attribute) == ("AWS::SQS::Queue", "Arn"):
            return f"arn:aws:sqs:{self.region}:{self._account}:{self._attribute(name, 'QueueName')}"
        if (kind, attribute) == ("AWS::IAM::Role", "RoleId"):
            return self.role_ids[name]
        arns = {
            "AWS::CloudWatch::Alarm": f"arn:aws:cloudwatch:{self.region}:{self._account}:alarm:",
            "AWS::Events::Rule": f"arn:aws:events:{self.region}:{self._account}:rule/",
            "AWS::IAM::Role": f"arn:aws:iam::{self._account}:role/",
            "AWS::Lambda::Function": f"arn:aws:lambda:{self.region}:{self._account}:function:",
            # AWS ends this one with `:*`, for the streams in the group; moto does not.
            "AWS::Logs::LogGroup": f"arn:aws:logs:{self.region}:{self._account}:log-group:",
        }
        if attribute != "Arn":
            raise KeyError(f"{kind} {attribute}")
        return arns[kind] + self.physical_ids[name]
