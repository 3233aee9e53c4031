// New files, such as generated tests, are read before they are written: VS Code's own preview of an annotated change shows
// such a file as one long line with its box unticked. Ours opens the text as it would be and asks.

import { basename } from "node:path";
import * as vscode from "vscode";
import {
  CreateFile,
  TextDocumentEdit,
  type ApplyWorkspaceEditParams,
  type ApplyWorkspaceEditRequest,
  type ApplyWorkspaceEditResult,
  type ResponseError,
  type WorkspaceEdit,
} from "vscode-languageclient/node";

const SCHEME = "bank-copilot-preview";

const texts = new Map<string, string>();

/** Serves the texts of files that do not exist yet. */
export function register(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? "",
  });
}

const never = new vscode.CancellationTokenSource().token;

/** Apply a change of the server; one that makes a file and wants to be confirmed is shown first. */
export async function applied(
  params: ApplyWorkspaceEditParams,
  next: ApplyWorkspaceEditRequest.HandlerSignature,
): Promise<ApplyWorkspaceEditResult | ResponseError<void>> {
  const file = newFile(params.edit);
  if (file === undefined) {
    return await next(params, never);
  }
  const shown = await show(file);
  try {
    if (!(await agreed(file))) {
      return { applied: false, failureReason: vscode.l10n.t("the file was not wanted") };
    }
  } finally {
    await close(shown);
  }
  return await next({ ...params, edit: confirmed(params.edit) }, never);
}

interface NewFile {
  readonly uri: string;
  readonly text: string;
  readonly why: string;
}

function newFile(edit: WorkspaceEdit): NewFile | undefined {
  const annotations = edit.changeAnnotations ?? {};
  for (const change of edit.documentChanges ?? []) {
    const annotation = CreateFile.is(change) ? annotations[change.annotationId ?? ""] : undefined;
    if (CreateFile.is(change) && annotation?.needsConfirmation === true) {
      const edits = (edit.documentChanges ?? []).filter(TextDocumentEdit.is);
      const own = edits.find((one) => one.textDocument.uri === change.uri);
      const text = own?.edits.map((one) => ("newText" in one ? one.newText : "")).join("") ?? "";
      return { uri: change.uri, text, why: [annotation.label, annotation.description].filter(Boolean).join(" — ") };
    }
  }
  return undefined;
}

/** The same change with nothing left to confirm. */
function confirmed(edit: WorkspaceEdit): WorkspaceEdit {
  const rows = Object.entries(edit.changeAnnotations ?? {});
  const settled = rows.map(([id, annotation]) => [id, { ...annotation, needsConfirmation: false }] as const);
  return { ...edit, changeAnnotations: Object.fromEntries(settled) };
}

async function show(file: NewFile): Promise<vscode.Uri> {
  const target = vscode.Uri.parse(file.uri);
  const uri = target.with({ scheme: SCHEME });
  texts.set(uri.toString(), file.text);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: true });
  return uri;
}

async function agreed(file: NewFile): Promise<boolean> {
  const create = vscode.l10n.t("Create File");
  const discard = vscode.l10n.t("Discard");
  const name = basename(vscode.Uri.parse(file.uri).fsPath);
  const text = vscode.l10n.t("Create {0}? {1}", name, file.why);
  return (await vscode.window.showInformationMessage(text, create, discard)) === create;
}

async function close(uri: vscode.Uri): Promise<void> {
  texts.delete(uri.toString());
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const own = tabs.filter((tab) => tab.input instanceof vscode.TabInputText && tab.input.uri.toString() === uri.toString());
  await vscode.window.tabGroups.close(own);
}
