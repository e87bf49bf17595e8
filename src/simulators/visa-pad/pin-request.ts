import type { VisaPadOptions } from "./options.ts";

/** Packets that ask for a PIN. */
export type PinPacketId = "70" | "Z60" | "Z63";

/** What such a packet asks for. */
export interface PinRequest {
	readonly pan: string;
	/** Session key enciphered under the master key, hex; undefined for DUKPT. */
	readonly sessionKey: string | undefined;
	readonly minLength: number;
	readonly maxLength: number;
	readonly nullAllowed: boolean;
	readonly timeoutMs: number;
}

const fs = "\x1c";
const dukpt = "DUKPT ENCRYPTION";
const timeoutStepMs = 30_000;
const usualTimeoutSteps = 9;
const usual = { minLength: 4, maxLength: 12, nullAllowed: false } as const;

/** Reads the data of a PIN packet, from its dot on; undefined when it is not one of this dialect. */
export function parsePinRequest(
	dialect: VisaPadOptions["dialect"],
	id: PinPacketId,
	data: string,
): PinRequest | undefined {
	const [pan = "", ...fields] = data.slice(1).split(fs);
	if (!data.startsWith(".") || !/^\d{8,19}$/.test(pan)) {
		return undefined;
	}
	const request = dialect === "uic" ? uicFields(id, fields) : verifoneFields(id, fields);
	return request === undefined ? undefined : { pan, ...request };
}

type Fields = Omit<PinRequest, "pan">;

/** A key, for 70 with an amount behind it, or nothing of both under DUKPT; then the time limit. */
function uicFields(id: PinPacketId, fields: readonly string[]): Fields | undefined {
	const isTimeout = (field: string | undefined): boolean => field !== undefined && /^[1-9]$/.test(field);
	const last = fields.at(-1);
	const timeoutMs = (isTimeout(last) ? Number(last) : usualTimeoutSteps) * timeoutStepMs;
	const [field = "", ...more] = isTimeout(last) ? fields.slice(0, -1) : fields;
	if (more.length > 0 || id === "Z63") {
		return undefined;
	}
	const isDukpt = id === "70" ? /^[DC][\d.]{4,8}$/.test(field) : field === "";
	if (isDukpt) {
		return { ...usual, sessionKey: undefined, timeoutMs };
	}
	const sessionKey = (id === "70" ? /^([\dA-F]{32}|[\dA-F]{16})[\d.]{0,8}$/ : /^([\dA-F]{32}|[\dA-F]{16})$/).exec(
		field,
	);
	return sessionKey === null ? undefined : { ...usual, sessionKey: sessionKey[1], timeoutMs };
}

/** A key or the words that stand for DUKPT; for Z63 then shortest, longest, none allowed, and what is shown for a digit. */
function verifoneFields(id: PinPacketId, [field = "", ...more]: readonly string[]): Fields | undefined {
	const match = new RegExp(`^(${dukpt}|[\\dA-F]{32}|[\\dA-F]{16})(.*)$`).exec(field);
	if (match === null || more.length > 0) {
		return undefined;
	}
	const [, key = "", rest = ""] = match;
	const lengths = id === "Z63" ? lengthsOf(rest) : usual;
	const timeoutMs = usualTimeoutSteps * timeoutStepMs;
	return lengths && { ...lengths, sessionKey: key === dukpt ? undefined : key, timeoutMs };
}

function lengthsOf(text: string): Pick<Fields, "minLength" | "maxLength" | "nullAllowed"> | undefined {
	const match = /^(0[4-9]|1[0-2])(0[4-9]|1[0-2])([YN])[\x20-\x7e]$/.exec(text);
	const [, min, max, nullAllowed] = match ?? [];
	return match === null || Number(min) > Number(max)
		? undefined
		: { minLength: Number(min), maxLength: Number(max), nullAllowed: nullAllowed === "Y" };
}
