"""Protects the simulated SQS from our own idea of SQS: moto, which others wrote, answers the same calls alike, but for
the differences in known_differences.py. One that is not there fails, and so does one that is no longer."""

import time
from concurrent.futures import ThreadPoolExecutor
from pprint import pformat

import pytest
from botocore import xform_name

import sqs_calls_in_batches
import sqs_calls_on_messages
import sqs_calls_on_queues
from conversation import difference, play, while_time_passes
from known_differences import BY_STEP, KNOWN
from processes import moto_url
from simulated_aws import client_of

SCENARIO = "empty.yaml"
CONVERSATIONS = {
    **sqs_calls_on_messages.CONVERSATIONS,
    **sqs_calls_in_batches.CONVERSATIONS,
    **sqs_calls_on_queues.CONVERSATIONS,
}
# Moto has none of these, so that there is nothing to compare.
NOT_OF_MOTO = {"sqs:StartMessageMoveTask", "sqs:ListMessageMoveTasks"}
# Moto's time is real. The conversations share nothing, so that all of them wait at the same time.
AT_ONCE = 8


@pytest.fixture(scope="module")
def moto():
    """What moto answers in each conversation, as something that can be waited for."""
    with (
        moto_url() as url,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        client = client_of(url, "sqs", parameter_validation=False)

        def answers(conversation):
            return play(conversation, client, time.sleep, lambda call: call())

        yield {name: pool.submit(answers, conversation) for name, conversation in CONVERSATIONS.items()}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_moto_and_the_simulator_answer_alike(aws, moto, name):
    client = aws.client("sqs", parameter_validation=False)
    ours = play(CONVERSATIONS[name], client, aws.advance, while_time_passes(aws.advance))
    theirs = moto[name].result()
    wrong = {}
    for says in ours:
        found, known = difference(ours[says], theirs[says]), BY_STEP.get((name, says), {})
        if found != known:
            wrong[says] = {"found": found, "known": known}
    assert not wrong, f"the simulator's answer and moto's:\n{pformat(wrong, width=110)}"


def test_each_known_difference_is_of_a_step_and_explained_once():
    steps = {
        (name, step.says) for name, steps in CONVERSATIONS.items() for step in steps if hasattr(step, "says")
    }
    assert BY_STEP.keys() <= steps
    assert sum(len(known.differences) for known in KNOWN) == len(BY_STEP)


def test_each_operation_on_queues_is_compared(aws):
    compared = {
        step.operation for steps in CONVERSATIONS.values() for step in steps if hasattr(step, "operation")
    }
    assert {name for name in aws.operations() if name.startswith("sqs:")} == {
        *(f"sqs:{each}" for each in compared),
        *NOT_OF_MOTO,
    }


def test_what_is_not_compared_is_not_of_moto():
    from moto.sqs.responses import SQSResponse

    for name in NOT_OF_MOTO:
        assert not hasattr(SQSResponse, xform_name(name.removeprefix("sqs:")))
