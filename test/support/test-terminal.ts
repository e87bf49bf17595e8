import { unwrap, wrap } from "../../src/acquirers/channel.ts";
import type { HostLine } from "../../src/acquirers/host-line.ts";
import { openHostLine } from "../../src/acquirers/open-host-line.ts";
import type {
	Draft,
	EarlierPayment,
	HostAnswer,
	HostMessage,
	OriginalRequest,
	PaymentOrder,
	Profile,
	ReversalReason,
} from "../../src/acquirers/profile.ts";
import { expectedKey } from "../../src/acquirers/unionpay/correlation.ts";
import type { PaymentKind } from "../../src/card/payment-kind.ts";
import { type ClearTdesKey, clearTdesKey } from "../../src/crypto/clear/clear-keys.ts";
import { clearPin } from "../../src/crypto/clear/clear-pin.ts";
import { cupMac } from "../../src/crypto/clear/cup-mac.ts";
import { kcv } from "../../src/crypto/clear/kcv.ts";
import { encodePinBlock } from "../../src/crypto/clear/pin-block.ts";
import { tdes } from "../../src/crypto/clear/tdes.ts";
import { fieldText, type Message } from "../../src/iso8583/message.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { openPort } from "../../src/ports/open-port.ts";
import { type Bytes, equalBytes, latin1 } from "../../src/wire/bytes.ts";
import { fromHex } from "../../src/wire/hex.ts";
import { lengthPrefixFraming } from "../../src/wire/length-prefix-framing.ts";
import { shippedCodec } from "./message-spec.ts";
import { silentLog } from "./silent-log.ts";
import { terminal, testCard } from "./unionpay.ts";

const codec = shippedCodec("unionpay");
const channel = { tpdu: fromHex("6000030000"), header: fromHex("603100310000") };
const tmk = clearTdesKey(fromHex("258FB0AB70D025CDB99DF2C4D302D646"));
const pan = "6222020123456789";

/** A real line to a virtual acquirer on this machine. */
export function lineTo(profile: Profile, port: number, mode: "per_exchange" | "kept_open"): HostLine {
	return openHostLine({
		hosts: [{ kind: "tcp", host: "127.0.0.1", port }],
		mode,
		framing: lengthPrefixFraming({ maxPayload: 2048 }),
		connectMs: 2000,
		openPort,
		correlate: (message) => profile.correlate(message),
		clock: systemClock,
		log: silentLog,
	});
}

/** A payment as the terminal remembers it. */
export interface Paid {
	readonly answer: HostAnswer;
	readonly code: string;
	readonly original: OriginalRequest;
	/** What names it to the host later. */
	readonly identity: EarlierPayment;
}

/** Till, pad and daemon in one, as small as can be: signs in, pays, corrects, reverses. */
export class TestTerminal {
	readonly #profile: Profile;
	readonly #line: HostLine;
	readonly #answerMs: number;
	#keys = new Map<string, ClearTdesKey>();
	#stan = 0;
	batch = "000001";

	constructor(profile: Profile, line: HostLine, answerMs = 2000) {
		this.#profile = profile;
		this.#line = line;
		this.#answerMs = answerMs;
	}

	/** Signs in and loads the keys; throws when a check value differs. */
	async signIn(): Promise<HostAnswer> {
		const answer = await this.exchange(this.#profile.signIn(terminal, this.trace()).seal(undefined));
		for (const { role, cryptogram, kcv: expected } of answer.workingKeys) {
			const key = clearTdesKey(tdes(tmk).decipherEcb(cryptogram));
			if (!equalBytes(kcv("TDES", key, { method: "ecb-zeros", length: 4 }).value, expected)) {
				throw new Error(`check value of ${role} differs`);
			}
			this.#keys.set(role, key);
		}
		return answer;
	}

	trace(): { stan: string; batch: string } {
		this.#stan += 1;
		return { stan: String(this.#stan).padStart(6, "0"), batch: this.batch };
	}

	order(amount: number, pin?: string): PaymentOrder {
		const block = pin === undefined ? undefined : this.pinBlock(pin);
		return {
			kind: "sale",
			terminal,
			trace: this.trace(),
			amount,
			currency: "156",
			card: testCard(),
			pin: block === undefined ? undefined : { block, ksn: undefined },
			longestPin: 6,
			earlier: undefined,
		};
	}

	pinBlock(pin: string): Bytes {
		return tdes(this.#key("TPK")).encipherEcb(encodePinBlock(clearPin(pin), { format: 0, pan }));
	}

	seal(draft: Draft): HostMessage {
		return draft.seal(draft.macInput === undefined ? undefined : this.mac(draft.macInput.data));
	}

	mac(data: Bytes): Bytes {
		return latin1(cupMac(this.#key("TAK"), data).slice(0, 8));
	}

	async sell(amount: number, pin?: string): Promise<HostAnswer> {
		return await this.exchange(this.seal(this.#profile.payment(this.order(amount, pin)).draft));
	}

	/** A transaction of any kind; `earlier` is what it corrects or completes. */
	async pay(
		kind: PaymentKind,
		amount: number,
		earlier?: EarlierPayment,
		wish: Partial<PaymentOrder> = {},
	): Promise<Paid> {
		const order = { ...this.order(amount), kind, earlier, ...wish };
		const { draft, original } = this.#profile.payment(order);
		const answer = await this.exchange(this.seal(draft));
		const { retrievalReference, approvalCode, date } = answer;
		const identity = { ...order.trace, date, retrievalReference, approvalCode };
		return { answer, code: answer.responseCode, original, identity };
	}

	/** Reverses a payment and gives the response code. */
	async reverse({ original }: Pick<Paid, "original">, reason: ReversalReason = "no_answer"): Promise<string> {
		const reversal = this.#profile.reversal(original, reason, undefined);
		return (await this.exchange(this.seal(reversal))).responseCode;
	}

	/** Field 60: message type, batch and network code, followed by the terminal's conditions in a card transaction. */
	field60(messageType: string, networkCode = "000", conditions = ""): string {
		return `${messageType}${this.batch}${networkCode}${conditions}`;
	}

	/** Any message, field by field: terminal and trace number are put in, and a MAC where one belongs. */
	async send(mti: string, fields: Message["fields"]): Promise<Message> {
		const { terminalId, merchantId } = terminal;
		const message = { mti, fields: { 11: this.trace().stan, 41: terminalId, 42: merchantId, ...fields } };
		const bytes = wrap(channel, this.#encoded(message));
		const answer = await this.#line.exchange(
			{ bytes, correlation: expectedKey(message), label: mti },
			{ answerMs: this.#answerMs, beforeSend: () => Promise.resolve() },
		);
		return codec.decode(unwrap(channel, answer)?.message ?? new Uint8Array());
	}

	/** 0500 with totals as the 62 digits of field 48; gives those of the answer, and its response code if it has one. */
	async settle(totals: string): Promise<{ totals: string | undefined; code: string | undefined }> {
		const answer = await this.send("0500", { 48: totals, 49: "156", 60: this.field60("00", "201"), 63: "01 " });
		return { totals: fieldText(answer, 48), code: fieldText(answer, 39) };
	}

	/** 0320/201: records of forty digits. */
	async uploadRecords(...records: readonly string[]): Promise<string | undefined> {
		const list = `${String(records.length).padStart(2, "0")}${records.join("")}`;
		return fieldText(await this.send("0320", { 48: list, 60: this.field60("00", "201") }), 39);
	}

	/** 0320/202 or 207. */
	async endUpload(networkCode: "202" | "207", count: number): Promise<string | undefined> {
		const fields = { 48: String(count).padStart(4, "0"), 60: this.field60("00", networkCode) };
		return fieldText(await this.send("0320", fields), 39);
	}

	/** 0820/002. */
	async signOff(): Promise<string | undefined> {
		return fieldText(await this.send("0820", { 60: this.field60("00", "002") }), 39);
	}

	#encoded(message: Message): Bytes {
		if (!/^0[124]/.test(message.mti)) {
			return codec.encode(message);
		}
		const unsealed = codec.encodeUnsealed(message);
		return unsealed.seal(this.mac(unsealed.macInput));
	}

	async exchange(request: HostMessage): Promise<HostAnswer> {
		const bytes = await this.#line.exchange(request, {
			answerMs: this.#answerMs,
			beforeSend: () => Promise.resolve(),
		});
		return this.#profile.readAnswer(request, bytes);
	}

	macIsRight(answer: HostAnswer): boolean {
		return answer.mac !== undefined && equalBytes(this.mac(answer.mac.input.data), answer.mac.value);
	}

	#key(role: "TPK" | "TAK"): ClearTdesKey {
		const key = this.#keys.get(role);
		if (key === undefined) {
			throw new Error("sign in first");
		}
		return key;
	}
}
