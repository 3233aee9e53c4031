// Consent to keep accepted suggestions: asked in plain words, and withdrawn in one step. The server keeps the answer, one for
// all editors of this person, and says what of it the bank's policy allows.

import * as vscode from "vscode";
import { ExecuteCommandRequest, type LanguageClient } from "vscode-languageclient/node";

/** How it stands (lsp/clients/README.md, `bankCopilot.captureConsent`); `why`: nothing is kept, in the server's words. */
interface State {
  readonly consent: boolean;
  readonly active: boolean;
  readonly why: string;
  readonly records: number;
}

/** Ask, and pass on what was answered. Closing the question changes nothing. */
export async function ask(client: LanguageClient | undefined): Promise<void> {
  if (client === undefined) {
    await vscode.window.showWarningMessage(vscode.l10n.t("bank-copilot does not run; its status item says why."));
    return;
  }
  const say = (...words: boolean[]): Promise<State> =>
    client.sendRequest(ExecuteCommandRequest.type, { command: "bankCopilot.captureConsent", arguments: words });
  const state = await say();
  if (state.consent) {
    const withdraw = vscode.l10n.t("Withdraw Consent");
    const title = vscode.l10n.t("You have agreed that suggestions which you accept are kept.");
    const kept = vscode.l10n.t("Kept so far: {0}.", state.records);
    const detail = vscode.l10n.t("After you withdraw, nothing more is kept, and what was kept on this machine is deleted.");
    const lines = [state.active ? kept : told(state), detail].join("\n\n");
    if ((await vscode.window.showInformationMessage(title, { modal: true, detail: lines }, withdraw)) === withdraw) {
      await say(false);
    }
    return;
  }
  const agree = vscode.l10n.t("I Agree");
  const title = vscode.l10n.t("May the bank keep suggestions that you accept?");
  const detail = vscode.l10n.t(
    "Kept would be: the suggestion, what you made of it, and the code around it, with the kind of file, its licence, " +
      "and the template and model behind it. Secrets and personal data are taken out first. It is stored encrypted " +
      "on this machine for the bank's tuning team, and only where the bank's policy allows it. Nothing is kept " +
      "unless you agree, completion works the same without, and you can withdraw at any time with this command.",
  );
  if ((await vscode.window.showInformationMessage(title, { modal: true, detail }, agree)) === agree) {
    const now = await say(true);
    if (!now.active) {
      await vscode.window.showInformationMessage(told(now));
    }
  }
}

function told(state: State): string {
  return vscode.l10n.t("Nothing is kept at present: {0}.", state.why);
}
