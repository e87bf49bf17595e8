import type { Log, LogFields } from "../../src/kernel/log.ts";

/** A log that can be read afterwards. */
export function recordingLog(): {
	readonly log: Log;
	readonly lines: readonly (readonly [string, LogFields | undefined])[];
} {
	const lines: (readonly [string, LogFields | undefined])[] = [];
	const write = (message: string, fields?: LogFields): void => void lines.push([message, fields]);
	const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
	return { log, lines };
}
