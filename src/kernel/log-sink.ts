import winston from "winston";
import type { Log, LogFields } from "./log.ts";
import { redact } from "./redact.ts";
import { redactText } from "./redact-text.ts";

const levels = { error: 0, warn: 1, info: 2, debug: 3 } as const;

type LogLevel = keyof typeof levels;

export interface LogOptions {
	/** `people`: one readable line; `json`: one object a line. */
	readonly format: "people" | "json";
	/** The least important level that is written. */
	readonly level: LogLevel;
	readonly destination: NodeJS.WritableStream;
}

/** Opens the daemon's log. Redaction is the first link of the format chain: nothing reaches the stream around it. */
export function openLog({ format, level, destination }: LogOptions): Log {
	const render = format === "json" ? renderJson : renderForPeople;
	const logger = winston.createLogger({
		levels,
		level,
		format: winston.format.combine(redaction(), winston.format.timestamp(), winston.format.printf(render)),
		transports: [new winston.transports.Stream({ stream: destination })],
	});
	return bind(logger, {});
}

function bind(logger: winston.Logger, bound: LogFields): Log {
	const write = (level: LogLevel) => (message: string, fields?: LogFields) => {
		// Facts travel under a name of their own: winston would mix a field called `message` into the line.
		logger.log({ level, message, fields: { ...bound, ...fields } });
	};
	return {
		debug: write("debug"),
		info: write("info"),
		warn: write("warn"),
		error: write("error"),
		child: (fields) => bind(logger, { ...bound, ...fields }),
	};
}

const redaction = winston.format((info) =>
	Object.assign(info, { message: redactText(String(info.message)), fields: redact(info["fields"]) }),
);

function renderJson({ level, message, timestamp, fields }: winston.Logform.TransformableInfo): string {
	const head = { time: timestamp, level, message };
	return JSON.stringify({ ...head, ...fieldsOf(fields), ...head });
}

function renderForPeople({ level, message, timestamp, fields }: winston.Logform.TransformableInfo): string {
	const facts = Object.entries(fieldsOf(fields))
		.filter(([, value]) => value !== undefined)
		.map(([name, value]) => ` ${name}=${showValue(value)}`);
	return `${String(timestamp)} ${level.toUpperCase().padEnd(5)} ${oneLine(String(message))}${facts.join("")}`;
}

function fieldsOf(fields: unknown): object {
	return typeof fields === "object" && fields !== null ? fields : {};
}

function showValue(value: unknown): string {
	return typeof value === "string" && /^[^\s"=\p{Cc}]+$/u.test(value) ? value : JSON.stringify(value);
}

/** A device's own words must not begin a line of our log. */
function oneLine(text: string): string {
	return text.replaceAll(/\p{Cc}/gu, " ");
}
