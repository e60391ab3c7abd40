"""Protects what the simulated ECS says of its own draining from answers that only our own SDK understands."""

import pytest

from test_ecs_operations import pages

SCENARIO = "managed.yaml"


@pytest.fixture
def ecs(aws):
    return aws.client("ecs")


def test_the_attachments_of_a_cluster_name_the_hook(ecs):
    (first,) = ecs.describe_clusters(clusters=["first"], include=["ATTACHMENTS"])["clusters"]
    assert first["capacityProviders"] == ["first-capacity"]
    (attachment,) = first["attachments"]
    assert attachment["type"] == "managed_draining"
    details = {each["name"]: each["value"] for each in attachment["details"]}
    assert details["autoScalingLifecycleHookName"] == "ecs-managed-draining-termination-hook"


def test_capacity_providers_are_described_by_name_and_page(ecs):
    answer = ecs.describe_capacity_providers(capacityProviders=["second-capacity", "lost"])
    (second,) = answer["capacityProviders"]
    assert (second["name"], second["status"]) == ("second-capacity", "ACTIVE")
    assert second["capacityProviderArn"].endswith(":capacity-provider/second-capacity")
    provider = second["autoScalingGroupProvider"]
    assert provider["autoScalingGroupArn"].endswith("autoScalingGroupName/second")
    assert provider["managedDraining"] == "ENABLED"
    assert [each["reason"] for each in answer["failures"]] == ["MISSING"]
    listed = pages(ecs.describe_capacity_providers, "capacityProviders", maxResults=1)
    assert [len(page) for page in listed] == [1, 1]


def test_a_container_instance_names_its_capacity_provider(ecs):
    arns = ecs.list_container_instances(cluster="first")["containerInstanceArns"]
    (each,) = ecs.describe_container_instances(cluster="first", containerInstances=arns)["containerInstances"]
    assert each["capacityProviderName"] == "first-capacity"
