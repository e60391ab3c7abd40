"""Reads the commands that a page of the docs tells its readers to run."""

import re
import shlex

from processes import PROJECT


def commands(page, heading):
    """The commands of a section, each as a list of words."""
    text = (PROJECT / "docs" / page).read_text()
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.S | re.M)[1]
    blocks = re.findall(r"(?:^ {4,}\S.*\n)+", section, re.M)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines]


def command(page, heading, *words):
    """The only command of a section that begins with these words."""
    [found] = [each for each in commands(page, heading) if each[: len(words)] == [*words]]
    return found
