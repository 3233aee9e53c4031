// The extension's beginning and end. It is thin: everything it offers is the server's (`bank-copilot lsp --stdio`).

import * as vscode from "vscode";
import { State, type LanguageClient } from "vscode-languageclient/node";
import * as commands from "./commands";
import * as preview from "./preview";
import * as server from "./server";
import * as settings from "./settings";
import * as source from "./source";
import * as status from "./status";

let client: LanguageClient | undefined;
let starting: Promise<void> = Promise.resolve();

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  settings.learn(context.extension.packageJSON);
  const log = vscode.window.createOutputChannel("bank-copilot", { log: true });
  const restart = (): Promise<void> => {
    starting = starting.then(stop).then(() => begin(log));
    return starting;
  };
  context.subscriptions.push(
    log,
    status.disposable,
    source.disposable,
    preview.register(),
    commands.register(() => client, restart, log),
    vscode.workspace.onDidGrantWorkspaceTrust(() => status.draw()),
    vscode.window.onDidChangeActiveTextEditor(() => source.offer(undefined)),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration(`${settings.SECTION}.server.path`)) {
        await restart();
      } else if (change.affectsConfiguration(settings.SECTION)) {
        status.draw();
        if (client !== undefined) {
          await server.settingsChanged(client);
        }
      }
    }),
  );
  await restart();
}

export async function deactivate(): Promise<void> {
  await starting;
  await stop();
}

async function begin(log: vscode.LogOutputChannel): Promise<void> {
  client = await server.start(log);
  client?.onDidChangeState((change) => {
    if (change.newState === State.Running) {
      status.running(client?.initializeResult?.serverInfo?.version ?? "?");
    }
  });
}

async function stop(): Promise<void> {
  const ending = client;
  client = undefined;
  if (ending?.isRunning() === true) {
    await ending.dispose();
  }
}
