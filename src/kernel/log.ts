/** Facts beside a log line. Values are redacted once more at the sink. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where a room writes what happened. Made by `log-sink.ts`; a child adds fields to every line. */
export interface Log {
	debug(message: string, fields?: LogFields): void;
	info(message: string, fields?: LogFields): void;
	warn(message: string, fields?: LogFields): void;
	error(message: string, fields?: LogFields): void;
	child(fields: LogFields): Log;
}
