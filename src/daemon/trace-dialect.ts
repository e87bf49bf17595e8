import { readFileSync } from "node:fs";
import type { AcquirerConfig, Config } from "../config/config.ts";
import type { Dialect } from "../diagnostics/dialect.ts";
import { deviceDialect } from "../diagnostics/dialects/device-dialects.ts";
import { hostDialect } from "../diagnostics/dialects/host.ts";
import type { TraceHeader } from "../diagnostics/trace-file.ts";
import { type Codec, compileSpec } from "../iso8583/codec.ts";
import { messageSpecSchema } from "../iso8583/message-spec.ts";
import { shippedData } from "./shipped-data.ts";

/** The compiled field table of a profile. */
export function profileCodec(profile: AcquirerConfig["profile"]): Codec {
	const path = shippedData(`iso8583/${profile}.json`);
	return compileSpec(messageSpecSchema.parse(JSON.parse(readFileSync(path, "utf8"))));
}

/** The language of the line to an acquirer. */
export function acquirerDialect({ profile, tpdu, header }: AcquirerConfig, codec: Codec): Dialect {
	const prefixBytes = (tpdu.length + (header?.length ?? 0)) / 2;
	return hostDialect({ name: profile, codec, prefixBytes });
}

/** The language a trace was recorded in: a driver's, or that of a configured acquirer. */
export function traceDialect({ kind, line, dialect }: TraceHeader, { acquirers }: Pick<Config, "acquirers">): Dialect {
	const acquirer = kind === "acquirer" ? acquirers.find(({ id }) => id === line) : undefined;
	return acquirer === undefined ? deviceDialect(dialect) : acquirerDialect(acquirer, profileCodec(acquirer.profile));
}
