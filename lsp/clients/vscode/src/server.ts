// One language server for the window: found, started, listened to, stopped. What it may be told and what it may be
// asked goes through the middleware here.

import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type ClientCapabilities,
  type ErrorHandler,
  type FeatureState,
  type Middleware,
  type StaticFeature,
} from "vscode-languageclient/node";
import { find } from "./program";
import * as preview from "./preview";
import { chosen, completes, programPath, SECTION } from "./settings";
import * as source from "./source";
import * as status from "./status";
import { commandOf, mayRun } from "./trust";

const LANGUAGES = [
  "python",
  "java",
  "javascript",
  "javascriptreact",
  "typescript",
  "typescriptreact",
  "sql",
  "xml",
  "xsl",
  "yaml",
];

/** A server that ends by itself is started again so often within three minutes. */
const STARTS = 4;
const STARTS_WITHIN_MS = 180_000;

const ACCEPT = "bankCopilot.acceptCompletion";

/** Start the server. Undefined when there is none; the status item and a message say what to do. */
export async function start(log: vscode.LogOutputChannel): Promise<LanguageClient | undefined> {
  status.starting();
  const program = await find(programPath());
  if (program === undefined) {
    missing();
    return undefined;
  }
  log.info(`starting ${program} lsp --stdio`);
  const server = { command: program, args: ["lsp", "--stdio"] };
  const client = new LanguageClient("bank-copilot", "bank-copilot", server, {
    documentSelector: LANGUAGES.flatMap((language) => [
      { scheme: "file", language },
      { scheme: "untitled", language },
    ]),
    outputChannel: log,
    middleware,
    errorHandler: patience(),
    initializationFailedHandler: () => false,
  });
  client.registerFeature(wantsStatus);
  client.onNotification("bankCopilot/status", (state: { workspaces: status.Row[] }) => status.told(state.workspaces));
  try {
    await client.start();
  } catch (error) {
    log.error(error instanceof Error ? error : String(error));
    broken();
    return undefined;
  }
  status.running(client.initializeResult?.serverInfo?.version ?? "?");
  return client;
}

/** Tell the server that settings changed; it asks for them. */
export async function settingsChanged(client: LanguageClient): Promise<void> {
  await client.sendNotification("workspace/didChangeConfiguration", { settings: null });
}

const wantsStatus: StaticFeature = {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.experimental = { ...(capabilities.experimental as object | undefined), bankCopilotStatus: true };
  },
  initialize: () => undefined,
  getState: (): FeatureState => ({ kind: "static" }),
  clear: () => undefined,
};

const middleware: Middleware = {
  async provideInlineCompletionItems(document, position, context, token, next) {
    if (!completes(document)) {
      source.offer(undefined);
      return undefined;
    }
    const answer = await next(document, position, context, token);
    if (!token.isCancellationRequested) {
      const items = Array.isArray(answer) ? answer : answer?.items;
      source.offer(source.of(items?.[0]?.command));
    }
    return answer;
  },
  async executeCommand(command, args, next) {
    if (!mayRun(command)) {
      return undefined;
    }
    if (command === ACCEPT) {
      source.accept();
    }
    return await next(command, args);
  },
  async resolveCodeAction(action, token, next) {
    return mayRun(commandOf(action)) ? await next(action, token) : action;
  },
  workspace: {
    handleApplyEdit: preview.applied,
    configuration: (params) =>
      params.items.map((item) =>
        item.section === SECTION ? chosen(item.scopeUri === undefined ? undefined : vscode.Uri.parse(item.scopeUri)) : null,
      ),
  },
};

/** Start a server again that ended by itself, but not for ever. */
function patience(): ErrorHandler {
  const ends: number[] = [];
  return {
    error: (_error, _message, count) => ({
      action: count !== undefined && count <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
    }),
    closed: () => {
      source.offer(undefined);
      const now = Date.now();
      ends.push(now);
      if (ends.filter((end) => now - end < STARTS_WITHIN_MS).length < STARTS) {
        status.starting();
        return { action: CloseAction.Restart, handled: true };
      }
      broken();
      return { action: CloseAction.DoNotRestart, handled: true };
    },
  };
}

function missing(): void {
  const why = vscode.l10n.t(
    "bank-copilot is not installed on this machine, or it is not where this extension looks: the setting " +
      "bankCopilot.server.path, PATH, ~/.local/bin. Install it as the bank's guide says (for example: pipx install " +
      "bank-copilot), or set its full path.",
  );
  status.failed(why);
  const settings = vscode.l10n.t("Set the Path");
  const again = vscode.l10n.t("Try Again");
  void vscode.window.showErrorMessage(why, settings, again).then((answer) => {
    if (answer === settings) {
      void vscode.commands.executeCommand("workbench.action.openSettings", "bankCopilot.server.path");
    } else if (answer === again) {
      void vscode.commands.executeCommand("bank-copilot.restart");
    }
  });
}

function broken(): void {
  const why = vscode.l10n.t("The server of bank-copilot does not run. Its log says why; `bank-copilot doctor` says more.");
  status.failed(why);
  const log = vscode.l10n.t("Show the Log");
  const again = vscode.l10n.t("Try Again");
  void vscode.window.showErrorMessage(why, log, again).then((answer) => {
    if (answer === log) {
      void vscode.commands.executeCommand("bank-copilot.showLog");
    } else if (answer === again) {
      void vscode.commands.executeCommand("bank-copilot.restart");
    }
  });
}
