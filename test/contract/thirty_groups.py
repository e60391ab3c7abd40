"""The thirty groups in eight clusters of docs/deployment.md, as each tool is told them."""

import re
import textwrap

import yaml

from processes import PROJECT

PAGE, SECTION = "deployment.md", "Thirty groups in ten minutes"


def block():
    """The block of the page."""
    text = (PROJECT / "docs" / PAGE).read_text()
    [found] = re.findall(r"^    custom:\n(?:    .*\n)+", text, re.M)
    return textwrap.dedent(found).rstrip("\n")


BLOCK = yaml.safe_load(block())["custom"]
# Each with its settings.
SETTINGS = {
    each["name"]: {key: value for key, value in each.items() if key != "name"}
    for each in [{"name": group} if isinstance(group, str) else group for group in BLOCK["groups"]]
}
GROUPS = [*SETTINGS]
CLUSTERS = BLOCK["deregister"]["cluster_names"]
assert (len(GROUPS), len(CLUSTERS)) == (30, 8)

# For the template, which has no settings of a group.
PARAMETERS = {"Groups": ",".join(GROUPS), "ClusterNames": ",".join(CLUSTERS)}
