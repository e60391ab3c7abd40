"""Protects the simulated EC2 from answers that only our own SDK understands, and from refusals that AWS does not give."""

import datetime

import pytest

from refusals import Refused, rows

SCENARIO = "fleet.yaml"
WRONG_ID = "InvalidInstanceID"


@pytest.fixture
def ec2(aws):
    return aws.client("ec2")


def states(ec2, *ids):
    reservations = ec2.describe_instances(InstanceIds=ids)["Reservations"]
    found = [instance for each in reservations for instance in each["Instances"]]
    return {each["InstanceId"]: each["State"]["Name"] for each in found}


def changed(answer):
    (changes,) = [value for key, value in answer.items() if key.endswith("Instances")]
    return [(each["PreviousState"]["Name"], each["CurrentState"]["Name"]) for each in changes]


def test_an_instance_is_described(ec2):
    (reservation,) = ec2.describe_instances(InstanceIds=["i-0a"])["Reservations"]
    (instance,) = reservation["Instances"]
    assert instance["State"] == {"Code": 16, "Name": "running"}
    assert instance["Placement"]["AvailabilityZone"].startswith("us-east-1")
    assert isinstance(instance["LaunchTime"], datetime.datetime)
    assert instance["PrivateIpAddress"].startswith("10.")


def test_the_only_region_is_shown(ec2):
    assert [each["RegionName"] for each in ec2.describe_regions()["Regions"]] == ["us-east-1"]


def test_instances_are_filtered_and_come_in_pages(ec2):
    running = {"Name": "instance-state-name", "Values": ["running", "pending"]}
    paginator = ec2.get_paginator("describe_instances")
    pages = list(paginator.paginate(Filters=[running], PaginationConfig={"PageSize": 5}))
    reservations = [each for page in pages for each in page["Reservations"]]
    found = {instance["InstanceId"] for each in reservations for instance in each["Instances"]}
    assert [len(page["Reservations"]) for page in pages] == [5, 2]
    assert found == {"i-0a", "i-0b", "i-0c", "i-1a", "i-1b", "i-1c", "i-1d"}
    none = ec2.describe_instances(Filters=[{"Name": "instance-id", "Values": ["i-9f"]}])
    assert none["Reservations"] == []


def test_the_requests_of_spot_instances_are_shown(ec2):
    (request,) = ec2.describe_spot_instance_requests(
        Filters=[{"Name": "instance-id", "Values": ["i-1a", "i-9f"]}]
    )["SpotInstanceRequests"]
    assert (request["InstanceId"], request["State"], request["Type"]) == ("i-1a", "active", "one-time")
    assert request["Status"]["Code"] == "fulfilled"
    assert isinstance(request["CreateTime"], datetime.datetime)
    assert isinstance(request["Status"]["UpdateTime"], datetime.datetime)
    named = ec2.describe_spot_instance_requests(SpotInstanceRequestIds=[request["SpotInstanceRequestId"]])
    assert named["SpotInstanceRequests"] == [request]
    paginator = ec2.get_paginator("describe_spot_instance_requests")
    pages = list(paginator.paginate(PaginationConfig={"PageSize": 5}))
    assert len(pages) == 2
    assert request in [each for page in pages for each in page["SpotInstanceRequests"]]
    (reservation,) = ec2.describe_instances(InstanceIds=["i-1a"])["Reservations"]
    (instance,) = reservation["Instances"]
    assert instance["InstanceLifecycle"] == "spot"
    assert instance["SpotInstanceRequestId"] == request["SpotInstanceRequestId"]


def test_what_is_scheduled_for_instances_is_shown(aws, ec2):
    named = ec2.describe_instance_status(InstanceIds=["i-0b"])["InstanceStatuses"]
    (status,) = named
    assert (status["InstanceId"], status["InstanceState"]["Name"]) == ("i-0b", "running")
    (event,) = status["Events"]
    assert (event["Code"], event["Description"]) == ("system-reboot", "The host of the instance is scheduled for a reboot")
    assert event["InstanceEventId"].startswith("instance-event-")
    assert event["NotBefore"].tzinfo is not None
    assert event["NotBefore"] <= event["NotAfter"]
    reboots = ec2.describe_instance_status(Filters=[{"Name": "event.code", "Values": ["system-reboot"]}])
    assert reboots["InstanceStatuses"] == named

    first = ec2.describe_instance_status(IncludeAllInstances=True, MaxResults=5)
    second = ec2.describe_instance_status(
        IncludeAllInstances=True, MaxResults=5, NextToken=first["NextToken"]
    )
    assert [len(page["InstanceStatuses"]) for page in (first, second)] == [5, 2]
    assert "NextToken" not in second


def test_network_interfaces_of_instances_and_of_tasks_are_shown(aws, ec2):
    (reservation,) = ec2.describe_instances(InstanceIds=["i-0a"])["Reservations"]
    (instance,) = reservation["Instances"]
    attached = {"Name": "attachment.instance-id", "Values": ["i-0a"]}
    own = ec2.describe_network_interfaces(Filters=[attached])["NetworkInterfaces"]
    assert instance["PrivateIpAddress"] in {each["PrivateIpAddress"] for each in own}
    assert {each["Attachment"]["InstanceId"] for each in own} == {"i-0a"}
    assert {each["Status"] for each in own} == {"in-use"}
    assert {each["VpcId"] for each in own} == {instance["VpcId"]}
    named = ec2.describe_network_interfaces(NetworkInterfaceIds=[own[0]["NetworkInterfaceId"]])
    assert named["NetworkInterfaces"] == own[:1]

    first = ec2.describe_network_interfaces(MaxResults=5)
    second = ec2.describe_network_interfaces(MaxResults=5, NextToken=first["NextToken"])
    pages = [page["NetworkInterfaces"] for page in (first, second)]
    ids = [each["NetworkInterfaceId"] for page in pages for each in page]
    assert len(pages[0]) == 5
    assert len(ids) == len(set(ids)) > 5

    ecs = aws.client("ecs")
    arns = ecs.list_tasks(cluster="fleet", serviceName="addresses")["taskArns"]
    tasks = ecs.describe_tasks(cluster="fleet", tasks=arns)["tasks"]
    held = {container["networkInterfaces"][0]["privateIpv4Address"] for each in tasks for container in each["containers"]}
    address = {"Name": "addresses.private-ip-address", "Values": sorted(held)}
    found = ec2.describe_network_interfaces(Filters=[address])["NetworkInterfaces"]
    assert {each["PrivateIpAddress"] for each in found} == held
    assert all(each["Description"].startswith("arn:aws:ecs:") for each in found)


def test_instances_are_stopped_started_and_terminated(aws, ec2):
    # Their group notices each of these, so it is an instance that the hooks of its group hold.
    assert changed(ec2.stop_instances(InstanceIds=["i-0a"])) == [("running", "stopping")]
    aws.advance(25)
    assert states(ec2, "i-0a") == {"i-0a": "stopped"}
    assert changed(ec2.start_instances(InstanceIds=["i-0a"])) == [("stopped", "pending")]
    aws.advance(31)
    assert states(ec2, "i-0a") == {"i-0a": "running"}
    assert changed(ec2.terminate_instances(InstanceIds=["i-0a", "i-1a"])) == [("running", "shutting-down")] * 2
    aws.advance(30)
    assert states(ec2, "i-0a", "i-1a") == {"i-0a": "terminated", "i-1a": "terminated"}


REFUSED = [
    Refused("an unknown id", "ec2", "DescribeInstances", {"InstanceIds": ["i-9f"]}, f"{WRONG_ID}.NotFound", "i-9f"),
    Refused("no id", "ec2", "DescribeInstances", {"InstanceIds": ["web"]}, f"{WRONG_ID}.Malformed", "web"),
    Refused("too small a page", "ec2", "DescribeInstances", {"MaxResults": 4}, "InvalidParameterValue", "4"),
    Refused(
        "ids and a page size",
        "ec2",
        "DescribeInstances",
        {"InstanceIds": ["i-0b"], "MaxResults": 5},
        "InvalidParameterCombination",
    ),
    Refused("a foreign token", "ec2", "DescribeInstances", {"NextToken": "foreign"}, "InvalidParameterValue"),
    Refused("an unknown id", "ec2", "DescribeInstanceStatus", {"InstanceIds": ["i-9f"]}, f"{WRONG_ID}.NotFound", "i-9f"),
    Refused(
        "ids and a page size",
        "ec2",
        "DescribeInstanceStatus",
        {"InstanceIds": ["i-0b"], "MaxResults": 5},
        "InvalidParameterCombination",
    ),
    Refused("too small a page", "ec2", "DescribeInstanceStatus", {"MaxResults": 4}, "InvalidParameterValue", "4"),
    Refused(
        "an unknown interface",
        "ec2",
        "DescribeNetworkInterfaces",
        {"NetworkInterfaceIds": ["eni-9f"]},
        "InvalidNetworkInterfaceID.NotFound",
        "eni-9f",
    ),
    Refused(
        "interfaces and a page size",
        "ec2",
        "DescribeNetworkInterfaces",
        {"NetworkInterfaceIds": ["eni-0a0"], "MaxResults": 5},
        "InvalidParameterCombination",
    ),
    Refused(
        "too many values",
        "ec2",
        "DescribeNetworkInterfaces",
        {"Filters": [{"Name": "addresses.private-ip-address", "Values": [f"10.0.0.{i}" for i in range(201)]}]},
        "FilterLimitExceeded",
        "200",
    ),
    Refused(
        "an unknown Spot request",
        "ec2",
        "DescribeSpotInstanceRequests",
        {"SpotInstanceRequestIds": ["sir-9f9f9f9f"]},
        "InvalidSpotInstanceRequestID.NotFound",
        "sir-9f9f9f9f",
    ),
    Refused("too small a page", "ec2", "DescribeSpotInstanceRequests", {"MaxResults": 4}, "InvalidParameterValue", "4"),
    Refused(
        "a foreign token", "ec2", "DescribeSpotInstanceRequests", {"NextToken": "foreign"}, "InvalidParameterValue"
    ),
    Refused("too large a page", "ec2", "DescribeNetworkInterfaces", {"MaxResults": 1001}, "InvalidParameterValue"),
    Refused("unknown to start", "ec2", "StartInstances", {"InstanceIds": ["i-9f"]}, f"{WRONG_ID}.NotFound"),
    Refused(
        "a filter that is not simulated",
        "ec2",
        "DescribeInstances",
        {"Filters": [{"Name": "vpc-id", "Values": ["vpc-1"]}]},
        "NotSimulated",
        "vpc-id",
    ),
]


@pytest.mark.parametrize("refused", rows(REFUSED))
def test_what_ec2_refuses(aws, refused):
    refused.check(aws)


def test_an_ended_instance_is_neither_stopped_nor_started(aws, ec2):
    ec2.terminate_instances(InstanceIds=["i-1b"])
    for operation in ("StopInstances", "StartInstances"):
        given = {"InstanceIds": ["i-1b"]}
        Refused("it has ended", "ec2", operation, given, "IncorrectInstanceState", "i-1b").check(aws)
