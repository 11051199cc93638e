#!/usr/bin/env python3
"""One payment from opening to credit, as a shop should do it. Python 3.11, standard library only.

Run `paydrill serve` first; then: python3 connect.py
Settings: PAYDRILL_GATEWAY, PAYDRILL_ADMIN, SHOP_ID, SHOP_TOKEN.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GATEWAY = os.environ.get("PAYDRILL_GATEWAY", "http://127.0.0.1:8080").rstrip("/")
ADMIN = os.environ.get("PAYDRILL_ADMIN", "http://127.0.0.1:8081").rstrip("/")
SHOP_ID = os.environ.get("SHOP_ID", "10001")
SHOP_TOKEN = os.environ.get("SHOP_TOKEN", "sandbox-token-10001")

TIMEOUT_S = 10  # for one call
TRIES = 3  # of one call whose answer got lost
MAX_ANSWER_BYTES = 1024 * 1024
MAX_CALLBACK_BYTES = 64 * 1024
CALLBACK_WITHIN_S = 30

# What a shop keeps in its database: by order number, what was agreed and what became of it.
orders = {}
orders_lock = threading.Lock()
paid = threading.Event()


class Refused(Exception):
    """The gateway said no. Asking again will not help."""


class Untrusted(Exception):
    """A message that must not be acted on."""


def sign(fields):
    """HMAC-SHA256 over `name=value` of all fields, sorted by name, joined by `&`; upper hex."""
    flat = {}

    def flatten(prefix, value):
        if isinstance(value, dict):
            for name, inner in value.items():
                flatten(f"{prefix}.{name}" if prefix else name, inner)
        elif isinstance(value, bool):
            flat[prefix] = "true" if value else "false"
        elif value is not None and value != "":  # empty values are not signed; "0" and 0 are
            flat[prefix] = str(value)

    flatten("", {name: value for name, value in fields.items() if name != "sign"})
    canonical = "&".join(f"{name}={flat[name]}" for name in sorted(flat, key=str.encode))
    return hmac.new(SHOP_TOKEN.encode(), canonical.encode(), hashlib.sha256).hexdigest().upper()


def signed_by_the_gateway(message):
    presented = message.get("sign")
    if not isinstance(presented, str):
        return False
    return hmac.compare_digest(sign(message).encode(), presented.upper().encode())


def parse(body):
    """JSON in which numbers keep the text they were sent with: that text is what was signed."""
    message = json.loads(body, parse_int=str, parse_float=str)
    if not isinstance(message, dict):
        raise ValueError("not a JSON object")
    return message


def same_amount(one, other):
    """Compared as decimals: `12.3` is `12.30000000`, and floats are kept out of it."""
    plain = re.compile(r"[0-9]{1,12}(\.[0-9]{1,8})?", re.ASCII)
    if not all(isinstance(text, str) and plain.fullmatch(text) for text in (one, other)):
        return False
    return Decimal(one) == Decimal(other)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


http = urllib.request.build_opener(NoRedirect)


def call(name, fields):
    """Signs and sends one call; gives `data` of an answer that is good and signed by the gateway."""
    for attempt in range(1, TRIES + 1):
        # A fresh nonce each time, but the same order number: a lost answer must not become a second order.
        asked = fields | {"id": SHOP_ID, "timestamp": str(int(time.time())), "nonce": secrets.token_hex(16)}
        asked["sign"] = sign(asked)
        request = urllib.request.Request(f"{GATEWAY}/shop/{name}", urllib.parse.urlencode(asked).encode())
        try:
            with http.open(request, timeout=TIMEOUT_S) as answer:
                reason = answer.headers.get("X-Paydrill-Reason", "")
                message = parse(answer.read(MAX_ANSWER_BYTES))
        except (OSError, ValueError) as error:  # no connection, time-out, HTTP 5xx, no JSON
            if attempt == TRIES:
                raise
            print(f"{name}: {error}; trying again", file=sys.stderr)
            time.sleep(attempt)
            continue
        if message.get("status") != "success":
            raise Refused(f"{name} was refused: {message.get('msg')} ({reason})")
        if not signed_by_the_gateway(message) or message.get("id") != SHOP_ID:
            raise Untrusted(f"the answer to {name} has a wrong sign")
        return message["data"]


def check_paid(order, data):
    """Is this what was agreed, and is it paid?"""
    right = (
        data.get("unique_id") == order["number"]
        and data.get("order_id") == order["order_id"]
        and data.get("type") == "deposit"
        and data.get("status") == "1"
        and data.get("coin") == order["coin"]
        and same_amount(data.get("amount"), order["amount"])
    )
    if not right:
        raise Untrusted(f"not a payment of order {order['number']} as agreed: {data}")


def take_callback(body):
    """Everything that must be true before anybody gets anything."""
    message = parse(body)
    if not signed_by_the_gateway(message):
        raise Untrusted("the callback has a wrong sign")
    data = message.get("data")
    if message.get("status") != "success" or message.get("id") != SHOP_ID or not isinstance(data, dict):
        raise Untrusted("the callback is not for this shop")
    order = orders.get(data.get("unique_id"))
    if order is None:
        raise Untrusted("the callback is about no order of ours")
    check_paid(order, data)
    # Ask the gateway itself, so that a leaked token alone cannot make anybody rich.
    check_paid(order, call("checkDeposit", {"unique_id": order["number"]}))
    # In a database: one transaction that marks the order as paid only if it is not yet, and credits in the same breath.
    with orders_lock:
        if order["credited"] == 0:
            order["credited"] += 1
    return order


class Callbacks(BaseHTTPRequestHandler):
    timeout = TIMEOUT_S

    def do_POST(self):
        try:
            length = int(self.headers.get("Content-Length", "0"))
            if self.path != "/callback" or not 0 < length <= MAX_CALLBACK_BYTES:
                raise Untrusted("no callback")
            order = take_callback(self.rfile.read(length))
        except Exception as error:  # whatever it is, the answer is no, and the gateway will call again
            print(f"callback refused: {error}", file=sys.stderr)
            self.reply({"status": "fail"})
            return
        self.reply({"status": "success"})
        if order["credited"] == 1:
            paid.set()

    def reply(self, answer):
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Callbacks)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    # The shop writes its order down first. If the program dies below, the number is still known.
    order = {"number": f"PY-{secrets.token_hex(8)}", "amount": "12.30", "coin": "USDT", "order_id": None, "credited": 0}
    orders[order["number"]] = order

    opened = call("payLink", {
        "unique_id": order["number"],
        "amount": order["amount"],  # text, never a float
        "coin": order["coin"],
        "name": "Two coffees",
        "callback_url": f"http://127.0.0.1:{server.server_port}/callback",
    })
    if opened.get("unique_id") != order["number"]:
        raise Untrusted("the answer is about another order")
    order["order_id"] = opened["order_id"]
    print(f"the customer pays here: {opened['pay_url']}")

    # In the sandbox nobody stands at the cashier, so the order is paid through the admin port. A real shop has no such call.
    pay = urllib.request.Request(f"{ADMIN}/orders/{order['order_id']}/pay", data=b"", method="POST")
    with http.open(pay, timeout=TIMEOUT_S):
        pass

    if not paid.wait(CALLBACK_WITHIN_S):
        raise TimeoutError(f"no good callback within {CALLBACK_WITHIN_S} s")
    server.shutdown()
    print(f"paid {order['number']}")


if __name__ == "__main__":
    try:
        main()
    except (Refused, Untrusted, OSError, ValueError, KeyError) as error:
        sys.exit(f"failed: {error}")
