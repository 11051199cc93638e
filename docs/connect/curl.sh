#!/usr/bin/env bash
# One payment from opening to paid, with curl and openssl alone: to see the wire, not to run a shop. It asks for the
# outcome instead of being called back; connect.py, connect.mjs and connect.php take the callback.
#
# Run `paydrill serve` first; then: bash curl.sh
# Settings: PAYDRILL_GATEWAY, PAYDRILL_ADMIN, SHOP_ID, SHOP_TOKEN.
set -euo pipefail
export LC_ALL=C # names are sorted by their bytes

GATEWAY=${PAYDRILL_GATEWAY:-http://127.0.0.1:8080}
ADMIN=${PAYDRILL_ADMIN:-http://127.0.0.1:8081}
SHOP_ID=${SHOP_ID:-10001}
SHOP_TOKEN=${SHOP_TOKEN:-sandbox-token-10001}

fail() { echo "failed: $*" >&2; exit 1; }

# HMAC-SHA256 over the lines `name=value` of stdin without `sign` and empty values, sorted, joined by `&`; upper hex.
# openssl takes the token on its command line, where other users of this machine can see it: fine for a sandbox.
sign() {
  grep -v -e '^sign=' -e '^[^=]*=$' | sort -t= -k1,1 | paste -sd'&' | tr -d '\n' |
    openssl dgst -sha256 -hmac "$SHOP_TOKEN" | sed 's/.*= //' | tr a-f A-F
}

# A JSON object of texts, numbers and inner objects as lines `name=value`, inner names after a dot: data.order_id=…
flatten() {
  awk '
    { text = text $0 }
    END {
      while (length(text)) {
        if (match(text, /^[ \t\r\n,:]+/)) {
        } else if (match(text, /^"([^"\\]|\\.)*"/)) {
          word = substr(text, 2, RLENGTH - 2); gsub(/\\\//, "/", word)
          if (word ~ /\\/) { print "an escape that this script does not know" > "/dev/stderr"; exit 1 }
          if (name == "") { name = word } else { print prefix[depth] name "=" word; name = "" }
        } else if (match(text, /^[-+.0-9a-zA-Z]+/)) {
          word = substr(text, 1, RLENGTH)
          if (word != "null") print prefix[depth] name "=" word
          name = ""
        } else if (match(text, /^[{]/)) {
          if (depth++) prefix[depth] = prefix[depth - 1] name "."
          name = ""
        } else if (match(text, /^[}]/)) {
          depth--
        } else { print "not a JSON object" > "/dev/stderr"; exit 1 }
        text = substr(text, RLENGTH + 1)
      }
      if (depth) { print "not a whole JSON object" > "/dev/stderr"; exit 1 }
    }'
}

field() { sed -n "s/^$1=//p" <<<"$answer"; }

# call NAME name=value…: signs and sends; leaves the answer in $answer once its sign is found to be the gateway's.
call() {
  local name=$1 attempt fields field form body
  shift
  for attempt in 1 2 3; do
    # A fresh nonce each time, but the same order number: a lost answer must not become a second order.
    fields=("$@" "id=$SHOP_ID" "timestamp=$(date +%s)" "nonce=$(openssl rand -hex 16)")
    fields+=("sign=$(printf '%s\n' "${fields[@]}" | sign)")
    form=()
    for field in "${fields[@]}"; do form+=(--data-urlencode "$field"); done
    if body=$(curl --silent --show-error --fail --connect-timeout 3 --max-time 10 --max-filesize 1048576 \
      "${form[@]}" "$GATEWAY/shop/$name") && answer=$(flatten <<<"$body"); then
      [ "$(field status)" = success ] || fail "$name was refused: $(field msg)"
      [ "$(field sign | tr a-f A-F)" = "$(sign <<<"$answer")" ] || fail "the answer to $name has a wrong sign"
      [ "$(field id)" = "$SHOP_ID" ] || fail "the answer to $name is for another shop"
      return
    fi
    echo "$name: no good answer; trying again" >&2
    sleep "$attempt"
  done
  fail "$name: no answer"
}

# 12.30 and 12.30000000 are the same amount.
amount() { sed -E 's/(\.[0-9]*[1-9])0+$/\1/; s/\.0+$//' <<<"$1"; }

number=SH-$(openssl rand -hex 8)
call payLink "unique_id=$number" amount=12.30 coin=USDT 'name=Two coffees'
[ "$(field data.unique_id)" = "$number" ] || fail "the answer is about another order"
order_id=$(field data.order_id)
echo "the customer pays here: $(field data.pay_url)"

# In the sandbox nobody stands at the cashier, so the order is paid through the admin port. A real shop has no such call.
curl --silent --show-error --fail --max-time 10 --output /dev/null --request POST "$ADMIN/orders/$order_id/pay" ||
  fail "the admin port did not pay"

for _ in $(seq 30); do
  call checkDeposit "unique_id=$number"
  [ "$(field data.status)" = 1 ] && break
  sleep 1
done
[ "$(field data.status)" = 1 ] || fail "order $number was not paid in time"
[ "$(field data.unique_id) $(field data.order_id) $(field data.type)" = "$number $order_id deposit" ] || fail "another order was paid"
[ "$(field data.coin) $(amount "$(field data.amount)")" = "USDT $(amount 12.30)" ] || fail "another amount was paid"
echo "paid $number"
