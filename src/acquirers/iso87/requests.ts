import type { Card } from "../../card/card.ts";
import type { PaymentKind } from "../../card/payment-kind.ts";
import { type FieldValue, fieldText, type Message } from "../../iso8583/message.ts";
import type { MessageSpec } from "../../iso8583/message-spec.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { fromHex } from "../../wire/hex.ts";
import type { PaymentOrder, ReversalReason, TerminalIdentity, TraceIdentity } from "../profile.ts";
import { paymentFillIns, pinFillIns, terminalFillIns, timeFillIns } from "./fill-ins.ts";
import { originalDataElements, originalDataFields } from "./original-data.ts";
import { type Iso87Settings, type PaymentMessage, paymentTemplates, type Templates } from "./settings.ts";
import { type FillIns, fillIn, namesIn } from "./template.ts";

/** What a profile writes its messages by. */
export interface Language {
	readonly settings: Iso87Settings;
	readonly spec: MessageSpec;
}

/** A message between terminal and host about themselves: sign-in, echo. */
export function networkRequest(
	language: Language,
	{ mti, fields }: { readonly mti: string; readonly fields: Templates },
	of: { readonly terminal: TerminalIdentity; readonly trace: TraceIdentity; readonly now: number },
): Message {
	const values = { ...terminalFillIns(of.terminal, of.trace), ...timeFillIns(of.now) };
	return { mti, fields: filled(language, fields, values) };
}

/**
 * A card transaction. Wipe fields 2, 14, 35 and 36 when it is encoded: they are copies of card data.
 * @throws Fault `E_ILLEGAL` for a kind the host does not offer or a PIN key it has no field for,
 * `earlier_incomplete` when a required field cannot be filled
 */
export function paymentRequest(language: Language, order: PaymentOrder, now: number): Message {
	const { settings } = language;
	const spec = paymentMessage(settings, order.kind);
	const { card, pin, terminal, trace } = order;
	const { entry } = settings;
	const values = {
		...terminalFillIns(terminal, trace),
		...timeFillIns(now),
		...paymentFillIns(order, `${entry[card.entry]}${pin === undefined ? entry.noPin : entry.pin}`),
	};
	const message: Message = {
		mti: spec.mti,
		fields: {
			...filled(language, paymentTemplates(settings, spec), values),
			...pinFields(language, order, values),
			...cardFields(card, settings.card[card.entry]),
		},
	};
	requireFields(spec, message);
	return message;
}

/** @throws Fault `E_ILLEGAL` */
export function paymentMessage(settings: Iso87Settings, kind: PaymentKind): PaymentMessage {
	const spec = settings.messages.payments[kind];
	if (spec === undefined) {
		throw new Fault("E_ILLEGAL", { detail: `This acquirer does not offer ${kind}`, context: { kind } });
	}
	return spec;
}

/** What a reversal will need of a request, and nothing else: the card by its number, even where only a track was sent. */
export function reducedToOriginal({ settings }: Language, request: Message, card: Card): Message {
	const { copies } = settings.messages.reversal;
	const wanted: readonly number[] = [...copies, ...originalDataFields];
	const whole = { ...cardFields(card, [2, 14]), ...request.fields };
	return { mti: request.mti, fields: only(whole, wanted) };
}

/** A reversal: what it has in common with its original, and what its templates say. */
export function reversalRequest(
	language: Language,
	original: Message,
	why: { readonly reason: ReversalReason; readonly approvalCode: string | undefined; readonly now: number },
): Message {
	const { mti, copies, fields, reasons } = language.settings.messages.reversal;
	const values = {
		...timeFillIns(why.now),
		reason: reasons[why.reason],
		approvalCode: why.approvalCode,
		originalData: originalDataElements(original),
	};
	return { mti, fields: { ...only(original.fields, copies), ...filled(language, fields, values) } };
}

/** The message types of a reversal or an advice that is sent once more end in 1. */
export function repeatMti(mti: string): string {
	return `${mti.slice(0, 3)}1`;
}

function filled({ settings, spec }: Language, templates: Templates, values: FillIns): Message["fields"] {
	const all = { ...settings.values, ...values };
	const fields = Object.entries(templates).flatMap(([field, template]): readonly (readonly [string, FieldValue])[] => {
		const text = fillIn(template, all);
		return text === undefined ? [] : [[field, spec.fields[field]?.content === "b" ? fromHex(text) : text]];
	});
	return Object.fromEntries(fields);
}

/** Field 52 and what goes with it. */
function pinFields(language: Language, order: PaymentOrder, values: FillIns): Message["fields"] {
	if (order.pin === undefined) {
		return {};
	}
	const { fields } = language.settings.pin;
	if (order.pin.ksn !== undefined && !Object.values(fields).some((template) => namesIn(template).includes("ksn"))) {
		throw new Fault("E_ILLEGAL", {
			detail: "This acquirer has no field for the key serial number of a DUKPT pad: set the pad to session keys",
		});
	}
	return { 52: order.pin.block, ...filled(language, fields, { ...values, ...pinFillIns(order) }) };
}

/** Of these fields, those that the card has, as copies. */
function cardFields(card: Card, wanted: readonly (2 | 14 | 35 | 36)[]): Message["fields"] {
	const [track2, track3] = card.entry === "magnetic" ? [card.track2.reveal(), card.track3?.reveal()] : [];
	const expiry = card.entry === "manual" ? card.expiry.reveal() : expiryOf(track2);
	const known = { 2: card.pan.reveal(), 14: expiry, 35: track2, 36: track3 };
	return Object.fromEntries(
		wanted.flatMap((field) => {
			const value = known[field];
			return value === undefined ? [] : [[field, value.slice()] as const];
		}),
	);
}

/** The four digits behind the separator of track 2 (ISO/IEC 7813); another separator stands for none. */
function expiryOf(track2: Bytes | undefined): Bytes | undefined {
	const at = (track2?.indexOf(0x3d) ?? -1) + 1;
	const expiry = at === 0 ? undefined : track2?.subarray(at, at + 4);
	return expiry?.length === 4 && !expiry.includes(0x3d) ? expiry : undefined;
}

function requireFields({ requires }: PaymentMessage, message: Message): void {
	const missing = requires.find((field) => fieldText(message, field) === undefined);
	if (missing !== undefined) {
		throw new Fault("earlier_incomplete", { detail: `Field ${missing} of the earlier payment is not known` });
	}
}

function only(fields: Message["fields"], wanted: readonly number[]): Message["fields"] {
	return Object.fromEntries(Object.entries(fields).filter(([field]) => wanted.includes(Number(field))));
}
