// A shop for the browser tests: signs as the wallet's document says and opens one order, whose answer it prints.
//
//   GATEWAY_URL=http://…  SHOP=10001  TOKEN=…  CALLBACK_URL=http://…  node shop.mjs NUMBER AMOUNT [--wrong-sign]
//
// With --wrong-sign the token is used with the line break of the file it was read from: a mistake that many make.

import { createHmac, randomBytes } from "node:crypto";

const [number, amount, wrong] = process.argv.slice(2);
const { GATEWAY_URL, SHOP, TOKEN, CALLBACK_URL } = process.env;

const fields = {
  amount,
  coin: "USDT",
  unique_id: number,
  name: "Annual membership",
  return_url: "http://127.0.0.1:9/back",
  callback_url: CALLBACK_URL,
  id: SHOP,
  timestamp: String(Math.floor(Date.now() / 1000)),
  nonce: randomBytes(12).toString("hex"),
};
const key = wrong === "--wrong-sign" ? `${TOKEN}\n` : TOKEN;
const text = Object.keys(fields).sort().map((name) => `${name}=${fields[name]}`).join("&");
const sign = createHmac("sha256", key).update(text).digest("hex").toUpperCase();

const answer = await fetch(`${GATEWAY_URL}/shop/payLink`, {
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: new URLSearchParams({ ...fields, sign }).toString(),
});
console.log(await answer.text());
