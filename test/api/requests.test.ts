import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LogFields } from "../../src/kernel/log.ts";
import { type Client, order } from "./client.ts";
import { type Counter, openCounter } from "./counter.ts";
import { recordingLog } from "./recording-log.ts";

let counter: Counter;
let till: Client;
let logged: readonly (readonly [string, LogFields | undefined])[];

beforeAll(async () => {
	const { log, lines } = recordingLog();
	logged = lines;
	counter = await openCounter({ log });
	till = counter.client("admin");
});

afterAll(() => counter.close());

const key = { "idempotency-key": "wrong" };
const pan = "6222020123456789";
const manual = { entry: "manual", pan, expiry: "3012" };

interface WrongOrder {
	readonly is: string;
	readonly body: unknown;
	readonly status?: number;
	readonly code?: string;
	readonly pointers: readonly string[];
}

const wrongOrders: readonly WrongOrder[] = [
	{ is: "nothing", body: undefined, pointers: [""] },
	{ is: "no object", body: [], pointers: [""] },
	{ is: "no JSON", body: `{"card": ${pan} hello`, pointers: [""] },
	{ is: "JSON with a comment", body: `{} // hello ${pan}`, pointers: [""] },
	{ is: "empty", body: {}, pointers: ["/type"] },
	{ is: "another type", body: order({ type: "tip" }), pointers: ["/type"] },
	{ is: "a refund of nothing", body: order({ type: "refund" }), pointers: ["/original"] },
	{
		is: "a void with an amount",
		body: order({ type: "void", original: { transaction: "txn_1" } }),
		pointers: ["/amount"],
	},
	{ is: "an amount with a point", body: order({ amount: 12.5 }), pointers: ["/amount"] },
	{ is: "an amount as text", body: order({ amount: "1250" }), pointers: ["/amount"] },
	{ is: "an amount of 0", body: order({ amount: 0 }), pointers: ["/amount"] },
	{ is: "a negative amount", body: order({ amount: -1 }), pointers: ["/amount"] },
	{ is: "an amount of thirteen digits", body: order({ amount: 1e12 }), pointers: ["/amount"] },
	{ is: "an endless amount", body: JSON.stringify(order({ amount: 7 })).replace("7", "1e999"), pointers: ["/amount"] },
	{ is: "a currency by number", body: order({ currency: "156" }), pointers: ["/currency"] },
	{ is: "another currency than the lane's", body: order({ currency: "EUR" }), pointers: [] },
	{ is: "an empty reference", body: order({ reference: "" }), pointers: ["/reference"] },
	{ is: "a long reference", body: order({ reference: "x".repeat(65) }), pointers: ["/reference"] },
	{ is: "a misspelt key", body: { ...order(), ammount: 1 }, pointers: ["/ammount"] },
	{ is: "a card number as key", body: { ...order(), [pan]: 1 }, pointers: ["/622202******6789"] },
	{
		is: "a prototype",
		body: JSON.stringify(order()).replace("{", '{"__proto__": {"amount": 1}, '),
		pointers: ["/__proto__"],
	},
	{ is: "another question to the pad", body: order({ pin: "maybe" }), pointers: ["/pin"] },
	{ is: "another entry", body: order({ card: { entry: "chip" } }), pointers: ["/card/entry"] },
	{ is: "an unknown key of the card", body: order({ card: { ...manual, cvv: "123" } }), pointers: ["/card/cvv"] },
	{ is: "an unknown lane", body: order({ lane: "lane9" }), status: 404, code: "lane_unknown", pointers: [] },
	...[
		{ is: "a short card number", card: { ...manual, pan: "622202012345" }, pointers: ["/card/pan"] },
		{ is: "letters in the card number", card: { ...manual, pan: "622202O123456789" }, pointers: ["/card/pan"] },
		{ is: "no month", card: { ...manual, expiry: "3013" }, pointers: ["/card/expiry"] },
		{ is: "half a track", card: { entry: "magnetic", track2: pan }, pointers: ["/card/track2"] },
		{
			is: "track 1 as track 2",
			card: { entry: "magnetic", track2: `B${pan}^A/B^3012201` },
			pointers: ["/card/track2"],
		},
		{
			is: "letters in track 3",
			card: { entry: "magnetic", track2: `${pan}=30122010000000000`, track3: "hello" },
			pointers: ["/card/track3"],
		},
	].map(({ is, card, pointers }) => ({ is, body: order({ card }), status: 422, code: "card_invalid", pointers })),
];

describe("an order that is wrong is refused, with the place and without the value", () => {
	test.each(wrongOrders)("$is", async ({ body, status = 400, code = "request_invalid", pointers }) => {
		const answer = await till.post("/v1/transactions", body, key);
		expect(answer).toMatchObject({ status, body: { status, code, moneyMoved: "no", retryable: false } });
		expect(answer.headers.get("content-type")).toContain("application/problem+json");
		const errors: readonly { in: string; pointer: string; detail: string }[] = answer.body.errors;
		expect(errors.map(({ pointer }) => pointer)).toEqual(pointers);
		expect(answer.body.actions.length).toBeGreaterThan(0);
		const text = JSON.stringify(answer.body);
		expect(text).not.toMatch(/\d{12}/);
		expect(text).not.toMatch(/hello|3013|O123456789/);
	});

	test("and none of them began anything or was written to the log", async () => {
		expect(counter.payments.find({ limit: 10 })).toEqual([]);
		const text = JSON.stringify(logged);
		expect(logged.length).toBeGreaterThan(0);
		expect(text).not.toMatch(/622202\d|hello/);
		expect(text).not.toContain("tbk_");
	});
});

interface WrongCall {
	readonly is: string;
	readonly call: (client: Client) => ReturnType<Client["get"]>;
	readonly status: number;
	readonly code: string;
	readonly pointers?: readonly string[];
}

const wrongCalls: readonly WrongCall[] = [
	{ is: "an unknown route", call: (c) => c.get("/v1/nothing"), status: 404, code: "route_unknown" },
	{ is: "an unknown method", call: (c) => c.post("/v1/lanes"), status: 404, code: "route_unknown" },
	{ is: "a broken escape", call: (c) => c.get("/v1/%E0%A4%A"), status: 400, code: "request_invalid", pointers: [""] },
	{
		is: "an unknown transaction",
		call: (c) => c.get("/v1/transactions/txn_1"),
		status: 404,
		code: "transaction_unknown",
	},
	{
		is: "cancelling an unknown transaction",
		call: (c) => c.post("/v1/transactions/txn_1/cancel"),
		status: 404,
		code: "transaction_unknown",
	},
	{
		is: "a card number as id",
		call: (c) => c.get(`/v1/transactions/${pan}`),
		status: 404,
		code: "transaction_unknown",
	},
	{
		is: "an unknown question",
		call: (c) => c.get("/v1/transactions?limits=5"),
		status: 400,
		code: "request_invalid",
		pointers: ["/limits"],
	},
	...["0", "501", "-1", "1.5", "all"].map((limit) => ({
		is: `a limit of ${limit}`,
		call: (c: Client) => c.get(`/v1/transactions?limit=${limit}`),
		status: 400,
		code: "request_invalid",
		pointers: ["/limit"],
	})),
	...["301", "-1", "soon", "1.5"].map((wait) => ({
		is: `a wait of ${wait}`,
		call: (c: Client) => c.get(`/v1/transactions/txn_1?wait=${wait}`),
		status: 400,
		code: "request_invalid",
		pointers: ["/wait"],
	})),
	{
		is: "a third copy",
		call: (c) => c.get("/v1/transactions/txn_1/receipts/other"),
		status: 400,
		code: "request_invalid",
		pointers: ["/copy"],
	},
	{ is: "an unknown device", call: (c) => c.post("/v1/devices/pad9/test"), status: 404, code: "E_NOEXIST" },
	{ is: "an unknown lane", call: (c) => c.get("/v1/lanes/lane9"), status: 404, code: "lane_unknown" },
	{ is: "readiness of no lane", call: (c) => c.get("/v1/lanes/lane9/readiness"), status: 404, code: "lane_unknown" },
	{ is: "an unknown acquirer", call: (c) => c.post("/v1/acquirers/x/echo"), status: 404, code: "acquirer_unknown" },
	{
		is: "a lane of another acquirer",
		call: (c) => c.post("/v1/acquirers/bank/sign-in?lane=lane9"),
		status: 404,
		code: "lane_unknown",
	},
	{
		is: "an unknown reversal",
		call: (c) => c.post("/v1/reversals/txn_1/retry"),
		status: 404,
		code: "transaction_unknown",
	},
	{
		is: "a release without a reason",
		call: (c) => c.post("/v1/reversals/txn_1/release", { note: " " }),
		status: 400,
		code: "request_invalid",
		pointers: ["/note"],
	},
	{
		is: "a body where none belongs",
		call: (c) => c.post("/v1/transactions/txn_1/cancel", { force: true }),
		status: 400,
		code: "request_invalid",
		pointers: ["/force"],
	},
	{
		is: "a form",
		call: (c) => c.post("/v1/transactions", "a=b", { ...key, "content-type": "application/x-www-form-urlencoded" }),
		status: 415,
		code: "media_type_refused",
	},
	{
		is: "a long body",
		call: (c) => c.post("/v1/transactions", order({ reference: "x".repeat(20_000) }), key),
		status: 413,
		code: "request_too_large",
	},
	{
		is: "a deep body",
		call: (c) => c.post("/v1/transactions", `${"[".repeat(8_000)}${"]".repeat(8_000)}`, key),
		status: 400,
		code: "request_invalid",
		pointers: [""],
	},
	{
		is: "a key with a blank",
		call: (c) => c.post("/v1/transactions", order(), { "idempotency-key": "a b" }),
		status: 400,
		code: "request_invalid",
		pointers: ["/idempotency-key"],
	},
	{
		is: "a key of 256 characters",
		call: (c) => c.post("/v1/transactions", order(), { "idempotency-key": "k".repeat(256) }),
		status: 400,
		code: "request_invalid",
		pointers: ["/idempotency-key"],
	},
	{ is: "an unknown problem", call: (c) => c.get("/problems/E_NOTHING"), status: 404, code: "route_unknown" },
];

test.each(wrongCalls)("$is is answered with a problem", async ({ call, status, code, pointers = [] }) => {
	const answer = await call(till);
	expect(answer).toMatchObject({ status, body: { type: `/problems/${code}`, status, code, moneyMoved: "no" } });
	expect(answer.headers.get("content-type")).toContain("application/problem+json");
	expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
	expect(JSON.stringify(answer.body)).not.toContain(pan);
});

test("an empty body of any type is no body", async () => {
	const headers = { "content-type": "application/json" };
	expect(await till.post("/v1/devices/pad1/test", "", headers)).toMatchObject({ status: 200, body: { passed: true } });
	expect(await till.post("/v1/devices/pad1/test", {})).toMatchObject({ status: 200, body: { passed: true } });
});

test("a preference that is not understood is ignored", async () => {
	const answer = await till.post("/v1/transactions", order(), { ...key, prefer: "respond-async, wait=soon" });
	expect(answer.status).toBe(202);
	expect(answer.headers.get("preference-applied")).toBeNull();
	await till.get(`/v1/transactions/${answer.body.id}?wait=5`);
});
