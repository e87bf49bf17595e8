import { maskPan } from "../../card/pan.ts";
import { fieldText, type Message } from "../../iso8583/message.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { codeForAmount, isApproval } from "./amount-codes.ts";
import type { Ledger, TransactionKey } from "./ledger.ts";
import { violationsOf } from "./message-rules.ts";
import type { AcquirerOptions } from "./options.ts";
import type { KeySet, PinVerdict, SecurityModule } from "./security-module.ts";

/** A request as the line read it. */
export interface Request {
	readonly message: Message;
	/** What its MAC covers, and the MAC. */
	readonly sealed: { readonly macInput: Bytes; readonly mac: Bytes } | undefined;
}

interface HostParts {
	readonly options: AcquirerOptions;
	readonly security: SecurityModule;
	readonly ledger: Ledger;
	readonly now: () => number;
	/** Told of everything a strict acquirer would complain about. */
	readonly complain: (mti: string, rule: string) => void;
}

type Fields = Message["fields"];

interface Decision {
	readonly code: string;
	readonly fields?: Fields;
}

const pinCodes: Readonly<Record<PinVerdict, string | undefined>> = { right: undefined, wrong: "55", malformed: "99" };
const institution = "00010000";
const keySets: ReadonlySet<string> = new Set(["001", "003", "004"]);

/** The acquirer's and the issuer's decisions: a request in, an answer without its MAC out. */
export class Host {
	readonly #parts: HostParts;
	readonly #usedTraces = new Set<string>();
	#references = 0;

	constructor(parts: HostParts) {
		this.#parts = parts;
		for (const { terminalId, batch, stan } of parts.ledger.entries) {
			this.#usedTraces.add(`${terminalId}/${batch}/${stan}`);
		}
	}

	answer(request: Request): Message {
		const { message } = request;
		const violations = violationsOf(message);
		for (const violation of violations) {
			this.#parts.complain(message.mti, violation);
		}
		return this.#answerWith(message, violations.length > 0 ? { code: "30" } : this.#decide(request));
	}

	/** An answer that says no without looking at the request. */
	refuse(message: Message, code: string): Message {
		return this.#answerWith(message, { code });
	}

	#decide(request: Request): Decision {
		const { message } = request;
		const terminalId = fieldText(message, 41) ?? "";
		const terminal = this.#parts.options.terminals.find((terminal) => terminal.terminalId === terminalId);
		if (terminal === undefined) {
			return { code: "97" };
		}
		if (terminal.merchantId !== fieldText(message, 42)) {
			return { code: "03" };
		}
		switch (message.mti) {
			case "0800":
				return this.#signIn(message, terminalId);
			case "0820":
				return this.#manage(message, terminalId);
			default:
				return this.#transaction(request, terminalId);
		}
	}

	#signIn(message: Message, terminalId: string): Decision {
		const keySet = fieldText(message, 60)?.slice(8, 11) ?? "";
		if (!isKeySet(keySet)) {
			return { code: "40" };
		}
		return { code: "00", fields: { 62: this.#parts.security.newWorkingKeys(terminalId, keySet) } };
	}

	#manage(message: Message, terminalId: string): Decision {
		switch (fieldText(message, 60)?.slice(8, 11) ?? "") {
			case "301":
				return { code: "00" };
			case "002":
				this.#parts.security.signOff(terminalId);
				return { code: "00" };
			default:
				return { code: "40" };
		}
	}

	#transaction({ message, sealed }: Request, terminalId: string): Decision {
		const { security } = this.#parts;
		if (!security.isSignedIn(terminalId)) {
			return { code: "77" };
		}
		if (sealed === undefined || !security.verifyMac(terminalId, sealed.macInput, sealed.mac)) {
			return { code: "A0" };
		}
		const key: TransactionKey = {
			terminalId,
			batch: fieldText(message, 60)?.slice(2, 8) ?? "",
			stan: fieldText(message, 11) ?? "",
		};
		return message.mti === "0400" ? this.#reverse(message, key) : this.#sale(message, key);
	}

	#sale(message: Message, key: TransactionKey): Decision {
		const trace = `${key.terminalId}/${key.batch}/${key.stan}`;
		if (this.#usedTraces.has(trace)) {
			this.#parts.complain(message.mti, "trace number used twice in one batch");
			return { code: "94" };
		}
		this.#usedTraces.add(trace);
		const amount = Number(fieldText(message, 4));
		const pan = panOf(message);
		const code = this.#issuerCode(message, key.terminalId, pan) ?? codeForAmount(amount);
		const approved = isApproval(code);
		const approvedAmount = code === "10" ? Math.trunc(amount / 2) : amount;
		const approvalCode = approved ? this.#nextReference().slice(-6) : undefined;
		this.#parts.ledger.write({
			...key,
			state: approved ? "approved" : "declined",
			amount,
			approvedAmount: approved ? approvedAmount : 0,
			maskedPan: maskPan(pan),
			responseCode: code,
			...(approvalCode === undefined ? {} : { approvalCode }),
			reversals: 0,
			at: new Date(this.#parts.now()).toISOString(),
		});
		return {
			code,
			fields: {
				2: pan,
				4: String(approvedAmount).padStart(12, "0"),
				44: `${"01020000".padEnd(11)}${institution.padEnd(11)}`,
				63: "CUP",
				...(approvalCode === undefined ? {} : { 38: approvalCode }),
			},
		};
	}

	/** What the issuer has against the card or the PIN; undefined when nothing. */
	#issuerCode(message: Message, terminalId: string, pan: string): string | undefined {
		const card = this.#parts.options.cards.find((card) => card.pan === pan);
		if (card === undefined) {
			return "14";
		}
		const pinBlock = message.fields[52];
		if (pinBlock === undefined || typeof pinBlock === "string") {
			return undefined;
		}
		return pinCodes[this.#parts.security.verifyPin(terminalId, pinBlock, card)];
	}

	/** A repeated reversal changes nothing and is answered like the first. */
	#reverse(message: Message, key: TransactionKey): Decision {
		const entry = this.#parts.ledger.find(key);
		if (entry === undefined || entry.state === "declined") {
			return { code: "25" };
		}
		if (Number(fieldText(message, 4)) !== entry.amount) {
			this.#parts.complain(message.mti, "amount differs from the original");
			return { code: "64" };
		}
		const reversalReason = fieldText(message, 39);
		this.#parts.ledger.write({
			...entry,
			state: "reversed",
			reversals: entry.reversals + 1,
			...(reversalReason === undefined ? {} : { reversalReason }),
		});
		return { code: "00" };
	}

	#answerWith(message: Message, { code, fields }: Decision): Message {
		const { date, time } = localTime(this.#parts.now());
		const echoed = [3, 4, 11, 25, 41, 42, 49, 60].flatMap((field) => {
			const value = message.fields[field];
			return value === undefined ? [] : [[field, value] as const];
		});
		return {
			mti: `${message.mti.slice(0, 2)}${Number(message.mti.charAt(2)) + 1}0`,
			fields: {
				...Object.fromEntries(echoed),
				12: time,
				13: date,
				...(message.mti.startsWith("08") ? {} : { 15: date }),
				32: institution,
				37: this.#nextReference(),
				39: code,
				...fields,
			},
		};
	}

	/** Retrieval reference: twelve digits that count. */
	#nextReference(): string {
		this.#references += 1;
		return String(Math.trunc(this.#parts.now() / 1000) % 1_000_000)
			.padStart(6, "0")
			.concat(String(this.#references % 1_000_000).padStart(6, "0"));
	}
}

function isKeySet(text: string): text is KeySet {
	return keySets.has(text);
}

/** From field 2, else from track 2. */
function panOf(message: Message): string {
	return fieldText(message, 2) ?? fieldText(message, 35)?.split(/[D=]/)[0] ?? "";
}

function localTime(epochMs: number): { readonly time: string; readonly date: string } {
	const two = (value: number): string => String(value).padStart(2, "0");
	const at = new Date(epochMs);
	return {
		time: `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`,
		date: `${two(at.getMonth() + 1)}${two(at.getDate())}`,
	};
}
