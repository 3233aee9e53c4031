// The commands of the palette: each takes its place from the editor in front and asks the server, which shows progress,
// applies its change through the editor, and says why not. Their ids begin with `bank-copilot.`, the server's own with
// `bankCopilot.`.

import * as vscode from "vscode";
import { ExecuteCommandRequest, type LanguageClient, LSPErrorCodes, ResponseError } from "vscode-languageclient/node";
import * as consent from "./consent";
import { SECTION } from "./settings";
import * as source from "./source";
import { mayRun } from "./trust";

/** What a command of the server answers (lsp/clients/README.md). */
interface Answer {
  readonly declined?: string;
  readonly explanation?: string;
  readonly applied?: boolean;
  readonly files?: string[];
  readonly findings?: unknown[];
}

type Client = () => LanguageClient | undefined;

/** Register the commands; `restart` starts the server anew, `log` is its output. */
export function register(client: Client, restart: () => Promise<void>, log: vscode.OutputChannel): vscode.Disposable {
  const table: Record<string, (given?: unknown) => unknown> = {
    generate: () => generate(client, "generate", vscode.l10n.t("What shall be written? For example: constructor")),
    edit: () => generate(client, "edit", vscode.l10n.t("How shall the selected lines be rewritten?")),
    fix: () => asked(client, "fix", selected),
    comment: () => asked(client, "comment", here),
    commentFile: () => asked(client, "comment", () => undefined),
    tests: () => writeTests(client),
    explain: () => explain(client),
    review: (given) => review(client, given),
    acceptWithSource: source.acceptAndSay,
    showSource: source.showLast,
    toggle,
    restart,
    showLog: () => log.show(),
    consent: () => consent.ask(client()),
    menu,
  };
  const made = Object.entries(table).map(([name, run]) => vscode.commands.registerCommand(`bank-copilot.${name}`, run));
  return vscode.Disposable.from(...made);
}

type Place = (editor: vscode.TextEditor) => vscode.Range | undefined;

const here: Place = (editor) => editor.selection;
const selected: Place = (editor) => (editor.selection.isEmpty ? undefined : editor.selection);
const lines: Place = (editor) => {
  const { start, end } = editor.selection;
  return new vscode.Range(start.with({ character: 0 }), editor.document.lineAt(end).range.end);
};

async function asked(client: Client, name: string, place: Place, ...more: string[]): Promise<Answer | undefined> {
  const editor = vscode.window.activeTextEditor;
  return await sent(client, name, (running) => {
    if (editor === undefined) {
      return undefined;
    }
    const range = place(editor);
    const where = range === undefined ? [] : [running.code2ProtocolConverter.asRange(range)];
    return [running.code2ProtocolConverter.asUri(editor.document.uri), ...where, ...more];
  });
}

/** Ask the server to run a command with what `given` makes; undefined where there is nobody to ask, or nothing to ask about. */
async function sent(
  client: Client,
  name: string,
  given: (running: LanguageClient) => unknown[] | undefined,
): Promise<Answer | undefined> {
  const running = client();
  const args = running === undefined ? undefined : given(running);
  if (running === undefined || args === undefined) {
    await vscode.window.showWarningMessage(vscode.l10n.t("bank-copilot does not run; its status item says why."));
    return undefined;
  }
  const command = `bankCopilot.${name}`;
  if (!mayRun(command)) {
    return undefined;
  }
  try {
    return await running.sendRequest(ExecuteCommandRequest.type, { command, arguments: args });
  } catch (error) {
    if (error instanceof ResponseError && error.code === LSPErrorCodes.RequestCancelled) {
      return undefined; // by the person, at the progress
    }
    await vscode.window.showErrorMessage(`bank-copilot: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function generate(client: Client, name: "generate" | "edit", prompt: string): Promise<void> {
  const words = await vscode.window.showInputBox({ prompt, ignoreFocusOut: true });
  if (words !== undefined && words.trim() !== "") {
    await asked(client, name, name === "edit" ? lines : here, words.trim());
  }
}

/** A new file is shown first (`preview`); once it is made it is opened, to be saved. */
async function writeTests(client: Client): Promise<void> {
  const answer = await asked(client, "tests", here);
  const file = answer?.applied === true ? answer.files?.[0] : undefined;
  if (file !== undefined) {
    await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
  }
}

async function explain(client: Client): Promise<void> {
  const answer = await asked(client, "explain", lines);
  if (answer?.explanation !== undefined) {
    const document = await vscode.workspace.openTextDocument({ language: "markdown", content: answer.explanation });
    await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside, true);
  }
}

/** Review what differs from the last commit in the repository of a menu's `given` (a file, or git's entry of the source control
 * view), else of the editor in front. The server shows its progress, the findings and a summary; the list of them is opened.
 */
async function review(client: Client, given: unknown): Promise<void> {
  const where = repository(given);
  const answer = await sent(client, "review", (running) =>
    where === undefined ? [] : [running.code2ProtocolConverter.asUri(where)],
  );
  if (answer?.findings !== undefined && answer.findings.length > 0) {
    await vscode.commands.executeCommand("workbench.actions.view.problems");
  }
}

function repository(given: unknown): vscode.Uri | undefined {
  const told = given instanceof vscode.Uri ? given : (given as { rootUri?: vscode.Uri } | undefined)?.rootUri;
  const where = told ?? vscode.window.activeTextEditor?.document.uri;
  return where?.scheme === "file" ? where : undefined;
}

/** Switch completion on or off, everywhere or for the language of the editor in front. */
async function toggle(): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  const everywhere = switching(vscode.workspace.getConfiguration(SECTION), false, vscode.l10n.t("everywhere"));
  const rows = [everywhere];
  if (document !== undefined) {
    const where = vscode.l10n.t("for {0}", document.languageId);
    rows.push(switching(vscode.workspace.getConfiguration(SECTION, { languageId: document.languageId }), true, where));
  }
  await (await vscode.window.showQuickPick(rows))?.run();
}

function switching(settings: vscode.WorkspaceConfiguration, language: boolean, where: string) {
  const on = settings.get("completion.enabled", true);
  const label = on ? vscode.l10n.t("Switch completion off {0}", where) : vscode.l10n.t("Switch completion on {0}", where);
  const run = () => settings.update("completion.enabled", !on, vscode.ConfigurationTarget.Global, language);
  return { label, run };
}

async function menu(): Promise<void> {
  const rows = [
    { label: vscode.l10n.t("Switch completion on or off…"), command: "toggle" },
    { label: vscode.l10n.t("Review the changes since the last commit"), command: "review" },
    { label: vscode.l10n.t("Where is this suggestion from?"), command: "showSource" },
    { label: vscode.l10n.t("Restart the server"), command: "restart" },
    { label: vscode.l10n.t("Show the log"), command: "showLog" },
    { label: vscode.l10n.t("Consent to keep accepted suggestions…"), command: "consent" },
  ];
  const chosen = await vscode.window.showQuickPick(rows);
  if (chosen !== undefined) {
    await vscode.commands.executeCommand(`bank-copilot.${chosen.command}`);
  }
}
