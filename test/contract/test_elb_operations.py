"""Protects the simulated classic load balancers from answers that only our own SDK understands."""

import pytest

SCENARIO = "fleet.yaml"


@pytest.fixture
def elb(aws):
    return aws.client("elb")


def listener(port, instance_port):
    return {
        "Protocol": "HTTP",
        "LoadBalancerPort": port,
        "InstancePort": instance_port,
        "InstanceProtocol": "HTTP",
    }


def instances(*ids):
    return [{"InstanceId": each} for each in ids]


def states(elb, **parameters):
    described = elb.describe_instance_health(**parameters)["InstanceStates"]
    return {
        each["InstanceId"]: (each["State"], each["ReasonCode"], each["Description"]) for each in described
    }


def test_a_load_balancer_is_made_described_and_deleted(elb):
    made = elb.create_load_balancer(
        LoadBalancerName="made",
        AvailabilityZones=["us-east-1a"],
        Listeners=[listener(80, 8080), listener(81, 8081)],
    )
    (described,) = elb.describe_load_balancers(LoadBalancerNames=["made"])["LoadBalancerDescriptions"]
    assert described["DNSName"] == made["DNSName"]
    assert [each["Listener"] for each in described["ListenerDescriptions"]] == [
        listener(80, 8080),
        listener(81, 8081),
    ]
    assert described["Instances"] == []

    first = elb.describe_load_balancers(PageSize=1)
    assert [each["LoadBalancerName"] for each in first["LoadBalancerDescriptions"]] == ["edge"]
    second = elb.describe_load_balancers(PageSize=1, Marker=first["NextMarker"])
    assert [each["LoadBalancerName"] for each in second["LoadBalancerDescriptions"]] == ["made"]
    assert not second.get("NextMarker")

    elb.delete_load_balancer(LoadBalancerName="made")
    # One that is gone is deleted without an error.
    elb.delete_load_balancer(LoadBalancerName="made")
    left = elb.describe_load_balancers()["LoadBalancerDescriptions"]
    assert [each["LoadBalancerName"] for each in left] == ["edge"]


def test_botocore_pages_through_the_load_balancers(elb):
    for name in ("page-a", "page-b"):
        elb.create_load_balancer(LoadBalancerName=name, Listeners=[listener(80, 80)])
    pages = elb.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": 2})
    sizes = [len(page["LoadBalancerDescriptions"]) for page in pages]
    assert sizes == [2, 1]
    for name in ("page-a", "page-b"):
        elb.delete_load_balancer(LoadBalancerName=name)


def test_an_instance_drains_and_is_gone(aws, elb):
    edge = {"LoadBalancerName": "edge"}
    attributes = {"ConnectionDraining": {"Enabled": True, "Timeout": 60}}
    modified = elb.modify_load_balancer_attributes(**edge, LoadBalancerAttributes=attributes)
    assert (modified["LoadBalancerName"], modified["LoadBalancerAttributes"]) == ("edge", attributes)
    assert elb.describe_load_balancer_attributes(**edge)["LoadBalancerAttributes"] == attributes

    elb.create_load_balancer(LoadBalancerName="drained", Listeners=[listener(80, 80)])
    drained = {"LoadBalancerName": "drained"}
    elb.modify_load_balancer_attributes(**drained, LoadBalancerAttributes=attributes)
    both = elb.register_instances_with_load_balancer(**drained, Instances=instances("i-0a", "i-0b"))
    assert both["Instances"] == instances("i-0a", "i-0b")
    assert set(states(elb, **drained)) == {"i-0a", "i-0b"}

    left = elb.deregister_instances_from_load_balancer(**drained, Instances=instances("i-0a"))
    assert left["Instances"] == instances("i-0b")
    asked = {**drained, "Instances": instances("i-0a", "i-0b")}
    assert states(elb, **asked) == {
        "i-0a": ("InService", "N/A", "Instance deregistration currently in progress."),
        "i-0b": ("InService", "N/A", "N/A"),
    }
    aws.advance(60)
    assert states(elb, **asked)["i-0a"] == (
        "OutOfService",
        "Instance",
        "Instance is not currently registered with the LoadBalancer.",
    )


def test_botocore_waits_until_an_instance_is_out(aws, elb):
    elb.create_load_balancer(LoadBalancerName="waited", Listeners=[listener(80, 80)])
    waited = {"LoadBalancerName": "waited", "Instances": instances("i-0c")}
    elb.register_instances_with_load_balancer(**waited)
    elb.get_waiter("instance_in_service").wait(**waited, WaiterConfig={"MaxAttempts": 1})
    elb.deregister_instances_from_load_balancer(**waited)
    elb.get_waiter("instance_deregistered").wait(**waited, WaiterConfig={"MaxAttempts": 1})
