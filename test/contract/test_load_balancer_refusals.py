"""Protects our functions from errors of Elastic Load Balancing that only the simulator has: each error carries the code
on the wire that botocore's model lists for the operation, with its HTTP status."""

import pytest

from refusals import Refused, refusal, rows

SCENARIO = "fleet.yaml"
LOST = "arn:aws:elasticloadbalancing:us-east-1:123456789012:{}/lost/0123456789abcdef"
LOST_GROUP = LOST.format("targetgroup")
LOST_BALANCER = LOST.format("loadbalancer/app")
LOST_LISTENER = LOST.format("listener/app/x")
DELAY = "deregistration_delay.timeout_seconds"
INVALID = "ValidationError"


def instances(*ids):
    return [{"InstanceId": each} for each in ids]


def classic(why, operation, code, text="", **given):
    return Refused(f"classic: {why}", "elb", operation, given, code, text)


def on_lost_classic(operation, **given):
    text = "There is no ACTIVE Load Balancer named 'lost'"
    given = {"LoadBalancerName": "lost", **given}
    return classic(f"{operation} of what is not there", operation, "LoadBalancerNotFound", text, **given)


def on_edge(why, operation, code, text="", **given):
    return classic(why, operation, code, text, LoadBalancerName="edge", **given)


def draining(seconds):
    return {"ConnectionDraining": {"Enabled": True, "Timeout": seconds}}


def newer(why, operation, code, text="", **given):
    return Refused(why, "elbv2", operation, given, code, text)


def on_lost_group(operation, **given):
    given = {"TargetGroupArn": LOST_GROUP, **given}
    return newer(f"{operation} of a lost group", operation, "TargetGroupNotFound", "not found", **given)


def on_web(why, operation, code, text="", **given):
    return newer(why, operation, code, text, TargetGroupArn="<web>", **given)


LISTENER = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}
FORWARD = [{"Type": "forward", "TargetGroupArn": "<web>"}]

TABLE = [
    classic(
        "describing what is not there",
        "DescribeLoadBalancers",
        "LoadBalancerNotFound",
        LoadBalancerNames=["lost"],
    ),
    on_lost_classic("RegisterInstancesWithLoadBalancer", Instances=instances("i-0a")),
    on_lost_classic("DeregisterInstancesFromLoadBalancer", Instances=instances("i-0a")),
    on_lost_classic("DescribeInstanceHealth"),
    on_lost_classic("DescribeLoadBalancerAttributes"),
    on_lost_classic("ModifyLoadBalancerAttributes", LoadBalancerAttributes=draining(60)),
    on_edge(
        "registering what does not run",
        "RegisterInstancesWithLoadBalancer",
        "InvalidInstance",
        "Could not find EC2 instance i-9f.",
        Instances=instances("i-0a", "i-9f"),
    ),
    on_edge(
        "deregistering what never was registered",
        "DeregisterInstancesFromLoadBalancer",
        "InvalidInstance",
        "Could not find EC2 instance i-0c.",
        Instances=instances("i-0a", "i-0c"),
    ),
    on_edge(
        "the health of nothing", "DescribeInstanceHealth", "InvalidInstance", Instances=instances("i-9f")
    ),
    classic(
        "a name that is taken",
        "CreateLoadBalancer",
        "DuplicateLoadBalancerName",
        LoadBalancerName="edge",
        Listeners=[LISTENER],
    ),
    on_edge(
        "draining for no time", "ModifyLoadBalancerAttributes", INVALID, LoadBalancerAttributes=draining(0)
    ),
    on_edge(
        "draining too long", "ModifyLoadBalancerAttributes", INVALID, LoadBalancerAttributes=draining(3601)
    ),
    classic("a page of none", "DescribeLoadBalancers", INVALID, PageSize=0),
    classic("a page of 401", "DescribeLoadBalancers", INVALID, PageSize=401),
    classic("a marker of somebody else's", "DescribeLoadBalancers", INVALID, Marker="garbage"),
    on_lost_group("DescribeTargetGroupAttributes"),
    on_lost_group("ModifyTargetGroupAttributes", Attributes=[{"Key": DELAY, "Value": "1"}]),
    on_lost_group("RegisterTargets", Targets=[{"Id": "i-0a"}]),
    on_lost_group("DeregisterTargets", Targets=[{"Id": "i-0a"}]),
    on_lost_group("DescribeTargetHealth"),
    newer("no group of that name", "DescribeTargetGroups", "TargetGroupNotFound", Names=["lost"]),
    newer(
        "no group of that ARN", "DescribeTargetGroups", "TargetGroupNotFound", TargetGroupArns=[LOST_GROUP]
    ),
    newer(
        "groups of a lost balancer",
        "DescribeTargetGroups",
        "LoadBalancerNotFound",
        LoadBalancerArn=LOST_BALANCER,
    ),
    newer(
        "names and ARNs at once", "DescribeTargetGroups", INVALID, Names=["web"], TargetGroupArns=["<web>"]
    ),
    newer("a page of none", "DescribeTargetGroups", INVALID, PageSize=0),
    newer("a marker of somebody else's", "DescribeTargetGroups", INVALID, Marker="garbage"),
    newer("no balancer of that name", "DescribeLoadBalancers", "LoadBalancerNotFound", Names=["lost"]),
    newer(
        "no balancer of that ARN",
        "DescribeLoadBalancers",
        "LoadBalancerNotFound",
        LoadBalancerArns=[LOST_BALANCER],
    ),
    newer("more than 20 balancers", "DescribeLoadBalancers", INVALID, LoadBalancerArns=[LOST_BALANCER] * 21),
    newer("a group's name that is taken", "CreateTargetGroup", "DuplicateTargetGroupName", Name="web"),
    newer(
        "a balancer's name that is taken", "CreateLoadBalancer", "DuplicateLoadBalancerName", Name="web-lb"
    ),
    newer(
        "a listener on what is not there",
        "CreateListener",
        "LoadBalancerNotFound",
        LoadBalancerArn=LOST_BALANCER,
        DefaultActions=FORWARD,
    ),
    newer(
        "a listener to what is not there",
        "CreateListener",
        "TargetGroupNotFound",
        LoadBalancerArn="<web-lb>",
        DefaultActions=[{"Type": "forward", "TargetGroupArn": LOST_GROUP}],
    ),
    newer("deleting a lost listener", "DeleteListener", "ListenerNotFound", ListenerArn=LOST_LISTENER),
    on_web(
        "deleting a group in use",
        "DeleteTargetGroup",
        "ResourceInUse",
        "is currently in use by a listener or a rule",
    ),
    on_web(
        "registering what does not run",
        "RegisterTargets",
        "InvalidTarget",
        "'i-9f'",
        Targets=[{"Id": "i-9f"}],
    ),
    on_web(
        "the health of what never was",
        "DescribeTargetHealth",
        "InvalidTarget",
        "'i-9f'",
        Targets=[{"Id": "i-9f"}],
    ),
    on_web(
        "too long a delay",
        "ModifyTargetGroupAttributes",
        INVALID,
        Attributes=[{"Key": DELAY, "Value": "3601"}],
    ),
]


@pytest.fixture(scope="module")
def names(aws):
    elbv2 = aws.client("elbv2")
    groups = elbv2.describe_target_groups(Names=["web"])["TargetGroups"]
    return {"<web>": groups[0]["TargetGroupArn"], "<web-lb>": groups[0]["LoadBalancerArns"][0]}


@pytest.mark.parametrize("row", rows(TABLE))
def test_what_load_balancers_refuse(aws, names, row):
    row.check(aws, names)


def test_a_batch_with_one_wrong_instance_changes_nothing(aws):
    elb = aws.client("elb")
    edge = {"LoadBalancerName": "edge"}
    before = elb.describe_instance_health(**edge)["InstanceStates"]
    refusal(elb.deregister_instances_from_load_balancer, **edge, Instances=instances("i-0a", "i-9f"))
    refusal(elb.register_instances_with_load_balancer, **edge, Instances=instances("i-0c", "i-9f"))
    assert elb.describe_instance_health(**edge)["InstanceStates"] == before


def test_botocore_raises_the_exceptions_of_its_models(aws):
    elb, elbv2 = aws.client("elb"), aws.client("elbv2")
    with pytest.raises(elb.exceptions.AccessPointNotFoundException):
        elb.describe_instance_health(LoadBalancerName="lost")
    with pytest.raises(elb.exceptions.InvalidEndPointException):
        elb.register_instances_with_load_balancer(LoadBalancerName="edge", Instances=instances("i-9f"))
    with pytest.raises(elbv2.exceptions.TargetGroupNotFoundException):
        elbv2.describe_target_health(TargetGroupArn=LOST_GROUP)
