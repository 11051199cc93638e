#!/usr/bin/env node
// One payment from opening to credit, as a shop should do it. Node 20, standard library only.
//
// Run `paydrill serve` first; then: node connect.mjs
// Settings: PAYDRILL_GATEWAY, PAYDRILL_ADMIN, SHOP_ID, SHOP_TOKEN.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const env = (name, otherwise) => process.env[name] || otherwise;
const GATEWAY = env('PAYDRILL_GATEWAY', 'http://127.0.0.1:8080').replace(/\/$/, '');
const ADMIN = env('PAYDRILL_ADMIN', 'http://127.0.0.1:8081').replace(/\/$/, '');
const SHOP_ID = env('SHOP_ID', '10001');
const SHOP_TOKEN = env('SHOP_TOKEN', 'sandbox-token-10001');

const TIMEOUT_MS = 10_000; // for one call
const TRIES = 3; // of one call whose answer got lost
const MAX_ANSWER_BYTES = 1024 * 1024;
const MAX_CALLBACK_BYTES = 64 * 1024;
const CALLBACK_WITHIN_MS = 30_000;

// What a shop keeps in its database: by order number, what was agreed and what became of it.
const orders = new Map();

class Refused extends Error {} // the gateway said no; asking again will not help
class Untrusted extends Error {} // a message that must not be acted on

// HMAC-SHA256 over `name=value` of all fields, sorted by name, joined by `&`; upper hex.
function sign(fields) {
  const flat = [];
  const flatten = (prefix, value) => {
    if (value !== null && typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) flatten(prefix ? `${prefix}.${name}` : name, inner);
    } else if (value !== null && value !== undefined && value !== '') { // empty values are not signed; '0' and 0 are
      flat.push([prefix, String(value)]);
    }
  };
  const { sign: _, ...signed } = fields;
  flatten('', signed);
  flat.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const canonical = flat.map(([name, value]) => `${name}=${value}`).join('&');
  return createHmac('sha256', SHOP_TOKEN).update(canonical).digest('hex').toUpperCase();
}

function signedByTheGateway(message) {
  const expected = Buffer.from(sign(message));
  const presented = Buffer.from(String(message.sign).toUpperCase());
  return expected.length === presented.length && timingSafeEqual(expected, presented);
}

// Numbers in signed messages are whole and small, so JavaScript gives back the text they were sent with. Amounts are
// strings, and stay strings.
function parse(text) {
  const message = JSON.parse(text);
  if (message === null || typeof message !== 'object' || Array.isArray(message)) throw new Error('not a JSON object');
  return message;
}

// Compared as decimals: '12.3' is '12.30000000', and floats are kept out of it.
function sameAmount(one, other) {
  const units = (text) => {
    const parts = typeof text === 'string' && /^([0-9]{1,12})(?:\.([0-9]{1,8}))?$/.exec(text);
    return parts ? BigInt(parts[1] + (parts[2] ?? '').padEnd(8, '0')) : null;
  };
  return units(one) !== null && units(one) === units(other);
}

async function bounded(chunks, limit) {
  const kept = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limit) throw new Error(`more than ${limit} bytes`);
    kept.push(chunk);
  }
  return Buffer.concat(kept).toString();
}

// Signs and sends one call; gives `data` of an answer that is good and signed by the gateway.
async function call(name, fields) {
  for (let attempt = 1; ; attempt += 1) {
    // A fresh nonce each time, but the same order number: a lost answer must not become a second order.
    const asked = { ...fields, id: SHOP_ID, timestamp: String(Math.floor(Date.now() / 1000)), nonce: randomBytes(16).toString('hex') };
    asked.sign = sign(asked);
    let message, reason;
    try {
      const answer = await fetch(`${GATEWAY}/shop/${name}`, {
        method: 'POST',
        body: new URLSearchParams(asked),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      reason = answer.headers.get('X-Paydrill-Reason') ?? '';
      message = parse(await bounded(answer.body, MAX_ANSWER_BYTES));
    } catch (error) { // no connection, time-out, HTTP 5xx, no JSON
      if (attempt === TRIES) throw error;
      console.error(`${name}: ${error.message}; trying again`);
      await pause(attempt * 1000);
      continue;
    }
    if (message.status !== 'success') throw new Refused(`${name} was refused: ${message.msg} (${reason})`);
    if (!signedByTheGateway(message) || String(message.id) !== SHOP_ID) {
      throw new Untrusted(`the answer to ${name} has a wrong sign`);
    }
    return message.data;
  }
}

// Is this what was agreed, and is it paid?
function checkPaid(order, data) {
  const right = data.unique_id === order.number
    && data.order_id === order.orderId
    && data.type === 'deposit'
    && data.status === 1
    && data.coin === order.coin
    && sameAmount(data.amount, order.amount);
  if (!right) throw new Untrusted(`not a payment of order ${order.number} as agreed: ${JSON.stringify(data)}`);
}

// Everything that must be true before anybody gets anything.
async function takeCallback(body) {
  const message = parse(body);
  if (!signedByTheGateway(message)) throw new Untrusted('the callback has a wrong sign');
  if (message.status !== 'success' || String(message.id) !== SHOP_ID || !message.data) {
    throw new Untrusted('the callback is not for this shop');
  }
  const order = orders.get(message.data.unique_id);
  if (!order) throw new Untrusted('the callback is about no order of ours');
  checkPaid(order, message.data);
  // Ask the gateway itself, so that a leaked token alone cannot make anybody rich.
  checkPaid(order, await call('checkDeposit', { unique_id: order.number }));
  // In a database: one transaction that marks the order as paid only if it is not yet, and credits in the same breath.
  if (order.credited === 0) order.credited += 1;
  return order;
}

let paid;
const callback = new Promise((resolve) => { paid = resolve; });
const server = createServer({ requestTimeout: TIMEOUT_MS }, async (request, response) => {
  const reply = (answer, then) => {
    response.writeHead(200, { 'Content-Type': 'application/json', Connection: 'close' });
    response.end(JSON.stringify(answer), then);
  };
  try {
    if (request.method !== 'POST' || request.url !== '/callback') throw new Untrusted('no callback');
    const order = await takeCallback(await bounded(request, MAX_CALLBACK_BYTES));
    reply({ status: 'success' }, () => paid(order));
  } catch (error) { // whatever it is, the answer is no, and the gateway will call again
    console.error(`callback refused: ${error.message}`);
    reply({ status: 'fail' });
  }
});

async function main() {
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });

  // The shop writes its order down first. If the program dies below, the number is still known.
  const order = { number: `JS-${randomBytes(8).toString('hex')}`, amount: '12.30', coin: 'USDT', orderId: null, credited: 0 };
  orders.set(order.number, order);

  const opened = await call('payLink', {
    unique_id: order.number,
    amount: order.amount, // text, never a float
    coin: order.coin,
    name: 'Two coffees',
    callback_url: `http://127.0.0.1:${server.address().port}/callback`,
  });
  if (opened.unique_id !== order.number) throw new Untrusted('the answer is about another order');
  order.orderId = opened.order_id;
  console.log(`the customer pays here: ${opened.pay_url}`);

  // In the sandbox nobody stands at the cashier, so the order is paid through the admin port. A real shop has no such call.
  const pay = await fetch(`${ADMIN}/orders/${order.orderId}/pay`, { method: 'POST', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!pay.ok) throw new Error(`the admin port answered HTTP ${pay.status}`);

  const late = pause(CALLBACK_WITHIN_MS, null, { ref: false }).then(() => {
    throw new Error(`no good callback within ${CALLBACK_WITHIN_MS / 1000} s`);
  });
  await Promise.race([callback, late]);
  console.log(`paid ${order.number}`);
}

try {
  await main();
} catch (error) {
  console.error(`failed: ${error.message}${error.cause ? ` (${error.cause.message})` : ''}`);
  process.exitCode = 1;
} finally {
  server.close();
  server.closeAllConnections();
}
