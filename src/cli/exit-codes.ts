/** What a command's end says to a script. */
export const exitCodes = {
	done: 0,
	failed: 1,
	usage: 2,
	/** The host or the cardholder said no; no money moved. */
	declined: 3,
	/** Whether money moved is not known yet: look it up, never sell again under a new key. */
	unknown: 4,
	/** No daemon answers. */
	unreachable: 5,
	/** The configuration has mistakes. */
	configuration: 78,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
