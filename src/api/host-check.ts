import { Fault } from "../kernel/fault.ts";

/** Where the API listens and who may call it, as configured. */
export interface HostRules {
	readonly host: string;
	/** Further host names under which the API may be called. */
	readonly names: readonly string[];
	/** Web pages that may call the API, as `https://till.example`. */
	readonly origins: readonly string[];
}

const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];
const anyAddress: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/**
 * Refuses a request under a name that is not ours: a web page whose own name was pointed at this machine
 * (DNS rebinding) still sends its own name. An address cannot be rebound, so any will do when we listen on all.
 * @throws Fault `host_header_refused`
 */
export function checkHost(rules: HostRules, header: string | undefined): void {
	const name = hostName(header ?? "");
	const ours = [...loopbackNames, bracketed(rules.host), ...rules.names].map((one) => one.toLowerCase());
	if (!ours.includes(name) && !(anyAddress.has(rules.host) && isAddress(name))) {
		throw new Fault("host_header_refused");
	}
}

/**
 * The origin of a web page that may call: one of the configured, or the API's own.
 * Undefined when no page calls: tills and commands send no `Origin`.
 * @throws Fault `origin_refused`
 */
export function allowedOrigin(
	rules: HostRules,
	headers: { readonly origin?: string | undefined; readonly host?: string | undefined },
): string | undefined {
	const { origin, host } = headers;
	if (origin === undefined) {
		return undefined;
	}
	if (!rules.origins.includes(origin) && origin !== `http://${host}`) {
		throw new Fault("origin_refused");
	}
	return origin;
}

/** The name in a `Host` header, without its port (RFC 9110, 7.2). */
function hostName(header: string): string {
	return header.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
}

function bracketed(host: string): string {
	return host.includes(":") ? `[${host}]` : host;
}

function isAddress(name: string): boolean {
	return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name);
}
