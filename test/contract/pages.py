"""Reads the commands that a page of the docs tells its readers to run."""

import re
import shlex

from processes import PROJECT


def commands(page, heading, program=""):
    """The commands of a section, or those of one program, each as a list of words."""
    text = (PROJECT / "docs" / page).read_text()
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.S | re.M)[1]
    blocks = re.findall(r"(?:^ {4,}\S.*\n)+", without_snippets(section), re.M)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line.lstrip().startswith(program)]


def command(page, heading, *words):
    """The only command of a section that begins with these words."""
    [found] = [each for each in commands(page, heading) if each[: len(words)] == [*words]]
    return found


def snippet(page, language):
    """The only snippet in this language on a page."""
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", (PROJECT / "docs" / page).read_text(), re.S | re.M)
    return found


def without_snippets(text):
    """A text without its snippets, whose lines may stand as far in as commands do."""
    return re.sub(r"^```\w+\n.*?^```$", "", text, flags=re.S | re.M)
