// The status bar: who answers now (model, embedded, off, starting, failed), and why. The server tells it by
// `bankCopilot/status` (lsp/clients/README.md); what it says first and last, before and after a session, is ours.

import { sep } from "node:path";
import * as vscode from "vscode";
import { completes } from "./settings";

/** One workspace as the server tells it. */
export interface Row {
  readonly root: string;
  readonly engine: "model" | "embedded";
  readonly gateway: { status: "ok" | "degraded"; reason: string; message: string; model: string } | null;
  readonly completion: boolean;
  readonly index: string;
  readonly files: number;
  readonly why: string;
}

type Phase = { kind: "starting" | "running" } | { kind: "failed"; why: string };

let phase: Phase = { kind: "starting" };
let rows: Row[] = [];
let version = "";

const item = vscode.window.createStatusBarItem("bank-copilot.status", vscode.StatusBarAlignment.Right, 100);
item.name = "bank-copilot";
item.command = "bank-copilot.menu";

/** The server starts. */
export function starting(): void {
  phase = { kind: "starting" };
  rows = [];
  draw();
}

/** The server answers; it is of this version. */
export function running(server: string): void {
  phase = { kind: "running" };
  version = server;
  draw();
}

/** There is no server. */
export function failed(why: string): void {
  phase = { kind: "failed", why };
  draw();
}

/** The server told its state. */
export function told(workspaces: Row[]): void {
  rows = workspaces;
  draw();
}

/** Show the state for the editor that is in front. */
export function draw(): void {
  const [icon, word, why] = state();
  item.text = `$(${icon}) bank-copilot: ${word}`;
  item.tooltip = tooltip(why);
  item.accessibilityInformation = { label: `bank-copilot: ${word}. ${why}` };
  item.backgroundColor = phase.kind === "failed" ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
  item.show();
}

function state(): [icon: string, word: string, why: string] {
  if (phase.kind === "failed") {
    return ["error", vscode.l10n.t("failed"), phase.why];
  }
  const row = here();
  if (phase.kind === "starting" || row === undefined) {
    return ["loading~spin", vscode.l10n.t("starting"), vscode.l10n.t("The server is starting.")];
  }
  const document = vscode.window.activeTextEditor?.document;
  if (!row.completion || (document !== undefined && !completes(document))) {
    return ["circle-slash", vscode.l10n.t("off"), vscode.l10n.t("Completion is switched off; the commands work.")];
  }
  if (row.engine === "model" && row.gateway?.status === "ok") {
    const name = row.gateway.model || vscode.l10n.t("model");
    return ["sparkle", name, vscode.l10n.t("The bank's model answers, and the embedded engine where it is sure.")];
  }
  const away = row.gateway?.message ?? "";
  const why = away
    ? vscode.l10n.t("The model is not available; the embedded engine answers. {0}", away)
    : vscode.l10n.t("The embedded engine answers; no model is set.");
  return [away ? "debug-disconnect" : "circuit-board", vscode.l10n.t("embedded"), why];
}

function here(): Row | undefined {
  const path = vscode.window.activeTextEditor?.document.uri.fsPath ?? "";
  const holding = rows.filter((row) => path.startsWith(row.root + sep));
  holding.sort((a, b) => b.root.length - a.root.length);
  return holding[0] ?? rows[0];
}

function tooltip(why: string): string {
  const lines = [why];
  const row = phase.kind === "running" ? here() : undefined;
  if (row !== undefined) {
    lines.push(
      row.index === "ready"
        ? vscode.l10n.t("Index: {0} files.", row.files)
        : vscode.l10n.t("Index: {0}. {1}", row.index, row.why).trim(),
    );
    lines.push(vscode.l10n.t("Server {0}.", version));
  }
  return lines.join("\n");
}

/** Disposed with the extension. */
export const disposable: vscode.Disposable = vscode.Disposable.from(
  item,
  vscode.window.onDidChangeActiveTextEditor(draw),
);
