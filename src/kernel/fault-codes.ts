/**
 * Every way the daemon can refuse or fail, in one table: the stable code, what it means, what a person does about it.
 * `status` is the HTTP status of the problem document, `retryable` says whether the same request may simply be sent again.
 * Device codes are UnifiedPOS result codes; the others are named by their room.
 */
interface FaultInfo {
	readonly title: string;
	readonly action: string;
	readonly status: number;
	readonly retryable: boolean;
}

const fault = (status: number, retryable: boolean, title: string, action: string): FaultInfo => ({
	title,
	action,
	status,
	retryable,
});

export const faultCodes = {
	// devices (UnifiedPOS)
	E_CLOSED: fault(503, true, "The device is not open", "Wait until the daemon has opened it, or check its port."),
	E_CLAIMED: fault(409, true, "Another program holds the device", "Stop the program named as holder, then retry."),
	E_DISABLED: fault(503, true, "The device is switched off in the configuration", "Enable the device and restart."),
	E_ILLEGAL: fault(422, false, "The device cannot do this", "Use a device or a setting that supports it."),
	E_NOHARDWARE: fault(503, true, "The device is not connected", "Check cable and power; it comes back by itself."),
	E_OFFLINE: fault(503, true, "The device is offline", "Check cable and power; it comes back by itself."),
	E_NOEXIST: fault(404, false, "There is no such device", "Use an id from `tillbridge devices`."),
	E_FAILURE: fault(502, false, "The device failed", "See the extended code; power-cycle the device if it repeats."),
	E_TIMEOUT: fault(504, true, "The device did not answer in time", "Check cable, line speed and power of the device."),
	E_BUSY: fault(409, true, "The device is busy", "Wait for the running operation to end."),
	E_EXTENDED: fault(502, false, "The device reports a special condition", "See the extended code."),
	// waiting
	deadline_passed: fault(504, true, "A step took longer than its limit", "Retry; see the name of the step."),
	cancelled: fault(409, false, "The operation was cancelled", "Start again when ready."),
	// bytes and messages
	message_invalid: fault(502, false, "A message is malformed", "Compare the host's field table with the profile."),
	// configuration and start-up
	config_invalid: fault(500, false, "The configuration is not valid", "Run `tillbridge config check`."),
	config_unreadable: fault(500, false, "The configuration cannot be read", "Check path, owner and mode of the file."),
	runtime_too_old: fault(500, false, "Node.js is too old", "Start with Node.js 24 or newer."),
	address_in_use: fault(500, false, "The API address is in use", "Stop the other daemon or choose another port."),
	// journal
	journal_locked: fault(503, false, "Another daemon uses this journal", "Stop it; one journal has one daemon."),
	journal_unwritable: fault(507, true, "The journal cannot be written", "Free disk space; nothing was sent meanwhile."),
	journal_corrupt: fault(
		500,
		false,
		"The journal's hash chain is broken",
		"Keep the file, restore a backup, call support.",
	),
	journal_newer: fault(500, false, "A newer Tillbridge wrote this journal", "Install that version or a later one."),
	key_file_unsafe: fault(500, false, "The data key file is unsafe or wrong", "Give it mode 0600 and its own owner."),
	// host line
	host_unreachable: fault(
		503,
		true,
		"The acquirer cannot be reached",
		"Check network and host address; no money moved.",
	),
	host_exchange_pending: fault(
		409,
		true,
		"A request with this trace number is under way",
		"Wait until it has ended; nothing was sent.",
	),
	host_line_lost: fault(502, true, "The line to the acquirer was lost", "The daemon reverses what is in doubt."),
	host_silent: fault(504, true, "The acquirer did not answer in time", "The daemon reverses what is in doubt."),
	host_answer_wrong: fault(502, true, "The acquirer's answer is not acceptable", "See the cause; call the acquirer."),
	host_refused: fault(
		502,
		true,
		"The acquirer refused the service message",
		"See the response code; call the acquirer.",
	),
	mac_wrong: fault(502, true, "The MAC of the acquirer's answer is wrong", "Sign in again; check the master key."),
	// keys
	keys_missing: fault(503, true, "The PIN pad holds no working keys", "Sign in; if that fails, check the master key."),
	key_check_failed: fault(502, false, "A key check value differs", "Check the master key with the acquirer."),
	keys_lost: fault(503, false, "The PIN pad has lost its keys", "Send the pad to key injection."),
	keys_locked: fault(503, true, "Another process works with these keys", "Let it end; one key folder has one user."),
	vault_missing: fault(404, false, "There is no vault in this folder", "Create one; two people are needed."),
	vault_exists: fault(409, false, "There is a vault in this folder already", "Use it, or name another folder."),
	vault_unsafe: fault(500, false, "Others may read or change the vault", "Give it mode 0600 and its own owner."),
	vault_damaged: fault(500, false, "The vault does not verify", "Restore a backup; find out who changed the file."),
	vault_newer: fault(500, false, "A newer Tillbridge wrote this vault", "Install that version or a later one."),
	vault_purpose_differs: fault(
		409,
		false,
		"Test keys and production keys do not mix",
		"Use the vault made for this purpose; `--test-keys` goes with a test vault only.",
	),
	passphrase_wrong: fault(403, false, "The passphrase is wrong", "Type it again; look at the caps lock key."),
	passphrase_weak: fault(422, false, "The passphrase is too short", "Use at least 12 characters."),
	custodian_unknown: fault(404, false, "The vault knows no such custodian", "Use a name the vault was made with."),
	custodian_twice: fault(403, false, "Dual control needs two different people", "Call the second custodian."),
	key_unknown: fault(404, false, "The vault holds no such key", "Use a name of `tillbridge keys slots`."),
	key_exists: fault(409, false, "The vault holds a key of this name", "Choose another name."),
	key_not_lendable: fault(
		422,
		false,
		"A token never gives a key out",
		"Hold this key in a sealed file, or let the sender encipher it under a key that the pad holds.",
	),
	component_invalid: fault(422, false, "This is no key component", "Type all hex digits of the form again."),
	key_weak: fault(422, false, "The key is too weak", "Ask its owner for a full-strength key."),
	test_key_refused: fault(403, false, "This is a published test key", "Use a secret key, or a test vault."),
	kcv_differs: fault(
		422,
		false,
		"The check value is not the expected one",
		"Do not use the key; compare with its owner's form.",
	),
	kek_weaker: fault(
		422,
		false,
		"A key must not travel under a weaker one",
		"Ask for it under a key at least as strong.",
	),
	key_block_unverified: fault(
		422,
		false,
		"The key block does not verify",
		"Ask for it again; check under which key it was made.",
	),
	key_block_version_refused: fault(422, false, "This key block version is refused", "Ask for version B or D."),
	key_block_mismatch: fault(
		422,
		false,
		"The key block is for something else than the slot",
		"Correct the manifest, or ask for the right key.",
	),
	key_duplicate: fault(409, false, "This key is in another slot already", "Every slot of every pad needs its own key."),
	ksn_reused: fault(409, false, "This key serial number was given out before", "Take the next device id."),
	slot_unsuitable: fault(422, false, "The pad has no such slot for this key", "Correct slot or role in the manifest."),
	pad_unknown: fault(403, false, "This pad is not in the inventory", "Add it to the inventory, or set it aside."),
	pad_not_listed: fault(409, false, "This pad is not in the manifest", "Connect a pad of the list."),
	pad_changed: fault(409, false, "Another pad answers than before", "Connect the pads one after the other."),
	clear_load_refused: fault(
		403,
		false,
		"A clear key goes only into an empty or test pad",
		"Name a key the pad holds as `kek`; clear loading needs a test vault.",
	),
	key_unproven: fault(
		502,
		false,
		"The pad gives no proof of the key",
		"Load it again; set the pad aside if it repeats.",
	),
	manifest_invalid: fault(422, false, "The manifest has mistakes", "Correct the line named."),
	record_damaged: fault(500, false, "The key record's hash chain is broken", "Keep the file; call the auditor."),
	record_unwritable: fault(507, true, "The key record cannot be written", "Free disk space; nothing was loaded."),
	pkcs11_unavailable: fault(
		500,
		false,
		"PKCS#11 is not available here",
		"Install the package `pkcs11js` and name the module of the token.",
	),
	token_refused: fault(502, false, "The token refused", "See the cause; check module, label and PIN of the token."),
	piped_input_refused: fault(403, false, "Components are typed, not piped", "Use a terminal, or a test vault."),
	// payments
	lane_unknown: fault(404, false, "There is no such lane", "Use a lane of the configuration."),
	lane_busy: fault(409, true, "The lane is busy with another transaction", "Wait for it, or cancel it."),
	lane_not_ready: fault(503, true, "The lane is not ready to take money", "See the reasons; cure them and retry."),
	reversal_pending: fault(
		503,
		true,
		"An earlier payment must be reversed first",
		"Wait for the line; it is retried by itself.",
	),
	interrupted: fault(503, true, "The daemon stopped before anything was sent", "Start the sale again; no money moved."),
	shutting_down: fault(503, true, "The daemon is shutting down", "Retry when it has started again."),
	sign_in_failed: fault(502, true, "The terminal could not sign in", "See the cause; check the master key."),
	card_invalid: fault(422, false, "The card data is not usable", "Read the card again or key it in."),
	transaction_unknown: fault(404, false, "There is no such transaction", "Check the id or reference."),
	too_late_to_cancel: fault(409, false, "The payment is already with the acquirer", "Wait for its outcome."),
	reference_reused: fault(409, false, "This reference was used today on this lane", "Use a new reference per sale."),
	idempotency_key_missing: fault(
		400,
		false,
		"The Idempotency-Key header is missing",
		"One key per sale, same key on every retry.",
	),
	idempotency_key_reused: fault(
		422,
		false,
		"This Idempotency-Key was used with another request",
		"One key per sale, same key on every retry.",
	),
	earlier_unknown: fault(404, false, "There is no such earlier payment", "Check its id, or give its reference data."),
	earlier_incomplete: fault(
		422,
		false,
		"Too little is known of the earlier payment",
		"Give its retrieval reference, approval code and date as printed on its slip.",
	),
	earlier_unsuitable: fault(422, false, "The earlier payment cannot be corrected like this", "See the detail."),
	earlier_busy: fault(409, true, "The earlier payment is being corrected already", "Wait for that to end."),
	already_corrected: fault(409, false, "The earlier payment was corrected before", "See the transaction named."),
	already_settled: fault(409, false, "The earlier payment has been settled", "Refund it instead."),
	amount_exceeded: fault(422, false, "The amount is more than is left of the earlier payment", "See the detail."),
	too_old: fault(422, false, "The earlier payment is too old for this", "Call the acquirer."),
	card_differs: fault(422, false, "This is not the card of the earlier payment", "Use the same card."),
	supervisor_needed: fault(403, false, "A supervisor must allow this", "Let a supervisor present a token."),
	receipt_unavailable: fault(404, false, "There is no receipt yet", "Wait for the transaction to finish."),
	reversal_unknown: fault(404, false, "There is no such open reversal", "See `tillbridge reversals`."),
	// diagnostics
	trace_invalid: fault(
		422,
		false,
		"This is no trace that can be used",
		"Record it again with `tillbridge trace record`.",
	),
	report_refused: fault(
		422,
		false,
		"The report would hold card data or keys",
		"Nothing was written; see the places named, and call support.",
	),
	// api
	request_invalid: fault(400, false, "The request is not valid", "See the errors and the API description."),
	unauthorized: fault(401, false, "A valid token is needed", "Create one with `tillbridge tokens create`."),
	forbidden: fault(403, false, "The token or the caller may not do this", "Use a token with the scope named."),
	acquirer_unknown: fault(404, false, "There is no such acquirer", "Use an acquirer that a lane of /v1/lanes names."),
	host_header_refused: fault(403, false, "The Host header is not ours", "Call the API under its loopback name."),
	origin_refused: fault(403, false, "This web page may not call the API", "Add its origin to `listen.origins`."),
	route_unknown: fault(404, false, "There is no such route", "See /openapi.json."),
	request_too_large: fault(413, false, "The request body is too large", "Send only what the API description names."),
	media_type_refused: fault(415, false, "The body is not JSON", "Send it as application/json."),
	rate_limited: fault(429, true, "Too many requests", "Slow down; see Retry-After."),
	token_unknown: fault(404, false, "There is no such token", "Use an id from `tillbridge tokens list`."),
	tokens_unusable: fault(
		500,
		false,
		"The tokens file cannot be used",
		"Give it its own owner and mode 0600; remove a `.new` file beside it that an interrupted command left.",
	),
	daemon_unreachable: fault(503, true, "No daemon answers", "Start it with `tillbridge start`, or check the address."),
	internal: fault(500, true, "The daemon failed unexpectedly", "See the log; report it with a support bundle."),
} as const satisfies Record<string, FaultInfo>;

export type FaultCode = keyof typeof faultCodes;
