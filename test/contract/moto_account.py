"""An account at moto, and commands run against it."""

import os
import subprocess

import boto3

from processes import PROJECT
from stack_template import ACCOUNT


class Account:
    """An account at moto: its clients, and how commands are run against it."""

    def __init__(self, url, region, keys=None, account_id=ACCOUNT):
        self._keys = keys or {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        self.environment = {"AWS_ENDPOINT_URL": url, "AWS_REGION": region, **self._keys}
        self.account_id = account_id
        self.region = region
        self._url = url

    def client(self, service):
        """A boto3 client."""
        return boto3.client(
            service,
            endpoint_url=self._url,
            region_name=self.region,
            **{name.lower(): value for name, value in self._keys.items()},
        )

    def of(self, account_id):
        """Another account, in the same Region."""
        assumed = self.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{account_id}:role/any", RoleSessionName="tests"
        )
        keys = {
            "AWS_ACCESS_KEY_ID": assumed["Credentials"]["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": assumed["Credentials"]["SecretAccessKey"],
            "AWS_SESSION_TOKEN": assumed["Credentials"]["SessionToken"],
        }
        return Account(self._url, self.region, keys, account_id)

    def create_bucket(self, name):
        """Makes a bucket in the Region."""
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        self.client("s3").create_bucket(Bucket=name, **({} if self.region == "us-east-1" else elsewhere))

    def create_empty_group(self, name):
        """Makes an Auto Scaling group that has no instance, as an account has before a hook is put."""
        autoscaling = self.client("autoscaling")
        autoscaling.create_launch_configuration(
            LaunchConfigurationName=name, ImageId="ami-12c6146b", InstanceType="t3.micro"
        )
        autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchConfigurationName=name,
            AvailabilityZones=[f"{self.region}a"],
            MinSize=0,
            MaxSize=0,
        )

    def delete_group(self, name):
        """Deletes an Auto Scaling group, with what it was launched from."""
        autoscaling = self.client("autoscaling")
        autoscaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
        autoscaling.delete_launch_configuration(LaunchConfigurationName=name)

    def run(self, *command, folder):
        """Runs a command in a folder against this account, which must succeed; gives what it printed."""
        return run(*command, environment=self.environment, folder=folder)

    def refuses(self, *command, folder):
        """Runs a command in a folder against this account, which must fail; gives what it printed."""
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, **self.environment}, capture_output=True, text=True
        )
        assert done.returncode != 0, done.stdout
        return done.stdout + done.stderr

    def physical_ids(self, stack):
        """The names that the resources of a stack got, by their logical ids."""
        found = self.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
        # Moto lists what it skipped as well, without a name or an id.
        return {
            each["LogicalResourceId"]: each.get("PhysicalResourceId")
            for each in found
            if "LogicalResourceId" in each
        }

    def outputs(self, stack):
        """The outputs of a stack."""
        [found] = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}

    def role_ids(self, ids, resources):
        """What IAM made up for the roles of a stack, by their logical ids."""
        iam = self.client("iam")
        return {
            name: iam.get_role(RoleName=ids[name])["Role"]["RoleId"]
            for name, resource in resources.items()
            if resource["Type"] == "AWS::IAM::Role"
        }

    def everything(self):
        """The names of all that is there of the kinds that the stack has, hooks and alarms too."""
        autoscaling = self.client("autoscaling")
        groups = [
            each["AutoScalingGroupName"]
            for each in autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
        ]
        mappings = self.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        return {
            "alarms": names(self.client("cloudwatch").describe_alarms()["MetricAlarms"], "AlarmName"),
            "buckets": names(self.client("s3").list_buckets()["Buckets"], "Name"),
            "event source mappings": names(mappings, "EventSourceArn"),
            "functions": names(self.client("lambda").list_functions()["Functions"], "FunctionName"),
            "groups": sorted(groups),
            "hooks": [
                hook["LifecycleHookName"]
                for group in groups
                for hook in autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=group)["LifecycleHooks"]
            ],
            "log groups": names(self.client("logs").describe_log_groups()["logGroups"], "logGroupName"),
            "queues": sorted(self.client("sqs").list_queues().get("QueueUrls", [])),
            "roles": names(self.client("iam").list_roles()["Roles"], "RoleName"),
            "rules": names(self.client("events").list_rules()["Rules"], "Name"),
        }


def names(found, key):
    """The names of what was found, in order."""
    return sorted(each[key] for each in found)


def run(*command, environment=None, folder=PROJECT):
    """Runs a command in a folder, which must succeed; gives what it printed."""
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **(environment or {})}, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
    return done.stdout
