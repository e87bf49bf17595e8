import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Tokens } from "../api/tokens.ts";
import { constantTimeEqual, sha256 } from "../crypto/digest.ts";
import { randomBytes } from "../crypto/random.ts";
import { Fault } from "../kernel/fault.ts";
import { latin1 } from "../wire/bytes.ts";

const accessSchema = z.strictObject({ url: z.url(), token: z.string() });

/** Where the daemon of a data directory is reached, and with what. */
export type LocalAccess = Readonly<z.infer<typeof accessSchema>>;

interface GrantedAccess {
	/** The configured tokens, and the local one. */
	readonly tokens: Tokens;
	/** Tells the commands of this machine where to call. */
	announce(url: string): void;
	close(): Promise<void>;
}

/**
 * Who may read the data directory may use the daemon: a token that lives as long as the daemon does lies in a file of
 * mode 0600, so that `tillbridge` commands of the same user need none.
 */
export function grantLocalAccess(dataDirectory: string, tokens: Tokens): GrantedAccess {
	const path = accessPath(dataDirectory);
	const secret = `local_${Buffer.from(randomBytes(32)).toString("base64url")}`;
	const digest = sha256(latin1(secret));
	const local = { id: "tok_local", name: "local command", scopes: ["admin"], createdAt: 0 } as const;
	return {
		tokens: {
			...tokens,
			verify: (given) => (isSame(given, digest) ? local : tokens.verify(given)),
		},
		announce(url) {
			const temporary = `${path}.new`;
			rmSync(temporary, { force: true });
			writeFileSync(temporary, JSON.stringify({ url, token: secret } satisfies LocalAccess), {
				mode: 0o600,
				flag: "wx",
			});
			renameSync(temporary, path);
		},
		async close() {
			rmSync(path, { force: true });
		},
	};
}

/**
 * How to reach the daemon of a data directory.
 * @throws Fault `daemon_unreachable` when none has announced itself
 */
export function findLocalAccess(dataDirectory: string): LocalAccess {
	const path = accessPath(dataDirectory);
	try {
		return accessSchema.parse(JSON.parse(readFileSync(path, "utf8")));
	} catch (cause) {
		throw new Fault("daemon_unreachable", {
			detail: `No daemon has announced itself in ${dataDirectory}`,
			context: { path },
			cause,
		});
	}
}

function accessPath(dataDirectory: string): string {
	return join(dataDirectory, "local-access.json");
}

/** Header values are Latin-1; anything else is no token of ours. */
function isSame(given: string, digest: Uint8Array): boolean {
	return /^local_[\w-]+$/.test(given) && constantTimeEqual(sha256(latin1(given)), digest);
}
