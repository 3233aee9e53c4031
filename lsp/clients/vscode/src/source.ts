// Where a suggestion was copied from. The server says it in the tooltip of the item's command, as `engine: folder/file:12`.

import * as vscode from "vscode";

/** A line of a file, as the server names it: the file with its folder, lines counted from 1. */
export interface Source {
  readonly name: string;
  readonly line: number;
}

let offered: Source | undefined;
let accepted: Source | undefined;

const item = vscode.window.createStatusBarItem("bank-copilot.source", vscode.StatusBarAlignment.Right, 99);
item.name = vscode.l10n.t("bank-copilot: source of the suggestion");
item.command = "bank-copilot.showSource";

/** What a completion's command says of its source. */
export function of(command: vscode.Command | undefined): Source | undefined {
  const found = /: (.+):(\d+)$/.exec(command?.tooltip ?? "");
  return found === null ? undefined : { name: String(found[1]), line: Number(found[2]) };
}

/** A completion is offered (undefined: none, or one that nobody copied). */
export function offer(source: Source | undefined): void {
  offered = source;
  if (source === undefined) {
    item.hide();
    return;
  }
  item.text = `$(references) ${source.name}:${source.line}`;
  item.tooltip = vscode.l10n.t("The suggestion is copied from {0}, line {1}. Click to see it.", source.name, source.line);
  item.show();
}

/** What was offered was taken. */
export function accept(): void {
  accepted = offered;
  offer(undefined);
}

/** Take the suggestion, and say where it is from. */
export async function acceptAndSay(): Promise<void> {
  const source = offered;
  await vscode.commands.executeCommand("editor.action.inlineSuggest.commit");
  if (source === undefined) {
    return;
  }
  const open = vscode.l10n.t("Open");
  const text = vscode.l10n.t("Copied from {0}, line {1}.", source.name, source.line);
  if ((await vscode.window.showInformationMessage(text, open)) === open) {
    await show(source);
  }
}

/** Show the source of what is offered, or of what was taken last. */
export async function showLast(): Promise<void> {
  const source = offered ?? accepted;
  if (source === undefined) {
    const text = vscode.l10n.t("No suggestion with a source was offered yet: the others are put together, not copied.");
    await vscode.window.showInformationMessage(text);
    return;
  }
  await show(source);
}

async function show(source: Source): Promise<void> {
  const found = await vscode.workspace.findFiles(`**/${source.name}`, undefined, 20);
  const uri = found.length > 1 ? await choose(found) : found[0];
  if (uri === undefined) {
    if (found.length === 0) {
      await vscode.window.showWarningMessage(vscode.l10n.t("{0} is not in this workspace any more.", source.name));
    }
    return;
  }
  const at = new vscode.Position(source.line - 1, 0);
  const here = vscode.window.activeTextEditor;
  if (here === undefined) {
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at) });
    return;
  }
  const places = [new vscode.Location(uri, at)];
  await vscode.commands.executeCommand("editor.action.peekLocations", here.document.uri, here.selection.active, places, "peek");
}

async function choose(uris: vscode.Uri[]): Promise<vscode.Uri | undefined> {
  const rows = uris.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  return (await vscode.window.showQuickPick(rows))?.uri;
}

/** Disposed with the extension. */
export const disposable: vscode.Disposable = item;
