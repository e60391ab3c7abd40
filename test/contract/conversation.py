"""Plays a script of SQS calls against any server, and makes the answers of two servers comparable."""

import json
from concurrent.futures import Future, TimeoutError
from functools import partial
from threading import Thread
from typing import NamedTuple

from botocore import xform_name
from botocore.exceptions import ClientError

from refusals import filled

ABSENT = "(absent)"


class Step(NamedTuple):
    """One call: what it is about, the call, and what to keep of its answer for later ones, by its path there."""

    says: str
    operation: str
    given: dict
    keeps: dict = {}


class Wait(NamedTuple):
    """Time that passes between two calls."""

    seconds: float


def play(conversation, client, wait, answer_of):
    """The comparable answers to all calls of a conversation, by what they are about.

    `wait` lets time pass; `answer_of` takes a call and gives its answer, which may need time to pass as well.
    """
    names, labels, answers = {}, Labels(), {}
    for step in conversation:
        if isinstance(step, Wait):
            wait(step.seconds)
            continue
        if step.says in answers:
            raise ValueError(f"two steps say {step.says!r}")
        call = partial(getattr(client, xform_name(step.operation)), **filled(step.given, names))
        try:
            answer = answer_of(call)
            names |= {name: _at(answer, path) for name, path in step.keeps.items()}
        except ClientError as error:
            answer = error.response
        answers[step.says] = labels.comparable(answer, step.says)
    return answers


def while_time_passes(advance):
    """Gives calls their answers on a clock that stands still, moving it for those that wait for it."""

    def answer_of(call):
        future = Future()

        def run():
            try:
                future.set_result(call())
            except Exception as error:  # It is raised again where the answer is taken.
                future.set_exception(error)

        Thread(target=run, daemon=True).start()
        while True:
            try:
                # Any other call is answered in a few milliseconds; a long poll waits for the clock.
                return future.result(timeout=0.25)
            except TimeoutError:
                advance(1)

    return answer_of


class Labels:
    """Replaces what differs from server to server, and keeps what is the same within one conversation the same."""

    def __init__(self):
        self._labels = {}

    def comparable(self, answer, says):
        """An answer without what only this server can have said. New ids are named after the step that gave them."""
        if "Error" in answer:
            return self._refused(answer)
        return self._of(answer, "", says)

    def _of(self, value, key, says):
        match value:
            case dict():
                return {
                    each: self._of(part, each, says)
                    for each, part in value.items()
                    if each != "ResponseMetadata"
                }
            case list():
                # SQS promises no order.
                return sorted((self._of(each, key, says) for each in value), key=_order)
        if key in ("MessageId", "ReceiptHandle"):
            return self._label(f"{key} of: {says}", value)
        if key in ("QueueUrl", "QueueUrls"):
            return "/".join(value.split("/")[3:])
        if key == "SenderId" or key.endswith("Timestamp"):
            return f"(a {key})"
        return json.loads(value) if key == "RedrivePolicy" else value

    def _label(self, kind, value):
        if value not in self._labels:
            number = sum(label.endswith(f"{kind})") for label in self._labels.values()) + 1
            self._labels[value] = f"({number}. {kind})"
        return self._labels[value]

    def _refused(self, answer):
        error = answer["Error"]
        message = error["Message"]
        for each, label in self._labels.items():
            message = message.replace(each, label)
        # The shape besides the code is not compared: moto's are not AWS's, which test_sqs_refusals.py looks for.
        return {
            "refused": error["Code"],
            "status": answer["ResponseMetadata"]["HTTPStatusCode"],
            "message": message,
        }


def difference(one, other):
    """What two comparable answers differ in: pairs of values by their path.

    Where they are not refused alike, that is the difference, and the codes say enough.
    """
    codes = (one.get("refused", "no"), other.get("refused", "no"))
    if codes[0] != codes[1]:
        return {"refused": codes}
    left, right = _flat(one), _flat(other)
    return {
        path: (left.get(path, ABSENT), right.get(path, ABSENT))
        for path in sorted(left.keys() | right.keys())
        if left.get(path, ABSENT) != right.get(path, ABSENT)
    }


def _flat(value, path=""):
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    flat = {} if parts else {path: value}
    for name, part in parts:
        flat |= _flat(part, f"{path}.{name}" if path else str(name))
    return flat


def _order(item):
    return (item.get("Id", ""), item.get("Body", "")) if isinstance(item, dict) else str(item)


def _at(answer, path):
    for step in path.split("."):
        answer = answer[int(step)] if isinstance(answer, list) else answer[step]
    return answer
