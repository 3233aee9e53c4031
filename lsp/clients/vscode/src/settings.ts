// What the server is told of the settings: only what somebody chose. VS Code's own defaults would outweigh the
// project's file (`.bank-copilot.toml`), since the editor comes after it.

import * as vscode from "vscode";

export const SECTION = "bankCopilot";

/** The key that is this extension's own. */
const OWN = "server.path";

type Manifest = { contributes: { configuration: { properties: Record<string, unknown> } } };

let keys: string[] = [];

/** Learn the server's keys from the manifest. */
export function learn(manifest: Manifest): void {
  keys = Object.keys(manifest.contributes.configuration.properties)
    .map((name) => name.slice(SECTION.length + 1))
    .filter((key) => key !== OWN);
}

/** The chosen settings for a place as the server reads them: `{completion: {profile: "quiet"}}`. */
export function chosen(scope: vscode.Uri | undefined): Record<string, Record<string, unknown>> {
  const configuration = vscode.workspace.getConfiguration(SECTION, scope);
  const found: Record<string, Record<string, unknown>> = {};
  for (const key of keys) {
    const inspected = configuration.inspect(key);
    const value = inspected?.workspaceFolderValue ?? inspected?.workspaceValue ?? inspected?.globalValue;
    if (value !== undefined) {
      put(found, key, value);
    }
  }
  return found;
}

/** Whether completion is on for a document; its language may say otherwise than the rest. */
export function completes(document: vscode.TextDocument): boolean {
  return vscode.workspace.getConfiguration(SECTION, document).get("completion.enabled", true);
}

/** The path of the program as the user, and nobody else, set it. */
export function programPath(): string {
  return vscode.workspace.getConfiguration(SECTION).get("server.path", "").trim();
}

function put(table: Record<string, Record<string, unknown>>, key: string, value: unknown): void {
  const [section = "", name = ""] = key.split(".", 2);
  (table[section] ??= {})[name] = value;
}
