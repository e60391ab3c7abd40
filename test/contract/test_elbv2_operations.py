"""Protects the simulated target groups, and the load balancers that put them to use, from answers that only our own
SDK understands."""

import pytest

SCENARIO = "fleet.yaml"
DELAY = "deregistration_delay.timeout_seconds"


@pytest.fixture
def elbv2(aws):
    return aws.client("elbv2")


def arn_of(elbv2, name):
    (group,) = elbv2.describe_target_groups(Names=[name])["TargetGroups"]
    return group["TargetGroupArn"]


def health(elbv2, **parameters):
    described = elbv2.describe_target_health(**parameters)["TargetHealthDescriptions"]
    return {
        (each["Target"]["Id"], each["Target"]["Port"]): (
            each["TargetHealth"]["State"],
            each["TargetHealth"].get("Reason"),
        )
        for each in described
    }


def test_target_groups_are_found_by_name_arn_load_balancer_and_page(elbv2):
    (web,) = elbv2.describe_target_groups(Names=["web"])["TargetGroups"]
    assert (web["TargetGroupName"], web["Protocol"], web["Port"]) == ("web", "HTTP", 80)
    assert web["TargetType"] == "instance"
    assert elbv2.describe_target_groups(TargetGroupArns=[web["TargetGroupArn"]])["TargetGroups"] == [web]
    (load_balancer,) = web["LoadBalancerArns"]
    assert elbv2.describe_target_groups(LoadBalancerArn=load_balancer)["TargetGroups"] == [web]
    first = elbv2.describe_target_groups(PageSize=3)
    assert len(first["TargetGroups"]) == 3
    second = elbv2.describe_target_groups(PageSize=3, Marker=first["NextMarker"])
    assert [each["TargetGroupName"] for each in second["TargetGroups"]] == ["unused"]
    assert "NextMarker" not in second


def test_a_target_group_is_made_put_to_use_and_deleted(elbv2):
    (made,) = elbv2.create_target_group(
        Name="made", Protocol="TCP", Port=9443, TargetType="ip", VpcId="vpc-0a1b2c3d"
    )["TargetGroups"]
    assert (made["Protocol"], made["Port"], made["TargetType"]) == ("TCP", 9443, "ip")
    assert (made["VpcId"], made["LoadBalancerArns"]) == ("vpc-0a1b2c3d", [])
    (load_balancer,) = elbv2.create_load_balancer(Name="made-lb", Type="network", Subnets=["subnet-1"])[
        "LoadBalancers"
    ]
    assert (load_balancer["Type"], load_balancer["State"]["Code"]) == ("network", "active")
    arn = load_balancer["LoadBalancerArn"]
    (listener,) = elbv2.create_listener(
        LoadBalancerArn=arn,
        Protocol="TCP",
        Port=9443,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": made["TargetGroupArn"]}],
    )["Listeners"]
    assert listener["LoadBalancerArn"] == arn
    assert listener["DefaultActions"][0]["TargetGroupArn"] == made["TargetGroupArn"]
    (used,) = elbv2.describe_target_groups(Names=["made"])["TargetGroups"]
    assert used["LoadBalancerArns"] == [arn]

    assert (
        elbv2.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]["LoadBalancerName"]
        == "made-lb"
    )
    assert elbv2.describe_load_balancers(Names=["made-lb"])["LoadBalancers"][0]["LoadBalancerArn"] == arn
    first = elbv2.describe_load_balancers(PageSize=1)
    second = elbv2.describe_load_balancers(PageSize=400, Marker=first["NextMarker"])
    assert [each["LoadBalancerName"] for page in (first, second) for each in page["LoadBalancers"]] == [
        "web-lb",
        "static-lb",
        "addresses-lb",
        "made-lb",
    ]

    elbv2.delete_listener(ListenerArn=listener["ListenerArn"])
    elbv2.delete_load_balancer(LoadBalancerArn=arn)
    elbv2.delete_target_group(TargetGroupArn=made["TargetGroupArn"])
    assert "made" not in [each["TargetGroupName"] for each in elbv2.describe_target_groups()["TargetGroups"]]


def test_the_deregistration_delay_is_an_attribute(elbv2):
    group = {"TargetGroupArn": arn_of(elbv2, "unused")}
    modified = elbv2.modify_target_group_attributes(**group, Attributes=[{"Key": DELAY, "Value": "45"}])
    assert {"Key": DELAY, "Value": "45"} in modified["Attributes"]
    assert elbv2.describe_target_group_attributes(**group)["Attributes"] == modified["Attributes"]


def test_a_target_is_registered_drains_and_is_gone(aws, elbv2):
    group = {"TargetGroupArn": arn_of(elbv2, "static")}
    targets = [{"Id": "i-1d", "Port": 9001}, {"Id": "i-1d"}]
    elbv2.register_targets(**group, Targets=targets)
    assert health(elbv2, **group, Targets=targets) == {
        ("i-1d", 9001): ("initial", "Elb.RegistrationInProgress"),
        ("i-1d", 8080): ("healthy", None),
    }
    aws.advance(10)
    elbv2.deregister_targets(**group, Targets=targets)
    assert health(elbv2, **group, Targets=targets) == {
        ("i-1d", 9001): ("draining", "Target.DeregistrationInProgress"),
        ("i-1d", 8080): ("draining", "Target.DeregistrationInProgress"),
    }
    assert ("i-1d", 9001) in health(elbv2, **group)
    aws.advance(30)
    assert health(elbv2, **group, Targets=targets[:1]) == {("i-1d", 9001): ("unused", "Target.NotRegistered")}
    assert ("i-1d", 9001) not in health(elbv2, **group)


def test_an_address_is_a_target_of_its_zone(elbv2):
    group = {"TargetGroupArn": arn_of(elbv2, "addresses")}
    target = [{"Id": "10.9.9.9", "Port": 9000, "AvailabilityZone": "all"}]
    elbv2.register_targets(**group, Targets=target)
    (described,) = elbv2.describe_target_health(**group, Targets=target)["TargetHealthDescriptions"]
    assert (described["Target"]["Id"], described["HealthCheckPort"]) == ("10.9.9.9", "9000")
    elbv2.deregister_targets(**group, Targets=target)
    assert health(elbv2, **group, Targets=target) == {
        ("10.9.9.9", 9000): ("draining", "Target.DeregistrationInProgress")
    }


def test_an_address_of_a_load_balancer_is_no_target(elbv2):
    mapping = {"SubnetId": "subnet-1", "PrivateIPv4Address": "10.9.8.7"}
    (made,) = elbv2.create_load_balancer(Name="fixed", Type="network", SubnetMappings=[mapping])["LoadBalancers"]
    (zone,) = made["AvailabilityZones"]
    assert zone["LoadBalancerAddresses"] == [{"PrivateIPv4Address": "10.9.8.7"}]
    group = {"TargetGroupArn": arn_of(elbv2, "addresses")}
    target = [{"Id": "10.9.8.7", "Port": 9000}]
    elbv2.register_targets(**group, Targets=target)
    assert health(elbv2, **group, Targets=target) == {("10.9.8.7", 9000): ("unused", "Target.IpUnusable")}
    elbv2.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])


def test_an_unused_target_group_says_why(elbv2):
    group = {"TargetGroupArn": arn_of(elbv2, "unused")}
    assert set(health(elbv2, **group).values()) == {("unused", "Target.NotInUse")}
