import { fieldText, type Message } from "../../iso8583/message.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { Batches } from "./batches.ts";
import { CardTransactions } from "./card-transactions.ts";
import { answerTo, batchOf, type Decision, networkCodeOf } from "./decision.ts";
import type { Ledger, TransactionKey } from "./ledger.ts";
import { violationsOf } from "./message-rules.ts";
import type { AcquirerOptions } from "./options.ts";
import { References } from "./references.ts";
import type { KeySet, SecurityModule } from "./security-module.ts";
import { type BatchBook, Settlement, type SettlementTwist } from "./settlement.ts";

/** A request as the line read it. */
export interface Request {
	readonly message: Message;
	/** What its MAC covers, and the MAC. */
	readonly sealed: { readonly macInput: Bytes; readonly mac: Bytes } | undefined;
	readonly twist: SettlementTwist;
}

interface HostParts {
	readonly options: AcquirerOptions;
	readonly security: SecurityModule;
	readonly ledger: Ledger;
	readonly now: () => number;
	/** Told of everything a strict acquirer would complain about. */
	readonly complain: (mti: string, rule: string) => void;
}

const keySets: ReadonlySet<string> = new Set(["001", "003", "004"]);

/** The acquirer's host: a request in, an answer without its MAC out. */
export class Host {
	readonly #parts: HostParts;
	readonly #references: References;
	readonly #batches: Batches;
	readonly #transactions: CardTransactions;
	readonly #settlement: Settlement;

	constructor(parts: HostParts) {
		this.#parts = parts;
		this.#references = new References(parts.now, parts.ledger.entries.length);
		this.#batches = new Batches(parts.ledger.entries);
		this.#transactions = new CardTransactions({ ...parts, references: this.#references });
		this.#settlement = new Settlement({ ...parts, batches: this.#batches });
	}

	get batches(): readonly BatchBook[] {
		return this.#settlement.books;
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

	#answerWith(message: Message, decision: Decision): Message {
		return answerTo(message, decision, { now: this.#parts.now(), reference: this.#references.next() });
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
				return this.#signedIn(request, {
					terminalId,
					batch: batchOf(message),
					stan: fieldText(message, 11) ?? "",
				});
		}
	}

	/** The answer names the batch that the host expects. */
	#signIn(message: Message, terminalId: string): Decision {
		const keySet = networkCodeOf(message);
		if (!isKeySet(keySet)) {
			return { code: "40" };
		}
		const batch = this.#batches.of(terminalId) ?? batchOf(message);
		const asked = fieldText(message, 60) ?? "";
		return {
			code: "00",
			fields: {
				60: `${asked.slice(0, 2)}${batch}${asked.slice(8)}`,
				62: this.#parts.security.newWorkingKeys(terminalId, keySet),
			},
		};
	}

	#manage(message: Message, terminalId: string): Decision {
		switch (networkCodeOf(message)) {
			case "301":
				return { code: "00" };
			case "002":
				this.#parts.security.signOff(terminalId);
				return { code: "00" };
			default:
				return { code: "40" };
		}
	}

	/** What only a terminal with working keys may ask. */
	#signedIn(request: Request, key: TransactionKey): Decision {
		const { message, sealed } = request;
		const { security } = this.#parts;
		if (!security.isSignedIn(key.terminalId)) {
			return { code: "77" };
		}
		const settles = message.mti === "0500" || message.mti === "0320";
		const macIsRight = sealed === undefined ? settles : security.verifyMac(key.terminalId, sealed.macInput, sealed.mac);
		if (!macIsRight) {
			return { code: "A0" };
		}
		return settles ? this.#settle(request, key) : this.#transact(message, key);
	}

	#transact(message: Message, key: TransactionKey): Decision {
		if (message.mti === "0400") {
			this.#settlement.disturb(message.mti, key);
			return this.#transactions.reverse(message, key);
		}
		if (!this.#batches.isPresent(key.terminalId, key.batch)) {
			this.#parts.complain(message.mti, "another batch than the present one");
			return { code: "77" };
		}
		this.#settlement.disturb(message.mti, key);
		return this.#transactions.authorise(message, key);
	}

	/** A single upload repeats the trace number of what it uploads; everything else has one of its own. */
	#settle({ message, twist }: Request, key: TransactionKey): Decision {
		if (networkCodeOf(message) !== "000" && this.#transactions.isUsed(key)) {
			this.#parts.complain(message.mti, "trace number used twice in one batch");
		}
		return message.mti === "0500"
			? this.#settlement.settle(message, key, twist)
			: this.#settlement.upload(message, key);
	}
}

function isKeySet(text: string): text is KeySet {
	return keySets.has(text);
}
