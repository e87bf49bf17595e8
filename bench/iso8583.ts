import Iso8583 from "iso_8583";
import jspos from "jspos";
import type { Codec } from "../src/iso8583/codec.ts";
import type { Message } from "../src/iso8583/message.ts";
import { fromHex, toHex } from "../src/wire/hex.ts";
import { readWorkloads } from "../test/support/iso8583-fixtures.ts";
import { shippedCodec } from "../test/support/message-spec.ts";
import { ratioOf, repeating, takeTurns } from "./support/measure.ts";
import { report, type Section } from "./support/report.ts";

/**
 * Messages per second, from field values to bytes and back, beside the two ISO 8583 packages on npm.
 * A is a purchase with 64 fields in BCD, which only jspos knows; B has 128 fields in ASCII, which only iso_8583 can write
 * with a bitmap in hex.
 */
const rounds = 15;
const roundMs = 120;
const messagesPerPass = 250;
const workloads = readWorkloads();

interface Work {
	readonly title: string;
	readonly ours: () => unknown;
	readonly peer: "jspos" | "iso_8583";
	readonly theirs: () => unknown;
	readonly goal: number;
}

function messageOf(codec: Codec, { 0: mti = "", ...fields }: Readonly<Record<string, string>>): Message {
	const values = Object.entries(fields).map(([field, value]) => [
		field,
		codec.spec.fields[field]?.content === "b" ? fromHex(value) : value,
	]);
	return { mti, fields: Object.fromEntries(values) };
}

function bcdWork(): readonly Work[] {
	const { fields, hex } = workloads.A;
	const codec = shippedCodec("unionpay");
	const message = messageOf(codec, fields);
	const bytes = fromHex(hex);
	const packager = jsposPackager();
	const { 0: mti = "", ...values } = fields;
	const encode = (): readonly number[] => {
		const theirs = packager.createISOMsg();
		theirs.setMTI(mti);
		for (const [field, value] of Object.entries(values)) {
			theirs.setField(Number(field), value);
		}
		return theirs.pack();
	};
	const decode = (): string | readonly number[] => {
		const theirs = packager.createISOMsg();
		theirs.unpack(bytes);
		return theirs.getValue(35);
	};
	requireSame(toHex(codec.encode(message)), hex);
	// jspos writes a 0 where the separator of track 2 belongs, and reads it as `=`.
	requireSame(toHex(Uint8Array.from(encode())), hex.replace("d49121", "049121"));
	requireSame(decode(), fields["35"]?.replace("D", "="));
	return [
		{ title: "A encode", ours: () => codec.encode(message), peer: "jspos", theirs: encode, goal: 6 },
		{ title: "A decode", ours: () => codec.decode(bytes), peer: "jspos", theirs: decode, goal: 3.6 },
	];
}

function jsposPackager(): InstanceType<typeof jspos.ISOBasePackager> {
	const { IFB_NUMERIC, IFB_BITMAP, IFB_LLNUM, IFB_LLLNUM, IF_CHAR, IFB_BINARY } = jspos.packer;
	const fields = new Map([
		[0, new IFB_NUMERIC(4, "", true)],
		[1, new IFB_BITMAP(8, "")],
		[2, new IFB_LLNUM(19, "", false)],
		[3, new IFB_NUMERIC(6, "", true)],
		[4, new IFB_NUMERIC(12, "", true)],
		[11, new IFB_NUMERIC(6, "", true)],
		[14, new IFB_NUMERIC(4, "", true)],
		[22, new IFB_NUMERIC(3, "", false)],
		[25, new IFB_NUMERIC(2, "", true)],
		[26, new IFB_NUMERIC(2, "", true)],
		[35, new IFB_LLNUM(37, "", false)],
		[41, new IF_CHAR(8, "")],
		[42, new IF_CHAR(15, "")],
		[49, new IF_CHAR(3, "")],
		[52, new IFB_BINARY(8, "")],
		[53, new IFB_NUMERIC(16, "", true)],
		[60, new IFB_LLLNUM(17, "", false)],
		[64, new IFB_BINARY(8, "")],
	]);
	const packager = new jspos.ISOBasePackager();
	packager.setFieldPackager(Array.from({ length: 65 }, (_, field) => fields.get(field)));
	return packager;
}

function asciiWork(): readonly Work[] {
	const { fields, hex } = workloads.B;
	const codec = shippedCodec("iso87-ascii");
	const message = messageOf(codec, fields);
	const bytes = Buffer.from(hex, "hex");
	// The format of field 1 makes it write the bitmap as hex.
	const formats = { 1: { ContentType: "an", Label: "bitmap", LenType: "fixed", MaxLen: 32 } };
	const encode = (): ReturnType<Iso8583["getRawMessage"]> => new Iso8583(fields, formats).getRawMessage();
	const decode = (): Readonly<Record<string, string>> =>
		new Iso8583(undefined, formats).getIsoJSON(bytes, { lenHeader: false, bitmapEncoding: "utf8" });
	requireSame(toHex(codec.encode(message)), hex);
	requireSame(bytesOf(encode()).toString("hex"), hex);
	requireSame(decode()["102"], fields["102"]);
	return [
		{ title: "B encode", ours: () => codec.encode(message), peer: "iso_8583", theirs: encode, goal: 24 },
		{ title: "B decode", ours: () => codec.decode(bytes), peer: "iso_8583", theirs: decode, goal: 9 },
	];
}

function bytesOf(encoded: ReturnType<Iso8583["getRawMessage"]>): Buffer {
	if (!Buffer.isBuffer(encoded)) {
		throw new Error(encoded.error);
	}
	return encoded;
}

/** What is not the same work must not be compared. */
function requireSame(actual: unknown, expected: unknown): void {
	if (String(actual).toUpperCase() !== String(expected).toUpperCase()) {
		throw new Error(`not the same message: ${actual}, expected ${expected}`);
	}
}

function pass(work: () => unknown): () => number {
	return () => {
		for (let done = 0; done < messagesPerPass; done++) {
			work();
		}
		return messagesPerPass;
	};
}

async function section({ title, ours, peer, theirs, goal }: Work): Promise<Section> {
	const measured = await takeTurns(rounds, {
		tillbridge: repeating(roundMs, pass(ours)),
		[peer]: repeating(roundMs, pass(theirs)),
	});
	const reached = ratioOf("perCpuSecond", measured["tillbridge"] ?? [], measured[peer] ?? []);
	return {
		title,
		unit: "messages",
		rate: "perCpuSecond",
		measured,
		goals: [{ what: `times ${peer}`, bound: "at least", goal, reached }],
	};
}

const sections: Section[] = [];
for (const work of [...bcdWork(), ...asciiWork()]) {
	sections.push(await section(work));
}
report("ISO 8583", sections);
