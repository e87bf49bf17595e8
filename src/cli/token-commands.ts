import type { Scope } from "../api/scopes.ts";
import type { Tokens } from "../api/tokens.ts";
import { type ConsoleIo, moment, show, table } from "./console-io.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

/** `tokens create`: the secret is shown this once. */
export function createToken(io: ConsoleIo, tokens: Tokens, name: string, scopes: readonly Scope[]): ExitCode {
	const { token, secret } = tokens.create(name, scopes);
	show(io, { ...token, secret }, [secret]);
	if (!io.json) {
		io.error(`Token ${token.id} (${token.name}: ${token.scopes.join(", ")}). It cannot be shown again.`);
	}
	return exitCodes.done;
}

/** `tokens list` */
export function listTokens(io: ConsoleIo, tokens: Tokens): ExitCode {
	const list = tokens.list();
	const rows = list.map(({ id, name, scopes, createdAt }) => [id, name, scopes.join(","), moment(createdAt)]);
	show(
		io,
		{ tokens: list },
		list.length === 0 ? ["There are no tokens."] : table(["id", "name", "scopes", "created"], rows),
	);
	return exitCodes.done;
}

/** `tokens revoke`: at once, also for a daemon that runs. */
export function revokeToken(io: ConsoleIo, tokens: Tokens, id: string): ExitCode {
	const token = tokens.revoke(id);
	show(io, token, [`Revoked ${token.id} (${token.name}).`]);
	return exitCodes.done;
}
