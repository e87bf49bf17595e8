import type { Card } from "../../card/card.ts";
import type { PaymentKind } from "../../card/payment-kind.ts";
import type { Message } from "../../iso8583/message.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Bytes } from "../../wire/bytes.ts";
import type { EarlierPayment, PaymentOrder, ReversalReason, TerminalIdentity, TraceIdentity } from "../profile.ts";
import { privateFieldText } from "./private-field.ts";
import type { PaymentMessage, UnionPaySettings } from "./settings.ts";

/** 0800: asks for working keys; carries no MAC. */
export function signInRequest(settings: UnionPaySettings, terminal: TerminalIdentity, trace: TraceIdentity): Message {
	const { mti, messageType } = settings.messages.signIn;
	const { keys, licence } = settings.signIn;
	const serial = `${licence}${terminal.serialNumber}`;
	return {
		mti,
		fields: {
			11: trace.stan,
			...terminalFields(terminal),
			60: privateFieldText({ messageType, batch: trace.batch, networkCode: keys, conditions: "" }),
			62: `Sequence No${String(serial.length).padStart(2, "0")}${serial}`,
			63: terminal.operator.padEnd(3),
		},
	};
}

/** 0820/301: asks the host to answer; without a trace number. */
export function echoRequest(settings: UnionPaySettings, terminal: TerminalIdentity): Message {
	const { mti, messageType, batch, networkCode } = settings.messages.echo;
	return {
		mti,
		fields: { ...terminalFields(terminal), 60: privateFieldText({ messageType, batch, networkCode, conditions: "" }) },
	};
}

/**
 * 0100, 0200 or 0220: a card transaction. Wipe fields 2, 14, 35 and 36 when it is encoded: they are copies of card data.
 * @throws Fault `E_ILLEGAL` for a kind the host does not offer or a PIN under a DUKPT key, `earlier_incomplete` when its answer is not known well enough
 */
export function paymentRequest(settings: UnionPaySettings, order: PaymentOrder): Message {
	const spec = paymentMessage(settings, order.kind);
	const { mti, processingCode, conditionCode, messageType } = spec;
	const { batch, stan } = order.trace;
	return {
		mti,
		fields: {
			...cardFields(order.card),
			3: processingCode,
			...(spec.amount ? { 4: String(order.amount).padStart(12, "0") } : {}),
			11: stan,
			22: `${order.card.entry === "magnetic" ? "02" : "01"}${order.pin === undefined ? "2" : "1"}`,
			25: conditionCode,
			...pinFields(settings, order),
			...quotedFields(spec, order.earlier ?? {}),
			...terminalFields(order.terminal),
			49: order.currency,
			60: privateFieldText({ messageType, batch, networkCode: "000", conditions: settings.terminalConditions }),
			...originalField(spec, order.earlier ?? {}),
			...(spec.remark === undefined ? {} : { 63: remarkText(spec.remark, order.terminal) }),
		},
	};
}

/** @throws Fault `E_ILLEGAL` */
export function paymentMessage(settings: UnionPaySettings, kind: PaymentKind): PaymentMessage {
	const spec = settings.messages.payments[kind];
	if (spec === undefined) {
		throw new Fault("E_ILLEGAL", { detail: `This acquirer does not offer ${kind}`, context: { kind } });
	}
	return spec;
}

/** Fields 37 and 38, as the earlier payment's answer had them. */
function quotedFields({ quotes }: PaymentMessage, earlier: EarlierPayment): Message["fields"] {
	const known = { 37: earlier.retrievalReference, 38: earlier.approvalCode } as const;
	const quoted = ([37, 38] as const).flatMap((field) => {
		const value = known[field];
		if (quotes[field] === "required" && value === undefined) {
			throw new Fault("earlier_incomplete", { detail: `Field ${field} of the earlier payment is not known` });
		}
		return quotes[field] === undefined || value === undefined ? [] : [[field, value] as const];
	});
	return Object.fromEntries(quoted);
}

const zeros = { batch: "000000", stan: "000000", date: "0000" } as const;

/** Field 61: batch, trace number and date of the earlier payment, as many of them as the message has. */
function originalField({ original }: PaymentMessage, earlier: EarlierPayment): Message["fields"] {
	return original.length === 0 ? {} : { 61: original.map((part) => earlier[part] ?? zeros[part]).join("") };
}

function remarkText(remark: string, { operator }: TerminalIdentity): string {
	return remark === "operator" ? operator.padEnd(3) : remark;
}

/** What a reversal will need of a request, and nothing else. */
export function reducedToOriginal(settings: UnionPaySettings, request: Message): Message {
	const { repeats } = settings.messages.reversal;
	return {
		mti: request.mti,
		fields: Object.fromEntries(Object.entries(request.fields).filter(([field]) => repeats.includes(Number(field)))),
	};
}

/** 0400: the original's own identity, the reason in field 39, the approval code where an answer brought one. */
export function reversalRequest(
	settings: UnionPaySettings,
	original: Message,
	reason: ReversalReason,
	approvalCode: string | undefined,
): Message {
	const { mti, reasons } = settings.messages.reversal;
	return {
		mti,
		fields: {
			...original.fields,
			...(approvalCode === undefined ? {} : { 38: approvalCode }),
			39: reasons[reason],
		},
	};
}

function terminalFields(terminal: TerminalIdentity): Message["fields"] {
	return { 41: terminal.terminalId, 42: terminal.merchantId };
}

/** A swiped card sends its tracks and no PAN, a keyed one PAN and expiry. */
function cardFields(card: Card): Message["fields"] {
	if (card.entry === "manual") {
		return { 2: card.pan.reveal().slice(), 14: card.expiry.reveal().slice() };
	}
	const track2 = trackField(card.track2.reveal());
	return card.track3 === undefined ? { 35: track2 } : { 35: track2, 36: trackField(card.track3.reveal()) };
}

/** A copy with the separator as the wire has it: `D` for `=`. */
function trackField(track: Bytes): Bytes {
	return track.map((byte) => (byte === 0x3d ? 0x44 : byte));
}

/** Field 53: its second digit tells the algorithm of the PIN key, 0 for the single-length key of sign-in 001. */
function securityControl({ pin, signIn }: UnionPaySettings): string {
	return signIn.keys === "001"
		? `${pin.securityControl.slice(0, 1)}0${pin.securityControl.slice(2)}`
		: pin.securityControl;
}

/** Fields 26, 52 and 53 travel together. */
function pinFields(settings: UnionPaySettings, { pin, longestPin }: PaymentOrder): Message["fields"] {
	if (pin === undefined) {
		return {};
	}
	if (pin.ksn !== undefined) {
		throw new Fault("E_ILLEGAL", {
			detail: "This acquirer has no field for the key serial number of a DUKPT pad: set the pad to session keys",
		});
	}
	return { 26: String(longestPin).padStart(2, "0"), 52: pin.block, 53: securityControl(settings) };
}
