import type { Acquirer } from "../acquirers/acquirer.ts";
import type { TerminalIdentity } from "../acquirers/profile.ts";
import type { PaymentKind } from "../card/payment-kind.ts";
import type { ManagedDevice } from "../devices/device.ts";
import type { PinPad } from "../devices/pin-pad.ts";
import type { PosPrinter } from "../devices/pos-printer.ts";
import type { CompletionLimits } from "./correction-rules.ts";
import type { CurrencyInfo } from "./currency.ts";

/** ISO 4217. */
interface Currency extends CurrencyInfo {
	readonly alphabetic: string;
}

/** Where the pad keeps the keys of one terminal. */
interface LaneKeys {
	readonly master: number;
	readonly tpk: number;
	readonly tak: number;
	readonly tdk: number;
}

interface SlipSettings {
	readonly merchantName: string;
	readonly language: "zh" | "en" | "both";
	readonly testMode: boolean;
}

/** One place to pay: a PIN pad, perhaps a printer, and a terminal number at an acquirer. */
export interface Lane {
	readonly id: string;
	readonly pinPad: ManagedDevice<PinPad>;
	readonly printer: ManagedDevice<PosPrinter> | undefined;
	readonly acquirer: Acquirer;
	readonly terminal: TerminalIdentity;
	readonly currency: Currency;
	readonly keys: LaneKeys;
	readonly pin: { readonly timeoutMs: number; readonly minLength: number; readonly maxLength: number };
	readonly slips: SlipSettings;
	/** Kinds that a supervisor must allow. */
	readonly supervised: readonly PaymentKind[];
	readonly completion: CompletionLimits;
}
