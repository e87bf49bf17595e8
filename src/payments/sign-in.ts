import type { HostAnswer, WorkingKeyCryptogram, WorkingKeyRole } from "../acquirers/profile.ts";
import type { LoadedKey } from "../journal/terminal-events.ts";
import { asFault, Fault } from "../kernel/fault.ts";
import { toHex } from "../wire/hex.ts";
import type { SignInResult } from "./payments.ts";
import type { Terminal } from "./terminal.ts";

/** Fewer check bytes than these prove nothing (PCI PIN 15-1 shows three). */
const leastCheckBytes = 3;

/**
 * Signs a terminal in: the host sends the working keys under the master key, the pad takes them over and proves each
 * by its check value. The caller holds the terminal's turn.
 * @throws Fault `E_ILLEGAL` where the host knows none; `sign_in_failed` with its cause: the terminal does not trade until a later sign-in succeeds
 */
export async function signIn(terminal: Terminal, signal: AbortSignal | undefined): Promise<SignInResult> {
	const brings = terminal.lane.acquirer.profile.signInBrings;
	if (brings === undefined) {
		throw new Fault("E_ILLEGAL", {
			detail: "This acquirer knows no sign-in: the keys in the pad are loaded by people",
		});
	}
	try {
		const answer = await askHost(terminal, signal);
		requireKeys(answer.workingKeys, brings);
		const keys = await loadKeys(terminal, answer.workingKeys, signal);
		const batch = answer.batch ?? terminal.status.batch;
		await terminal.record({ type: "signed_in", batch, businessDay: terminal.businessDay, keys });
		terminal.log.info("terminal signed in", { lane: terminal.lane.id, batch });
		return { lane: terminal.lane.id, batch, keys };
	} catch (error) {
		const cause = asFault(error);
		if (cause.code !== "journal_unwritable") {
			await terminal.record({ type: "sign_in_failed", code: cause.code, detail: cause.message });
		}
		throw new Fault("sign_in_failed", {
			detail: `Sign-in failed: ${cause.message}`,
			context: { ...cause.context, reason: cause.code },
			cause,
		});
	}
}

async function askHost(terminal: Terminal, signal: AbortSignal | undefined): Promise<HostAnswer> {
	const { profile, line, timers } = terminal.lane.acquirer;
	const trace = terminal.newTrace();
	const request = profile.signIn(terminal.lane.terminal, trace).seal(undefined);
	const bytes = await line.exchange(request, {
		answerMs: timers.answerMs,
		signal,
		beforeSend: () => terminal.record({ type: "sign_in_sent", stan: trace.stan }),
	});
	const answer = profile.readAnswer(request, bytes);
	if (answer.verdict === "declined") {
		const { cashier } = profile.meaning(answer.responseCode);
		throw new Fault("host_refused", {
			detail: `The acquirer refused the sign-in: ${answer.responseCode} ${cashier.en}`,
			context: { responseCode: answer.responseCode },
		});
	}
	return answer;
}

function requireKeys(cryptograms: readonly WorkingKeyCryptogram[], roles: readonly WorkingKeyRole[]): void {
	for (const role of roles) {
		if (!cryptograms.some((key) => key.role === role)) {
			throw new Fault("host_answer_wrong", { detail: `The acquirer sent no ${role}`, context: { role } });
		}
	}
}

async function loadKeys(
	terminal: Terminal,
	cryptograms: readonly WorkingKeyCryptogram[],
	signal: AbortSignal | undefined,
): Promise<readonly LoadedKey[]> {
	const loaded: LoadedKey[] = [];
	for (const key of cryptograms) {
		loaded.push(await loadKey(terminal, key, signal));
	}
	return loaded;
}

/** Whether the pad really has this key is known only from the check value that it computes itself. */
async function loadKey(
	terminal: Terminal,
	key: WorkingKeyCryptogram,
	signal: AbortSignal | undefined,
): Promise<LoadedKey> {
	const { role, cryptogram } = key;
	const computed = await terminal.lane.pinPad.use().updateKey({ role, cryptogram, at: terminal.slotOf(role) }, signal);
	const length = Math.min(computed.length, key.kcv.length);
	const [ours, theirs] = [toHex(computed.slice(0, length)), toHex(key.kcv.slice(0, length))];
	if (length < leastCheckBytes || ours !== theirs) {
		throw new Fault("key_check_failed", {
			detail: `The check value of the ${role} differs: the master key of pad and acquirer are not the same`,
			context: { role, device: terminal.lane.pinPad.id },
		});
	}
	return { role, kcv: ours.slice(0, leastCheckBytes * 2) };
}
