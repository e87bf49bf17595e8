import { Fault } from "../../kernel/fault.ts";
import { type Cryptoki, cryptokiNumbers, loadCryptoki } from "./pkcs11-module.ts";

/** Which token, by the path of its module and its label. */
export interface TokenAddress {
	readonly module: string;
	readonly tokenLabel: string;
}

/** A token that was logged in to. */
export interface TokenSession {
	readonly cryptoki: Cryptoki;
	readonly handle: Buffer;
	close(): void;
}

/**
 * Opens a token of this process alone and logs in as its user.
 * @throws Fault `pkcs11_unavailable`, `token_refused` (no such token, wrong PIN, in use)
 */
export function openToken({ module, tokenLabel }: TokenAddress, pin: string): TokenSession {
	const cryptoki = loadCryptoki(module);
	const close = (): void => {
		// Closes every session and logs out.
		tryOut(() => cryptoki.C_Finalize());
		cryptoki.close();
	};
	try {
		return withToken(() => {
			cryptoki.C_Initialize();
			const slot = cryptoki
				.C_GetSlotList(true)
				.find((candidate) => cryptoki.C_GetTokenInfo(candidate).label.trimEnd() === tokenLabel);
			if (slot === undefined) {
				throw new Fault("token_refused", { detail: `There is no token "${tokenLabel}"`, context: { module } });
			}
			const handle = cryptoki.C_OpenSession(slot, cryptokiNumbers.rwSession);
			cryptoki.C_Login(handle, cryptokiNumbers.user, pin);
			return { cryptoki, handle, close };
		});
	} catch (error) {
		close();
		throw error;
	}
}

/**
 * Does something with a token.
 * @throws Fault `token_refused` with the name of the result, for example `CKR_PIN_INCORRECT`, as `extended`
 */
export function withToken<Result>(work: () => Result): Result {
	try {
		return work();
	} catch (error) {
		if (error instanceof Error && error.message.startsWith("CKR_")) {
			throw new Fault("token_refused", {
				detail: `The token says ${error.message}`,
				extended: error.message,
				cause: error,
			});
		}
		throw error;
	}
}

function tryOut(work: () => void): void {
	try {
		work();
	} catch {
		// There is nothing left to close.
	}
}
