import { type FaultCode, faultCodes } from "./fault-codes.ts";

/** Facts that are safe to show to anyone: never card data, never key material. */
export type FaultContext = Readonly<Record<string, string | number | boolean>>;

interface FaultOptions {
	/** One sentence that fits this case better than the title of the code. */
	readonly detail?: string;
	/** The device's own code under `E_EXTENDED` or `E_FAILURE`, for example `keys_lost`. */
	readonly extended?: string;
	readonly context?: FaultContext;
	readonly cause?: unknown;
}

/** The one error class: a stable code, a cause, and what to do. Compare codes, never texts. */
export class Fault extends Error {
	override readonly name = "Fault";
	readonly code: FaultCode;
	readonly extended: string | undefined;
	readonly context: FaultContext;

	constructor(code: FaultCode, options: FaultOptions = {}) {
		super(options.detail ?? faultCodes[code].title, { cause: options.cause });
		this.code = code;
		this.extended = options.extended;
		this.context = options.context ?? {};
	}

	get action(): string {
		return faultCodes[this.code].action;
	}

	get retryable(): boolean {
		return faultCodes[this.code].retryable;
	}
}

/** The fault itself, or `internal` around anything else that was thrown. */
export function asFault(thrown: unknown): Fault {
	if (thrown instanceof Fault) {
		return thrown;
	}
	return new Fault("internal", {
		detail: thrown instanceof Error ? thrown.message : String(thrown),
		cause: thrown,
	});
}

/** True for a fault with one of these codes. */
export function isFault(thrown: unknown, ...codes: readonly FaultCode[]): thrown is Fault {
	return thrown instanceof Fault && (codes.length === 0 || codes.includes(thrown.code));
}
