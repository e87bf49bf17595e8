/** What a receipt printer says of itself. `paper: near_end` still prints. */
export interface PrinterStatus {
	readonly online: boolean;
	readonly paper: "ok" | "near_end" | "end";
	readonly cover: "closed" | "open";
	readonly error: "none" | "cutter" | "mechanical" | "overheated" | "unrecoverable";
}

/** A job never ends in doubt silently: `unknown` is said, and never reprinted by itself. */
export type PrintJobState = "queued" | "sent" | "suspended" | "printed" | "unknown";

export interface PrintJob {
	/** Prefixed id, `prn_…`. */
	readonly id: string;
	/** The slip in receiptline markup; encoding and commands are the driver's business. */
	readonly markup: string;
	readonly onState: (state: PrintJobState) => void;
}

/** A receipt printer (UnifiedPOS POSPrinter). Jobs print one after the other. */
export interface PosPrinter {
	readonly category: "PosPrinter";
	readonly model: string;
	/** Characters per line of the normal font. */
	readonly columns: number;
	/** As last reported by the printer. */
	readonly status: PrinterStatus;
	/** Asks the printer now (real-time status). */
	checkHealth(signal?: AbortSignal): Promise<PrinterStatus>;
	/**
	 * Prints and cuts one slip. Resolves `printed` when the printer proved it, `unknown` when it cannot be told.
	 * While paper is out the job is `suspended` and goes on by itself when paper is loaded.
	 * @throws Fault when nothing was sent: `E_OFFLINE`, `E_NOHARDWARE`, `E_EXTENDED` (`paper_end`, `cover_open`)
	 */
	print(job: PrintJob, signal?: AbortSignal): Promise<"printed" | "unknown">;
}
