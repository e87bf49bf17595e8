import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unwrap } from "../../../src/acquirers/channel.ts";
import type { Draft, HostMessage, PaymentOrder } from "../../../src/acquirers/profile.ts";
import { type Card, manualCard } from "../../../src/card/card.ts";
import { paymentKinds } from "../../../src/card/payment-kind.ts";
import { fieldText } from "../../../src/iso8583/message.ts";
import { fromLatin1, latin1 } from "../../../src/wire/bytes.ts";
import { fromHex, toHex } from "../../../src/wire/hex.ts";
import { fixedClock, iso87Profile, shippedDialect } from "../../support/iso87.ts";
import { present } from "../../support/present.ts";
import { saleM1, terminal } from "../../support/unionpay.ts";

process.env["TZ"] = "UTC";
const mac = fromHex("1122334455667788");
const sealed = (draft: Draft): HostMessage => draft.seal(draft.macInput === undefined ? undefined : mac);
const ksn = fromHex("FFFF9876543210E00008");

function keyedCard(): Card {
	const card = manualCard("6222020123456789", "3012");
	if ("problem" in card) {
		throw new Error(card.problem);
	}
	return card;
}

describe("the ASCII example, byte for byte", () => {
	const profile = iso87Profile("ascii");
	const { draft, original } = profile.payment(saleM1());
	const reversal = sealed(profile.reversal(original, "no_answer", undefined));

	test("a sale", () => {
		expect(fromLatin1(sealed(draft).bytes)).toBe(
			"0200F23C44C120C090000000000000000001" +
				"166222020123456789" +
				"000000" +
				"000000012345" +
				"0102030405" +
				"000101" +
				"030405" +
				"0102" +
				"3012" +
				"5999" +
				"021" +
				"00" +
				"06" +
				"1100000000001" +
				"346222020123456789=30122010000000000" +
				"00000001" +
				"123456789012345" +
				"156" +
				"67A5670FEF15294E" +
				"1122334455667788",
		);
	});

	test("its reversal 0420, which names it in field 90 and has no track and no PIN", () => {
		expect(fromLatin1(reversal.bytes)).toBe(
			"0420F23C448102C080000000004000000001" +
				"166222020123456789" +
				"000000" +
				"000000012345" +
				"0102030405" +
				"000101" +
				"030405" +
				"0102" +
				"3012" +
				"5999" +
				"021" +
				"00" +
				"1100000000001" +
				"68" +
				"00000001" +
				"123456789012345" +
				"156" +
				"020000010101020304050000000000100000000000" +
				"1122334455667788",
		);
	});

	test("sent once more it is the same message as 0421, under a MAC of its own; more often it stays", () => {
		const repeat = present(profile.repeated(reversal), "repeat");
		const again = sealed(repeat);
		expect(fromLatin1(again.bytes)).toBe(fromLatin1(reversal.bytes).replace("0420", "0421"));
		expect(fromLatin1(present(repeat.macInput, "MAC input").data)).toMatch(/^0421/);
		expect(again.correlation).toBe(reversal.correlation);
		expect(profile.repeated(again)).toBeUndefined();
	});

	test("sign-on and echo", () => {
		const trace = { stan: "000007", batch: "000001" };
		expect(fromLatin1(sealed(profile.signIn(terminal, trace)).bytes)).toBe(
			"080082200000008000000400000000000000010203040500000700000001001",
		);
		expect(fromLatin1(sealed(profile.echo(terminal, () => trace)).bytes)).toBe(
			"080082200000008000000400000000000000010203040500000700000001301",
		);
	});

	test("a DUKPT pad's key serial number goes into field 48", () => {
		const order = { ...saleM1(), pin: { block: fromHex("67A5670FEF15294E"), ksn } };
		expect(fromLatin1(sealed(profile.payment(order).draft).bytes)).toContain("020FFFF9876543210E00008156");
	});

	test("both 0430 and 0431 answer a repeat; an echoed request answers nothing", () => {
		const answer = (mti: string): Uint8Array<ArrayBuffer> => latin1(`${mti}00200000028000000001010000000001`);
		const again = sealed(present(profile.repeated(reversal), "repeat"));
		for (const mti of ["0430", "0431"]) {
			expect(profile.correlate(answer(mti))).toBe(again.correlation);
			expect(profile.readAnswer(again, answer(mti)).responseCode).toBe("00");
		}
		expect(profile.correlate(again.bytes)).not.toBe(again.correlation);
		expect(profile.correlate(latin1("nonsense"))).toBeUndefined();
	});

	test.each([
		["another amount", "021030200000028000000000000000009999990001010000000001", 4],
		["no response code", "0210002000000080000000010100000001", 39],
		["another message", "041000200000028000000001010000000001", 0],
		["nothing to read", "nonsense", 0],
	])("an answer with %s is not believed", (_, text, field) => {
		expect(() => profile.readAnswer(sealed(draft), latin1(text))).toThrow(
			expect.objectContaining({ code: "host_answer_wrong", context: { field } }),
		);
	});
});

describe("the binary example, byte for byte", () => {
	const profile = iso87Profile("binary");
	const { draft, original } = profile.payment(saleM1());

	test("a sale", () => {
		expect(toHex(sealed(draft).bytes)).toBe(
			"6000010000" +
				"0200" +
				"3020058020C09811" +
				"000000" +
				"000000012345" +
				"000101" +
				"0021" +
				"0001" +
				"00" +
				"346222020123456789D30122010000000000" +
				"3030303030303031" +
				"313233343536373839303132333435" +
				"313536" +
				"67A5670FEF15294E" +
				"2600000000000000" +
				"0006303030303031" +
				"1122334455667788",
		);
	});

	test("its reversal 0400 has the card by its number, and is not marked when it goes out again", () => {
		const reversal = sealed(profile.reversal(original, "mac_wrong", "A1B2C3"));
		expect(toHex(reversal.bytes)).toMatch(/^600001000004007024058006C08011166222020123456789000000000000012345000101/);
		expect(profile.repeated(reversal)).toBeUndefined();
	});

	test("a sign-in brings the working keys of field 62", () => {
		const request = sealed(profile.signIn(terminal, { stan: "000007", batch: "000001" }));
		const keys = `${"A1".repeat(16)}B1B2B3${"C1".repeat(8)}D1D2D3`;
		const answer = fromHex(`6000000001081000200000028000040000073030${toHex(latin1("00000001"))}0030${keys}`);
		expect(profile.signInBrings).toEqual(["TPK", "TAK"]);
		expect(profile.readAnswer(request, answer).workingKeys).toEqual([
			{ role: "TPK", cryptogram: fromHex("A1".repeat(16)), kcv: fromHex("B1B2B3") },
			{ role: "TAK", cryptogram: fromHex("C1".repeat(8)), kcv: fromHex("D1D2D3") },
		]);
	});

	test("a DUKPT pad is refused: there is no field for its key serial number", () => {
		const order = { ...saleM1(), pin: { block: fromHex("67A5670FEF15294E"), ksn } };
		expect(() => profile.payment(order)).toThrow(expect.objectContaining({ code: "E_ILLEGAL" }));
	});

	test("a void needs the reference of its sale", () => {
		expect(() => profile.payment({ ...saleM1(), kind: "void", earlier: { stan: "000100" } })).toThrow(
			expect.objectContaining({ code: "earlier_incomplete" }),
		);
	});
});

describe.each(["ascii", "binary"] as const)("every message of the %s example", (dialect) => {
	const { codec, settings } = shippedDialect(dialect);
	const profile = iso87Profile(dialect, fixedClock);
	const channel = { tpdu: new Uint8Array(settings.header.kind === "tpdu" ? 5 : 0), header: undefined };
	const kinds = paymentKinds.filter((kind) => settings.messages.payments[kind] !== undefined);
	const digits = (length: number) => fc.nat(10 ** length - 1).map((number) => String(number).padStart(length, "0"));

	test("of every kind decodes with its table, and its reversal too", () => {
		const orders = fc
			.record({
				kind: fc.constantFrom(...kinds),
				amount: fc.integer({ min: 1, max: 999_999_999_999 }),
				number: digits(6),
				reference: digits(12),
				withPin: fc.boolean(),
				card: fc.constantFrom(saleM1().card, keyedCard()),
			})
			.map(
				({ kind, amount, number, reference, withPin, card }): PaymentOrder => ({
					...saleM1(),
					kind,
					amount,
					card,
					trace: { stan: number, batch: "000001" },
					pin: withPin ? saleM1().pin : undefined,
					earlier: { retrievalReference: reference, approvalCode: number },
				}),
			);
		const decode = (message: HostMessage) => codec.decode(present(unwrap(channel, message.bytes), "message").message);
		fc.assert(
			fc.property(orders, (order) => {
				const { draft, original } = profile.payment(order);
				const request = decode(sealed(draft));
				const amount = order.kind === "balance" ? undefined : String(order.amount).padStart(12, "0");
				expect([11, 4].map((field) => fieldText(request, field))).toEqual([order.trace.stan, amount]);
				expect(request.fields[52] !== undefined).toBe(order.pin !== undefined);
				const reversal = decode(sealed(profile.reversal(original, "not_completed", "A1B2C3")));
				expect([2, 35, 52].map((field) => fieldText(reversal, field))).toEqual([
					"6222020123456789",
					undefined,
					undefined,
				]);
			}),
			{ numRuns: 10_000 },
		);
	}, 30_000);
});
