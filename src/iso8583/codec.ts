import { compileDecoder, type Decoder } from "./decode.ts";
import { describeMessage, type FieldDescription } from "./describe.ts";
import { compileEncoder, type Encoder } from "./encode.ts";
import { compileTable } from "./field-table.ts";
import type { Message } from "./message.ts";
import type { MessageSpec } from "./message-spec.ts";

/** One dialect of ISO 8583, compiled from its table. */
export interface Codec extends Encoder, Decoder {
	readonly spec: MessageSpec;
	/** The message for people: closed by default, sensitive values masked. */
	describe(message: Message): readonly FieldDescription[];
}

/** Compiles a table once; the codec is used for every message after that. */
export function compileSpec(spec: MessageSpec): Codec {
	const table = compileTable(spec);
	return {
		spec,
		...compileEncoder(table),
		...compileDecoder(table),
		describe: (message) => describeMessage(spec, message),
	};
}
