import { describe, expect, test } from "vitest";
import type { HostAnswer, HostMessage } from "../../../src/acquirers/profile.ts";
import { manualCard } from "../../../src/card/card.ts";
import type { Message } from "../../../src/iso8583/message.ts";
import { Fault } from "../../../src/kernel/fault.ts";
import { type Bytes, concatBytes, fromLatin1, latin1 } from "../../../src/wire/bytes.ts";
import { fromHex, toHex } from "../../../src/wire/hex.ts";
import { readMSeries } from "../../support/iso8583-fixtures.ts";
import { shippedCodec } from "../../support/message-spec.ts";
import { present } from "../../support/present.ts";
import { saleM1, shippedProfile, terminal, testMac } from "../../support/unionpay.ts";

const profile = shippedProfile();
const codec = shippedCodec("unionpay");

/** Frame of a synthetic message without its two bytes of length. */
function synthetic(id: string): Bytes {
	const found = readMSeries().find((message) => message.id === id);
	if (found === undefined) {
		throw new Error(`no ${id}`);
	}
	return fromHex(found.hex.slice(4));
}

function sealed(draft: ReturnType<typeof profile.reversal>): HostMessage {
	return draft.seal(draft.macInput === undefined ? undefined : testMac(draft.macInput.data));
}

const m1 = sealed(profile.payment(saleM1()).draft);

/** M2 with other fields; `undefined` leaves one out. */
function answerM2(changes: Record<number, string | undefined>, mti = "0210", header = "603100310000"): Bytes {
	const fields: Record<number, string | Bytes | undefined> = {
		...codec.decode(synthetic("M2").subarray(11)).fields,
		...changes,
	};
	const given = Object.entries(fields).filter(([, value]) => value !== undefined);
	const message = { mti, fields: Object.fromEntries(given) } as Message;
	return concatBytes(fromHex(`6000000003${header}`), codec.encode(message));
}

function fieldRefused(read: () => HostAnswer): unknown {
	try {
		read();
	} catch (thrown) {
		return thrown instanceof Fault && thrown.code === "host_answer_wrong" ? thrown.context["field"] : thrown;
	}
	return "accepted";
}

describe("synthetic messages through the profile", () => {
	test("a sale is M1, byte for byte", () => {
		expect(toHex(m1.bytes)).toBe(toHex(synthetic("M1")));
		expect(m1.label).toBe("0200 sale 000101");
	});

	test("its reversal is M3, byte for byte", () => {
		const { original } = profile.payment(saleM1());
		expect(toHex(sealed(profile.reversal(original, "no_answer", undefined)).bytes)).toBe(toHex(synthetic("M3")));
	});

	test("an echo is M14, byte for byte", () => {
		const draft = profile.echo(terminal, () => saleM1().trace);
		expect(draft.macInput).toBeUndefined();
		expect(toHex(draft.seal(undefined).bytes)).toBe(toHex(synthetic("M14")));
	});

	test("M2 answers M1", () => {
		expect(profile.correlate(synthetic("M2"))).toBe(m1.correlation);
		const answer = profile.readAnswer(m1, synthetic("M2"));
		expect(answer).toMatchObject({
			responseCode: "00",
			verdict: "approved",
			approvalCode: "A1B2C3",
			retrievalReference: "101530000101",
			time: "101530",
			date: "0612",
			settlementDate: "0612",
			issuer: "01020000",
			acquirerInstitution: "00010000",
			scheme: "CUP",
			remark: undefined,
			approvedAmount: undefined,
			maskedPan: "622202******6789",
			batch: "000001",
			workingKeys: [],
			wish: "nothing",
		});
		const { input, value } = present(answer.mac, "MAC");
		expect(value).toEqual(testMac(input.data));
		expect(toHex(input.data)).toBe(toHex(synthetic("M2").subarray(11, -8)));
	});

	test("M4 answers M3", () => {
		const m3 = sealed(profile.reversal(profile.payment(saleM1()).original, "no_answer", undefined));
		expect(profile.correlate(synthetic("M4"))).toBe(m3.correlation);
		const { mac, responseCode } = profile.readAnswer(m3, synthetic("M4"));
		expect(responseCode).toBe("00");
		expect(mac?.value).toEqual(testMac(mac?.input.data ?? new Uint8Array()));
	});
});

describe("requests", () => {
	test("the original keeps no track and no PIN block", () => {
		const { original } = profile.payment(saleM1());
		const kept = codec.decode(original);
		expect(Object.keys(kept.fields).map(Number)).toEqual([3, 4, 11, 22, 25, 41, 42, 49, 60]);
		expect(toHex(original)).not.toContain("6222020123456789");
		expect(toHex(original)).not.toContain("67A5670FEF15294E");
	});

	test("a keyed card sends number and expiry, and its reversal repeats them", () => {
		const parsed = manualCard("6222020123456789", "3012");
		const card = present("problem" in parsed ? undefined : parsed, "card");
		const { draft, original } = profile.payment({
			...saleM1(),
			card,
			pin: undefined,
		});
		const sent = codec.decode(sealed(draft).bytes.subarray(11));
		expect(Object.keys(sent.fields).map(Number)).toEqual([2, 3, 4, 11, 14, 22, 25, 41, 42, 49, 60, 64]);
		expect(sent.fields[22]).toBe("012");
		const reversal = codec.decode(sealed(profile.reversal(original, "mac_wrong", "A1B2C3")).bytes.subarray(11));
		expect(Object.keys(reversal.fields).map(Number)).toEqual([2, 3, 4, 11, 14, 22, 25, 38, 39, 41, 42, 49, 60, 64]);
		expect(reversal.fields).toMatchObject({ 38: "A1B2C3", 39: "A0" });
	});

	test("a PIN under a DUKPT key is refused: there is no field for its key serial number", () => {
		const pin = { block: fromHex("67A5670FEF15294E"), ksn: fromHex("FFFF9876543210E00008") };
		expect(() => profile.payment({ ...saleM1(), pin })).toThrow(expect.objectContaining({ code: "E_ILLEGAL" }));
	});

	test("the card itself is not touched by the wiping of its copies", () => {
		const order = saleM1();
		profile.payment(order);
		expect(order.card.entry === "magnetic" && fromLatin1(order.card.track2.reveal())).toBe(
			"6222020123456789=30122010000000000",
		);
	});

	test("a sign-in asks with serial number and operator, without a MAC", () => {
		const draft = shippedProfile({ signIn: { keys: "003", licence: "3060" } }).signIn(terminal, {
			stan: "000007",
			batch: "000001",
		});
		expect(draft.macInput).toBeUndefined();
		const { mti, fields } = codec.decode(draft.seal(undefined).bytes.subarray(11));
		expect(mti).toBe("0800");
		expect(fields).toMatchObject({ 11: "000007", 60: "00000001003", 63: "01 " });
		const serial = fields[62] ?? "";
		expect(typeof serial === "string" ? serial : fromLatin1(serial)).toBe("Sequence No12306099999906");
	});

	test("field 53 tells a single-length PIN key", () => {
		const single = shippedProfile({ signIn: { keys: "001", licence: "0000" } });
		expect(toHex(single.payment(saleM1()).draft.seal(testMac(new Uint8Array(1))).bytes)).toContain("2000000000000000");
	});

	test("a host without header gets none", () => {
		const bare = shippedProfile({ header: null });
		const message = bare.echo(terminal, () => saleM1().trace).seal(undefined);
		expect(toHex(message.bytes).slice(0, 14)).toBe("60000300000820");
		const draft = bare.payment(saleM1()).draft;
		const request = draft.seal(testMac(draft.macInput?.data ?? new Uint8Array()));
		const answer = concatBytes(synthetic("M2").subarray(0, 5), synthetic("M2").subarray(11));
		expect(bare.readAnswer(request, answer).wish).toBe("nothing");
	});

	test("a protected message is not sealed without its MAC", () => {
		expect(() => profile.payment(saleM1()).draft.seal(undefined)).toThrow(RangeError);
	});
});

describe("answers that do not fit", () => {
	test.each([
		["message type", 0, answerM2({}, "0230")],
		["trace number", 11, answerM2({ 11: "000102" })],
		["terminal", 41, answerM2({ 41: "00000002" })],
		["merchant", 42, answerM2({ 42: "123456789012346" })],
		["processing code", 3, answerM2({ 3: "200000" })],
		["amount", 4, answerM2({ 4: "000000012344" })],
		["message type in field 60", 60, answerM2({ 60: "23000001000500" })],
		["batch", 60, answerM2({ 60: "22000002000500" })],
		["no response code", 39, answerM2({ 39: undefined })],
		["partial approval above the amount", 4, answerM2({ 39: "10", 4: "000000012346" })],
		["partial approval without amount", 4, answerM2({ 39: "10", 4: undefined })],
		["nothing but TPDU and header", 0, fromHex("6000000003603100310000")],
		["garbage", 0, concatBytes(synthetic("M2").subarray(0, 20), latin1("garbage"))],
	])("%s: field %i", (_what, field, answer) => {
		expect(fieldRefused(() => profile.readAnswer(m1, answer))).toBe(field);
	});

	test("fields the host left out are no difference", () => {
		expect(profile.readAnswer(m1, answerM2({ 3: undefined, 4: undefined, 60: undefined })).responseCode).toBe("00");
	});

	test("code 10 may name a smaller amount", () => {
		expect(profile.readAnswer(m1, answerM2({ 39: "10", 4: "000000010000" }))).toMatchObject({
			verdict: "partially_approved",
			approvedAmount: 10_000,
		});
	});

	test("a request of the host's has a key, but none that we wait for; garbage has none", () => {
		expect(profile.correlate(m1.bytes)).not.toBe(m1.correlation);
		expect(profile.correlate(latin1("garbage"))).toBeUndefined();
		expect(profile.correlate(new Uint8Array(40))).toBeUndefined();
	});
});

describe("what else an answer brings", () => {
	test.each([
		["603100310000", "nothing"],
		["603103310000", "sign_in"],
		["603105310000", "other"],
		["60310B310000", "other"],
	])("header %s wishes %s", (header, wish) => {
		expect(profile.readAnswer(m1, answerM2({}, "0210", header)).wish).toBe(wish);
	});

	test("field 63 remarks are Chinese", () => {
		const remark = fromLatin1(fromHex("B1B8D7A2")); // 备注 in GBK
		expect(profile.readAnswer(m1, answerM2({ 63: `CUP${remark}` }))).toMatchObject({ scheme: "CUP", remark: "备注" });
	});
});

// Field 62 of a published sign-in (blog yyz_1987/80838764); the key values are public test keys.
const pinKey = "46F161A743497B32EAC760DF5EA57DF5";
const macKey = "977731A7EA402DDF";
const field62 = `${pinKey}900ECCE3${macKey}0000000000000000CFF1592A`;

describe("working keys", () => {
	const trace = { stan: "000007", batch: "000001" };

	function signInAnswer(keys: "001" | "003" | "004", keyField: string | undefined, keyLength: 8 | 16 = 8): HostAnswer {
		const own = shippedProfile({
			signIn: { keys, licence: "3060" },
			mac: { algorithm: "cup-ecb", keyLength, onAnswers: true },
		});
		const request = own.signIn(terminal, trace).seal(undefined);
		const fields = {
			11: trace.stan,
			12: "101530",
			13: "0612",
			39: "00",
			41: terminal.terminalId,
			42: terminal.merchantId,
			// The host opens a new batch.
			60: `00000002${keys}`,
			...(keyField === undefined ? {} : { 62: fromHex(keyField) }),
		};
		const bytes = concatBytes(fromHex("6000000003603100310000"), codec.encode({ mti: "0810", fields }));
		expect(own.correlate(bytes)).toBe(request.correlation);
		return own.readAnswer(request, bytes);
	}

	const shown = (answer: HostAnswer): readonly string[] =>
		answer.workingKeys.map(({ role, cryptogram, kcv }) => `${role} ${toHex(cryptogram)} ${toHex(kcv)}`);

	test("003: PIN key and MAC key, check value after eight zeros", () => {
		const answer = signInAnswer("003", field62);
		expect(shown(answer)).toEqual([`TPK ${pinKey} 900ECCE3`, `TAK ${macKey} CFF1592A`]);
		expect(answer.batch).toBe("000002");
	});

	test("003 of a regional host: the MAC key's check value directly behind it", () => {
		const regional = `${pinKey}900ECCE3${macKey}CFF1592A${"00".repeat(8)}`;
		expect(shown(signInAnswer("003", regional))).toEqual([`TPK ${pinKey} 900ECCE3`, `TAK ${macKey} CFF1592A`]);
	});

	test("003 with a 16-byte MAC key", () => {
		const long = `${pinKey}900ECCE3${macKey}${macKey}CFF1592A`;
		expect(shown(signInAnswer("003", long, 16))).toEqual([`TPK ${pinKey} 900ECCE3`, `TAK ${macKey}${macKey} CFF1592A`]);
	});

	test("001 and 004", () => {
		expect(shown(signInAnswer("001", `${macKey}11223344${macKey}CFF1592A`))).toEqual([
			`TPK ${macKey} 11223344`,
			`TAK ${macKey} CFF1592A`,
		]);
		expect(shown(signInAnswer("004", `${field62}${pinKey}900ECCE3`)).at(2)).toBe(`TDK ${pinKey} 900ECCE3`);
	});

	test.each([
		["a wrong length", "003", field62.slice(2)],
		["the layout of another key set", "001", field62],
		["no keys at all", "003", undefined],
	] as const)("%s is refused", (_what, keys, field) => {
		expect(fieldRefused(() => signInAnswer(keys, field))).toBe(62);
	});
});
