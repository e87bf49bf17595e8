import { Fault } from "../../../src/kernel/fault.ts";
import type { KeyTerminal } from "../../../src/keys/ceremony/key-terminal.ts";
import { latin1 } from "../../../src/wire/bytes.ts";
import { passphrases } from "./test-vault.ts";

/** A terminal whose people type these lines; remembers what the screen showed. */
export interface ScriptedTerminal extends KeyTerminal {
	readonly screen: readonly string[];
	/** What was handed out as secret, to see that it gets wiped. */
	readonly secrets: readonly Uint8Array[];
	readonly unused: readonly string[];
}

export function scriptedTerminal(lines: readonly string[], kind: KeyTerminal["kind"] = "terminal"): ScriptedTerminal {
	const left = [...lines];
	const screen: string[] = [];
	const secrets: Uint8Array[] = [];
	const next = (prompt: string): string => {
		const line = left.shift();
		if (line === undefined) {
			throw new Fault("cancelled", { detail: `nobody answers "${prompt}"` });
		}
		return line;
	};
	return {
		kind,
		screen,
		secrets,
		unused: left,
		say: (line) => void screen.push(line),
		async ask(prompt) {
			const line = next(prompt);
			screen.push(prompt + line);
			return line;
		},
		async askSecret(prompt) {
			screen.push(prompt);
			const secret = latin1(next(prompt));
			secrets.push(secret);
			return secret;
		},
		clear: () => void screen.push("[clear]"),
		close: () => undefined,
	};
}

/** What a person types to show who they are. */
export function signIn(name: string): readonly string[] {
	return [name, passphrases[name] ?? ""];
}
