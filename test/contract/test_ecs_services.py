"""Protects the simulated ECS's services from answers that only our own SDK understands."""

import datetime

import pytest

from test_ecs_operations import pages

SCENARIO = "fleet.yaml"


@pytest.fixture
def ecs(aws):
    return aws.client("ecs")


def test_services_are_listed_and_described(ecs):
    listed = pages(ecs.list_services, "serviceArns", cluster="fleet", maxResults=3)
    assert [len(page) for page in listed] == [3, 1]
    answer = ecs.describe_services(cluster="fleet", services=["web", "log-agent", "lost"])
    web, agent = answer["services"]
    assert (web["serviceName"], web["status"], web["schedulingStrategy"]) == ("web", "ACTIVE", "REPLICA")
    assert (web["desiredCount"], web["runningCount"], web["pendingCount"]) == (4, 4, 0)
    assert web["deploymentConfiguration"] == {
        "minimumHealthyPercent": 100,
        "maximumPercent": 200,
        "strategy": "ROLLING",
    }
    (load_balancer,) = web["loadBalancers"]
    assert ":targetgroup/web/" in load_balancer["targetGroupArn"]
    assert load_balancer["containerPort"] == 3000
    assert [each["status"] for each in web["deployments"]] == ["PRIMARY"]
    assert (agent["schedulingStrategy"], agent["runningCount"]) == ("DAEMON", 3)
    (failure,) = answer["failures"]
    assert (failure["arn"].endswith(":service/fleet/lost"), failure["reason"]) == (True, "MISSING")


def test_a_service_starts_its_tasks_and_is_changed_and_deleted(aws, ecs):
    target_group = aws.client("elbv2").describe_target_groups(Names=["static"])["TargetGroups"][0][
        "TargetGroupArn"
    ]
    ecs.register_task_definition(
        family="api",
        containerDefinitions=[
            {"name": "main", "portMappings": [{"containerPort": 7000}, {"containerPort": 8080}]}
        ],
    )
    made = ecs.create_service(
        cluster="fleet",
        serviceName="api",
        taskDefinition="api",
        desiredCount=2,
        launchType="EC2",
        schedulingStrategy="REPLICA",
        deploymentConfiguration={"minimumHealthyPercent": 50, "maximumPercent": 150},
        loadBalancers=[
            {"targetGroupArn": target_group, "containerName": "main", "containerPort": 7000},
            {"loadBalancerName": "edge", "containerName": "main", "containerPort": 8080},
        ],
    )["service"]
    assert (made["desiredCount"], made["runningCount"]) == (2, 0)
    assert made["deploymentConfiguration"] == {
        "minimumHealthyPercent": 50,
        "maximumPercent": 150,
        "strategy": "ROLLING",
    }
    aws.advance(120)
    (running,) = ecs.describe_services(cluster="fleet", services=["api"])["services"]
    assert (running["runningCount"], running["pendingCount"]) == (2, 0)

    ecs.register_task_definition(family="api", containerDefinitions=[{"name": "main"}])
    updated = ecs.update_service(
        cluster="fleet",
        service="api",
        desiredCount=1,
        taskDefinition="api:2",
        forceNewDeployment=True,
        deploymentConfiguration={"minimumHealthyPercent": 0, "maximumPercent": 100},
    )["service"]
    assert updated["desiredCount"] == 1
    assert updated["taskDefinition"].endswith(":task-definition/api:2")
    assert updated["deployments"][0]["id"] != made["deployments"][0]["id"]

    deleted = ecs.delete_service(cluster="fleet", service="api", force=True)["service"]
    assert (deleted["status"], deleted["desiredCount"]) == ("DRAINING", 0)
    aws.advance(600)
    assert not any(arn.endswith("/api") for arn in ecs.list_services(cluster="fleet")["serviceArns"])


def test_a_task_is_protected_for_a_while(ecs):
    (arn, *_) = ecs.list_tasks(cluster="fleet", serviceName="web")["taskArns"]
    given = {"cluster": "fleet", "tasks": [arn, "lost"]}
    answer = ecs.update_task_protection(**given, protectionEnabled=True, expiresInMinutes=5)
    (protected,) = answer["protectedTasks"]
    assert (protected["taskArn"], protected["protectionEnabled"]) == (arn, True)
    assert isinstance(protected["expirationDate"], datetime.datetime)
    assert [each["reason"] for each in answer["failures"]] == ["MISSING"]
    assert ecs.get_task_protection(**given)["protectedTasks"] == [protected]
    (cleared,) = ecs.update_task_protection(cluster="fleet", tasks=[arn], protectionEnabled=False)["protectedTasks"]
    assert cleared == {"taskArn": arn, "protectionEnabled": False}


def test_draining_an_instance_moves_a_service_and_says_so(aws, ecs):
    filter_ = "ec2InstanceId == i-0c"
    (arn,) = ecs.list_container_instances(cluster="fleet", filter=filter_)["containerInstanceArns"]
    ecs.update_container_instances_state(cluster="fleet", containerInstances=[arn], status="DRAINING")
    aws.advance(600)
    tasks = ecs.list_tasks(cluster="fleet", containerInstance=arn)["taskArns"]
    assert tasks == []
    (web,) = ecs.describe_services(cluster="fleet", services=["web"])["services"]
    assert (web["runningCount"], web["pendingCount"]) == (4, 0)
    stopped = ecs.list_tasks(cluster="fleet", containerInstance=arn, desiredStatus="STOPPED")["taskArns"]
    for task in ecs.describe_tasks(cluster="fleet", tasks=stopped)["tasks"]:
        assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "ServiceSchedulerInitiated")
