// Where the installed `bank-copilot` is: the setting, else PATH, else where pipx and uv put programs of a user.
// Never a path relative to the workspace: a repository must not choose what is started.

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

const NAMES = process.platform === "win32" ? ["bank-copilot.exe"] : ["bank-copilot"];

/** The program, or undefined when there is none where we look. */
export async function find(configured: string): Promise<string | undefined> {
  if (configured !== "") {
    const path = configured.startsWith("~/") ? join(homedir(), configured.slice(2)) : configured;
    return isAbsolute(path) && (await runs(path)) ? path : undefined;
  }
  const folders = (process.env.PATH ?? "").split(delimiter).filter(isAbsolute);
  for (const folder of [...folders, join(homedir(), ".local", "bin")]) {
    for (const name of NAMES) {
      const path = join(folder, name);
      if (await runs(path)) {
        return path;
      }
    }
  }
  return undefined;
}

async function runs(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
