import { z } from "zod";

/** The longest wait one request may ask for, seconds: a PIN entry and a slow host. */
const longestWaitSeconds = 300;

/** `?wait=`: seconds to wait for the end of the transaction. */
export const waitQuery = z
	.string()
	.regex(/^\d{1,3}$/, "must be whole seconds")
	.meta({ examples: ["30"] })
	.transform(Number)
	.refine((seconds) => seconds <= longestWaitSeconds, `must be at most ${longestWaitSeconds} seconds`)
	.optional()
	.meta({ description: `Seconds to wait for the end, at most ${longestWaitSeconds}` });

/** `Prefer: wait=N` (RFC 7240, 4.3). */
export const preferHeader = z
	.string()
	.optional()
	.meta({ description: "`wait=N`: seconds to wait for the end (RFC 7240)", examples: ["wait=30"] });

/** Seconds a `Prefer` header asks to wait. What it says otherwise is not understood, and so ignored (RFC 7240, 2). */
export function preferredWait(header: string | undefined): number | undefined {
	const wait = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?=[,;]|$)/i.exec(header ?? "")?.[1];
	return wait === undefined ? undefined : Math.min(Number(wait), longestWaitSeconds);
}
