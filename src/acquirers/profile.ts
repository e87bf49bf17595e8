import type { Card } from "../card/card.ts";
import type { PaymentKind } from "../card/payment-kind.ts";
import type { Bytes } from "../wire/bytes.ts";

/** The terminal at the acquirer (ISO 8583 DE 41 and 42). */
export interface TerminalIdentity {
	readonly terminalId: string;
	readonly merchantId: string;
	/** Cashier number where the host wants one. */
	readonly operator: string;
	/** Serial number of the terminal, told at sign-in. */
	readonly serialNumber: string;
}

/** Names one request of one terminal. */
export interface TraceIdentity {
	/** System trace audit number, six digits (DE 11). */
	readonly stan: string;
	/** Batch number, six digits. */
	readonly batch: string;
}

/** The bytes a MAC protects, and how. */
export interface MacInput {
	readonly algorithm: "cup-ecb" | "x9.9" | "x9.19";
	readonly data: Bytes;
}

/** A request complete but for its MAC. `seal` takes the MAC exactly when `macInput` is there. */
export interface Draft {
	readonly macInput: MacInput | undefined;
	seal(mac: Bytes | undefined): HostMessage;
}

/** A message ready for the line. */
export interface HostMessage {
	readonly bytes: Bytes;
	/** An answer belongs to this request when it yields the same key. */
	readonly correlation: string;
	/** For people and traces, masked: "0200 sale 000101". */
	readonly label: string;
}

/** What only the profile understands and a later reversal needs: plain data, with card data in it. Keep it sealed. */
export type OriginalRequest = Bytes;

/** What names an earlier payment to the host: as much as is known of it. */
export interface EarlierPayment {
	/** Six digits each. */
	readonly batch?: string | undefined;
	readonly stan?: string | undefined;
	/** `MMDD` at the host. */
	readonly date?: string | undefined;
	readonly retrievalReference?: string | undefined;
	readonly approvalCode?: string | undefined;
}

/** An enciphered PIN as it goes to the host. */
export interface PinData {
	/** ISO 9564-1 format 0. */
	readonly block: Bytes;
	/** Names the key of a DUKPT pad (ANSI X9.24-1), ten bytes; undefined under a session key. */
	readonly ksn: Bytes | undefined;
}

export interface PaymentOrder {
	readonly kind: PaymentKind;
	readonly terminal: TerminalIdentity;
	readonly trace: TraceIdentity;
	/** Minor units; not looked at for a balance. */
	readonly amount: number;
	/** ISO 4217 numeric. */
	readonly currency: string;
	readonly card: Card;
	readonly pin: PinData | undefined;
	/** Digits of the longest PIN the pad takes. */
	readonly longestPin: number;
	/** What is corrected or completed. */
	readonly earlier: EarlierPayment | undefined;
}

export type ReversalReason = "no_answer" | "mac_wrong" | "not_completed";

/** Keys a terminal works with (ANSI X9.24-1): PIN, MAC and track data. */
export type WorkingKeyRole = "TPK" | "TAK" | "TDK";

/** A working key as the host sends it at sign-in: enciphered under the terminal master key. */
export interface WorkingKeyCryptogram {
	readonly role: WorkingKeyRole;
	readonly cryptogram: Bytes;
	/** First bytes of the encryption of zeros under the key; compare as many as both sides have. */
	readonly kcv: Bytes;
}

/** What the host wants done after the present transaction. */
export type HostWish = "nothing" | "sign_in" | "other";

/** An answer taken apart. Nothing in it is believed before `mac`, where present, was verified. */
export interface HostAnswer {
	readonly responseCode: string;
	readonly verdict: "approved" | "partially_approved" | "declined";
	/** Present when the answer carries a MAC. An approval of a financial message without one is not believed. */
	readonly mac: { readonly input: MacInput; readonly value: Bytes } | undefined;
	readonly approvalCode: string | undefined;
	readonly retrievalReference: string | undefined;
	/** `hhmmss` and `MMDD`. */
	readonly time: string | undefined;
	readonly date: string | undefined;
	readonly settlementDate: string | undefined;
	readonly issuer: string | undefined;
	readonly acquirerInstitution: string | undefined;
	readonly scheme: string | undefined;
	readonly remark: string | undefined;
	readonly approvedAmount: number | undefined;
	readonly maskedPan: string | undefined;
	/** Available balance in minor units, negative when overdrawn. */
	readonly balance: number | undefined;
	readonly batch: string | undefined;
	readonly workingKeys: readonly WorkingKeyCryptogram[];
	readonly wish: HostWish;
}

/** What a response code means and asks for. Data, see `config/`. */
export interface ResponseMeaning {
	readonly code: string;
	readonly verdict: "approved" | "partially_approved" | "declined";
	/** `sign_in_and_repeat` at most once, under a new trace number. */
	readonly action: "none" | "sign_in" | "sign_in_and_repeat" | "ask_pin_again" | "retain_card" | "stop_terminal";
	/** As answer to a reversal: nothing is owed any more. */
	readonly endsReversal: boolean;
	readonly cashier: { readonly en: string; readonly zh: string };
}

/** All that differs from host to host: messages, codes, timers. Payments see no field number. */
export interface Profile {
	readonly id: string;
	/** Whether answers to financial requests must carry a MAC to be believed. */
	readonly answersCarryMac: boolean;
	/** Working keys that a sign-in must bring; undefined when the host knows no sign-in. */
	readonly signInBrings: readonly WorkingKeyRole[] | undefined;
	/** @throws Fault `E_ILLEGAL` when the host knows no sign-in */
	signIn(terminal: TerminalIdentity, trace: TraceIdentity): Draft;
	/** `nextTrace` is called where the host wants a trace number. */
	echo(terminal: TerminalIdentity, nextTrace: () => TraceIdentity): Draft;
	/** @throws Fault `E_ILLEGAL` for a kind, or a PIN key, that this host does not take */
	payment(order: PaymentOrder): { readonly draft: Draft; readonly original: OriginalRequest };
	/** Whether a payment in doubt can be reversed; one that cannot stays unknown until a person or the settlement tells. */
	reversible(kind: PaymentKind): boolean;
	/** `approvalCode`: from an answer that came but was not believed. */
	reversal(original: OriginalRequest, reason: ReversalReason, approvalCode: string | undefined): Draft;
	/** The same message marked as sent once before; undefined where it goes out again as it is. */
	repeated(message: HostMessage): Draft | undefined;
	/**
	 * Takes an answer to `request` apart.
	 * @throws Fault `host_answer_wrong` when it does not fit the request (context names the field that differs)
	 */
	readAnswer(request: HostMessage, answer: Bytes): HostAnswer;
	/** Key under which an incoming message looks for its request; undefined when it cannot be read. */
	correlate(message: Bytes): string | undefined;
	meaning(responseCode: string): ResponseMeaning;
}
