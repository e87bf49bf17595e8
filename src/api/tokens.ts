import { constantTimeEqual, sha256 } from "../crypto/digest.ts";
import { randomBytes, randomId } from "../crypto/random.ts";
import type { Clock } from "../kernel/clock.ts";
import { Fault } from "../kernel/fault.ts";
import { latin1 } from "../wire/bytes.ts";
import { fromHex, toHex } from "../wire/hex.ts";
import type { Scope } from "./scopes.ts";
import { TokenFile, type TokenRecord } from "./token-file.ts";

/** A token as everybody may see it. */
export interface Token {
	readonly id: string;
	readonly name: string;
	readonly scopes: readonly Scope[];
	/** Milliseconds since 1970-01-01 UTC. */
	readonly createdAt: number;
}

/** The tokens of one daemon, in a file of mode 0600 that holds digests only. Every method throws Fault `tokens_unusable`. */
export interface Tokens {
	/** `secret` is what the client sends; it cannot be shown again. */
	create(name: string, scopes: readonly Scope[]): { readonly token: Token; readonly secret: string };
	list(): readonly Token[];
	/** At once, also in a daemon that runs. @throws Fault `token_unknown` */
	revoke(id: string): Token;
	/** The token of a secret; undefined when there is none (any more). */
	verify(secret: string): Token | undefined;
}

const secretForm = /^tbk_[A-Za-z0-9_-]{43}$/;

/** Opens the tokens of a file, which need not exist yet. */
export function openTokens(path: string, clock: Clock): Tokens {
	const file = new TokenFile(path);
	return {
		create(name, scopes) {
			const secret = `tbk_${Buffer.from(randomBytes(32)).toString("base64url")}`;
			const record: TokenRecord = {
				id: randomId("tok_"),
				name,
				scopes: [...scopes],
				sha256: digest(secret),
				createdAt: clock.now(),
			};
			file.update((records) => [...records, record]);
			return { token: shown(record), secret };
		},
		list: () => file.read().map(shown),
		revoke(id) {
			const record = file.read().find((one) => one.id === id);
			if (record === undefined) {
				throw new Fault("token_unknown", { context: { id } });
			}
			file.update((records) => records.filter((one) => one.id !== id));
			return shown(record);
		},
		verify(secret) {
			const found = secretForm.test(secret) ? find(file.read(), secret) : undefined;
			return found === undefined ? undefined : shown(found);
		},
	};
}

/** Every record is compared, whether one was found or not. */
function find(records: readonly TokenRecord[], secret: string): TokenRecord | undefined {
	const wanted = sha256(latin1(secret));
	return records.filter((record) => constantTimeEqual(fromHex(record.sha256), wanted))[0];
}

function digest(secret: string): string {
	return toHex(sha256(latin1(secret))).toLowerCase();
}

function shown({ id, name, scopes, createdAt }: TokenRecord): Token {
	return { id, name, scopes, createdAt };
}
