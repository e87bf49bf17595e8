import { readFileSync } from "node:fs";
import { type Codec, compileSpec } from "../../src/iso8583/codec.ts";
import { messageSpecSchema } from "../../src/iso8583/message-spec.ts";

/** A shipped field table, compiled. */
export function shippedCodec(name: "unionpay" | "iso87-ascii" | "iso87-binary"): Codec {
	const path = new URL(`../../config/iso8583/${name}.json`, import.meta.url);
	return compileSpec(messageSpecSchema.parse(JSON.parse(readFileSync(path, "utf8"))));
}
