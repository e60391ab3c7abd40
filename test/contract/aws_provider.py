"""Stands in for Terraform's AWS provider, which cannot be downloaded everywhere. It has the schemas of the two resources that the module
uses, as the real one has them (aws_provider_schemas.json), and does nothing.
"""

import json
from pathlib import Path

from tf.iface import Provider, Resource
from tf.runner import run_provider
from tf.schema import Attribute, Schema
from tf.types import Bool, Map, Number, Set, String

SCHEMAS = {
    **json.loads(Path(__file__).with_name("aws_provider_schemas.json").read_text()),
    # As much of it as the page's snippet names.
    "aws_autoscaling_group": {"name": {"type": "string"}},
}
TYPES = {
    "string": String,
    "number": Number,
    "boolean": Bool,
    "map": lambda: Map(String()),
    "set": lambda: Set(String()),
}


def resource(full_name, attributes):
    """A resource with these attributes, which is never made."""

    class StandIn(Resource):
        def __init__(self, provider):
            pass

        @classmethod
        def get_name(cls):
            return full_name.removeprefix("aws_")

        @classmethod
        def get_schema(cls):
            return Schema(attributes=[attribute(name, each) for name, each in attributes.items()])

        def create(self, ctx, planned):
            raise NotImplementedError

        read = update = delete = create

    return StandIn


def attribute(name, said):
    """An attribute as a schema has it. What need not be given, the provider may work out."""
    required, only_read = said.get("required", False), said.get("computed", False)
    return Attribute(
        name,
        TYPES[said["type"]](),
        required=required,
        optional=not required and not only_read,
        computed=only_read or name in ("id", "region", "tags_all", "default_result"),
    )


class StandInProvider(Provider):
    """The provider."""

    def get_model_prefix(self):
        return "aws_"

    def get_provider_schema(self, diags):
        return Schema(attributes=[])

    def full_name(self):
        return "registry.terraform.io/hashicorp/aws"

    def validate_config(self, diags, config):
        pass

    configure_provider = validate_config

    def get_data_sources(self):
        return []

    def get_resources(self):
        return [resource(name, attributes) for name, attributes in SCHEMAS.items()]


if __name__ == "__main__":
    run_provider(StandInProvider())
