/** The code of the error that `run` throws, for `expect(...).toBe("key_invalid")`. */
export function codeOf(run: () => unknown): unknown {
	try {
		run();
	} catch (error) {
		return error instanceof Error && "code" in error ? error.code : error;
	}
	return "nothing was thrown";
}
