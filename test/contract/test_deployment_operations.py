"""Protects what the simulator shows of a deployment from answers that only our own SDK understands: functions, rules, roles, alarms, stack."""

import json

from refusals import refusal

SCENARIO = "functions.yaml"
OPTIONS = ("--with-functions",)
NAME = "asg-drain-live-deregister"
ACCOUNT = "us-east-1:123456789012"
FUNCTION = f"arn:aws:lambda:{ACCOUNT}:function:{NAME}"
QUEUE = f"arn:aws:sqs:{ACCOUNT}:lifecycle"
ROLE = "arn:aws:iam::123456789012:role/deregister"


def test_a_function_is_shown(aws):
    client = aws.client("lambda")
    shown = client.get_function_configuration(FunctionName=NAME)
    assert (shown["FunctionArn"], shown["Role"], shown["Timeout"]) == (FUNCTION, ROLE, 60)
    assert json.loads(shown["Environment"]["Variables"]["INPUT"])["lifecycle_queue_name"] == "lifecycle"
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName=NAME)
    assert client.get_function_event_invoke_config(FunctionName=NAME)["MaximumRetryAttempts"] == 0
    assert client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == 1000
    assert list(client.list_tags(Resource=FUNCTION)["Tags"]) == ["asg-drain-version"]


def test_a_function_is_shown_by_its_arn(aws):
    assert aws.client("lambda").get_function_configuration(FunctionName=FUNCTION)["FunctionName"] == NAME


def test_its_mapping_is_shown(aws):
    client = aws.client("lambda")
    [mapping] = client.list_event_source_mappings(FunctionName=NAME, EventSourceArn=QUEUE)[
        "EventSourceMappings"
    ]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    other = client.list_event_source_mappings(EventSourceArn=f"{QUEUE}-other")
    assert other["EventSourceMappings"] == []


def test_a_function_that_there_is_not_is_refused(aws):
    client = aws.client("lambda")
    for call in (client.get_function_configuration, client.list_event_source_mappings):
        error = refusal(call, FunctionName="nobody")
        assert error["Code"] == "ResourceNotFoundException"
        assert error["Message"] == f"Function not found: arn:aws:lambda:{ACCOUNT}:function:nobody"


def test_its_schedule_is_shown(aws):
    client = aws.client("events")
    [name] = client.list_rule_names_by_target(TargetArn=FUNCTION)["RuleNames"]
    rule = client.describe_rule(Name=name)
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", "ENABLED")
    [target] = client.list_targets_by_rule(Rule=name)["Targets"]
    assert json.loads(target["Input"])["elb_monitor_queue_name"] == "monitor"
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}


def test_the_rules_of_a_queue_are_paged(aws):
    client = aws.client("events")
    first = client.list_rule_names_by_target(TargetArn=QUEUE, Limit=1)
    second = client.list_rule_names_by_target(TargetArn=QUEUE, Limit=1, NextToken=first["NextToken"])
    assert first["RuleNames"] + second["RuleNames"] == ["notices", "actions"]
    pattern = json.loads(client.describe_rule(Name="actions")["EventPattern"])
    assert pattern["detail"] == {"LifecycleHookName": ["drain"], "AutoScalingGroupName": ["web"]}
    assert refusal(client.describe_rule, Name="nobody")["Code"] == "ResourceNotFoundException"


def test_a_role_is_shown(aws):
    role = aws.client("iam").get_role(RoleName="deregister")["Role"]
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]
    assert (role["Arn"], statement["Principal"]) == (ROLE, {"Service": ["lambda.amazonaws.com"]})
    assert refusal(aws.client("iam").get_role, RoleName="nobody")["Code"] == "NoSuchEntity"


def test_what_a_role_may_do_is_simulated(aws):
    given = {
        "PolicySourceArn": ROLE,
        "ActionNames": ["sqs:SendMessage", "sqs:ReceiveMessage"],
        "ResourceArns": [QUEUE],
        "ContextEntries": [
            {"ContextKeyName": "ecs:cluster", "ContextKeyValues": ["x"], "ContextKeyType": "string"}
        ],
        "MaxItems": 1,
    }
    client = aws.client("iam")
    first = client.simulate_principal_policy(**given)
    second = client.simulate_principal_policy(**given, Marker=first["Marker"])
    results = first["EvaluationResults"] + second["EvaluationResults"]
    assert [(each["EvalActionName"], each["EvalDecision"]) for each in results] == [
        ("sqs:SendMessage", "allowed"),
        ("sqs:ReceiveMessage", "allowed"),
    ]
    assert (first["IsTruncated"], second["IsTruncated"]) == (True, False)
    wrong = {**given, "ActionNames": ["nonsense"]}
    assert refusal(client.simulate_principal_policy, **wrong)["Code"] == "InvalidInput"


def test_the_alarms_of_a_metric_are_shown(aws):
    given = {"Namespace": "AWS/Lambda", "MetricName": "Errors"}
    shown = aws.client("cloudwatch").describe_alarms_for_metric(
        **given, Dimensions=[{"Name": "FunctionName", "Value": NAME}]
    )
    [alarm] = shown["MetricAlarms"]
    assert alarm["AlarmActions"] == [f"arn:aws:sns:{ACCOUNT}:on-call"]
    assert alarm["ActionsEnabled"] is True
    assert aws.client("cloudwatch").describe_alarms_for_metric(**given)["MetricAlarms"] == []


def test_the_stack_is_shown(aws):
    client = aws.client("cloudformation")
    [stack] = client.describe_stacks(StackName="asg-drain-live")["Stacks"]
    assert "Version" in [each["OutputKey"] for each in stack["Outputs"]]
    assert client.describe_stacks()["Stacks"] == [stack]
    pages = client.get_paginator("list_stack_resources").paginate(StackName="asg-drain-live")
    found = {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for page in pages
        for each in page["StackResourceSummaries"]
    }
    assert found["DeregisterLambdaFunction"] == NAME
    assert len(found) > 10
    error = refusal(client.describe_stacks, StackName="nobody")
    assert (error["Code"], error["Message"]) == ("ValidationError", "Stack with id nobody does not exist")
