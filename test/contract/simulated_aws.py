"""The simulator in a process of its own, with boto3's clients for it and the keys to its clock and its record."""

import json
import urllib.request
from contextlib import contextmanager
from functools import cache

import boto3
import botocore.model
from botocore.config import Config

from answers import problems_of_answer
from processes import PROJECT, serving
from refusals import problems_of_refusal

SCENARIOS = PROJECT / "test" / "contract" / "scenarios"

# The names of the simulator's services are boto3's.
SERVICES = (
    *("sqs", "ecs", "elb", "elbv2", "autoscaling", "ec2", "application-autoscaling", "events", "logs"),
    *("lambda", "iam", "cloudwatch", "cloudformation"),
)

# boto3 speaks CBOR with CloudWatch by preference, and the SDK of the functions JSON, which is simulated.
botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = tuple(
    each for each in botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS if "cbor" not in each
)


class SimulatedAws:
    """A running simulator, whose time stands still but for `advance`."""

    def __init__(self, url):
        self.url = url
        self.client = cache(self._client)

    def advance(self, seconds):
        """Moves the simulated time forward."""
        self._control("advance", {"seconds": seconds})

    def calls(self):
        """All calls that were made so far, with their inputs and errors."""
        return self._control("calls")["calls"]

    def operations(self):
        """What the simulator serves: the known parameters by operation, such as `sqs:SendMessage`."""
        return self._control("operations")

    def world(self):
        """The simulated account as it is."""
        return self._control("world")

    def _client(self, service, parameter_validation=True):
        client = client_of(self.url, service, parameter_validation)
        client.meta.events.register("response-received", lambda **event: _examine(client, **event))
        return client

    def _control(self, what, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.url}/_simulator/{what}", data) as answer:
            return json.load(answer)


@contextmanager
def simulated_aws(scenario, *more):
    """Runs the simulator with a scenario of the folder `scenarios`, and with more options."""
    options = ["--port", "0", "--scenario", str(SCENARIOS / scenario), "--speed", "0", *more]
    command = ["node", "--import", "tsx", "cli/simulator.ts", *options]
    with serving(command, r"^listening (http://127\.0\.0\.1:\d+)$") as match:
        yield SimulatedAws(match[1])


def client_of(url, service, parameter_validation=True):
    """A boto3 client for a server on loopback, which tries each call once."""
    return boto3.session.Session().client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="contract",
        aws_secret_access_key="contract",
        config=Config(
            parameter_validation=parameter_validation,
            # On loopback no name begins with that of a part of a service.
            inject_host_prefix=False,
            retries={"mode": "standard", "total_max_attempts": 1},
        ),
    )


# botocore reads past what it does not know, so each answer is held against its model before a test sees it.
def _examine(client, event_name, response_dict, **_):
    if response_dict is None:
        return
    operation = client.meta.service_model.operation_model(event_name.rsplit(".", 1)[1])
    examine = problems_of_answer if response_dict["status_code"] < 300 else problems_of_refusal
    problems = list(examine(operation, response_dict))
    assert not problems, f"{operation.name}: " + "; ".join(problems) + f"\n{response_dict['body']}"
