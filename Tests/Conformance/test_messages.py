"""Messages to the app on an evening: reminders, alerts and updates, with a real WebSocket client and the bundle's own
template, from the schedule to the push (R17-R20)."""

import datetime
import json
import threading

import httpx
import pytest
import websockets
from websockets.sync.client import connect

from between import Between
from conftest import ROOT, Emulator
from evenings import POOL, log_in, sign_up, token_of

PEOPLE = ["ada", "ben", "cleo", "dan", "gus"]
SECONDS = 20


class Evening:
    def __init__(self, emulator, between):
        self.emulator = emulator
        self.between = between
        self.api = httpx.Client(base_url=f"{emulator.endpoint}/apis/api", timeout=SECONDS)
        self.database = emulator.client("dynamodb")
        self.scheduler = emulator.client("scheduler")
        for name in PEOPLE:
            sign_up(emulator, f"{name}@example.com")
        emulator.client("cognito-idp").admin_add_user_to_group(
            UserPoolId=POOL, Username="gus@example.com", GroupName="admins")
        self.keys = 0

    def now(self):
        text = httpx.get(f"{self.emulator.endpoint}/_emulator/clock").json()["now"]
        return datetime.datetime.fromisoformat(text)

    def advance_to(self, instant):
        self.emulator.advance("--to", instant.isoformat(timespec="milliseconds"))

    def headers(self, name):
        """Of someone who has just logged in, as time passes and tokens expire, for a request of its own."""
        self.keys += 1
        return log_in(self.emulator, f"{name}@example.com") | {"Idempotency-Key": f"request-{self.keys:04}"}

    def token(self, name):
        return token_of(self.emulator, f"{name}@example.com")

    def user(self, name):
        user = self.emulator.client("cognito-idp").admin_get_user(UserPoolId=POOL, Username=f"{name}@example.com")
        return next(a["Value"] for a in user["UserAttributes"] if a["Name"] == "sub")

    def socket(self, name):
        address = self.emulator.endpoint.replace("http", "ws") + f"/apis/sockets/live?token={self.token(name)}"
        return connect(address, open_timeout=SECONDS)

    def make(self, start, end, kind="FREE", title="Which song closes the show?"):
        made = self.api.post("/votings", headers=self.headers("gus"), json={
            "title": title, "kind": kind, "options": [{"id": "a", "title": "A"}, {"id": "b", "title": "B"}],
            "startsAt": start.isoformat(), "endsAt": end.isoformat()})
        assert made.status_code == 201, made.text
        self.emulator.advance("0s")
        return made.json()["votingID"]

    def change(self, voting, **change):
        done = self.api.patch(f"/votings/{voting}", headers=self.headers("gus"), json=change)
        assert done.status_code == 200, done.text
        self.emulator.advance("0s")

    def schedules(self, voting):
        found = self.scheduler.list_schedules(NamePrefix=voting)["Schedules"]
        return {
            schedule["Name"].removeprefix(voting + "-"): self.scheduler.get_schedule(
                Name=schedule["Name"], GroupName=schedule["GroupName"])["ScheduleExpression"]
            for schedule in found}

    def prefer(self, name, **wishes):
        done = self.api.patch("/me/preferences", headers=self.headers(name), json=wishes)
        assert done.status_code == 200, done.text

    def register(self, name, voting):
        done = self.api.post(f"/votings/{voting}/registration", headers=self.headers(name))
        assert done.status_code in (200, 201), done.text

    def inbox(self, name):
        answer = self.api.get("/me/inbox", headers=self.headers(name))
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def evening():
    between = Between()
    running = Emulator(
        "--seed", ROOT / "events/seed", "--variable", f"AWS_ENDPOINT_URL_DYNAMODB={between.endpoint}")
    between.target = running.endpoint
    yield Evening(running, between)
    assert running.stop() == 0
    between.stop()


def pushed(socket):
    return json.loads(socket.recv(timeout=SECONDS))


def silent(socket):
    with pytest.raises(TimeoutError):
        socket.recv(timeout=0.3)


def at(instant):
    return f"at({instant.strftime('%Y-%m-%dT%H:%M:%S')})"


MINUTE = datetime.timedelta(minutes=1)


def full_hour(evening, ahead=2):
    return evening.now().replace(minute=0, second=0, microsecond=0) + datetime.timedelta(hours=ahead)


# Who may connect.


def test_only_who_shows_a_token_may_connect(evening):
    address = evening.emulator.endpoint.replace("http", "ws") + "/apis/sockets/live"
    good = evening.token("ada")
    head, claims, signature = good.split(".")
    flipped = signature[:10] + ("A" if signature[10] != "A" else "B") + signature[11:]
    forged = [f"?token={head}.{claims}.", f"?token={head}.{claims}.{flipped}", f"?token={head}.{claims}x.{signature}"]
    for query, status in [("", 401), ("?token=", 401), ("?token=x", 403)] + [(token, 403) for token in forged]:
        with pytest.raises(websockets.exceptions.InvalidStatus) as refusal:
            connect(address + query)
        assert refusal.value.response.status_code == status, query
    with evening.socket("ada") as socket:
        socket.send('{"action":"ping"}')
        assert pushed(socket) == {"type": "ping"}
        for message in ["hello", '{"action":"dance"}']:
            socket.send(message)
            assert pushed(socket)["code"] == "ACTION_UNKNOWN"
        socket.send('{"action":"read","messageIDs":[]}')
        assert pushed(socket)["code"] == "MESSAGE_IDS_INVALID"


def test_expired_token(evening):
    token = evening.token("ada")
    address = evening.emulator.endpoint.replace("http", "ws") + f"/apis/sockets/live?token={token}"
    with connect(address):
        pass
    evening.emulator.advance("61m")
    with pytest.raises(websockets.exceptions.InvalidStatus) as refusal:
        connect(address)
    assert refusal.value.response.status_code == 403


def rows(evening, name):
    return evening.database.query(
        TableName="bundle-UsersTable", KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": "CONN#" + evening.user(name)}})["Items"]


def test_connections_come_and_go_and_are_never_too_many(evening):
    assert rows(evening, "dan") == []
    with evening.socket("dan"):
        assert len(rows(evening, "dan")) == 1
    evening.emulator.advance("0s")
    assert rows(evening, "dan") == []
    token = evening.token("dan")
    address = evening.emulator.endpoint.replace("http", "ws") + f"/apis/sockets/live?token={token}"
    sockets = [connect(address).__enter__()]
    # One by one, so that it is clear which is the oldest.
    for _ in range(10):
        evening.emulator.advance("1s")
        sockets.append(connect(address).__enter__())
    assert len(rows(evening, "dan")) == 10
    # The eleventh took the place of the first.
    with pytest.raises(websockets.exceptions.ConnectionClosed):
        sockets[0].recv(timeout=SECONDS)
    # And many at once are not more.
    more = []
    threads = [threading.Thread(target=lambda: more.append(connect(address).__enter__())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(evening, "dan")) == 10
    for socket in sockets[1:] + more:
        socket.close()
    evening.emulator.advance("0s")
    assert rows(evening, "dan") == []


def test_an_eleventh_ends_the_oldest_though_the_answer_to_its_write_is_lost(evening):
    sockets = []
    for _ in range(10):
        evening.emulator.advance("1s")
        sockets.append(evening.socket("dan").__enter__())
    evening.emulator.advance("1s")
    with evening.between.losing("PutItem", f"CONN#{evening.user('dan')}"):
        sockets.append(evening.socket("dan").__enter__())
    with pytest.raises(websockets.exceptions.ConnectionClosed):
        sockets[0].recv(timeout=SECONDS)
    assert len(rows(evening, "dan")) == 10
    for socket in sockets[1:]:
        socket.close()
    evening.emulator.advance("0s")
    assert rows(evening, "dan") == []


def test_an_action_that_fails_is_answered(evening):
    with evening.socket("cleo") as cleo:
        with evening.between.throttling(f"INBOX#{evening.user('cleo')}"):
            for action in ({"action": "inbox"}, {"action": "read", "messageIDs": ["UPDATE#1#1"]}):
                cleo.send(json.dumps(action))
                answer = pushed(cleo)
                assert (answer["type"], answer["code"]) == ("error", "BUSY") and answer["message"]
        cleo.send('{"action":"inbox"}')
        assert pushed(cleo)["type"] == "inbox"
        cleo.send('{"action":"inbox","after":"nowhere"}')
        assert pushed(cleo)["code"] == "AFTER_INVALID"


# Schedules.


def test_schedules_follow_the_voting(evening):
    start = full_hour(evening)
    voting = evening.make(start, start + 60 * MINUTE)
    assert evening.schedules(voting) == {
        "REMINDER-v1": at(start - 16 * MINUTE), "ALERT-v1": at(start + 54 * MINUTE), "COUNT-v1": at(start + 61 * MINUTE)}
    evening.change(voting, title="Which song opens it?")
    assert set(evening.schedules(voting)) == {"REMINDER-v1", "ALERT-v1", "COUNT-v1"}
    evening.change(voting, startsAt=(start + 30 * MINUTE).isoformat())
    assert evening.schedules(voting) == {
        "REMINDER-v2": at(start + 14 * MINUTE), "ALERT-v2": at(start + 54 * MINUTE), "COUNT-v2": at(start + 61 * MINUTE)}
    # Moved twice at once, the changes are told together.
    evening.change(voting, endsAt=(start + 32 * MINUTE).isoformat())
    # Shorter than five minutes: alerted at its start.
    assert evening.schedules(voting)["ALERT-v3"] == at(start + 29 * MINUTE)
    assert evening.api.post(f"/votings/{voting}/cancel", headers=evening.headers("gus")).status_code == 200
    evening.emulator.advance("0s")
    assert evening.schedules(voting) == {}


def test_refunds_of_a_cancelled_paid_voting_are_queued(evening):
    queue = evening.emulator.client("sqs")
    start = full_hour(evening)
    paid, free = evening.make(start, start + 60 * MINUTE, "PAID"), evening.make(start, start + 60 * MINUTE)
    for voting in (free, paid):
        assert evening.api.post(f"/votings/{voting}/cancel", headers=evening.headers("gus")).status_code == 200
    evening.emulator.advance("0s")
    address = next(url for url in queue.list_queues()["QueueUrls"] if "RefundQueue" in url)
    delayed = queue.get_queue_attributes(QueueUrl=address, AttributeNames=["All"])["Attributes"]
    assert int(delayed["ApproximateNumberOfMessagesDelayed"]) == 256


# The evening.


def test_reminder_goes_to_who_wants_it_once(evening):
    evening.prefer("ben", reminders=True)
    evening.prefer("dan", reminders=True, showPaid=False)
    start = full_hour(evening)
    free = evening.make(start, start + 60 * MINUTE, title="Free one")
    paid = evening.make(start + 20 * MINUTE, start + 60 * MINUTE, "PAID", title="Paid one")
    moved = evening.make(start, start + 60 * MINUTE, title="Moved one")
    called_off = evening.make(start, start + 60 * MINUTE, title="Called off")
    evening.change(moved, startsAt=(start + 50 * MINUTE).isoformat())
    assert evening.api.post(f"/votings/{called_off}/cancel", headers=evening.headers("gus")).status_code == 200

    evening.advance_to(start - 15 * MINUTE - datetime.timedelta(seconds=30))
    with evening.socket("ben") as ben, evening.socket("cleo") as cleo, evening.socket("ben") as tablet:
        silent(ben)
        evening.advance_to(start - 15 * MINUTE)
        message = pushed(ben)
        assert message["type"] == "message"
        assert message["message"]["title"] == "Free one" and message["message"]["kind"] == "REMINDER"
        assert message["message"]["sentAt"].startswith((start - 15 * MINUTE).strftime("%Y-%m-%dT%H:%M:00"))
        assert pushed(tablet) == message
        for socket in (ben, tablet, cleo):
            silent(socket)
    # Switched off before the next one, and on again after: read when sending.
    evening.prefer("ben", reminders=False)
    evening.advance_to(start + 6 * MINUTE)
    evening.prefer("ben", reminders=True)
    evening.advance_to(start + 36 * MINUTE)
    titles = [message["title"] for message in evening.inbox("ben")["messages"] if message["kind"] == "REMINDER"]
    assert titles == ["Moved one", "Free one"]
    # Without those that cost a credit.
    titles = [message["title"] for message in evening.inbox("dan")["messages"] if message["kind"] == "REMINDER"]
    assert titles == ["Moved one", "Free one"]
    assert evening.inbox("cleo") == {"messages": [], "unread": 0, "next": None}
    for voting in (free, paid, moved):
        evening.api.post(f"/votings/{voting}/cancel", headers=evening.headers("gus"))


def test_made_shortly_before_its_start_it_is_reminded_of_at_once(evening):
    evening.prefer("ben", reminders=True)
    start = evening.now() + 5 * MINUTE
    with evening.socket("ben") as ben:
        evening.make(start, start + 60 * MINUTE, title="Any moment now")
        assert pushed(ben)["message"]["title"] == "Any moment now"
        silent(ben)
    evening.prefer("ben", reminders=False)


def test_alert_goes_to_who_registered_and_has_not_voted(evening):
    start = full_hour(evening)
    voting = evening.make(start, start + 60 * MINUTE, title="Last minutes")
    for name in ("ada", "ben", "dan"):
        evening.register(name, voting)
    evening.advance_to(start + 50 * MINUTE)
    cast = evening.api.post(f"/votings/{voting}/vote", json={"optionID": "a"}, headers=evening.headers("ada"))
    assert cast.status_code == 201, cast.text
    evening.advance_to(start + 54 * MINUTE + datetime.timedelta(seconds=30))
    with evening.socket("ada") as ada, evening.socket("ben") as ben, evening.socket("cleo") as cleo:
        # The queue holds the alert back; dan votes while it waits.
        cast = evening.api.post(f"/votings/{voting}/vote", json={"optionID": "b"}, headers=evening.headers("dan"))
        assert cast.status_code == 201
        silent(ben)
        evening.advance_to(start + 55 * MINUTE)
        message = pushed(ben)["message"]
        assert (message["kind"], message["title"]) == ("ALERT", "Last minutes")
        for socket in (ada, ben, cleo):
            silent(socket)
        # A later end brings no second alert.
        evening.change(voting, endsAt=(start + 65 * MINUTE).isoformat())
        evening.advance_to(start + 61 * MINUTE)
        silent(ben)
    for name in ("ada", "dan", "cleo"):
        assert [m for m in evening.inbox(name)["messages"] if m["kind"] == "ALERT"] == []


def test_an_alert_whose_share_fails_once_comes_in_time(evening):
    start = full_hour(evening)
    voting = evening.make(start, start + 60 * MINUTE, title="Second try")
    evening.register("ben", voting)
    row, = evening.database.scan(
        TableName="bundle-VotingsTable", FilterExpression="begins_with(pk, :v)",
        ExpressionAttributeValues={":v": {"S": f"P#{voting}#"}})["Items"]
    evening.advance_to(start + 54 * MINUTE + datetime.timedelta(seconds=30))
    with evening.socket("ben") as ben:
        with evening.between.throttling(f'"{row["pk"]["S"]}"'):
            evening.advance_to(start + 55 * MINUTE)
        silent(ben)
        evening.advance_to(start + 56 * MINUTE + datetime.timedelta(seconds=10))
        assert pushed(ben)["message"]["title"] == "Second try"
    evening.advance_to(start + 61 * MINUTE)


def test_update_goes_to_who_consents_when_it_is_sent(evening):
    evening.prefer("ada", updates=True)
    evening.prefer("ben", updates=True)
    evening.prefer("cleo", updates=True)
    evening.prefer("cleo", updates=False)
    news = {"title": "Doors are open", "text": "Come in.\nThe show starts at eight."}
    assert evening.api.post("/updates", json=news, headers=evening.headers("ada")).status_code == 403
    assert evening.api.post("/updates", json=news).status_code == 401
    headers = evening.headers("gus")
    with evening.socket("ben") as ben, evening.socket("cleo") as cleo, evening.socket("dan") as dan:
        answers = [evening.api.post("/updates", json=news, headers=headers) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 200]
        assert answers[0].json() == answers[1].json()
        other = evening.api.post("/updates", json=news | {"title": "Other"}, headers=headers)
        assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
        evening.emulator.advance("0s")
        message = pushed(ben)["message"]
        assert (message["kind"], message["title"], message["text"]) == ("UPDATE", news["title"], news["text"])
        for socket in (ben, cleo, dan):
            silent(socket)
    # Who was away finds it when coming back, reads it, and does not find it again.
    with evening.socket("ada") as ada:
        ada.send('{"action":"inbox"}')
        inbox = pushed(ada)
        assert inbox["type"] == "inbox" and inbox["unread"] == 1
        assert [m["title"] for m in inbox["messages"]] == [news["title"]]
        ada.send(json.dumps({"action": "read", "messageIDs": [inbox["messages"][0]["messageID"], "none"]}))
        assert pushed(ada) == {"type": "read", "marked": 1}
        ada.send('{"action":"inbox"}')
        assert pushed(ada) == {"type": "inbox", "messages": [], "unread": 0, "next": None}
    stored = evening.inbox("ada")
    assert stored["unread"] == 0 and stored["messages"][0]["isRead"] is True
    marked = evening.api.post(
        "/me/inbox/read", headers=evening.headers("ada"), json={"messageIDs": [stored["messages"][0]["messageID"]]})
    assert marked.json() == {"marked": 0}
    assert evening.inbox("cleo")["messages"] == []


def test_what_is_no_recipient_holds_up_nobody(evening):
    evening.prefer("ben", updates=True)
    users = {"TableName": "bundle-UsersTable"}
    row, = evening.database.scan(
        **users, FilterExpression="begins_with(pk, :p) AND sk = :s",
        ExpressionAttributeValues={":p": {"S": "PREF#UPDATES#"}, ":s": {"S": f"U#{evening.user('ben')}"}})["Items"]
    odd = {"pk": row["pk"], "sk": {"S": "A user"}}
    evening.database.put_item(**users, Item=odd)
    news = {"title": "The last tram leaves at one", "text": "From the stage door."}
    assert evening.api.post("/updates", json=news, headers=evening.headers("gus")).status_code == 201
    evening.emulator.advance("0s")
    assert evening.inbox("ben")["messages"][0]["title"] == news["title"]
    evening.database.delete_item(**users, Key=odd)


def test_a_crowd_in_one_shard_is_served_in_shares_and_once(evening):
    # More than one delivery takes: the rest goes on as a message of its own.
    crowd = [f"crowd-{number:03}" for number in range(450)]
    for start in range(0, len(crowd), 25):
        evening.database.batch_write_item(RequestItems={"bundle-UsersTable": [
            {"PutRequest": {"Item": {
                "pk": {"S": "PREF#UPDATES#7"}, "sk": {"S": f"U#{user}"}, "since": {"N": "1"}}}}
            for user in crowd[start:start + 25]]})
    sent = evening.api.post(
        "/updates", json={"title": "To all", "text": "Of you."}, headers=evening.headers("gus")).json()["updateID"]
    evening.emulator.advance("0s")
    found = {}
    for page in evening.database.get_paginator("scan").paginate(
            TableName="bundle-UsersTable", FilterExpression="sk = :s",
            ExpressionAttributeValues={":s": {"S": f"UPDATE#{sent}#1"}}):
        found |= {item["pk"]["S"].removeprefix("INBOX#"): item["sentAt"]["N"] for item in page["Items"]}
    assert set(crowd) <= set(found)
    # The same share again, as a queue may bring it, changes nothing.
    queue = evening.emulator.client("sqs")
    address = next(url for url in queue.list_queues()["QueueUrls"] if "MessageQueue" in url)
    share = {"kind": "UPDATE", "reference": sent, "version": 1, "shard": 7}
    queue.send_message(QueueUrl=address, MessageBody=json.dumps(share))
    evening.emulator.advance("10s")
    one = evening.database.get_item(TableName="bundle-UsersTable", Key={
        "pk": {"S": "INBOX#crowd-449"}, "sk": {"S": f"UPDATE#{sent}#1"}})["Item"]
    assert one["sentAt"]["N"] == found["crowd-449"]


def test_a_long_inbox_begins_with_the_newest_and_has_pages(evening):
    user, now = evening.user("gus"), evening.now()

    def message(kind, number, age):
        return {
            "pk": {"S": f"INBOX#{user}"}, "sk": {"S": f"{kind}#m{number:04}#1"}, "kind": {"S": kind},
            "reference": {"S": f"m{number:04}"}, "version": {"N": "1"}, "title": {"S": "T"}, "text": {"S": "t"},
            "sentAt": {"N": str(int((now - age).timestamp() * 1000))}}

    # By their keys the newest come last, behind more than a read brings, and what has expired comes first.
    expired = [message("ALERT", number, datetime.timedelta(days=30, minutes=1)) for number in range(30)]
    old = [message("REMINDER", number, number * MINUTE + MINUTE) for number in range(1_010)]
    new = [message("UPDATE", number, number * MINUTE / 60) for number in range(25)]
    items = expired + old + new
    for start in range(0, len(items), 25):
        evening.database.batch_write_item(RequestItems={"bundle-UsersTable": [
            {"PutRequest": {"Item": item}} for item in items[start:start + 25]]})
    headers = evening.headers("gus")
    found, after = [], {}
    while after is not None and len(found) < 2_000:
        page = evening.api.get("/me/inbox", headers=headers, params=after).json()
        assert page["unread"] == len(old) + len(new)
        found += [one["messageID"] for one in page["messages"]]
        after = page["next"] and {"after": page["next"]}
    assert found == [item["sk"]["S"] for item in new + old]
    refused = evening.api.get("/me/inbox", headers=headers, params={"after": "nowhere"})
    assert (refused.status_code, refused.json()["code"]) == (400, "PARAMETER_INVALID")
    with evening.socket("gus") as gus:
        gus.send('{"action":"inbox"}')
        first = pushed(gus)
        gus.send(json.dumps({"action": "inbox", "after": first["next"]}))
        assert [m["messageID"] for m in first["messages"] + pushed(gus)["messages"]] == found[:40]


def test_nothing_is_left_behind(evening):
    queue = evening.emulator.client("sqs")
    for url in queue.list_queues()["QueueUrls"]:
        if "MessageDeadLetters" in url or "MessageQueue" in url:
            counts = queue.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            assert int(counts["ApproximateNumberOfMessages"]) == 0, url
