"""The template as AWS's own tools read it, and what of production stands in it."""

import json
import pathlib
import re
import subprocess
import sys

import httpx
import pytest

from cloudformation import Stack
from conftest import BUILD, ROOT, Emulator

TEXT = (ROOT / "template.yaml").read_text()
ACCOUNT_ID = "000000000000"
CERTIFICATE = "0a1b2c3d-0000-0000-0000-000000000000"
DOMAIN = {"DomainName": "api.example.com", "CertificateId": CERTIFICATE, "HostedZoneId": "Z1"}
STANDBY = {**DOMAIN, "StandbyDomainName": "d1.cloudfront.net"}
WEB_ACL = {"WebACLArn": f"arn:aws:wafv2:us-east-1:{ACCOUNT_ID}:global/webacl/a/1"}
OPTIONS = {
    "plain": {}, "arm64": {"Architecture": "arm64"},
    "mail": {"EmailIdentityArn": f"arn:aws:ses:us-east-1:{ACCOUNT_ID}:identity/hello@example.com"},
    "replicas": {"ReplicaRegion": "eu-west-1"}, "unprotected": {"DeletionProtection": "false"},
    "domain": DOMAIN, "standby": STANDBY, "web ACL": WEB_ACL, "domain and web ACL": {**DOMAIN, **WEB_ACL},
    "everything": {
        **STANDBY, **WEB_ACL, "StandbyDomainName": "standby.example.net", "StandbyHostedZoneId": "Z2",
        "ReplicaRegion": "eu-west-1"}}

# 0.10 USD a month for each beyond the first ten: half of the budget at most.
ALARM_METRICS_MAX = 16
DASHBOARD_METRICS_MAX = 50
FREE_METRICS_MAX = 10


@pytest.fixture(autouse=True, scope="module")
def region():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield


@pytest.fixture(scope="module")
def stack(region):
    return Stack(TEXT)


def lint(*arguments):
    program = pathlib.Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run([str(program), *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() == ""


def test_cfn_lint_finds_nothing():
    lint("template.yaml")


def test_cfn_lint_finds_nothing_in_what_is_translated(tmp_path):
    files = []
    for option, parameters in OPTIONS.items():
        translated = Stack(TEXT, parameters).translated
        for name, value in parameters.items():
            translated["Parameters"][name]["Default"] = value
        files.append(tmp_path / f"{option}.json")
        files[-1].write_text(json.dumps(translated))
    lint(*map(str, files))


def test_sam_translator_makes_each_function_of_the_template(stack):
    declared = [name for name, part in stack.source["Resources"].items() if part["Type"] == "AWS::Serverless::Function"]
    assert sorted(stack.of_type("AWS::Lambda::Function")) == sorted(declared)
    assert not [type for type in stack.types.values() if type.startswith("AWS::Serverless")]


@pytest.mark.parametrize("option", OPTIONS)
def test_the_emulator_takes_it(option):
    parameters = [part for name, value in OPTIONS[option].items() for part in ("--parameter", f"{name}={value}")]
    done = subprocess.run(
        [BUILD / "emulator", "doctor", "--json", "--functions", BUILD, *parameters], cwd=ROOT, capture_output=True,
        text=True, timeout=60)
    report = json.loads(done.stdout)
    problems = [entry for part in report["template"] for entry in part["entries"] if entry["status"] == "uncovered"]
    assert problems == []
    assert report["isGood"], done.stdout
    harmless = {part["title"]: part["entries"] for part in report["template"]}
    for name in ("MonthlyBudget", "ApiSlow", "Dashboard", "FunctionLogs", "Alerts"):
        assert [(entry["path"], entry["status"]) for entry in harmless[name]] == [("the resource", "harmless")], name
        assert harmless[name][0]["reason"]


@pytest.mark.parametrize("option", OPTIONS)
def test_tables_are_kept_whatever_happens(option):
    stack = Stack(TEXT, OPTIONS[option])
    tables = stack.of_type("AWS::DynamoDB::GlobalTable")
    assert len(tables) == 4 and not stack.of_type("AWS::DynamoDB::Table")
    regions = ["us-east-1"] + ([OPTIONS[option]["ReplicaRegion"]] if "ReplicaRegion" in OPTIONS[option] else [])
    for name, table in tables.items():
        assert stack.translated["Resources"][name]["DeletionPolicy"] == "Retain"
        assert stack.translated["Resources"][name]["UpdateReplacePolicy"] == "Retain"
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
        assert [replica["Region"] for replica in table["Replicas"]] == regions
        for replica in table["Replicas"]:
            assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
            assert replica["DeletionProtectionEnabled"] == ("false" if option == "unprotected" else "true")
    pool = stack.resources["UserPool"]
    assert pool["DeletionProtection"] == ("INACTIVE" if option == "unprotected" else "ACTIVE")


def test_a_replica_in_the_stacks_own_region_is_none():
    stack = Stack(TEXT, {"ReplicaRegion": "us-east-1"})
    assert all(len(table["Replicas"]) == 1 for table in stack.of_type("AWS::DynamoDB::GlobalTable").values())


def test_logs_of_every_function_are_kept_for_a_time(stack):
    assert stack.resources["FunctionLogs"]["RetentionInDays"] == "30"
    for name, function in stack.of_type("AWS::Lambda::Function").items():
        assert function["LoggingConfig"]["LogGroup"] == stack.reference("FunctionLogs"), name
        assert function["LoggingConfig"]["LogFormat"] == "JSON", name


def metrics_of(alarm):
    """What an alarm is paid by: the metrics, without the expressions over them."""
    if "Metrics" not in alarm:
        return [alarm]
    return [part["MetricStat"]["Metric"] for part in alarm["Metrics"] if "MetricStat" in part]


def test_alarms_tell_somebody_and_stay_within_the_budget(stack):
    alarms = stack.of_type("AWS::CloudWatch::Alarm")
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == [stack.reference("Alerts")], name
        assert alarm["TreatMissingData"] == "notBreaching", name
    assert sum(len(metrics_of(alarm)) for alarm in alarms.values()) <= ALARM_METRICS_MAX
    subscription, = stack.of_type("AWS::SNS::Subscription").values()
    assert subscription == {"TopicArn": stack.reference("Alerts"), "Protocol": "email", "Endpoint": "alerts@example.com"}


@pytest.mark.parametrize("name, metric, statistic, threshold", [
    ("ApiSlow", ("AWS/ApiGateway", "Latency", "api"), "p99", 1000),
    ("ApiErrors", ("AWS/ApiGateway", "5xx", "api"), "Sum", 1),
    ("FunctionErrors", ("AWS/Lambda", "Errors", None), "Sum", 1),
    ("FunctionThrottles", ("AWS/Lambda", "Throttles", None), "Sum", 1),
    ("BooksWrong", ("Bundle", "Violations", "AuditBooks"), "Maximum", 1),
    ("PaymentsPutAside", ("Bundle", "Quarantined", None), "Sum", 1),
])
def test_what_alarms_watch(stack, name, metric, statistic, threshold):
    alarm = stack.resources[name]
    dimension = alarm.get("Dimensions", [{"Value": None}])[0]["Value"]
    assert (alarm["Namespace"], alarm["MetricName"], dimension) == metric
    assert alarm.get("Statistic", alarm.get("ExtendedStatistic")) == statistic
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanOrEqualToThreshold", threshold)


def watched(stack, alarm, dimension):
    metrics = metrics_of(stack.resources[alarm])
    return sorted(part["Value"] for metric in metrics for part in metric["Dimensions"] if part["Name"] == dimension)


def gives_up(mapping):
    """Whether what a mapping of a stream fails on ends in a queue, which is watched."""
    return mapping.get("MaximumRetryAttempts", -1) != -1 or mapping.get("MaximumRecordAgeInSeconds", -1) != -1


def test_every_queue_and_stream_is_watched(stack):
    queues = {stack.attribute(name, "Arn"): name for name in stack.of_type("AWS::SQS::Queue")}
    sources = {part["EventSourceArn"]: part for part in stack.of_type("AWS::Lambda::EventSourceMapping").values()}
    # A queue that no function takes messages from is where they end.
    dead = {name for arn, name in queues.items() if arn not in sources}
    assert watched(stack, "DeadLetters", "QueueName") == sorted(f"bundle-{name}" for name in dead)
    assert watched(stack, "MessagesOld", "QueueName") == sorted(f"bundle-{name}" for name in set(queues.values()) - dead)
    followers = {
        part["FunctionName"] for arn, part in stack.of_type("AWS::Lambda::EventSourceMapping").items()
        if "/stream/" in part["EventSourceArn"] and not gives_up(part)}
    assert watched(stack, "ChangesOld", "FunctionName") == sorted(followers)
    share, = [part["Expression"] for part in stack.resources["MessagesOld"]["Metrics"] if "Expression" in part]
    for part in stack.resources["MessagesOld"]["Metrics"]:
        assert "Expression" in part or re.search(rf"\b{part['Id']} / \d+\b", share), part["Id"]


def test_every_queue_gives_up_to_dead_letters(stack):
    queues = stack.of_type("AWS::SQS::Queue")
    arns = {stack.attribute(name, "Arn"): name for name in queues}
    for name, mapping in stack.of_type("AWS::Lambda::EventSourceMapping").items():
        if mapping["EventSourceArn"] in arns:
            policy = queues[arns[mapping["EventSourceArn"]]]["RedrivePolicy"]
            assert policy["deadLetterTargetArn"] in arns and policy["maxReceiveCount"] >= 1, name
            assert "ReportBatchItemFailures" in mapping["FunctionResponseTypes"], name
        elif gives_up(mapping):
            # What does not waits for as long as it takes, loses nothing, and says so by the alarm ChangesOld.
            assert mapping["DestinationConfig"]["OnFailure"]["Destination"] in arns, name
            assert mapping["BisectBatchOnFunctionError"] is True, name
    # Dead letters are kept for as long as there is, 14 days.
    for arn, name in arns.items():
        if not any(mapping["EventSourceArn"] == arn for mapping in stack.of_type("AWS::Lambda::EventSourceMapping").values()):
            assert queues[name]["MessageRetentionPeriod"] == 1_209_600, name


def test_a_function_that_goes_on_through_its_own_queue_may(stack):
    """Lambda would end it after sixteen rounds."""
    found = {}
    for mapping in stack.of_type("AWS::Lambda::EventSourceMapping").values():
        name, = [one for one in stack.of_type("AWS::Lambda::Function") if stack.reference(one) == mapping["FunctionName"]]
        statements = [
            statement for policy in stack.resources[f"{name}Role"].get("Policies", [])
            for statement in policy["PolicyDocument"]["Statement"]]
        if any("sqs:SendMessage" in statement["Action"] and mapping["EventSourceArn"] in statement["Resource"]
               for statement in statements):
            found[name] = stack.resources[name].get("RecursiveLoop")
    assert found == {"DeliverMessage": "Allow", "RefundVotes": "Allow"}


@pytest.mark.parametrize("service", ["Events", "Scheduler", "Lambda", "SQS", "DynamoDB", "S3"])
def test_a_second_stack_in_the_account_finds_no_name_taken(stack, service):
    """CloudFormation makes names of its own, or they begin with the stack's."""
    named = ("Name", "FunctionName", "QueueName", "TableName", "BucketName", "ArchiveName")
    found = [name for name in stack.resources if stack.types[name].startswith(f"AWS::{service}::")]
    assert found
    for name in found:
        # A mapping or a permission names its function.
        if stack.types[name].endswith(("::EventSourceMapping", "::Permission", "::EventInvokeConfig")):
            continue
        given = [stack.resources[name][property] for property in named if property in stack.resources[name]]
        assert all(one.startswith("bundle-") for one in given), (name, given)


def test_what_happens_is_archived_and_the_bus_is_written_by_one_function(stack):
    bus, = stack.of_type("AWS::Events::EventBus")
    archive, = stack.of_type("AWS::Events::Archive").values()
    assert archive["SourceArn"] == stack.attribute(bus, "Arn") and archive["RetentionDays"] > 0
    assert "EventPattern" not in archive
    writers = [
        name for name, role in stack.of_type("AWS::IAM::Role").items() for policy in role.get("Policies", [])
        if "events:PutEvents" in json.dumps(policy)]
    assert writers == ["PublishEventsRole"]


def test_what_nobody_waits_for_gives_up_to_a_queue(stack):
    """A schedule and S3 call asynchronously: what fails to the end would be gone with a line in a log."""
    schedulers = [
        role for role in stack.of_type("AWS::IAM::Role").values()
        if "scheduler.amazonaws.com" in json.dumps(role["AssumeRolePolicyDocument"])]
    arns = {stack.attribute(name, "Arn"): stack.reference(name) for name in stack.of_type("AWS::Lambda::Function")}
    called = {
        permission["FunctionName"] for permission in stack.of_type("AWS::Lambda::Permission").values()
        if permission["Principal"] in ("s3.amazonaws.com", "events.amazonaws.com", "sns.amazonaws.com")}
    dead = {arn: name for name in stack.of_type("AWS::SQS::Queue") for arn in [stack.attribute(name, "Arn")]
            if arn not in {part["EventSourceArn"] for part in stack.of_type("AWS::Lambda::EventSourceMapping").values()}}
    for role in schedulers:
        statements = [part for policy in role["Policies"] for part in policy["PolicyDocument"]["Statement"]]
        resources = {
            part["Action"] if isinstance(part["Action"], str) else part["Action"][0]:
                part["Resource"] if isinstance(part["Resource"], list) else [part["Resource"]]
            for part in statements}
        called |= {arns[arn] for arn in resources["lambda:InvokeFunction"]}
        # A call that Scheduler can't even make is kept too.
        assert set(resources["sqs:SendMessage"]) <= set(dead)
    expected = {"AuditBooks", "CountVotes", "ProcessAvatar", "SendAlert", "SendReminder"}
    assert called == {stack.reference(name) for name in expected}
    kept = {
        part["FunctionName"]: part["DestinationConfig"]["OnFailure"]["Destination"]
        for part in stack.of_type("AWS::Lambda::EventInvokeConfig").values()}
    assert set(kept) == called
    assert {dead[arn] for arn in kept.values()} == {"UnprocessedEvents"}
    schedule, = stack.of_type("AWS::Scheduler::Schedule").values()
    assert schedule["Target"]["DeadLetterConfig"]["Arn"] in dead


def test_dashboard_is_free_and_shows_every_alarm_and_table(stack):
    dashboard, = stack.of_type("AWS::CloudWatch::Dashboard").values()
    body = json.loads(dashboard["DashboardBody"])
    metrics = [metric for widget in body["widgets"] for metric in widget["properties"].get("metrics", [])]
    assert len(metrics) <= DASHBOARD_METRICS_MAX
    shown = [arn for widget in body["widgets"] for arn in widget["properties"].get("alarms", [])]
    assert sorted(shown) == sorted(stack.attribute(name, "Arn") for name in stack.of_type("AWS::CloudWatch::Alarm"))
    for table in stack.of_type("AWS::DynamoDB::GlobalTable"):
        assert dashboard["DashboardBody"].count(f'"{stack.reference(table)}"') == 2, table


def written_out(metrics):
    """A widget's metrics without the dots that repeat what stands above."""
    above = []
    for metric in metrics:
        texts = [part for part in metric if isinstance(part, str)]
        if texts[0] == "...":
            texts = above[:len(above) - len(texts) + 1] + texts[1:]
        above = [above[place] if text == "." else text for place, text in enumerate(texts)]
        yield tuple(above)


def test_what_becomes_a_metric_is_shown_and_free(stack):
    dashboard, = stack.of_type("AWS::CloudWatch::Dashboard").values()
    shown = {
        metric for widget in json.loads(dashboard["DashboardBody"])["widgets"]
        for metric in written_out(widget["properties"].get("metrics", [])) if metric[0] == "Bundle"}
    shown |= {
        ("Bundle", alarm["MetricName"],
         *(dimension[part] for dimension in alarm.get("Dimensions", []) for part in ("Name", "Value")))
        for alarm in stack.of_type("AWS::CloudWatch::Alarm").values() if alarm.get("Namespace") == "Bundle"}
    source = (ROOT / "Runtime/Handling/Counting.swift").read_text()
    names = re.search(r"names: Set<String> = \[(.*?)\]", source, re.DOTALL)[1]
    assert {metric[1] for metric in shown} == {*re.findall(r'"(\w+)"', names), "Refused", "Quarantined"}
    assert len(shown) <= FREE_METRICS_MAX


def test_budget_has_the_values_of_the_requirement(stack):
    """R32, R33."""
    budget, = stack.of_type("AWS::Budgets::Budget").values()
    costs = {
        "IncludeCredit", "IncludeDiscount", "IncludeOtherSubscription", "IncludeRecurring", "IncludeRefund",
        "IncludeSubscription", "IncludeSupport", "IncludeTax", "IncludeUpfront"}
    assert budget["Budget"] == {
        "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "1", "Unit": "USD"},
        "CostTypes": {**dict.fromkeys(costs, True), "UseBlended": False}}
    notices = budget["NotificationsWithSubscribers"]
    assert [notice["Notification"]["Threshold"] for notice in notices] == [1, 50]
    for notice in notices:
        assert {**notice["Notification"], "Threshold": 0} == {
            "NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "ThresholdType": "PERCENTAGE", "Threshold": 0}
        assert notice["Subscribers"] == [{"SubscriptionType": "EMAIL", "Address": "alerts@example.com"}]


# What each option adds, and the address that comes of it.
ADDED = {
    "plain": ([], "https://api.execute-api.us-east-1.amazonaws.com"),
    "domain": (["ApiDomain", "ApiDomainMapping", "ApiRecords"], "https://api.example.com"),
    "standby": (["ApiDomain", "ApiDomainMapping", "ApiHealth", "ApiRecords"], "https://api.example.com"),
    "web ACL": (["Front"], "https://Front.DomainName"),
    "domain and web ACL": (["ApiRecords", "Front"], "https://api.example.com"),
    "everything": (["ApiHealth", "ApiRecords", "Front"], "https://api.example.com"),
}


@pytest.mark.parametrize("option", ADDED)
def test_what_stands_before_the_API(option):
    stack = Stack(TEXT, OPTIONS[option])
    kinds = ("AWS::CloudFront::", "AWS::Route53::", "AWS::ApiGatewayV2::DomainName", "AWS::ApiGatewayV2::ApiMapping")
    assert sorted(name for name in stack.resources if stack.types[name].startswith(kinds)) == ADDED[option][0]
    assert stack.outputs["PublicAddress"] == ADDED[option][1]
    front = stack.resources.get("Front", {}).get("DistributionConfig")
    if front:
        assert front["WebACLId"] == WEB_ACL["WebACLArn"]
        assert front["Origins"][0]["DomainName"] == "api.execute-api.us-east-1.amazonaws.com"
        assert front.get("Aliases", []) == (["api.example.com"] if "DomainName" in OPTIONS[option] else [])
    # One resource, so that CloudFormation changes them as one: a plain record can't be beside one of a pair.
    records = stack.resources.get("ApiRecords", {}).get("RecordSets", [])
    assert len(records) == ("DomainName" in OPTIONS[option]) + ("StandbyDomainName" in OPTIONS[option])
    assert all((record["Name"], record["Type"]) == ("api.example.com", "A") for record in records)
    if records:
        target = "Front.DomainName" if front else "ApiDomain.RegionalDomainName"
        assert records[0]["AliasTarget"]["DNSName"] == target
    if len(records) == 2:
        assert (records[0]["Failover"], records[0]["HealthCheckId"]) == ("PRIMARY", stack.reference("ApiHealth"))
        assert records[1]["Failover"] == "SECONDARY"
        assert records[0]["SetIdentifier"] != records[1]["SetIdentifier"]
    elif records:
        assert not {"Failover", "SetIdentifier", "HealthCheckId"} & set(records[0])


@pytest.mark.parametrize("option", OPTIONS)
def test_functions_are_for_the_processors_of_the_zips(option):
    wanted = [OPTIONS[option].get("Architecture", "x86_64")]
    for name, function in Stack(TEXT, OPTIONS[option]).of_type("AWS::Lambda::Function").items():
        assert function["Architectures"] == wanted, name


def test_codes_come_from_the_address_that_is_given(stack):
    assert "EmailConfiguration" not in stack.resources["UserPool"]
    pool = Stack(TEXT, OPTIONS["mail"]).resources["UserPool"]
    assert pool["EmailConfiguration"] == {
        "EmailSendingAccount": "DEVELOPER", "SourceArn": OPTIONS["mail"]["EmailIdentityArn"]}


@pytest.fixture(scope="module")
def emulator():
    running = Emulator("--parameter", "SiteOrigin=https://shop.example.com")
    yield running
    running.stop()


@pytest.mark.parametrize("method, headers, path", [
    ("GET", "authorization", "/me"), ("POST", "authorization,content-type,idempotency-key", "/orders"),
    ("PATCH", "authorization,content-type", "/me/preferences"), ("DELETE", "authorization", "/votings/V1/registration")])
@pytest.mark.parametrize("origin, is_allowed", [("https://shop.example.com", True), ("https://example.com", False)])
def test_pages_of_the_site_may_call_the_API(emulator, method, headers, path, origin, is_allowed):
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    answer = httpx.options(f"{emulator.endpoint}/apis/api{path}", headers=asked, timeout=20)
    assert (answer.headers.get("access-control-allow-origin") == origin) == is_allowed
    if is_allowed:
        assert method in answer.headers["access-control-allow-methods"].split(",")
        assert set(headers.split(",")) <= set(answer.headers["access-control-allow-headers"].split(","))
    told = httpx.get(f"{emulator.endpoint}/apis/api/votings", headers={"Origin": origin}, timeout=20)
    assert (told.headers.get("access-control-allow-origin") == origin) == is_allowed


def test_pages_of_the_site_may_upload_and_show_avatars(stack):
    rule, = stack.resources["AvatarsBucket"]["CorsConfiguration"]["CorsRules"]
    assert (rule["AllowedOrigins"], sorted(rule["AllowedMethods"])) == (["http://localhost:3000"], ["GET", "PUT"])


def test_nothing_of_avatars_is_kept_for_ever_that_nobody_asks_for(stack):
    bucket = stack.resources["AvatarsBucket"]
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert all(rule["Status"] == "Enabled" for rule in rules.values())
    assert (rules["uploads"]["Prefix"], rules["uploads"]["ExpirationInDays"]) == ("uploads/", 14)
    # Pictures in use are current versions, and not below uploads/.
    assert "ExpirationInDays" not in rules["versions"]
    assert rules["versions"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}


def test_the_bucket_can_be_made_in_another_region(stack):
    name = stack.resources["AvatarsBucket"]["BucketName"]
    assert name.endswith("-us-east-1") and len(name) <= 63
    users = [
        function["Environment"]["Variables"]["AVATARS_BUCKET"]
        for function in stack.of_type("AWS::Lambda::Function").values()
        if "AVATARS_BUCKET" in function["Environment"]["Variables"]]
    assert set(users) == {name} and len(users) == 2


def test_README_names_every_parameter_that_must_be_given(stack):
    chapter = (ROOT / "README.md").read_text().partition("\n## Deploy\n")[2].partition("\n## ")[0]
    table = re.search(r"\| parameter \|.*\n((?:\|.*\n)+)", chapter)[1]
    named = re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines()))
    needed = [name for name, parameter in stack.source["Parameters"].items() if "Default" not in parameter]
    assert sorted(named) == sorted(needed)


def test_every_parameter_of_a_wrong_form_is_refused(stack):
    patterns = {
        name: parameter["AllowedPattern"] for name, parameter in stack.source["Parameters"].items()
        if "AllowedPattern" in parameter}
    wrong = {
        "AlertEmail": "nobody", "ReplicaRegion": "Europe", "DomainName": "api", "CertificateId": "arn:aws:acm:x",
        "EmailIdentityArn": f"arn:aws:ses:us-east-1:{ACCOUNT_ID}:identity/example.com", "SiteOrigin": "https://a.org/",
        "HostedZoneId": "/hostedzone/Z1", "StandbyDomainName": "https://x.org", "StandbyHostedZoneId": "",
        "WebACLArn": "arn:aws:wafv2:eu-west-1:000000000000:regional/webacl/a/1", "SiteURL": "https://example.com/"}
    assert sorted(patterns) == sorted(wrong)
    for name, pattern in patterns.items():
        assert not re.fullmatch(pattern, wrong[name]), name
        assert re.fullmatch(pattern, stack.parameters[name]), name
    for parameters in OPTIONS.values():
        for name in set(parameters) & set(patterns):
            assert re.fullmatch(patterns[name], parameters[name]), name


# What the requirements name (R21).
NAMED = """Cognito, S3, CloudFront, WAF, Lambda, API Gateway, DynamoDB, SQS, IAM, CloudWatch, EventBridge, Step Functions, AppSync,
    SNS, Route 53, ElastiCache, Momento, Amplify, Elastic Beanstalk, EC2, ECS, load balancer, Timestream, RDS, VPC, Kafka,
    Stripe, PayPal, AWS CLI, budgets"""


def test_every_service_that_is_named_is_used_or_replaced():
    chapter = (ROOT / "README.md").read_text().partition("## Services, used or replaced")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:3] for line in chapter.splitlines() if line.startswith("| ")][1:]
    shown = {name.strip() for names, _ in rows for name in names.split(",")}
    assert shown == {name.strip() for name in NAMED.split(",")}
    assert all(reason.strip() for _, reason in rows)
