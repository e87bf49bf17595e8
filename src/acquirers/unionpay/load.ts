import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { asFault, Fault } from "../../kernel/fault.ts";
import { parseResponseCodes, type ResponseCodes } from "../response-codes.ts";
import { parseUnionPaySettings, type UnionPayOverrides, type UnionPaySettings } from "./settings.ts";

/** The data of a UnionPay acquirer. */
export interface UnionPayData {
	readonly settings: UnionPaySettings;
	readonly responseCodes: ResponseCodes;
}

/**
 * Reads `profile.yaml` and `response-codes.yaml` of a directory, normally `config/acquirers/unionpay`.
 * @throws Fault `config_unreadable`, `config_invalid`
 */
export function loadUnionPay(directory: string, overrides: UnionPayOverrides): UnionPayData {
	return {
		settings: parseUnionPaySettings(readYaml(join(directory, "profile.yaml")), overrides),
		responseCodes: parseResponseCodes(readYaml(join(directory, "response-codes.yaml"))),
	};
}

function readYaml(path: string): unknown {
	try {
		return parse(readFileSync(path, "utf8"));
	} catch (thrown) {
		throw new Fault("config_unreadable", { detail: asFault(thrown).message, context: { path }, cause: thrown });
	}
}
