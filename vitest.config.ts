import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Most of the time a process of ours needs to start goes into compiling the same files again. */
const compileCache = fileURLToPath(new URL("node_modules/.cache/node-compile", import.meta.url));

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		exclude: ["test/hil/**", "test/torture/**"],
		testTimeout: 20_000,
		// Most tests wait for lines and processes, so that two go well together even on two cores.
		maxWorkers: Math.max(2, availableParallelism() - 1),
		env: { NODE_COMPILE_CACHE: compileCache },
	},
});
