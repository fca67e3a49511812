"""A template as CloudFormation sees it: SAM's resources translated, conditions decided, functions evaluated."""

import copy
import re

import samtranslator.translator.translator
from samtranslator.parser.parser import Parser
from samtranslator.yaml_helper import yaml_parse

PSEUDO = {
    "AWS::Region": "us-east-1", "AWS::AccountId": "000000000000", "AWS::StackName": "bundle", "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com"}
ABSENT = object()


class Stack:
    """Names are those that the emulator gives, so that its records can be compared."""

    def __init__(self, text, parameters=None):
        self.source = yaml_parse(text)
        local = self.source["Metadata"]["Emulator"]["Parameters"]
        self.parameters = {
            name: str(parameter.get("Default", local.get(name, ""))) for name, parameter in self.source["Parameters"].items()}
        self.parameters.update(parameters or {})
        template = copy.deepcopy(self.source)
        # The translator wants code in S3, as `sam package` leaves it behind.
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                resource["Properties"]["CodeUri"] = "s3://bucket/key.zip"
        translator = samtranslator.translator.translator.Translator({}, Parser())
        self.translated = translator.translate(template, dict(self.parameters))
        self.types = {name: resource["Type"] for name, resource in self.translated["Resources"].items()}
        self.resources = {
            name: self.value(resource.get("Properties", {})) for name, resource in self.translated["Resources"].items()
            if self.holds(resource.get("Condition"))}
        self.outputs = {name: self.value(output["Value"]) for name, output in self.translated["Outputs"].items()}

    def of_type(self, type):
        return {name: properties for name, properties in self.resources.items() if self.types[name] == type}

    def holds(self, condition):
        return condition is None or self.value(self.translated["Conditions"][condition])

    def value(self, node):
        if isinstance(node, list):
            return [value for value in map(self.value, node) if value is not ABSENT]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (function, argument), = node.items()
            if function == "Condition" and isinstance(argument, str):
                return self.holds(argument)
            if function == "Ref" or function.startswith("Fn::"):
                return self.call(function.removeprefix("Fn::"), argument)
        values = {name: self.value(member) for name, member in node.items()}
        return {name: value for name, value in values.items() if value is not ABSENT}

    def call(self, function, argument):
        match function:
            case "Ref":
                return self.reference(argument)
            case "GetAtt":
                return self.attribute(*(argument.split(".", 1) if isinstance(argument, str) else argument))
            case "Sub":
                text, variables = argument if isinstance(argument, list) else (argument, {})
                variables = self.value(variables)
                return re.sub(r"\$\{([^!}][^}]*)\}", lambda match: str(
                    variables[match[1]] if match[1] in variables else
                    self.attribute(*match[1].split(".", 1)) if "." in match[1] else self.reference(match[1])), text)
            case "Join":
                return argument[0].join(map(str, self.value(argument[1])))
            case "If":
                return self.value(argument[1] if self.holds(argument[0]) else argument[2])
            case "Equals":
                return self.value(argument[0]) == self.value(argument[1])
            case "And":
                return all(map(self.value, argument))
            case "Or":
                return any(map(self.value, argument))
            case "Not":
                return not self.value(argument[0])
        raise AssertionError(f"Fn::{function} is not known here")

    def reference(self, name):
        if name == "AWS::NoValue":
            return ABSENT
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.parameters:
            return self.parameters[name]
        resource = self.translated["Resources"][name]
        assert self.holds(resource.get("Condition")), f"{name} is referred to, and not made"
        properties = resource.get("Properties", {})
        match self.types[name]:
            case "AWS::S3::Bucket":
                return self.value(properties.get("BucketName", f"bundle-{name}".lower()))
            case "AWS::ApiGatewayV2::Api":
                return name.lower()
            case "AWS::ApiGatewayV2::Stage":
                return self.value(properties["StageName"])
            case "AWS::Cognito::UserPool":
                return f"us-east-1_{name}"
            case "AWS::SNS::Topic":
                return self.attribute(name, "TopicArn")
            case "AWS::IAM::ManagedPolicy":
                return self.attribute(name, "Arn")
            case "AWS::SQS::Queue":
                return f"http://127.0.0.1:4566/000000000000/bundle-{name}"
            case "AWS::Scheduler::ScheduleGroup" | "AWS::Events::EventBus":
                return self.value(properties.get("Name", f"bundle-{name}"))
        return f"bundle-{name}"

    ARNS = {
        "AWS::Lambda::Function": "lambda:us-east-1:000000000000:function:", "AWS::IAM::Role": "iam::000000000000:role/",
        "AWS::DynamoDB::GlobalTable": "dynamodb:us-east-1:000000000000:table/",
        "AWS::SQS::Queue": "sqs:us-east-1:000000000000:", "AWS::SNS::Topic": "sns:us-east-1:000000000000:",
        "AWS::S3::Bucket": "s3:::", "AWS::Cognito::UserPool": "cognito-idp:us-east-1:000000000000:userpool/",
        "AWS::IAM::ManagedPolicy": "iam::000000000000:policy/",
        "AWS::Events::EventBus": "events:us-east-1:000000000000:event-bus/",
        "AWS::Logs::LogGroup": "logs:us-east-1:000000000000:log-group:",
        "AWS::CloudWatch::Alarm": "cloudwatch:us-east-1:000000000000:alarm:"}

    def attribute(self, name, attribute):
        resource = self.translated["Resources"][name]
        assert self.holds(resource.get("Condition")), f"{name} is referred to, and not made"
        if attribute in ("Arn", "TopicArn"):
            own = f"bundle-{name}" if self.types[name] in (
                "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::IAM::ManagedPolicy") else self.reference(name)
            if self.types[name] == "AWS::IAM::Role":
                own = self.value(resource["Properties"].get("Path", "/")).removeprefix("/") + own
            suffix = ":*" if self.types[name] == "AWS::Logs::LogGroup" else ""
            return "arn:aws:" + self.ARNS[self.types[name]] + own + suffix
        if attribute == "StreamArn":
            return self.attribute(name, "Arn") + "/stream/1970-01-01T00:00:00.000"
        return f"bundle-{name}" if attribute in ("QueueName", "TopicName") else f"{name}.{attribute}"
