"""Protects the simulated ECS's deployments from answers that only our own SDK understands."""

import pytest

SCENARIO = "fleet.yaml"


@pytest.fixture
def ecs(aws):
    return aws.client("ecs")


def behind(target_group, alternate=None):
    load_balancer = {"targetGroupArn": target_group, "containerName": "main", "containerPort": 7000}
    if alternate:
        rule = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/a/1/2/"
        load_balancer["advancedConfiguration"] = {
            "alternateTargetGroupArn": alternate,
            "productionListenerRule": rule + "3",
            "testListenerRule": rule + "4",
            "roleArn": "arn:aws:iam::123456789012:role/ecs",
        }
    return [load_balancer]


@pytest.fixture
def groups(aws):
    elbv2 = aws.client("elbv2")
    made = []
    for name in ("blue", "green"):
        found = [each for each in elbv2.describe_target_groups()["TargetGroups"] if each["TargetGroupName"] == name]
        if not found:
            found = elbv2.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId="vpc-1")["TargetGroups"]
        made.append(found[0]["TargetGroupArn"])
    return made


def define(ecs):
    return ecs.register_task_definition(
        family="pair",
        cpu="256",
        memory="512",
        requiresCompatibilities=["EC2"],
        containerDefinitions=[
            {
                "name": "main",
                "cpu": 128,
                "memory": 256,
                "memoryReservation": 128,
                "portMappings": [{"containerPort": 7000}],
                "dependsOn": [{"containerName": "proxy", "condition": "START"}],
            },
            {"name": "proxy", "essential": False, "stopTimeout": 5},
        ],
    )["taskDefinition"]


def test_a_blue_green_deployment_is_described(aws, ecs, groups):
    definition = define(ecs)
    assert [each["name"] for each in definition["containerDefinitions"]] == ["main", "proxy"]
    made = ecs.create_service(
        cluster="fleet",
        serviceName="pair",
        taskDefinition="pair",
        desiredCount=1,
        deploymentController={"type": "ECS"},
        deploymentConfiguration={"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5},
        placementConstraints=[
            {"type": "distinctInstance"},
            {"type": "memberOf", "expression": "agentConnected == true"},
        ],
        loadBalancers=behind(*groups),
    )["service"]
    assert made["deploymentConfiguration"]["strategy"] == "BLUE_GREEN"
    assert [each["type"] for each in made["placementConstraints"]] == ["distinctInstance", "memberOf"]
    aws.advance(120)
    updated = ecs.update_service(
        cluster="fleet",
        service="pair",
        forceNewDeployment=True,
        deploymentConfiguration={"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 10},
        loadBalancers=behind(*groups),
    )["service"]
    aws.advance(60)
    listed = ecs.list_service_deployments(
        cluster="fleet", service="pair", status=["IN_PROGRESS"], maxResults=1
    )["serviceDeployments"]
    (deployment,) = ecs.describe_service_deployments(
        serviceDeploymentArns=[listed[0]["serviceDeploymentArn"]]
    )["serviceDeployments"]
    arns = [deployment["targetServiceRevision"]["arn"], deployment["sourceServiceRevisions"][0]["arn"]]
    answer = ecs.describe_service_revisions(serviceRevisionArns=[*arns, "lost"])
    used = [
        each["resolvedConfiguration"]["loadBalancers"][0]["targetGroupArn"] for each in answer["serviceRevisions"]
    ]
    assert used == [groups[1], groups[0]]
    assert answer["failures"][0]["reason"] == "MISSING"
    assert updated["currentServiceDeployment"] == deployment["serviceDeploymentArn"]
    first = ecs.list_service_deployments(cluster="fleet", service="pair", maxResults=1)
    more = ecs.list_service_deployments(
        cluster="fleet", service="pair", maxResults=1, nextToken=first["nextToken"]
    )
    assert more["serviceDeployments"][0]["status"] == "SUCCESSFUL"


def test_other_load_balancers_take_the_place_of_the_first(aws, ecs, groups):
    define(ecs)
    ecs.create_service(
        cluster="fleet",
        serviceName="moving",
        taskDefinition="pair",
        desiredCount=1,
        loadBalancers=behind(groups[0]),
    )
    aws.advance(60)
    changed = ecs.update_service(
        cluster="fleet",
        service="moving",
        loadBalancers=[{"loadBalancerName": "edge", "containerName": "main", "containerPort": 7000}],
    )["service"]
    assert [each.get("loadBalancerName") for each in changed["loadBalancers"]] == ["edge"]


def test_task_sets_are_made_changed_and_deleted(aws, ecs, groups):
    define(ecs)
    ecs.create_service(
        cluster="fleet", serviceName="sets", desiredCount=2, deploymentController={"type": "EXTERNAL"}
    )
    own = {"cluster": "fleet", "service": "sets"}
    made = ecs.create_task_set(
        **own,
        externalId="build-1",
        taskDefinition="pair",
        launchType="EC2",
        scale={"unit": "PERCENT", "value": 50},
        loadBalancers=behind(*groups),
    )["taskSet"]
    ecs.create_task_set(
        **own,
        taskDefinition="pair",
        loadBalancers=[{"loadBalancerName": "edge", "containerName": "main", "containerPort": 7000}],
    )
    assert (made["externalId"], made["computedDesiredCount"], made["status"]) == ("build-1", 1, "ACTIVE")
    primary = ecs.update_service_primary_task_set(**own, primaryTaskSet=made["id"])["taskSet"]
    assert primary["status"] == "PRIMARY"
    scaled = ecs.update_task_set(**own, taskSet=made["id"], scale={"unit": "PERCENT", "value": 100})
    assert scaled["taskSet"]["computedDesiredCount"] == 2
    aws.advance(60)
    (described,) = ecs.describe_task_sets(**own, taskSets=[made["taskSetArn"]])["taskSets"]
    assert described["runningCount"] == 2
    assert ecs.delete_task_set(**own, taskSet=made["id"], force=True)["taskSet"]["status"] == "DRAINING"


def test_tasks_run_on_fargate_and_where_constraints_let_them(aws, ecs):
    ecs.register_task_definition(
        family="serverless", networkMode="awsvpc", containerDefinitions=[{"name": "main"}]
    )
    (task,) = ecs.run_task(cluster="fleet", taskDefinition="serverless", launchType="FARGATE")["tasks"]
    assert (task["launchType"], "containerInstanceArn" in task) == ("FARGATE", False)
    assert ecs.list_tasks(cluster="fleet", launchType="FARGATE")["taskArns"] == [task["taskArn"]]
    answer = ecs.run_task(
        cluster="fleet",
        taskDefinition="serverless",
        placementConstraints=[{"type": "memberOf", "expression": "attribute:role == nobody"}],
    )
    assert (answer["tasks"], len(answer["failures"])) == ([], 1)
