"""Deploys infra/template.yaml in LocalStack, as `sam deploy` does on AWS. LocalStack runs this when it is ready.

The serverless resources are translated by AWS's own translator (the SAM translator, which LocalStack brings) before the
stack is created: LocalStack 4.14.0 translates them itself, but looks at references first and so does not find the ones to
what the translator makes, such as a function's alias.
"""

import io
import json
import os
import pathlib
import zipfile

import boto3
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = pathlib.Path("/tidemark/infra/template.yaml")
# By the paths that the template has for them.
JARS = {
    "../functions/target/tidemark-functions.jar": pathlib.Path("/tidemark/functions/tidemark-functions.jar"),
    "../learning/target/tidemark-learning.jar": pathlib.Path("/tidemark/learning/tidemark-learning.jar"),
}
CATALOG = pathlib.Path("/tidemark/catalog")
LAYER = pathlib.Path("/tidemark/layer")
STACK = "tidemark"
DEPLOYMENT_BUCKET = "tidemark-deployment"
REGION = os.environ.get("AWS_DEFAULT_REGION", "us-east-1")

PARAMETERS = {
    "StreamShards": "2",
    # A batch may fill for this long, so it bounds how fresh values are.
    "BatchingWindowSeconds": "0",
    # The account's logging role for API Gateway, and CodeDeploy: not in LocalStack's free edition.
    "SetUpApiLogging": "false",
    "CanaryDeployments": "false",
}


def client(service):
    return boto3.client(
        service,
        endpoint_url="http://localhost:4566",
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def upload():
    """The jars and the catalog, to where the template's CodeUri and ContentUri will point."""
    s3 = client("s3")
    s3.create_bucket(Bucket=DEPLOYMENT_BUCKET)
    for jar in JARS.values():
        if not jar.exists():
            raise FileNotFoundError(
                f"{jar} is missing; build it first: ./mvnw -pl functions,learning -am package -DskipTests"
            )
        s3.upload_file(str(jar), DEPLOYMENT_BUCKET, jar.name)
    layer = io.BytesIO()
    with zipfile.ZipFile(layer, "w") as archive:
        for path in CATALOG.glob("*.yaml"):
            archive.write(path, f"tidemark/{path.name}")
    s3.put_object(Bucket=DEPLOYMENT_BUCKET, Key="catalog.zip", Body=layer.getvalue())
    # LocalStack's free edition knows layers but does not give them to functions: their containers mount this volume.
    zipfile.ZipFile(layer).extractall(LAYER)


def create_further_streams(parameters):
    """The stack makes its first stream only; on AWS the others are there before."""
    kinesis = client("kinesis")
    named = {parameters.get(key) for key in [f"Stream{number}" for number in range(2, 9)] + ["ForwardTo"]}
    for name in named - {None, "", parameters.get("StreamName", "shop-events")}:
        kinesis.create_stream(StreamName=name, ShardCount=int(parameters["StreamShards"]))
        kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def translated(parameters):
    template = yaml_parse(TEMPLATE.read_text())
    functions = [resource["Properties"] for resource in template["Resources"].values()]
    for holder in [template["Globals"]["Function"], *functions]:
        if "CodeUri" in holder:
            holder["CodeUri"] = f"s3://{DEPLOYMENT_BUCKET}/{JARS[holder['CodeUri']].name}"
    template["Resources"]["Catalog"]["Properties"]["ContentUri"] = f"s3://{DEPLOYMENT_BUCKET}/catalog.zip"
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)  # The translator asks for it.
    return transform(template, dict(parameters), NoManagedPolicies())


class NoManagedPolicies:
    """The template names no managed policy for the translator to look up."""

    def load(self):
        return {}


def deploy():
    parameters = {**PARAMETERS, **json.loads(os.environ.get("TIDEMARK_PARAMETERS") or "{}")}
    upload()
    create_further_streams(parameters)
    client("s3").put_object(
        Bucket=DEPLOYMENT_BUCKET, Key="template.json", Body=json.dumps(translated(parameters)).encode()
    )
    cloudformation = client("cloudformation")
    cloudformation.create_stack(
        StackName=STACK,
        TemplateURL=f"http://localhost:4566/{DEPLOYMENT_BUCKET}/template.json",
        Parameters=[{"ParameterKey": key, "ParameterValue": str(value)} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    )
    try:
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 300}
        )
    except Exception as problem:
        raise RuntimeError(f"the stack was not created: {failures(cloudformation)}") from problem
    stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    for output in stack["Outputs"]:
        print(f"tidemark: {output['OutputKey']} = {output['OutputValue']}", flush=True)


def failures(cloudformation):
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
        for event in events
        if "FAILED" in event["ResourceStatus"]
    ]


deploy()
