import { fileURLToPath } from "node:url";

/** Path of a file or directory under `config/`, which is shipped with the package beside `src/` and `dist/`. */
export function shippedData(path: string): string {
	return fileURLToPath(new URL(`../../config/${path}`, import.meta.url));
}
