"""What schemathesis cannot know of our documents: formats of our own, signs, and streams that must end.

Signs anew, from the wallet's contract alone: nothing here is taken from the gateway's own signer.
"""

import atexit
import datetime
import hashlib
import hmac
import itertools
import json
import os
import re
import time

import requests
import schemathesis
from hypothesis import strategies as st

SHOP = os.environ.get("SHOP_ID", "10001")
TOKEN = os.environ.get("SHOP_TOKEN", "sandbox-token-10001")
KDPAY_SHOP = "20001"
KDPAY_KEY = "sandbox-token-20001"
# Streams of events end after this long.
STREAM_MS = 50

nonces = itertools.count()
answers = {"success": 0, "refused": 0}


# -- formats ----------------------------------------------------------------------------------------------------------

hosts = st.from_regex(r"[a-z][a-z0-9]{0,10}(\.[a-z][a-z0-9]{0,10}){0,2}", fullmatch=True)
ports = st.one_of(st.just(""), st.integers(1, 65535).map(lambda port: f":{port}"))
folders = st.from_regex(r"(/[a-z0-9._~-]{0,8}){0,3}(\?[a-z]=[a-z0-9%20]{0,3})?", fullmatch=True)
schemathesis.openapi.format(
    "http-url",
    st.tuples(st.sampled_from(["http", "https"]), hosts, ports, folders).map(lambda url: "{}://{}{}{}".format(*url)),
)

schemathesis.openapi.format("day", st.dates(datetime.date(2000, 1, 1), datetime.date(2060, 12, 31)).map(str))

names = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
acts = st.sampled_from(
    [
        "reply: {delay: 5ms}",
        "ledger: skip, reply: {status: 503}",
        "ledger: apply, reply: reset",
        "ledger: skip, reply: {status: 429, retry_after: 1s}",
    ]
)


@st.composite
def scenarios(draw):
    """A scenario file: phases of names of their own, perhaps a seed and a rule."""
    lines = [f"name: {draw(names)}"]
    if draw(st.booleans()):
        lines.append(f"seed: {draw(st.integers(0, 2**64 - 1))}")
    phases = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    lengths = [draw(st.integers(1, 3600)) for _ in phases]
    lines.append("phases:")
    lines += [f"  - {{name: {name}-p, for: {length}s}}" for name, length in zip(phases, lengths)]
    if draw(st.booleans()):
        lines += ["rules:", f"  - {{name: late, on: payLink, chance: {draw(st.integers(1, 100))}%, {draw(acts)}}}"]
    return "\n".join(lines) + "\n"


schemathesis.openapi.format("scenario", scenarios())

faults = st.one_of(
    st.tuples(st.integers(1, 100), acts).map(lambda fault: "{{on: payLink, chance: {}%, {}}}".format(*fault)),
    st.sampled_from(["{on: callback, callback: hold}", "{on: callback, callback: drop}"]),
)
schemathesis.openapi.format("fault", faults)
schemathesis.openapi.format("lasts", st.integers(1, 50).map(lambda lasts: f"{lasts}ms"))


# Every name of YAML, because the first known one of a family is taken.
@schemathesis.serializer(
    "text/yaml", "text/x-yaml", "text/vnd.yaml", "text/yml", "application/yaml", "application/x-yaml"
)
def scenario_text(context, value):
    """A scenario is text already; what is no text stands for a mistake, written as JSON, which YAML reads too."""
    if isinstance(value, bytes):
        return value
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else json.dumps(value).encode()


# -- signs ------------------------------------------------------------------------------------------------------------


def text(value):
    """A value's text in the canonical string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def flat(value, prefix=""):
    """The leaves of nested objects by dotted names."""
    for name, leaf in value.items():
        if isinstance(leaf, dict):
            yield from flat(leaf, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", leaf


def okpay_sign(fields):
    """HMAC-SHA256 over the sorted fields that hold something."""
    signed = {name: leaf for name, leaf in flat(fields) if name != "sign" and leaf is not None and leaf != ""}
    base = "&".join(
        f"{name}={text(signed[name])}" for name in sorted(signed, key=lambda name: name.encode("utf-8", "surrogatepass"))
    )
    digest = hmac.new(TOKEN.encode(), base.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return digest.hexdigest().upper()


KDPAY_SIGNED = {
    "/system/api/pay": ["orderCode", "amount", "payType", "userCode"],
    "/system/api/remit": ["orderCode", "amount", "address", "userCode"],
    "/system/api/query/pay-order": ["orderCode", "customerOrderCode", "userCode"],
    "/system/api/query/remit-order": ["orderCode", "customerOrderCode", "userCode"],
    "/system/api/balance/{userCode}": ["userCode", "timestamp"],
}


def kdpay_sign(path, fields):
    """MD5 over the values in the call's order, the key last."""
    values = [text(fields.get(name) if fields.get(name) is not None else "") for name in KDPAY_SIGNED[path]]
    return hashlib.md5("&".join([*values, KDPAY_KEY]).encode("utf-8", "surrogatepass")).hexdigest().upper()


def sign(case):
    """Makes a merchant's request one of our shop's, whatever else is in it."""
    path = case.operation.path
    if path == "/system/api/balance/{userCode}":
        case.path_parameters = {"userCode": KDPAY_SHOP}
        query = dict(case.query or {})
        query["timestamp"] = str(int(time.time() * 1000))
        query["sign"] = kdpay_sign(path, {**query, "userCode": KDPAY_SHOP})
        case.query = query
        return
    if not isinstance(case.body, dict):
        return
    body = dict(case.body)
    if case.media_type == "application/x-www-form-urlencoded":
        body = {name: text(value) for name, value in body.items() if value is not None}
    if path.startswith("/shop/"):
        body |= {"id": int(SHOP), "timestamp": int(time.time()), "nonce": f"nonce-{next(nonces):08}"}
        body["sign"] = okpay_sign(body)
    else:
        body["userCode"] = KDPAY_SHOP
        body["sign"] = kdpay_sign(path, body)
    case.body = body


# -- things that are there --------------------------------------------------------------------------------------------

MERCHANT = os.environ.get("PAYDRILL_MERCHANT")
ADMIN = os.environ.get("PAYDRILL_ADMIN")
HEADERS = {"Authorization": f"Bearer {os.environ.get('PAYDRILL_TOKEN', '')}"}
asked = itertools.count()


def ask(path):
    """What the admin interface says."""
    return requests.get(ADMIN + path, headers=HEADERS, timeout=10).json()


def order():
    """The id of an order that was opened just now; none where the scenario in force forbids it."""
    body = {"id": SHOP, "timestamp": int(time.time()), "nonce": f"nonce-{next(nonces):08}"}
    body |= {"amount": "1.5", "coin": "USDT", "unique_id": body["nonce"]}
    try:
        answer = requests.post(f"{MERCHANT}/shop/payLink", {**body, "sign": okpay_sign(body)}, timeout=10).json()
    except (requests.RequestException, ValueError):
        return None
    return answer.get("data", {}).get("order_id")


def there(path):
    """A value for the path's parameter under which there is something."""
    if path.startswith(("/orders/{id}", "/callbacks/{id}")):
        return order()
    if path == "/journal/{seq}":
        return ask("/status")["journal"]["written"] or None
    if path == "/phase/{name}":
        return ask("/status")["phases"][0]
    if path == "/faults/{name}":
        url = f"{ADMIN}/faults/there?ttl=10s"
        requests.put(url, data="{on: payLink, reply: {delay: 1ms}}", headers=HEADERS, timeout=10)
        return "there"
    if path == "/console/assets/{name}":
        return "console.js"
    return None


def settle(case):
    """Three of four good parameters of a path are made to name something: chance alone would never meet it."""
    parameters = dict(case.path_parameters or {})
    for name, value in parameters.items():
        good = name == "name" or re.fullmatch("[0-9a-f]{32}|0|[1-9][0-9]{0,18}", str(value))
        found = there(case.operation.path) if good and next(asked) % 4 else None
        if found is not None:
            case.path_parameters = {**parameters, name: found}


@schemathesis.hook
def before_call(context, case, kwargs):
    path = case.operation.path
    if path.startswith(("/shop/", "/system/api/")):
        sign(case)
    elif "{" in path and ADMIN:
        settle(case)
    elif path == "/events":
        query = dict(case.query or {})
        if str(query.get("for_ms", "1")).isdecimal():
            query["for_ms"] = min(int(query.get("for_ms", STREAM_MS)), STREAM_MS)
        case.query = query


@schemathesis.hook
def after_call(context, case, response):
    if not case.operation.path.startswith(("/shop/", "/system/api/")) or response.status_code != 200:
        return
    answer = json.loads(response.content)
    good = answer.get("status") == "success" or ("message" in answer and answer.get("code") == 200)
    answers["success" if good else "refused"] += 1


@atexit.register
def tell():
    """How many requests got past the sign: with none, the run would have tested the doorman alone."""
    told = os.environ.get("PAYDRILL_TOLD")
    if told:
        with open(told, "w", encoding="utf-8") as file:
            json.dump(answers, file)
