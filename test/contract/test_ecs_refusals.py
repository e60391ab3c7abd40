"""Protects our functions from ECS errors that only the simulator has: each error carries a code that botocore's model
lists for the operation, and AWS's words where they are known."""

import json

import pytest

from refusals import Refused, rows

SCENARIO = "fleet.yaml"
INVALID = "InvalidParameterException"
CLIENT = "ClientException"
LOST_GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/lost/0123456789abcdef"


def call(why, operation, code, text="", **given):
    return Refused(why, "ecs", operation, {"cluster": "fleet", **given}, code, text)


def in_lost_cluster(operation, **given):
    why = f"{operation} in a cluster that is not there"
    given = {"cluster": "lost", **given}
    return Refused(why, "ecs", operation, given, "ClusterNotFoundException", "Cluster not found.")


def service(why, code, text="", **given):
    given = {"serviceName": "refused", "taskDefinition": "report", "desiredCount": 1, **given}
    return call(why, "CreateService", code, text, **given)


def balanced(**load_balancer):
    return [{"containerName": "main", "containerPort": 80, **load_balancer}]


TABLE = [
    in_lost_cluster("DeleteCluster"),
    in_lost_cluster("ListContainerInstances"),
    in_lost_cluster("DescribeContainerInstances", containerInstances=["x"]),
    in_lost_cluster("UpdateContainerInstancesState", containerInstances=["x"], status="DRAINING"),
    in_lost_cluster("RegisterContainerInstance", instanceIdentityDocument='{"instanceId": "i-0a"}'),
    in_lost_cluster("DeregisterContainerInstance", containerInstance="x"),
    in_lost_cluster("ListTasks"),
    in_lost_cluster("DescribeTasks", tasks=["x"]),
    in_lost_cluster("StartTask", taskDefinition="report", containerInstances=["x"]),
    in_lost_cluster("StopTask", task="x"),
    in_lost_cluster("UpdateTaskProtection", tasks=["x"], protectionEnabled=True),
    in_lost_cluster("GetTaskProtection", tasks=["x"]),
    in_lost_cluster("CreateService", serviceName="x", taskDefinition="report"),
    in_lost_cluster("UpdateService", service="x"),
    in_lost_cluster("DescribeServices", services=["x"]),
    in_lost_cluster("ListServices"),
    in_lost_cluster("DeleteService", service="x"),
    # The model documents what a cluster must not contain: DeleteCluster, "Errors".
    call("deleting a cluster with instances", "DeleteCluster", "ClusterContainsContainerInstancesException"),
    call(
        "deleting a cluster with services",
        "DeleteCluster",
        "ClusterContainsServicesException",
        cluster="busy",
    ),
    call(
        "draining nothing", "UpdateContainerInstancesState", INVALID, containerInstances=[], status="DRAINING"
    ),
    call(
        "draining eleven",
        "UpdateContainerInstancesState",
        INVALID,
        "instanceIds can have at most 10 items.",
        containerInstances=["x"] * 11,
        status="DRAINING",
    ),
    call(
        "a state that nobody may set",
        "UpdateContainerInstancesState",
        INVALID,
        "[ACTIVE,DRAINING]",
        containerInstances=["x"],
        status="INACTIVE",
    ),
    call("deregistering what is not there", "DeregisterContainerInstance", INVALID, containerInstance="x"),
    call("describing no instance", "DescribeContainerInstances", INVALID, containerInstances=[]),
    call("describing 101 instances", "DescribeContainerInstances", INVALID, containerInstances=["x"] * 101),
    call("describing no task", "DescribeTasks", INVALID, tasks=[]),
    call("describing 101 tasks", "DescribeTasks", INVALID, tasks=["x"] * 101),
    call("describing no service", "DescribeServices", INVALID, services=[]),
    call("describing eleven services", "DescribeServices", INVALID, services=["x"] * 11),
    Refused("eleven to a page", "ecs", "DescribeCapacityProviders", {"maxResults": 11}, INVALID),
    call(
        "protecting eleven tasks", "UpdateTaskProtection", INVALID, tasks=["x"] * 11, protectionEnabled=True
    ),
    call(
        "protecting for no time",
        "UpdateTaskProtection",
        INVALID,
        "expiresInMinutes",
        tasks=["x"],
        protectionEnabled=True,
        expiresInMinutes=0,
    ),
    call("the protection of no task", "GetTaskProtection", INVALID, tasks=[]),
    call("a page of none", "ListTasks", INVALID, maxResults=0),
    call("a page of 101", "ListContainerInstances", INVALID, maxResults=101),
    call("a token of somebody else's", "ListTasks", INVALID, nextToken="garbage"),
    call("a filter that is no expression", "ListContainerInstances", INVALID, filter="nonsense"),
    call(
        "two filters, one of them startedBy",
        "ListTasks",
        INVALID,
        "startedBy",
        startedBy="x",
        family="report",
    ),
    call("an identity without an id", "RegisterContainerInstance", CLIENT, instanceIdentityDocument="{}"),
    call(
        "an instance that does not run",
        "RegisterContainerInstance",
        CLIENT,
        instanceIdentityDocument=json.dumps({"instanceId": "i-9f"}),
    ),
    Refused(
        "a task definition without a container",
        "ecs",
        "RegisterTaskDefinition",
        {"family": "empty", "containerDefinitions": []},
        CLIENT,
    ),
    Refused(
        "describing what is not defined",
        "ecs",
        "DescribeTaskDefinition",
        {"taskDefinition": "lost"},
        CLIENT,
        "Unable to describe task definition.",
    ),
    call(
        "starting what is not defined", "StartTask", CLIENT, taskDefinition="lost", containerInstances=["x"]
    ),
    call("starting nowhere", "StartTask", INVALID, taskDefinition="report", containerInstances=[]),
    call("starting on eleven", "StartTask", INVALID, taskDefinition="report", containerInstances=["x"] * 11),
    call("running what is not defined", "RunTask", CLIENT, taskDefinition="lost"),
    call(
        "stopping what is not there", "StopTask", INVALID, "The referenced task was not found.", task="lost"
    ),
    service(
        "a service of a name that is taken",
        INVALID,
        "Creation of service was not idempotent.",
        serviceName="web",
    ),
    service("a service of what is not defined", CLIENT, taskDefinition="lost"),
    service(
        "a service behind a lost target group", INVALID, loadBalancers=balanced(targetGroupArn=LOST_GROUP)
    ),
    service(
        "a service behind a lost load balancer", INVALID, loadBalancers=balanced(loadBalancerName="lost")
    ),
    call(
        "updating what is not there",
        "UpdateService",
        "ServiceNotFoundException",
        "Service not found.",
        service="lost",
    ),
    call(
        "updating what ends", "UpdateService", "ServiceNotActiveException", cluster="spare", service="ending"
    ),
    call("deleting what is not there", "DeleteService", "ServiceNotFoundException", service="lost"),
    call(
        "deleting what is wanted",
        "DeleteService",
        INVALID,
        "The service cannot be stopped while it is scaled above 0.",
        service="web",
    ),
]


@pytest.fixture(scope="module", autouse=True)
def services_without_instances(aws):
    """A cluster with a service that waits for instances, and one with a service that ends."""
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName="busy")
    ecs.create_service(cluster="busy", serviceName="waiting", taskDefinition="report", desiredCount=1)
    ecs.create_service(cluster="spare", serviceName="ending", taskDefinition="report", desiredCount=1)
    ecs.delete_service(cluster="spare", service="ending", force=True)


@pytest.mark.parametrize("row", rows(TABLE))
def test_what_ecs_refuses(aws, row):
    row.check(aws)


def test_an_instance_with_running_tasks_is_deregistered_by_force_alone(aws):
    ecs = aws.client("ecs")
    for arn in ecs.list_container_instances(cluster="fleet")["containerInstanceArns"]:
        given = {"cluster": "fleet", "containerInstance": arn}
        running = Refused("running", "ecs", "DeregisterContainerInstance", given, INVALID, "Found running tasks")
        running.check(aws)


def test_what_cannot_be_started_is_a_failure_and_not_left_out(aws):
    ecs = aws.client("ecs")
    answer = ecs.start_task(cluster="fleet", taskDefinition="report", containerInstances=["missing"])
    assert answer["tasks"] == []
    assert [(each["arn"].endswith("missing"), each["reason"]) for each in answer["failures"]] == [
        (True, "MISSING")
    ]


def test_services_come_ten_to_a_page_unless_more_are_asked_for(aws):
    # The model, ListServices, maxResults: "up to 10 results and a nextToken value if applicable".
    ecs = aws.client("ecs")
    for number in range(8):
        ecs.create_service(
            cluster="fleet", serviceName=f"page-{number}", taskDefinition="report", desiredCount=0
        )
    first = ecs.list_services(cluster="fleet")
    assert (len(first["serviceArns"]), "nextToken" in first) == (10, True)
    assert len(ecs.list_services(cluster="fleet", maxResults=100)["serviceArns"]) == 12
