"""What `terraform apply` makes, asked of the API."""

import json
from typing import Any

import pytest

from tests.infra.conftest import NAME, REGION, TAG, Applied

pytestmark = pytest.mark.timeout(900)

PORTS = {"gateway": 8000, "quality": 50051, "liveness": 50052}


def container(applied: Applied, service: str) -> dict[str, Any]:
    ecs = applied.client("ecs")
    (found,) = ecs.describe_services(cluster=NAME, services=[service])["services"]
    task = ecs.describe_task_definition(taskDefinition=found["taskDefinition"])["taskDefinition"]
    (definition,) = task["containerDefinitions"]
    return {**definition, "task": task, "service": found}


def policy(applied: Applied, role_arn: str) -> list[dict[str, Any]]:
    iam = applied.client("iam")
    role = role_arn.rpartition("/")[2]
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    return [statement for document in documents for statement in document["Statement"]]


def actions(statements: list[dict[str, Any]]) -> set[str]:
    return {
        action
        for one in statements
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }


@pytest.mark.parametrize("service", PORTS)
def test_each_service_is_a_task_of_its_own_locked_down(applied: Applied, service: str) -> None:
    found = container(applied, service)
    assert found["image"].endswith(f"/{NAME}/{service}:{TAG}")
    assert found["user"] == "10001:10001"
    assert found["readonlyRootFilesystem"] is True
    assert found["linuxParameters"]["capabilities"]["drop"] == ["ALL"]
    assert [mapping["containerPort"] for mapping in found["portMappings"]] == [PORTS[service]]
    assert found["healthCheck"]["command"][:4] == ["CMD", "python", "-m", "ekyc_chassis.probe"]
    assert found["stopTimeout"] > 30
    assert found["logConfiguration"]["options"]["awslogs-group"] == f"/ekyc/{NAME}/{service}"
    assert found["task"]["networkMode"] == "awsvpc"
    assert found["task"]["executionRoleArn"] != found["task"]["taskRoleArn"]
    ecs_service = found["service"]
    assert ecs_service["launchType"] == "FARGATE"
    (planned,) = applied.planned("aws_ecs_service", service)  # moto keeps no deployment configuration
    assert planned["deployment_circuit_breaker"] == [{"enable": True, "rollback": True}]
    assert (planned["deployment_minimum_healthy_percent"], planned["deployment_maximum_percent"]) == (100, 200)
    assert len(ecs_service["networkConfiguration"]["awsvpcConfiguration"]["subnets"]) == 3
    assert ecs_service["desiredCount"] >= 2


def test_secrets_are_references_and_no_plain_setting_is_one(applied: Applied) -> None:
    found = container(applied, "gateway")
    assert [secret["name"] for secret in found["secrets"]] == ["GATEWAY_KEY_PEPPER"]
    assert found["secrets"][0]["valueFrom"] == applied.outputs["pepper_secret_arn"]
    names = {setting["name"]: setting["value"] for setting in found["environment"]}
    assert names["GATEWAY_KEYS_SECRET"] == applied.outputs["keys_secret_arn"]
    assert names["GATEWAY_REVIEW_BUCKET"] == applied.outputs["review_bucket"]
    assert not any("PEPPER" in name or "PASSWORD" in name for name in names)
    manager = applied.client("secretsmanager")
    pepper = manager.get_secret_value(SecretId=applied.outputs["pepper_secret_arn"])["SecretString"]
    assert len(pepper) >= 32
    assert json.loads(manager.get_secret_value(SecretId=applied.outputs["keys_secret_arn"])["SecretString"]) == {
        "keys": []
    }


def test_roles_may_do_no_more_than_they_need(applied: Applied) -> None:
    gateway = policy(applied, container(applied, "gateway")["task"]["taskRoleArn"])
    assert actions(gateway) == {
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:GetBucketVersioning",
        "secretsmanager:GetSecretValue",
        "kms:Decrypt",
        "kms:GenerateDataKey",
    }
    assert not any(one["Resource"] in ("*", ["*"]) for one in gateway)
    for service in ("quality", "liveness"):
        task = container(applied, service)["task"]
        assert policy(applied, task["taskRoleArn"]) == []
        assert "secretsmanager:GetSecretValue" not in actions(policy(applied, task["executionRoleArn"]))


def test_the_internal_balancer_routes_each_grpc_service_to_its_own_tasks(applied: Applied) -> None:
    elb = applied.client("elbv2")
    balancers = {one["LoadBalancerName"]: one for one in elb.describe_load_balancers()["LoadBalancers"]}
    internal, public = balancers[f"{NAME}-internal"], balancers[f"{NAME}-public"]
    assert (internal["Scheme"], public.get("Scheme")) == ("internal", None)  # moto: none is internet-facing
    (listener,) = elb.describe_listeners(LoadBalancerArn=internal["LoadBalancerArn"])["Listeners"]
    assert (listener["Port"], listener["Protocol"]) == (443, "HTTPS")
    rules = elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    routed = {}
    for rule in rules:
        asked = {one["Field"]: _values(one) for one in rule["Conditions"]}
        if asked:  # the default rule asks nothing
            (host,) = asked["host-header"]
            routed[host] = (asked["path-pattern"], rule["Actions"][0]["TargetGroupArn"])
    groups = {one["TargetGroupName"]: one for one in elb.describe_target_groups()["TargetGroups"]}
    for service, pattern in (("quality", "/ekyc.v1.QualityService/*"), ("liveness", "/ekyc.v1.LivenessService/*")):
        group = groups[f"{NAME}-{service}"]
        name = f"{service}.backends.ekyc.example.com"
        assert routed[name] == ([pattern, "/grpc.health.v1.Health/*"], group["TargetGroupArn"])
        given = container(applied, "gateway")["environment"]
        assert {"name": f"GATEWAY_{service.upper()}_TARGET", "value": f"dns:///{name}:443"} in given
        assert (group["ProtocolVersion"], group["Port"]) == ("GRPC", PORTS[service])
        assert group["HealthCheckPath"] == "/grpc.health.v1.Health/Check"
        assert group["Matcher"] == {"GrpcCode": "0"} or group["Matcher"].get("HttpCode") == "0"
        (target,) = container(applied, service)["service"]["loadBalancers"]
        assert target["targetGroupArn"] == group["TargetGroupArn"]


def _values(condition: dict[str, Any]) -> list[str]:
    config = condition.get("PathPatternConfig") or condition.get("HostHeaderConfig") or condition
    return list(config["Values"])


def test_the_public_balancer_speaks_tls_redirects_and_hides_the_metrics(applied: Applied) -> None:
    elb = applied.client("elbv2")
    (public,) = elb.describe_load_balancers(Names=[f"{NAME}-public"])["LoadBalancers"]
    listeners = {
        one["Port"]: one for one in elb.describe_listeners(LoadBalancerArn=public["LoadBalancerArn"])["Listeners"]
    }
    assert listeners.keys() == {80, 443}
    assert listeners[80]["DefaultActions"][0]["RedirectConfig"]["StatusCode"] == "HTTP_301"
    assert listeners[443]["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    rules = elb.describe_rules(ListenerArn=listeners[443]["ListenerArn"])["Rules"]
    hidden = [rule for rule in rules if rule["Conditions"]]
    assert _values(hidden[0]["Conditions"][0]) == ["/metrics", "/ready"]
    assert hidden[0]["Actions"][0]["FixedResponseConfig"]["StatusCode"] == "404"
    (group,) = elb.describe_target_groups(Names=[f"{NAME}-gateway"])["TargetGroups"]
    assert group["HealthCheckPath"] == "/health"


def test_only_the_gateway_reaches_the_backends(applied: Applied) -> None:
    ec2 = applied.client("ec2")
    groups = {one["GroupName"].rpartition("-")[0]: one for one in ec2.describe_security_groups()["SecurityGroups"]}
    ids = {name: one["GroupId"] for name, one in groups.items()}

    def sources(name: str) -> set[tuple[str, int]]:
        return {
            (pair["GroupId"], rule["FromPort"])
            for rule in groups[name]["IpPermissions"]
            for pair in rule["UserIdGroupPairs"]
        }

    assert sources(f"{NAME}-gateway") == {(ids[f"{NAME}-public"], 8000)}
    assert sources(f"{NAME}-quality") == {(ids[f"{NAME}-internal"], 50051)}
    assert sources(f"{NAME}-liveness") == {(ids[f"{NAME}-internal"], 50052)}
    assert sources(f"{NAME}-internal") == {(ids[f"{NAME}-gateway"], 443)}
    for service in PORTS:
        assert not any(rule["IpRanges"] for rule in groups[f"{NAME}-{service}"]["IpPermissions"])


def test_the_review_bucket_is_closed_encrypted_versioned_and_forgets(applied: Applied) -> None:
    s3, bucket = applied.client("s3"), applied.outputs["review_bucket"]
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert rule["Expiration"]["Days"] == 91
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_images_are_immutable_scanned_and_encrypted(applied: Applied) -> None:
    repositories = applied.client("ecr").describe_repositories()["repositories"]
    assert {one["repositoryName"] for one in repositories} == {f"{NAME}/{service}" for service in PORTS}
    for one in repositories:
        assert one["imageTagMutability"] == "IMMUTABLE"
        assert one["imageScanningConfiguration"] == {"scanOnPush": True}
        assert one["encryptionConfiguration"]["encryptionType"] == "KMS"


def test_logs_alarms_and_the_dashboard(applied: Applied) -> None:
    groups = applied.client("logs").describe_log_groups(logGroupNamePrefix=f"/ekyc/{NAME}/")["logGroups"]
    assert {one["logGroupName"].rpartition("/")[2] for one in groups} == {*PORTS, "network"}
    assert {one["retentionInDays"] for one in groups} == {365}
    assert all(one["kmsKeyId"] for one in groups)
    watch = applied.client("cloudwatch")
    alarms = {one["AlarmName"].removeprefix(f"{NAME}-"): one for one in watch.describe_alarms()["MetricAlarms"]}
    services = {f"unhealthy-{service}" for service in PORTS}
    assert alarms.keys() == {"5xx", "p99", "outbox", "spoof-rate", *services}
    assert all(one["AlarmActions"] == [applied.outputs["alarms_topic"]] for one in alarms.values())
    topic = applied.client("sns").get_topic_attributes(TopicArn=applied.outputs["alarms_topic"])["Attributes"]
    key = json.loads(
        applied.client("kms").get_key_policy(KeyId=topic["KmsMasterKeyId"], PolicyName="default")["Policy"]
    )
    assert "cloudwatch.amazonaws.com" in [one["Principal"].get("Service") for one in key["Statement"]]
    body = json.loads(watch.get_dashboard(DashboardName=NAME)["DashboardBody"])
    assert {widget["properties"]["region"] for widget in body["widgets"]} == {REGION}


# What moto does not keep, and a second plan therefore wants to write again.
FORGOTTEN = {
    "aws_vpc_security_group_ingress_rule": {"description", "referenced_security_group_id"},
    "aws_vpc_security_group_egress_rule": {"description", "referenced_security_group_id"},
    "aws_ecs_service": {
        "availability_zone_rebalancing",
        "enable_ecs_managed_tags",
        "health_check_grace_period_seconds",
    },
}


def test_applying_twice_changes_nothing(applied: Applied) -> None:
    applied.terraform("plan", "-out", "again", "-no-color", "-var", f"tag={TAG}")
    plan = json.loads(applied.terraform("show", "-json", "again").stdout)
    for change in plan["resource_changes"]:
        before, after = change["change"]["before"] or {}, change["change"]["after"] or {}
        differing = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        assert differing <= FORGOTTEN.get(change["type"], set()), change["address"]
        assert change["change"]["actions"] in (["no-op"], ["update"]), change["address"]
