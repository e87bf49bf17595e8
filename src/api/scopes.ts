/** What a token may be used for. */
export const scopes = ["read", "sell", "operate", "admin"] as const;

export type Scope = (typeof scopes)[number];

/** A till that sells must see what it sold, and a technician what he tests: those scopes hold `read` in them. */
const holds: Readonly<Record<Scope, readonly Scope[]>> = {
	read: ["read"],
	sell: ["read", "sell"],
	operate: ["read", "operate"],
	admin: ["read", "sell", "operate", "admin"],
};

/** True when one of the granted scopes holds the needed one. */
export function mayUse(granted: readonly Scope[], needed: Scope): boolean {
	return granted.some((scope) => holds[scope].includes(needed));
}
