import { z } from "zod";
import { paymentKinds } from "../card/payment-kind.ts";
import { currencyCodes } from "../payments/currency.ts";
import { devicePortSchema, hostPortSchema } from "./port-schema.ts";

const milliseconds = (min: number, max: number): z.ZodInt => z.int().min(min).max(max);
const digits = (length: number, description: string, example: string) =>
	z
		.string()
		.regex(new RegExp(`^\\d{${length}}$`), `is not ${length} digits`)
		.meta({ description, examples: [example] });
const alphanumeric = (length: number, description: string, example: string) =>
	z
		.string()
		.regex(new RegExp(`^[A-Za-z0-9]{${length}}$`), `is not ${length} letters and digits`)
		.meta({ description, examples: [example] });

const id = z
	.string()
	.regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, "is not a name of letters, digits, _ and -, at most 32, letter first")
	.meta({ description: "A name of your own", examples: ["lane1"] });

export const deviceSchema = z.strictObject({
	driver: z.string().meta({ description: "Which driver speaks to the device", examples: ["escpos"] }),
	port: devicePortSchema,
	experimental: z.boolean().default(false).meta({ description: "Allow a driver known from a single source" }),
	options: z
		.record(z.string(), z.unknown())
		.default({})
		.meta({ description: "Options of the driver, see its page in docs/" }),
});

const timersSchema = z.strictObject({
	connectMs: milliseconds(500, 120_000).default(10_000).meta({ description: "For one host to accept the line" }),
	answerMs: milliseconds(1_000, 180_000).default(60_000).meta({ description: "For the answer to a payment" }),
	reversalAnswerMs: milliseconds(1_000, 180_000).default(30_000).meta({ description: "For the answer to a reversal" }),
	reversalBackoffMs: z
		.tuple([milliseconds(0, 3_600_000)], milliseconds(0, 3_600_000))
		.default([0, 5_000, 15_000, 60_000, 300_000])
		.meta({
			description: "Delays before each new attempt of a reversal; the last one repeats",
			examples: ["[0, 5000, 60000]"],
		}),
});

const macSchema = z.strictObject({
	algorithm: z
		.enum(["cup-ecb", "x9.9", "x9.19"])
		.default("cup-ecb")
		.meta({ description: "MAC over messages: UnionPay ECB, ANSI X9.9 or X9.19" }),
	keyLength: z
		.union([z.literal(8), z.literal(16)])
		.default(8)
		.meta({ description: "Bytes of the MAC key that the sign-in brings" }),
	onAnswers: z.boolean().default(true).meta({ description: "Whether an answer needs a MAC to be believed" }),
});

const profileName = { description: "Message dialect of the host", examples: ["unionpay"] };

/** What every acquirer has, whatever it speaks. */
const hostLine = {
	hosts: z
		.tuple([hostPortSchema], hostPortSchema)
		.meta({ description: "Primary host first, then the standby", examples: ['[{ tcp: "10.0.0.1:9001" }]'] }),
	connection: z
		.enum(["per_exchange", "kept_open"])
		.default("per_exchange")
		.meta({ description: "Connect for each message, or stay connected" }),
	timers: timersSchema.prefault({}),
};

const unionPaySchema = z.strictObject({
	profile: z.literal("unionpay").meta(profileName),
	...hostLine,
	tpdu: z
		.string()
		.regex(/^60[0-9A-Fa-f]{8}$/, "is not ten hex digits that begin with 60")
		.default("6000000000")
		.meta({ description: "TPDU, as the acquirer gave it", examples: ['"6000030000"'] }),
	header: z
		.union([z.string().regex(/^\d{12}$/, "is not twelve digits"), z.null()])
		.default("603100310000")
		.meta({ description: "Message header, as the acquirer gave it; null for none", examples: ['"603100310000"'] }),
	signIn: z
		.enum(["001", "003", "004"])
		.default("003")
		.meta({ description: "Network management code of the sign-in: 001, 003 or 004 (with key for tracks)" }),
	licence: z
		.string()
		.regex(/^[\x21-\x7e]{4}$/, "is not four characters")
		.default("0000")
		.meta({ description: "Network licence from the acquirer, told at sign-in", examples: ['"0000"'] }),
	terminalConditions: z
		.string()
		.regex(/^\d{0,6}$/, "is not up to six digits")
		.default("500")
		.meta({
			description: "Fields 60.4 to 60.6: terminal capability, chip condition, partial approval",
			examples: ['"500"'],
		}),
	mac: macSchema.prefault({}),
});

const iso87Schema = z.strictObject({
	profile: z.literal("iso87").meta(profileName),
	...hostLine,
	dialect: z
		.string()
		.min(1, "is empty")
		.meta({
			description: "ascii, binary, or the path of a file of your own like those in config/acquirers/iso87",
			examples: ["./my-bank.yaml"],
		}),
	header: z
		.string()
		.optional()
		.meta({ description: "Header before each message, instead of that of the dialect", examples: ['"6000030000"'] }),
	values: z
		.record(z.string(), z.string())
		.default({})
		.meta({ description: "What the acquirer gave you, by the names that the dialect has under `values`" }),
});

export const acquirerSchema = z.discriminatedUnion("profile", [unionPaySchema, iso87Schema]);

const keysSchema = z.strictObject({
	master: z.int().min(0).max(255).default(0).meta({ description: "Number of the master key in the pad" }),
	tpk: z.int().min(0).max(255).default(0).meta({ description: "Slot of the PIN key" }),
	tak: z.int().min(0).max(255).default(1).meta({ description: "Slot of the MAC key" }),
	tdk: z.int().min(0).max(255).default(2).meta({ description: "Slot of the track key" }),
});

const pinSchema = z
	.strictObject({
		timeoutMs: milliseconds(5_000, 255_000).default(60_000).meta({ description: "How long the cardholder may take" }),
		minLength: z.int().min(4).max(12).default(4),
		maxLength: z.int().min(4).max(12).default(6),
	})
	.refine(({ minLength, maxLength }) => minLength <= maxLength, {
		path: ["minLength"],
		error: "is more than maxLength",
		params: { cure: "Give minLength <= maxLength, 4 to 12." },
	});

const completionSchema = z.strictObject({
	percent: z.int().min(100).max(200).default(115).meta({ description: "Most that may be completed, of the hold" }),
	days: z.int().min(1).max(365).default(30).meta({ description: "How long a hold may be completed" }),
});

export const laneSchema = z.strictObject({
	pinPad: id.meta({ description: "Name of a PIN pad under `devices`", examples: ["pinpad1"] }),
	printer: id.optional().meta({ description: "Name of a printer under `devices`", examples: ["printer1"] }),
	acquirer: id.meta({ description: "Name of an acquirer under `acquirers`", examples: ["bank"] }),
	currency: z.enum(currencyCodes).meta({ description: "ISO 4217 code", examples: ["CNY"] }),
	terminalId: alphanumeric(8, "Terminal number from the acquirer", '"00000001"'),
	merchantId: alphanumeric(15, "Merchant number from the acquirer", '"123456789012345"'),
	merchantName: z
		.string()
		.min(1, "is empty")
		.meta({ description: "Shown on receipts", examples: ["Corner Shop"] }),
	operator: digits(2, "Cashier number", '"01"').default("01"),
	serialNumber: z
		.string()
		.regex(/^[\x20-\x7e]{1,50}$/, "is not 1 to 50 ASCII characters")
		.meta({ description: "Serial number of the terminal, told to the acquirer at sign-in", examples: ['"TB000001"'] }),
	keys: keysSchema.prefault({}),
	pin: pinSchema.prefault({}),
	supervised: z
		.array(z.enum(paymentKinds))
		.default(["void", "refund"])
		.meta({ description: "Kinds of transaction that a supervisor must allow", examples: ["[void, refund]"] }),
	completion: completionSchema.prefault({}),
	receiptLanguage: z.enum(["zh", "en", "both"]).default("both").meta({ description: "Language of the slips" }),
	testMode: z.boolean().default(false).meta({ description: "Slips say that no money moved" }),
});

const origin = z
	.string()
	.refine(isOrigin, "is not an origin: scheme, host and, where it differs, port; no path")
	.meta({ description: "Origin of a web page that may call the API", examples: ["https://till.example"] });

const listenSchema = z
	.strictObject({
		host: z.string().min(1, "is empty").default("127.0.0.1").meta({ description: "Address to listen on" }),
		port: z.int().min(0).max(65_535).default(8420).meta({ description: "TCP port; 0 picks a free one" }),
		origins: z.array(origin).default([]),
		names: z
			.array(z.string().regex(/^[^\s:/]+$/, "is not a host name"))
			.default([])
			.meta({ description: "Further host names under which the API may be called", examples: ["[till-server]"] }),
		allowRemote: z.boolean().default(false).meta({ description: "Listen on an address other machines can reach" }),
	})
	.refine(({ host, allowRemote }) => allowRemote || isLoopback(host), {
		path: ["host"],
		error: "can be reached by other machines",
		params: { cure: "Use 127.0.0.1, or set `allowRemote: true` beside it if that is meant." },
	});

const logSchema = z.strictObject({
	format: z.enum(["people", "json"]).default("people").meta({ description: "Lines for people, or one JSON per line" }),
	level: z.enum(["debug", "info", "warn", "error"]).default("info").meta({ description: "The least that is written" }),
});

/** The whole file. */
export const configSchema = z
	.strictObject({
		dataDirectory: z
			.string()
			.min(1, "is empty")
			.default("./tillbridge-data")
			.meta({ description: "Journal, keys and tokens live here; relative to this file" }),
		listen: listenSchema.prefault({}),
		log: logSchema.prefault({}),
		devices: z.record(id, deviceSchema).default({}).meta({ description: "Devices by a name of your own" }),
		acquirers: z.record(id, acquirerSchema).default({}).meta({ description: "Acquirers by a name of your own" }),
		lanes: z.record(id, laneSchema).default({}).meta({ description: "Places to pay by a name of your own" }),
	})
	.meta({ title: "Tillbridge configuration" });

export type ConfigInput = z.output<typeof configSchema>;
export type DeviceInput = z.output<typeof deviceSchema>;
export type AcquirerInput = z.output<typeof acquirerSchema>;
export type LaneInput = z.output<typeof laneSchema>;

/** True for an address only this machine can reach. */
function isLoopback(host: string): boolean {
	return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function isOrigin(text: string): boolean {
	return URL.canParse(text) && new URL(text).origin === text && text !== "null";
}
