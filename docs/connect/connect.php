#!/usr/bin/env php
<?php
// One payment from opening to credit, as a shop should do it. PHP 8, no Composer, no extension beyond the standard ones.
//
// Run `paydrill serve` first; then: php connect.php
// Settings: PAYDRILL_GATEWAY, PAYDRILL_ADMIN, SHOP_ID, SHOP_TOKEN.

declare(strict_types=1);

define('GATEWAY', rtrim(getenv('PAYDRILL_GATEWAY') ?: 'http://127.0.0.1:8080', '/'));
define('ADMIN', rtrim(getenv('PAYDRILL_ADMIN') ?: 'http://127.0.0.1:8081', '/'));
define('SHOP_ID', getenv('SHOP_ID') ?: '10001');
define('SHOP_TOKEN', getenv('SHOP_TOKEN') ?: 'sandbox-token-10001');

const TIMEOUT_S = 10; // for one call
const TRIES = 3; // of one call whose answer got lost
const MAX_ANSWER_BYTES = 1024 * 1024;
const MAX_CALLBACK_BYTES = 64 * 1024;
const CALLBACK_WITHIN_S = 30;

final class Refused extends RuntimeException {} // the gateway said no; asking again will not help
final class Untrusted extends RuntimeException {} // a message that must not be acted on

/** HMAC-SHA256 over `name=value` of all fields, sorted by name, joined by `&`; upper hex. */
function sign(array $fields): string
{
    unset($fields['sign']);
    $flat = [];
    $flatten = function (string $prefix, array $fields) use (&$flatten, &$flat): void {
        foreach ($fields as $name => $value) {
            if (is_array($value)) {
                $flatten("$prefix$name.", $value);
            } elseif ($value !== null && $value !== '') { // empty values are not signed; '0' and 0 are
                $flat["$prefix$name"] = is_bool($value) ? ($value ? 'true' : 'false') : (string) $value;
            }
        }
    };
    $flatten('', $fields);
    ksort($flat, SORT_STRING);
    $pairs = array_map(fn ($name, $value) => "$name=$value", array_keys($flat), $flat);
    return strtoupper(hash_hmac('sha256', implode('&', $pairs), SHOP_TOKEN));
}

function signed_by_the_gateway(array $message): bool
{
    $presented = $message['sign'] ?? null;
    return is_string($presented) && hash_equals(sign($message), strtoupper($presented));
}

/** Numbers in signed messages are whole, so PHP gives back the text they were sent with. Amounts are strings, and stay strings. */
function parse(string $body): array
{
    $message = json_decode($body, true, 16, JSON_THROW_ON_ERROR | JSON_BIGINT_AS_STRING);
    if (!is_array($message)) {
        throw new UnexpectedValueException('not a JSON object');
    }
    return $message;
}

/** Compared as decimals: '12.3' is '12.30000000', and floats are kept out of it. */
function same_amount(mixed $one, mixed $other): bool
{
    $plain = function (mixed $text): ?string {
        if (!is_string($text) || !preg_match('/^([0-9]{1,12})(?:\.([0-9]{1,8}))?$/D', $text, $parts)) {
            return null;
        }
        return ltrim($parts[1], '0') . '.' . rtrim($parts[2] ?? '', '0');
    };
    return $plain($one) !== null && $plain($one) === $plain($other);
}

/** Sends a form, waits a bounded time for a bounded answer, follows no redirect. Gives HTTP status, headers and body. */
function post(string $url, array $fields): array
{
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => ['Content-Type: application/x-www-form-urlencoded', 'Connection: close'],
        'content' => http_build_query($fields),
        'timeout' => TIMEOUT_S,
        'follow_location' => 0,
        'ignore_errors' => true, // the body of an error is of interest too
    ]]);
    $body = @file_get_contents($url, false, $context, 0, MAX_ANSWER_BYTES);
    if ($body === false) {
        throw new UnexpectedValueException("no answer from $url");
    }
    $status = (int) explode(' ', $http_response_header[0])[1];
    return [$status, implode("\n", $http_response_header), $body];
}

/** Signs and sends one call; gives `data` of an answer that is good and signed by the gateway. */
function call(string $name, array $fields): array
{
    for ($attempt = 1; ; $attempt++) {
        // A fresh nonce each time, but the same order number: a lost answer must not become a second order.
        $asked = $fields + ['id' => SHOP_ID, 'timestamp' => (string) time(), 'nonce' => bin2hex(random_bytes(16))];
        $asked['sign'] = sign($asked);
        try {
            [$status, $headers, $body] = post(GATEWAY . "/shop/$name", $asked);
            if ($status !== 200) {
                throw new UnexpectedValueException("HTTP $status");
            }
            $message = parse($body);
        } catch (UnexpectedValueException | JsonException $error) { // no connection, time-out, HTTP 5xx, no JSON
            if ($attempt === TRIES) {
                throw $error;
            }
            fwrite(STDERR, "$name: {$error->getMessage()}; trying again\n");
            sleep($attempt);
            continue;
        }
        if (($message['status'] ?? null) !== 'success') {
            $reason = preg_match('/^X-Paydrill-Reason: (.*)$/mi', $headers, $found) ? $found[1] : '';
            throw new Refused("$name was refused: " . ($message['msg'] ?? '') . " ($reason)");
        }
        if (!signed_by_the_gateway($message) || (string) ($message['id'] ?? '') !== SHOP_ID) {
            throw new Untrusted("the answer to $name has a wrong sign");
        }
        return $message['data'];
    }
}

/** Is this what was agreed, and is it paid? */
function check_paid(array $order, array $data): void
{
    $right = ($data['unique_id'] ?? null) === $order['number']
        && ($data['order_id'] ?? null) === $order['order_id']
        && ($data['type'] ?? null) === 'deposit'
        && ($data['status'] ?? null) === 1
        && ($data['coin'] ?? null) === $order['coin']
        && same_amount($data['amount'] ?? null, $order['amount']);
    if (!$right) {
        throw new Untrusted("not a payment of order {$order['number']} as agreed: " . json_encode($data));
    }
}

/** Everything that must be true before anybody gets anything. In a shop this is the route of `callback_url`. */
function take_callback(string $body, array &$orders): void
{
    $message = parse($body);
    if (!signed_by_the_gateway($message)) {
        throw new Untrusted('the callback has a wrong sign');
    }
    $data = $message['data'] ?? null;
    if ($message['status'] !== 'success' || (string) $message['id'] !== SHOP_ID || !is_array($data)) {
        throw new Untrusted('the callback is not for this shop');
    }
    $number = $data['unique_id'] ?? null;
    if (!is_string($number) || !isset($orders[$number])) {
        throw new Untrusted('the callback is about no order of ours');
    }
    check_paid($orders[$number], $data);
    // Ask the gateway itself, so that a leaked token alone cannot make anybody rich.
    check_paid($orders[$number], call('checkDeposit', ['unique_id' => $number]));
    // In a database: one transaction that marks the order as paid only if it is not yet, and credits in the same breath.
    if ($orders[$number]['credited'] === 0) {
        $orders[$number]['credited']++;
    }
}

/** Reads one HTTP request. A shop's web server does this; here it keeps the example in one file. */
function read_request($client): string
{
    stream_set_timeout($client, TIMEOUT_S);
    $line = (string) fgets($client, 1024);
    $length = 0;
    for ($lines = 0; $lines < 100 && ($header = rtrim((string) fgets($client, 8192))) !== ''; $lines++) {
        if (preg_match('/^content-length: ([0-9]{1,6})$/i', $header, $found)) {
            $length = (int) $found[1];
        }
    }
    if (!str_starts_with($line, 'POST /callback ') || $length < 1 || $length > MAX_CALLBACK_BYTES) {
        throw new Untrusted('no callback');
    }
    return (string) stream_get_contents($client, $length);
}

function reply($client, array $answer): void
{
    $body = json_encode($answer);
    fwrite($client, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " . strlen($body) . "\r\nConnection: close\r\n\r\n$body");
    fclose($client);
}

function main(): void
{
    $server = stream_socket_server('tcp://127.0.0.1:0') ?: throw new RuntimeException('no port is free');
    $address = stream_socket_get_name($server, false);

    // The shop writes its order down first. If the program dies below, the number is still known.
    $number = 'PHP-' . bin2hex(random_bytes(8));
    $orders = [$number => ['number' => $number, 'amount' => '12.30', 'coin' => 'USDT', 'order_id' => null, 'credited' => 0]];

    $opened = call('payLink', [
        'unique_id' => $number,
        'amount' => $orders[$number]['amount'], // text, never a float
        'coin' => $orders[$number]['coin'],
        'name' => 'Two coffees',
        'callback_url' => "http://$address/callback",
    ]);
    if (($opened['unique_id'] ?? null) !== $number) {
        throw new Untrusted('the answer is about another order');
    }
    $orders[$number]['order_id'] = $opened['order_id'];
    echo "the customer pays here: {$opened['pay_url']}\n";

    // In the sandbox nobody stands at the cashier, so the order is paid through the admin port. A real shop has no such call.
    [$status] = post(ADMIN . "/orders/{$opened['order_id']}/pay", []);
    if ($status !== 200) {
        throw new RuntimeException("the admin port answered HTTP $status");
    }

    $until = time() + CALLBACK_WITHIN_S;
    while ($orders[$number]['credited'] === 0) {
        $client = @stream_socket_accept($server, max(0, $until - time()));
        if ($client === false) {
            throw new RuntimeException('no good callback within ' . CALLBACK_WITHIN_S . ' s');
        }
        try {
            take_callback(read_request($client), $orders);
            reply($client, ['status' => 'success']);
        } catch (Throwable $error) { // whatever it is, the answer is no, and the gateway will call again
            fwrite(STDERR, "callback refused: {$error->getMessage()}\n");
            reply($client, ['status' => 'fail']);
        }
    }
    echo "paid $number\n";
}

try {
    main();
} catch (Throwable $error) {
    fwrite(STDERR, "failed: {$error->getMessage()}\n");
    exit(1);
}
