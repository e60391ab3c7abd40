"""Protects the simulated ECS's clusters, container instances and tasks from answers that only our own SDK understands.

test_ecs_services.py does the same for services.
"""

import datetime
import json

import pytest

SCENARIO = "fleet.yaml"
CLUSTER_ARN = "arn:aws:ecs:us-east-1:123456789012:cluster/fleet"


@pytest.fixture
def ecs(aws):
    return aws.client("ecs")


def container_instance_of(ecs, instance_id):
    filter_ = f"ec2InstanceId == {instance_id}"
    (arn,) = ecs.list_container_instances(cluster="fleet", filter=filter_)["containerInstanceArns"]
    return arn


def pages(call, items, **parameters):
    """All items of a list, page by page; botocore's own paginators take the same keys."""
    found, token = [], {}
    while token is not None:
        answer = call(**parameters, **token)
        found.append(answer[items])
        token = {"nextToken": answer["nextToken"]} if "nextToken" in answer else None
    return found


def test_clusters_are_listed_and_described(ecs):
    assert [len(page) for page in pages(ecs.list_clusters, "clusterArns", maxResults=1)] == [1, 1]
    answer = ecs.describe_clusters(clusters=["fleet", "spare", "lost"])
    fleet, spare = answer["clusters"]
    assert (fleet["clusterArn"], fleet["status"]) == (CLUSTER_ARN, "ACTIVE")
    assert fleet["registeredContainerInstancesCount"] == 3
    assert fleet["runningTasksCount"] == 12
    assert fleet["activeServicesCount"] == 4
    assert (spare["registeredContainerInstancesCount"], spare["runningTasksCount"]) == (0, 0)
    (failure,) = answer["failures"]
    assert failure["arn"].endswith(":cluster/lost")
    assert failure["reason"] == "MISSING"


def test_a_cluster_is_made_and_deleted(ecs):
    tags = [{"key": "drain", "value": "yes"}]
    made = ecs.create_cluster(clusterName="short-lived", tags=tags)["cluster"]
    assert (made["clusterName"], made["status"]) == ("short-lived", "ACTIVE")
    (plain,) = ecs.describe_clusters(clusters=["short-lived"])["clusters"]
    (tagged,) = ecs.describe_clusters(clusters=["short-lived"], include=["TAGS"])["clusters"]
    assert (plain.get("tags", []), tagged["tags"]) == ([], tags)
    assert ecs.delete_cluster(cluster="short-lived")["cluster"]["status"] == "INACTIVE"
    assert not any(arn.endswith("/short-lived") for arn in ecs.list_clusters()["clusterArns"])


def test_container_instances_are_found_by_filter_status_and_page(ecs):
    listed = pages(ecs.list_container_instances, "containerInstanceArns", cluster="fleet", maxResults=2)
    assert [len(page) for page in listed] == [2, 1]
    both = ecs.list_container_instances(cluster="fleet", filter="ec2InstanceId in ['i-0a', 'i-0c']")
    assert len(both["containerInstanceArns"]) == 2
    draining = ecs.list_container_instances(cluster="fleet", status="DRAINING")
    assert draining["containerInstanceArns"] == []


def test_container_instances_say_what_runs_on_them(ecs):
    arn = container_instance_of(ecs, "i-0a")
    missing = "0123456789abcdef0123456789abcdef"
    answer = ecs.describe_container_instances(cluster="fleet", containerInstances=[arn, missing])
    (described,) = answer["containerInstances"]
    assert described["containerInstanceArn"] == arn
    assert (described["ec2InstanceId"], described["status"]) == ("i-0a", "ACTIVE")
    assert described["agentConnected"] is True
    assert (described["runningTasksCount"], described["pendingTasksCount"]) == (5, 0)
    assert isinstance(described["registeredAt"], datetime.datetime)
    (failure,) = answer["failures"]
    assert (failure["reason"], failure["arn"].endswith(missing)) == ("MISSING", True)


def test_a_container_instance_is_registered_and_drained(aws, ecs):
    identity = json.dumps({"instanceId": "i-1d", "region": "us-east-1"})
    registered = ecs.register_container_instance(
        cluster="fleet", instanceIdentityDocument=identity, instanceIdentityDocumentSignature="signature"
    )["containerInstance"]
    assert (registered["ec2InstanceId"], registered["status"]) == ("i-1d", "ACTIVE")
    arn = registered["containerInstanceArn"]
    aws.advance(10)
    for status in ("DRAINING", "ACTIVE"):
        answer = ecs.update_container_instances_state(
            cluster="fleet", containerInstances=[arn, "missing"], status=status
        )
        assert [each["status"] for each in answer["containerInstances"]] == [status]
        assert [each["reason"] for each in answer["failures"]] == ["MISSING"]
    ecs.update_container_instances_state(cluster="fleet", containerInstances=[arn], status="DRAINING")
    assert ecs.list_container_instances(cluster="fleet", status="DRAINING")["containerInstanceArns"] == [arn]


def test_a_container_instance_is_deregistered_with_the_tasks_on_it(aws, ecs):
    identity = json.dumps({"instanceId": "i-1c", "region": "us-east-1"})
    arn = ecs.register_container_instance(cluster="spare", instanceIdentityDocument=identity)[
        "containerInstance"
    ]["containerInstanceArn"]
    (task,) = ecs.start_task(cluster="spare", taskDefinition="report", containerInstances=[arn])["tasks"]
    aws.advance(10)
    gone = ecs.deregister_container_instance(cluster="spare", containerInstance=arn, force=True)[
        "containerInstance"
    ]
    assert (gone["containerInstanceArn"], gone["status"], gone["agentConnected"]) == (arn, "INACTIVE", False)
    assert ecs.list_container_instances(cluster="spare")["containerInstanceArns"] == []
    (given_up,) = ecs.describe_tasks(cluster="spare", tasks=[task["taskArn"]])["tasks"]
    assert given_up["lastStatus"] == "STOPPED"
    assert given_up["stoppedReason"] == "Container instance deregistration forced by user."


def test_tasks_are_listed_by_each_filter(ecs):
    def listed(**filters):
        return len(ecs.list_tasks(cluster="fleet", **filters)["taskArns"])

    assert listed(serviceName="web") == 4
    assert listed(serviceName="web", containerInstance=container_instance_of(ecs, "i-0a")) == 2
    assert listed(family="report") == 1
    assert listed(startedBy="nightly") == 1
    assert listed(serviceName="web", desiredStatus="STOPPED") == 0
    assert [
        len(page)
        for page in pages(ecs.list_tasks, "taskArns", cluster="fleet", serviceName="web", maxResults=3)
    ] == [3, 1]


def test_a_service_task_says_where_it_listens(ecs):
    arns = ecs.list_tasks(cluster="fleet", serviceName="web")["taskArns"]
    answer = ecs.describe_tasks(cluster="fleet", tasks=[arns[0], "lost"])
    (task,) = answer["tasks"]
    assert (task["taskArn"], task["clusterArn"]) == (arns[0], CLUSTER_ARN)
    assert (task["lastStatus"], task["desiredStatus"], task["launchType"]) == ("RUNNING", "RUNNING", "EC2")
    assert task["group"] == "service:web"
    assert task["startedBy"].startswith("ecs-svc/")
    assert task["createdAt"] < task["startedAt"]
    (binding,) = task["containers"][0]["networkBindings"]
    assert binding["containerPort"] == 3000
    assert 32768 <= binding["hostPort"] <= 61000
    (failure,) = answer["failures"]
    assert (failure["arn"].endswith("/lost"), failure["reason"]) == (True, "MISSING")


def test_a_task_with_its_own_address_says_so(ecs):
    arns = ecs.list_tasks(cluster="fleet", serviceName="addresses")["taskArns"]
    for task in ecs.describe_tasks(cluster="fleet", tasks=arns)["tasks"]:
        (attachment,) = task["attachments"]
        assert (attachment["type"], attachment["status"]) == ("ElasticNetworkInterface", "ATTACHED")
        details = {each["name"]: each["value"] for each in attachment["details"]}
        assert details["privateIPv4Address"].startswith("10.1.")
        (interface,) = task["containers"][0]["networkInterfaces"]
        assert interface["privateIpv4Address"] == details["privateIPv4Address"]


def test_a_task_definition_counts_its_revisions(ecs):
    container = {
        "name": "main",
        "image": "report:1",
        "cpu": 128,
        "memory": 256,
        "essential": True,
        "stopTimeout": 20,
        "dockerLabels": {"simulator.start-seconds": "1", "simulator.stop-seconds": "5"},
        "portMappings": [{"containerPort": 5000, "hostPort": 0, "protocol": "tcp"}],
    }
    for revision in (1, 2):
        defined = ecs.register_task_definition(
            family="counted", networkMode="bridge", containerDefinitions=[container]
        )["taskDefinition"]
        assert (defined["family"], defined["revision"]) == ("counted", revision)
        assert defined["taskDefinitionArn"].endswith(f":task-definition/counted:{revision}")
        assert defined["containerDefinitions"][0]["portMappings"][0]["containerPort"] == 5000
    for name, revision in {"counted": 2, "counted:1": 1, defined["taskDefinitionArn"]: 2}.items():
        described = ecs.describe_task_definition(taskDefinition=name)["taskDefinition"]
        assert (described["revision"], described["networkMode"]) == (revision, "bridge")
        assert described["containerDefinitions"][0]["portMappings"][0]["containerPort"] == 5000


def test_standalone_tasks_are_run_where_there_is_room(ecs):
    ran = ecs.run_task(
        cluster="fleet",
        taskDefinition="report",
        group="batch",
        startedBy="contract",
        count=2,
        launchType="EC2",
    )
    assert ran["failures"] == []
    assert [(each["group"], each["startedBy"]) for each in ran["tasks"]] == [("batch", "contract")] * 2


def test_a_standalone_task_is_started_and_stopped(aws, ecs):
    ecs.register_task_definition(
        family="once",
        containerDefinitions=[
            {"name": "main", "dockerLabels": {"simulator.start-seconds": "1", "simulator.stop-seconds": "5"}}
        ],
    )
    started = ecs.start_task(
        cluster="fleet",
        taskDefinition="once:1",
        group="placed",
        startedBy="contract",
        containerInstances=[container_instance_of(ecs, "i-0b")],
    )
    (placed,) = started["tasks"]
    assert placed["containerInstanceArn"] == container_instance_of(ecs, "i-0b")
    aws.advance(5)
    stopping = ecs.stop_task(cluster="fleet", task=placed["taskArn"], reason="done with it")["task"]
    assert (stopping["lastStatus"], stopping["desiredStatus"]) == ("STOPPING", "STOPPED")
    aws.advance(5)
    (stopped,) = ecs.describe_tasks(cluster="fleet", tasks=[placed["taskArn"]])["tasks"]
    assert (stopped["lastStatus"], stopped["stopCode"]) == ("STOPPED", "UserInitiated")
    assert stopped["stoppedReason"] == "done with it"
    assert stopped["stoppingAt"] < stopped["stoppedAt"]
