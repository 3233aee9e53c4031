// Reads, and only reads, what VS Code itself holds, for the tests: models, diagnostics, settings. One JSON line a question
// on a socket of the session's own folder.

const net = require("node:net");
const vscode = require("vscode");

const looks = {
  text: (path) => document(path)?.getText() ?? null,
  preview: () => {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const uri = tabs.map((tab) => tab.input?.uri).find((one) => one?.scheme === "bank-copilot-preview");
    return vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri?.toString())?.getText() ?? null;
  },
  dirty: (path) => document(path)?.isDirty ?? null,
  documents: () => vscode.workspace.textDocuments.map((one) => one.uri.toString()),
  active: () => {
    const editor = vscode.window.activeTextEditor;
    return editor && { path: editor.document.uri.fsPath, scheme: editor.document.uri.scheme, line: editor.selection.active.line, column: editor.selection.active.character, language: editor.document.languageId };
  },
  line: () => {
    const editor = vscode.window.activeTextEditor;
    return editor?.document.lineAt(editor.selection.active).text ?? null;
  },
  diagnostics: (path) =>
    vscode.languages.getDiagnostics(vscode.Uri.file(path)).map((one) => ({ line: one.range.start.line, message: one.message, source: one.source })),
  active_extension: (id) => vscode.extensions.getExtension(id)?.isActive ?? null,
  setting: (key) => vscode.workspace.getConfiguration().inspect(key) ?? null,
};

function document(path) {
  return vscode.workspace.textDocuments.find((one) => one.uri.fsPath === path);
}

exports.activate = (context) => {
  const server = net.createServer((socket) => {
    let data = "";
    socket.on("data", (chunk) => {
      data += chunk;
      if (data.endsWith("\n")) {
        const { look, of } = JSON.parse(data);
        data = "";
        socket.end(JSON.stringify({ value: looks[look](of) ?? null }));
      }
    });
  });
  server.listen(process.env.PROBE_SOCKET);
  context.subscriptions.push({ dispose: () => server.close() });
};
