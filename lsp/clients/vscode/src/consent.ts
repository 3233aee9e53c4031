// Consent to keep accepted suggestions: asked in plain words, kept in the user's settings only, withdrawn in one step.
// What is kept, and whether the bank's policy allows it at all, is the server's to decide.

import * as vscode from "vscode";
import { consented, SECTION } from "./settings";

/** Ask, and set what was answered. Closing the question changes nothing. */
export async function ask(): Promise<void> {
  if (consented()) {
    const withdraw = vscode.l10n.t("Withdraw Consent");
    const title = vscode.l10n.t("You have agreed that suggestions which you accept are kept.");
    const detail = vscode.l10n.t("After you withdraw, nothing more is kept from this editor.");
    if ((await vscode.window.showInformationMessage(title, { modal: true, detail }, withdraw)) === withdraw) {
      await set(undefined);
    }
    return;
  }
  const agree = vscode.l10n.t("I Agree");
  const title = vscode.l10n.t("May the bank keep suggestions that you accept?");
  const detail = vscode.l10n.t(
    "Kept would be: the suggestion, what you made of it, and the code around it, with the kind of file, its licence, " +
      "and the template and model behind it. Secrets and personal data are taken out first. It is stored encrypted " +
      "inside the bank and used to tune its models, and only where the bank's policy allows it. Nothing is kept " +
      "unless you agree, completion works the same without, and you can withdraw at any time with this command.",
  );
  if ((await vscode.window.showInformationMessage(title, { modal: true, detail }, agree)) === agree) {
    await set(true);
  }
}

async function set(value: true | undefined): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  await configuration.update("capture.consent", value, vscode.ConfigurationTarget.Global);
}
