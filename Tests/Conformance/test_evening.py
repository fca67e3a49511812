"""The bundle's own template on an evening: sign up, log in, make a voting, vote, and see it pushed, with clients that
others wrote (httpx, websockets, boto3, pycognito)."""

import json

import httpx
import pytest
from websockets.sync.client import connect

from conftest import BUILD, ROOT, Emulator, install_function
from evenings import POOL, log_in, sign_up

# What the template has not: sockets for walls, and a function that pushes to them what the stream of votings brings.
MORE = """
  Walls:
    Type: AWS::Serverless::SimpleTable
    Properties: {PrimaryKey: {Name: id, Type: String}}

  Live:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: live, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}

  LiveStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Live, StageName: live, AutoDeploy: true}

  LiveIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Live
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Pushing.Arn}/invocations

  LiveConnect:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Live, RouteKey: $connect, Target: !Sub "integrations/${LiveIntegration}"}

  Pushing:
    Type: AWS::Serverless::Function
    Properties:
      Handler: pushing
      CodeUri: .
      Environment: {Variables: {SOCKETS_TABLE: !Ref Walls}}
      # The bundle's own knows nothing of the table of walls.
      PermissionsBoundary: !Ref PushingBoundary
      Policies:
        - DynamoDBCrudPolicy: {TableName: !Ref Walls}
        - Statement: {Effect: Allow, Action: "execute-api:ManageConnections", Resource: !Sub "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Live}/*"}
      Events:
        Votes:
          Type: DynamoDB
          Properties: {Stream: !GetAtt VotingsTable.StreamArn, StartingPosition: LATEST, BatchSize: 100}

  PushingBoundary:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement: {Effect: Allow, Action: ["dynamodb:*", "execute-api:*"], Resource: "*"}

  # One table per service"""


@pytest.fixture(scope="module")
def evening(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evening")
    template = (ROOT / "template.yaml").read_text()
    assert "\n  # One table per service" in template
    (folder / "template.yaml").write_text(template.replace("\n  # One table per service", MORE, 1))
    for function in (ROOT / "Functions").iterdir():
        (folder / function.name).symlink_to(BUILD / function.name)
    install_function(folder, "pushing")
    running = Emulator("--seed", ROOT / "events/seed", template=folder / "template.yaml", functions=folder, cwd=folder)
    yield running
    assert running.stop() == 0


def test_an_evening(evening):
    sign_up(evening, "gus@example.com")
    sign_up(evening, "ada@example.com")
    evening.client("cognito-idp").admin_add_user_to_group(
        UserPoolId=POOL, Username="gus@example.com", GroupName="admins")
    api = httpx.Client(base_url=f"{evening.endpoint}/apis/api", timeout=20)
    year = int(httpx.get(f"{evening.endpoint}/_emulator/clock").json()["now"][:4]) + 1

    ada, gus = log_in(evening, "ada@example.com"), log_in(evening, "gus@example.com")
    draft = {
        "title": "Which song closes the show?", "kind": "FREE",
        "options": [{"id": "slow", "title": "The slow one"}, {"id": "loud", "title": "The loud one"}],
        "startsAt": f"{year}-06-01T18:00:00Z", "endsAt": f"{year}-06-01T19:00:00Z"}
    assert api.post("/votings", json=draft).status_code == 401
    assert api.post("/votings", json=draft, headers=ada | {"Idempotency-Key": "a-new-voting"}).status_code == 403
    made = api.post("/votings", json=draft, headers=gus | {"Idempotency-Key": "a-new-voting"})
    assert made.status_code == 201, made.text
    voting = made.json()["votingID"]

    vote = f"/votings/{voting}/vote"
    early = api.post(vote, json={"optionID": "loud"}, headers=ada)
    assert early.status_code in (403, 409), early.text
    # A year passes: tokens expire on the way.
    evening.advance("--to", f"{year}-06-01T18:00:00Z")
    assert api.post(vote, json={"optionID": "loud"}, headers=ada).status_code == 401
    ada = log_in(evening, "ada@example.com")

    address = evening.endpoint.replace("http", "ws") + "/apis/live/live"
    with connect(address) as phone, connect(address) as wall:
        cast = api.post(vote, json={"optionID": "loud"}, headers=ada)
        assert cast.status_code == 201, cast.text
        assert [json.loads(socket.recv(timeout=20)) for socket in (phone, wall)] == [{"voted": "loud"}] * 2
    again = api.post(vote, json={"optionID": "slow"}, headers=ada)
    assert again.status_code == 409
    assert api.get(vote, headers=ada).json()["vote"]["optionID"] == "loud"

    evening.advance("1h")
    assert api.get(f"/votings/{voting}").json()["phase"] == "ENDED"
