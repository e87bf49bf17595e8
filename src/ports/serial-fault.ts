import { constants } from "node:fs";
import { access, readFile, realpath, stat } from "node:fs/promises";
import { Fault } from "../kernel/fault.ts";
import { findPortHolder } from "./port-holder.ts";

/**
 * The device node behind a path, usually a stable link such as `/dev/pos/pinpad0`.
 * @throws Fault `E_NOHARDWARE` when there is none, `E_OFFLINE` (`no_permission`) when it may not be opened
 */
export async function findNode(path: string): Promise<string> {
	let node: string;
	try {
		node = await realpath(path);
	} catch (cause) {
		throw new Fault("E_NOHARDWARE", { detail: `${path} does not exist`, context: { path }, cause });
	}
	try {
		await access(node, constants.R_OK | constants.W_OK);
	} catch (cause) {
		throw await noPermission(path, node, cause);
	}
	return node;
}

/** What the failed opening of an existing node means. The binding gives no codes, only the system's words. */
export async function openFault(path: string, node: string, cause: Error): Promise<Fault> {
	if (/cannot lock|busy|temporarily unavailable/i.test(cause.message)) {
		const found = await findPortHolder(node);
		return new Fault("E_CLAIMED", {
			detail: `${path} is held by ${found === undefined ? "another program" : `${found.holder} (${found.pid})`}`,
			context: found === undefined ? { path } : { path, ...found },
			cause,
		});
	}
	if (/no such (file|device)/i.test(cause.message)) {
		return new Fault("E_NOHARDWARE", { detail: `${path} is gone`, context: { path }, cause });
	}
	return new Fault("E_OFFLINE", { detail: `${path} cannot be opened: ${cause.message}`, context: { path }, cause });
}

async function noPermission(path: string, node: string, cause: unknown): Promise<Fault> {
	const group = await groupOf(node);
	return new Fault("E_OFFLINE", {
		extended: "no_permission",
		detail: `no permission for ${path}: add the service user to group ${group}, then restart the service`,
		context: { path, group },
		cause,
	});
}

async function groupOf(node: string): Promise<string> {
	try {
		const { gid } = await stat(node);
		const groups = (await readFile("/etc/group", "utf8")).split("\n").map((line) => line.split(":"));
		return groups.find((fields) => fields[2] === String(gid))?.[0] ?? String(gid);
	} catch {
		return "dialout";
	}
}
