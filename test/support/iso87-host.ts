import Iso8583 from "iso_8583";
import { clearTdesKey } from "../../src/crypto/clear/clear-keys.ts";
import { macAlgorithm3 } from "../../src/crypto/clear/mac.ts";
import { listenTcp, type TcpConnection } from "../../src/ports/tcp-listen.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";

/*
 * A host for the ASCII example, with another library reading and writing the messages. A process of its own: its port
 * is the first line on stdout, then a line for each message. Amounts tell it what to do.
 */
type Fields = Readonly<Record<string, string>>;

const tak = clearTdesKey(fromHex("0123456789ABCDEFFEDCBA9876543210"));
const text = (MaxLen: number) => ({ ContentType: "an", Label: "text", LenType: "fixed", MaxLen });
/** The format of field 1 makes it write the bitmap as hex; binary fields are hex text as well. */
const formats = { 1: text(32), 49: text(3), 52: text(16), 128: text(16) };
const refused = { 1313: "no answer", 1414: "wrong MAC", 1515: "declined" } as const;
const lostReversals = 2;

const reversals = new Map<string, number>();

function serve(connection: TcpConnection): void {
	let pending = Buffer.alloc(0);
	connection.onData((bytes) => {
		pending = Buffer.concat([pending, bytes]);
		for (let end = 4 + Number(pending.toString("latin1", 0, 4)); pending.length >= Math.max(end, 4); ) {
			const message = pending.subarray(4, end);
			pending = pending.subarray(end);
			end = 4 + Number(pending.toString("latin1", 0, 4));
			answer(message, connection);
		}
	});
}

function answer(message: Buffer, connection: TcpConnection): void {
	const request = new Iso8583(undefined, formats).getIsoJSON(message, { lenHeader: false, bitmapEncoding: "utf8" });
	const { 128: mac } = request;
	const macIsRight = mac === undefined || mac === macOf(message.subarray(0, -16));
	process.stdout.write(`${JSON.stringify({ ...request, macIsRight })}\n`);
	const task = refused[Number(request["4"]) as keyof typeof refused];
	const lost = request["0"]?.startsWith("042") === true ? isLost(request) : task === "no answer";
	if (!lost) {
		const sealed = sealedAnswer(request, task === "declined" && request["0"] === "0200" ? "51" : "00");
		if (task === "wrong MAC" && request["0"] === "0200") {
			sealed[sealed.length - 1] = sealed.at(-1) === 0x30 ? 0x31 : 0x30;
		}
		connection.write(sealed);
	}
}

/** The first reversals of what was not answered stay unanswered too. */
function isLost({ 4: amount, 11: stan = "" }: Fields): boolean {
	const count = (reversals.get(stan) ?? 0) + 1;
	reversals.set(stan, count);
	return Number(amount) === 1313 && count <= lostReversals;
}

function sealedAnswer(request: Fields, code: string): Buffer {
	const mti = `${request["0"]?.slice(0, 2)}${Number(request["0"]?.charAt(2)) + 1}0`;
	const isNetwork = mti === "0810";
	const copied = Object.entries(request).filter(([field]) =>
		["3", "4", "7", "11", "12", "13", "41", "42", "49", "70"].includes(field),
	);
	const fields = {
		...Object.fromEntries(copied),
		0: mti,
		39: code,
		...(isNetwork ? {} : { 37: "000000004711", 128: "0".repeat(16) }),
		...(mti === "0210" && code === "00" ? { 38: "A1B2C3" } : {}),
	};
	const raw = new Iso8583(fields, formats).getRawMessage();
	if (!Buffer.isBuffer(raw)) {
		throw new Error(raw.error);
	}
	if (!isNetwork) {
		raw.write(macOf(raw.subarray(0, -16)), raw.length - 16, "latin1");
	}
	return Buffer.concat([Buffer.from(String(raw.length).padStart(4, "0")), raw]);
}

function macOf(data: Uint8Array): string {
	return toHex(macAlgorithm3(tak, data, 1));
}

const { port } = await listenTcp({ host: "127.0.0.1", port: 0, onConnection: serve });
process.stdout.write(`${port}\n`);
