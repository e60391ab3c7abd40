"""What all contract tests share: the simulator, one for each module, and an environment that changes nothing."""

import os
import signal
import sys

import pytest

# Nothing is left behind in the source tree.
sys.dont_write_bytecode = True

# A failing assertion in these says what it compared, as it does in a test module.
pytest.register_assert_rewrite("comparisons", "refusals", "simulated_aws")

from driven import Record
from release import RELEASE, make_release
from simulated_aws import simulated_aws


def pytest_configure():
    """Lets a run that is told to end take its servers with it, and keeps the user's own AWS out of the tests."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        NO_PROXY=",".join(filter(None, [os.environ.get("NO_PROXY"), "127.0.0.1"])),
    )


def pytest_collection_modifyitems(items):
    """Puts the look at what was driven after all that drives."""
    items.sort(key=lambda item: item.module.__name__ == "test_everything_driven")


@pytest.fixture(scope="session")
def record():
    """What all simulators of this run were asked."""
    return Record()


@pytest.fixture(scope="session")
def release():
    """A release of the project as it is."""
    make_release()
    return RELEASE


@pytest.fixture(scope="module")
def aws(request, record):
    """The simulator, with the scenario that the module names in SCENARIO, and the options in OPTIONS."""
    with simulated_aws(request.module.SCENARIO, *getattr(request.module, "OPTIONS", ())) as running:
        yield running
        record.add(running)
