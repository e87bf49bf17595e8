/** What a token may be used for. */
export const scopes = ["read", "sell", "supervise", "operate", "admin"] as const;

export type Scope = (typeof scopes)[number];

/**
 * A till that sells must see what it sold, and a technician what he tests: those scopes hold `read` in them.
 * A supervisor's token allows what another token asks for, and nothing by itself.
 */
const holds: Readonly<Record<Scope, readonly Scope[]>> = {
	read: ["read"],
	sell: ["read", "sell"],
	supervise: ["supervise"],
	operate: ["read", "operate"],
	admin: ["read", "sell", "supervise", "operate", "admin"],
};

/** True when one of the granted scopes holds the needed one. */
export function mayUse(granted: readonly Scope[], needed: Scope): boolean {
	return granted.some((scope) => holds[scope].includes(needed));
}
