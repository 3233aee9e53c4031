// Restricted Mode: what may run code of the workspace in the sandbox waits until the workspace is trusted.

import * as vscode from "vscode";

const RUNS_CODE = new Set(["bankCopilot.generate", "bankCopilot.edit", "bankCopilot.tests"]);

/** Whether a command may go to the server now; says why when it may not. */
export function mayRun(command: string): boolean {
  if (vscode.workspace.isTrusted || !RUNS_CODE.has(command)) {
    return true;
  }
  const manage = vscode.l10n.t("Manage Workspace Trust");
  const text = vscode.l10n.t("This may run code of the folder in the sandbox, and the folder is not trusted.");
  void vscode.window.showWarningMessage(text, manage).then((answer) => {
    if (answer === manage) {
      void vscode.commands.executeCommand("workbench.trust.manage");
    }
  });
  return false;
}

/** The command that a code action stands for until it is resolved; empty for one that is ready. */
export function commandOf(action: vscode.CodeAction): string {
  const told = (action as vscode.CodeAction & { data?: { task?: unknown } }).data;
  return typeof told?.task === "string" ? `bankCopilot.${told.task}` : "";
}
