import { createWriteStream, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OwnProcess, startOwnProcess } from "../../src/cli/demo/own-process.ts";
import { clearTdesKey } from "../../src/crypto/clear/clear-keys.ts";
import { clearPin } from "../../src/crypto/clear/clear-pin.ts";
import { encodePinBlock } from "../../src/crypto/clear/pin-block.ts";
import { tdes } from "../../src/crypto/clear/tdes.ts";
import { findLocalAccess } from "../../src/daemon/local-access.ts";
import { faultCodes } from "../../src/kernel/fault-codes.ts";
import { latin1 } from "../../src/wire/bytes.ts";
import { fromHex } from "../../src/wire/hex.ts";
import { expectBooksToAgree } from "../support/books.ts";
import { HostRelay } from "../support/host-relay.ts";
import { digitSecrets, leaksIn, type Secret, type Trail } from "../support/leaks.ts";
import { shippedCodec } from "../support/message-spec.ts";
import { runCommand } from "../support/run-command.ts";
import { runInside } from "../support/run-inside.ts";
import { Shop } from "../support/shop.ts";
import { until } from "../support/until.ts";

const pan = "6222020123456789";
const afterPan = "30122010000000000";
const track2 = `${pan}=${afterPan}`;
const rightPin = "123456";
const wrongPin = "740921";
const masterKey = clearTdesKey(fromHex("258FB0AB70D025CDB99DF2C4D302D646"));
const magnetic = { entry: "magnetic", track2 };
const manual = { entry: "manual", pan, expiry: "3012" };

const relay = new HostRelay();
/** What the daemon and its commands have said, beside what lies in files. */
const trails: Trail[] = [];
let shop: Shop;
let tokenSecret = "";
let localTokens: readonly string[] = [];
let second: OwnProcess;

function keep(name: string, text: string): void {
	trails.push({ name, bytes: Buffer.from(text) });
}

/** Any request; the answer is kept as it came, whatever it says. */
async function call(
	path: string,
	init: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<void> {
	const { method = "GET", body, headers = {} } = init;
	const response = await shop.api.open(path, {
		method,
		headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
		body: body === undefined ? null : JSON.stringify(body),
	});
	const head = JSON.stringify(Object.fromEntries(response.headers));
	keep(`answer to ${method} ${path.slice(0, 40)}`, `${head}\n${await response.text()}`);
}

/** A command; one that reads a line has a process of its own. */
async function command(words: readonly string[], input?: string): Promise<void> {
	const all = ["--config", shop.counter.configPath, ...words];
	const { stdout, stderr } = await (input === undefined ? runInside(all) : runCommand(all, { input }));
	keep(`output of ${words.join(" ")}`, stdout + stderr);
	tokenSecret = /tbk_[\w-]{43}/.exec(stdout)?.[0] ?? tokenSecret;
}

/** Events as they are sent, until the daemon ends, however that is. */
async function listen(): Promise<void> {
	const { body } = await shop.api.open("/v1/events");
	const events = { name: "events", bytes: Buffer.alloc(0) };
	trails.push(events);
	const collect = async (): Promise<void> => {
		for await (const chunk of body ?? []) {
			events.bytes = Buffer.concat([events.bytes, chunk]);
		}
	};
	void collect().catch(() => undefined);
}

async function type(pin: string, ending = "enter"): Promise<void> {
	await shop.counter.pad.set({ persons: [{ pin, delayPerKeyMs: 0, ending }] });
}

/** Good sales and bad ones, with every way a card and a PIN can come in. */
async function sellOnAllKindsOfDays(): Promise<void> {
	await shop.sell();
	await shop.sell({ card: manual });
	await shop.sell({ card: manual, pin: "none" });
	await type(wrongPin);
	await shop.sell();
	await type("", "cancel");
	await shop.sell();
	await type(rightPin);
	for (const fault of ["close_after", "close_before", "wrong_mac", "drop"]) {
		await shop.setHostFaults({ name: fault, mti: "0200" });
		await shop.sell();
	}
	for (const fault of [
		{ name: "garbage", command: "41" },
		{ name: "bad_bcc", command: "42" },
		{ name: "bad_bcc", command: "35" },
	]) {
		await shop.setPadFaults(fault);
		await shop.sell();
		await shop.laneReady();
	}
}

/** Requests that are wrong, each with card data where it should not be or not as it should be. */
async function askBadly(): Promise<void> {
	const order = {
		type: "sale",
		lane: "lane1",
		amount: 100,
		currency: "CNY",
		reference: "wrong",
		pin: "ask",
		card: magnetic,
	};
	const post = (body: unknown, key = "wrong"): Promise<void> =>
		call("/v1/transactions", { method: "POST", body, headers: { "idempotency-key": key } });
	await post({ ...order, card: { ...magnetic, pan } });
	await post({ ...order, card: { entry: "magnetic", track2: `${track2}${track2}` } });
	await post({ ...order, card: { entry: "manual", pan: `${pan}${pan}`, expiry: "3012" } });
	await post({ ...order, card: { entry: "manual", pan, expiry: "3099" } });
	await post({ ...order, card: track2 });
	await post({ ...order, amount: track2 });
	await post({ ...order, lane: pan });
	await post({ ...order, currency: pan });
	await post({ ...order, [pan]: track2 });
	await post(`${JSON.stringify(order)} ${pan}`);
	await call(`/v1/transactions/${pan}`);
	await call(`/v1/transactions?reference=${pan}&${pan}=1`);
	await call(`/v1/${encodeURIComponent(track2)}`);
	await call("/v1/transactions", {
		method: "POST",
		body: order,
		headers: { "idempotency-key": "x", authorization: `Bearer ${track2}` },
	});
}

async function readEverything(): Promise<void> {
	const { transactions } = (await shop.api.get("/v1/transactions?limit=500")).body as {
		transactions: { id: string }[];
	};
	for (const { id } of transactions) {
		await call(`/v1/transactions/${id}`);
		await call(`/v1/transactions/${id}/timeline`);
		await call(`/v1/transactions/${id}/receipts/merchant?duplicate=true`);
		await call(`/v1/transactions/${id}/receipts/customer`);
	}
	const pages = ["lanes", "lanes/lane1/readiness", "devices", "devices/pinpad1", "reversals", "transactions?limit=500"];
	for (const path of [...pages.map((page) => `/v1/${page}`), "/healthz", "/readyz", "/metrics", "/openapi.json"]) {
		await call(path);
	}
	for (const code of Object.keys(faultCodes)) {
		await call(`/problems/${code}`);
	}
	await call("/v1/devices/pinpad1/test", { method: "POST" });
	await call("/v1/acquirers/bank/sign-in", { method: "POST" });
}

async function useCommands(): Promise<void> {
	await command(["sale", "12.50", "--reference", "C1"], `${track2}\n`);
	await command(["--json", "sale", "12.51", "--no-pin", "--reference", "C2"], `${pan} 3012\n`);
	await command(["sale", "12.52"], `${pan}${pan} 3012\n`);
	await command(["sale", pan]);
	await command(["sale", "1", `--card=${track2}`]);
	await command(["sale", "1", pan]);
	await command([track2]);
	await command(["transactions"]);
	await command(["--json", "transactions", "show", await lastTransaction()]);
	await command(["transactions", "show", pan]);
	await command(["devices"]);
	await command(["--json", "reversals"]);
	await command(["tokens", "create", "till"]);
	await command(["tokens"]);
	await command(["config", "check"]);
}

async function lastTransaction(): Promise<string> {
	return (await shop.api.get("/v1/transactions?limit=1")).body.transactions[0].id;
}

/** A second life after a crash in the middle of a sale, with a log for people. */
async function crashAndRestart(): Promise<void> {
	await shop.setHostFaults({ name: "drop", mti: "0200" });
	const { id } = await shop.begin();
	await shop.eventsWhen(id, "reversal_signed");
	const before = findLocalAccess(shop.counter.dataDirectory);
	await shop.killDaemon();
	shop.configure((config) => {
		config.log.format = "people";
	});
	second = startOwnProcess(["--config", shop.counter.configPath, "start"], {});
	second.stderr.pipe(createWriteStream(join(shop.directory, "daemon-for-people.log")));
	const after = await until(
		"the second daemon",
		() => findLocalAccess(shop.counter.dataDirectory),
		({ token }) => token !== before.token,
	);
	localTokens = [before.token, after.token];
	await shop.settled(id);
}

beforeAll(async () => {
	shop = await Shop.open({
		configure(config) {
			config.log.level = "debug";
		},
		reroute: async (direct) => ({ ...direct, acquirer: await relay.listen(direct.acquirer) }),
	});
	await listen();
	await sellOnAllKindsOfDays();
	await useCommands();
	await askBadly();
	await crashAndRestart();
	await listen();
	await sellOnAllKindsOfDays();
	await readEverything();
	await expectBooksToAgree(shop);
	keep("paper", JSON.stringify(await shop.printer()));
	await second.stop();
}, 120_000);

afterAll(async () => {
	await shop.close();
	await relay.close();
}, 60_000);

/** Every file under the shop, those of its virtual devices included. */
function files(): readonly Trail[] {
	return readdirSync(shop.directory, { recursive: true, encoding: "utf8" })
		.map((name) => join(shop.directory, name))
		.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
		.map((path) => ({ name: relative(shop.directory, path), bytes: readFileSync(path) }));
}

interface LineSecrets {
	readonly pinBlocks: readonly Uint8Array[];
	readonly cryptograms: readonly Uint8Array[];
}

/** What went over the host line enciphered: PIN blocks (DE 52) and working keys (DE 62 of a sign-in). */
function lineSecrets(): LineSecrets {
	const codec = shippedCodec("unionpay");
	const fields = (mti: string, field: number): readonly Uint8Array[] =>
		relay.messages
			.filter((message) => message.mti === mti)
			.flatMap(({ bytes }) => {
				const value = codec.decode(bytes.slice(11)).fields[field];
				return value === undefined ? [] : [typeof value === "string" ? latin1(value) : value];
			});
	return {
		pinBlocks: fields("0200", 52),
		// 16 bytes, their check value, 8 bytes.
		cryptograms: fields("0810", 62).flatMap((keys) => [keys.slice(0, 16), keys.slice(20, 28)]),
	};
}

describe("after all this", () => {
	test("there is something to search, of every kind", () => {
		const names = files().map(({ name }) => name);
		for (const name of [
			"data/journal.db",
			"data/tokens.json",
			"daemon.log",
			"daemon-for-people.log",
			"tillbridge.yaml",
		]) {
			expect(names).toContain(name);
		}
		expect(readFileSync(join(shop.directory, "daemon.log"), "utf8")).toContain('"level":"debug"');
		expect(readFileSync(join(shop.directory, "daemon-for-people.log"), "utf8")).toContain(" DEBUG ");
		const { pinBlocks, cryptograms } = lineSecrets();
		expect(pinBlocks.length).toBeGreaterThan(10);
		expect(cryptograms.length).toBeGreaterThanOrEqual(4);
		const events = trails.filter(({ name, bytes }) => name === "events" && bytes.length > 1_000);
		expect(events).toHaveLength(2);
	});

	test("nothing holds a card number, a track, a PIN block or a key", () => {
		const { pinBlocks, cryptograms } = lineSecrets();
		const secrets: readonly Secret[] = [
			...digitSecrets("PAN", pan),
			...digitSecrets("track 2", track2),
			...digitSecrets("rest of the track", afterPan),
			...[rightPin, wrongPin].map((pin) => ({
				name: "clear PIN block",
				bytes: encodePinBlock(clearPin(pin), { format: 0, pan }),
			})),
			...pinBlocks.map((bytes) => ({ name: "PIN block", bytes })),
			...cryptograms.map((bytes) => ({ name: "working key, enciphered", bytes })),
			...cryptograms.map((bytes) => ({ name: "working key", bytes: tdes(masterKey).decipherEcb(bytes) })),
			{ name: "master key", bytes: masterKey },
		];
		expect(leaksIn([...files(), ...trails], secrets)).toEqual([]);
	});

	test("nothing holds a PIN", () => {
		// The merchant's number happens to begin with the PIN.
		const holders = [...files(), ...trails].filter(({ bytes }) =>
			/(?<!\d)(?:123456|740921)(?!\d)/.test(Buffer.from(bytes).toString("latin1")),
		);
		expect(holders.map(({ name }) => name)).toEqual([]);
	});

	test("the data key, the token of a till and those of local commands are only where they belong", () => {
		const key = readFileSync(join(shop.counter.dataDirectory, "data.key"));
		expect(leaksIn(files(), [{ name: "data key", bytes: key }])).toEqual(["data/data.key: data key as bytes"]);
		expect(leaksIn(files(), [{ name: "token", bytes: latin1(tokenSecret) }])).toEqual([]);
		const tokens = localTokens.map((token) => ({ name: "local token", bytes: latin1(token) }));
		expect(leaksIn([...files(), ...trails], tokens)).toEqual([]);
	});
});

test.each([
	["bytes", latin1(`x${pan}y`), "PAN as bytes"],
	["hex", latin1("PAN 36323232303230313233343536373839"), "PAN as hex"],
	["packed", fromHex(`00${pan}00`), "PAN, packed as bytes"],
	["packed from half a byte on", fromHex(`0${pan}0`), "PAN, packed as bytes"],
	["packed and reversed", fromHex("8967452301022262"), "PAN, packed as reversed"],
	["base64", latin1(Buffer.from(`"pan":"${pan}"`).toString("base64")), "PAN as base64"],
	["base64 for addresses", latin1(Buffer.from(`pan:${pan}`).toString("base64url")), "PAN as base64"],
])("a number as %s would have been found", (_, bytes, found) => {
	expect(leaksIn([{ name: "trail", bytes }], digitSecrets("PAN", pan))).toContain(`trail: ${found}`);
});
