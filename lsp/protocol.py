"""JSON-RPC on top of pygls: our document store, states of a session, and replies that never quote a document.

Overrides the parts of pygls 2.1.1 (pinned) that log parameters, answer with exception texts, leave a bad request
without a reply, or keep documents themselves. Absent on purpose: features (`features/`) and bytes (`io.py`).
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder
from pygls.exceptions import FeatureNotificationError, JsonRpcException
from pygls.protocol import JsonRPCResponseMessage, LanguageServerProtocol, lsp_method
from pygls.protocol.language_server import _prepare_command_arguments

from copilot.errors import CopilotError
from copilot.messages import say
from lsp import convert, incoming

if TYPE_CHECKING:
    from lsp.server import Server

logger: Final = logging.getLogger(__name__)

_PARSE_ERROR: Final = types.ErrorCodes.ParseError.value
_INVALID_REQUEST: Final = types.ErrorCodes.InvalidRequest.value
_INVALID_PARAMS: Final = types.ErrorCodes.InvalidParams.value
_METHOD_NOT_FOUND: Final = types.ErrorCodes.MethodNotFound.value
_NOT_INITIALIZED: Final = types.ErrorCodes.ServerNotInitialized.value
_INTERNAL: Final = types.ErrorCodes.InternalError.value
_CANCELLED: Final = types.LSPErrorCodes.RequestCancelled.value
_FAILED: Final = types.LSPErrorCodes.RequestFailed.value


class Protocol(LanguageServerProtocol):
    """One session with one editor."""

    _server: Server

    def __init__(self, server: Server, converter: Any) -> None:
        super().__init__(server, converter)
        self.exit_code: int | None = None
        self._initialized = False

    # Incoming

    def receive(self, message: Any) -> None:
        """Handle one decoded message. A bad one is answered (when it has an id) and otherwise dropped."""
        identifier = message.get("id") if isinstance(message, dict) and "method" in message else None
        if not isinstance(identifier, int | str):
            identifier = None
        try:
            self.handle_message(self.structure_message(message))
        except incoming.Malformed as error:
            if identifier is not None or error.code == _INVALID_REQUEST:
                self.refuse(identifier, error.code, error.text)
        except Exception as error:
            logger.exception("a message could not be handled")
            if identifier is not None:
                self.refuse(identifier, _INTERNAL, _internal(error))

    def refuse_body(self) -> None:
        """Answer a body that is not JSON."""
        logger.warning("a message body is not JSON and was skipped")
        self.refuse(None, _PARSE_ERROR, "Parse Error")

    def refuse(self, identifier: int | str | None, code: int, text: str) -> None:
        """Send an error reply (a plain value: the converter would leave out the id when it is null)."""
        self._send_data({"jsonrpc": self.VERSION, "id": identifier, "error": {"code": code, "message": text}})

    def structure_message(self, data: Any) -> Any:
        """The typed message of a decoded one, None for a reply that nobody waits for. Raises Malformed."""
        if isinstance(data, dict) and data.get("jsonrpc") == self.VERSION and "method" not in data:
            return self._structure_reply(data)
        return incoming.structured(data, self._converter, self.get_message_type)

    def _structure_reply(self, data: dict[str, Any]) -> Any:
        identifier = data.get("id")
        if not isinstance(identifier, int | str) or identifier not in self._request_futures:
            logger.debug("a reply to no request of ours was dropped")
            return None
        kind = self._result_types.pop(identifier, None)
        try:
            if "error" in data:
                return self._converter.structure(data, types.ResponseErrorMessage)
            if kind is None:
                return JsonRPCResponseMessage(identifier, self.VERSION, data.get("result"))
            return self._converter.structure(data, kind)
        except Exception:  # noqa: BLE001 -- cattrs raises many kinds
            error = types.ResponseError(code=_INVALID_REQUEST, message="The reply does not fit the request.")
            return types.ResponseErrorMessage(id=identifier, error=error)

    def handle_message(self, message: Any) -> None:
        """Dispatch by the state of the session (LSP 3.18, "Server lifecycle")."""
        if message is None:
            return
        method, identifier = getattr(message, "method", None), getattr(message, "id", None)
        if method is not None and method != types.EXIT:
            allowed = self._initialized and not self._shutdown and method != types.INITIALIZE
            if not allowed and (method != types.INITIALIZE or self._initialized):
                if identifier is not None:
                    code = _INVALID_REQUEST if self._initialized else _NOT_INITIALIZED
                    self.refuse(identifier, code, "Invalid Request" if self._initialized else "Server Not Initialized")
                return
        super().handle_message(message)

    def plain(self, value: Any) -> Any:
        """A typed value as JSON has it."""
        return self._converter.unstructure(value)

    def typed(self, value: Any, kind: Any) -> Any:
        """An object of a command's arguments as `kind`. Raises JsonRpcException when it does not fit."""
        try:
            if isinstance(value, dict):
                return self._converter.structure(value, kind)
        except Exception:  # noqa: BLE001, S110 -- cattrs raises many kinds; all mean the same
            pass
        raise JsonRpcException(f"Invalid Params: {kind.__name__}", code=_INVALID_PARAMS)

    # Outgoing

    def _send_data(self, data: Any) -> None:
        if self.writer is None or not data:
            return
        try:
            body = json.dumps(data, default=self._serialize_message, separators=(",", ":")).encode()
        except Exception as error:
            logger.exception("a message could not be written")
            identifier = getattr(data, "id", None)
            if identifier is None or hasattr(data, "method"):
                return
            self.refuse(identifier, _INTERNAL, _internal(error))
            return
        try:
            # ASCII only (json.dumps escapes the rest), so that characters and bytes are the same number.
            self.writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        except OSError:
            logger.warning("the editor is gone")
            self.exit_code = self.exit_code if self.exit_code is not None else 1

    # Handlers' results

    def _handle_request(self, msg_id: int | str, method_name: str, params: Any) -> None:
        handler = self.fm.builtin_features.get(method_name) or self.fm.features.get(method_name)
        if handler is None:
            self.refuse(msg_id, _METHOD_NOT_FOUND, f"Method Not Found: {method_name.strip()}")
            return
        self._ctx_msg_id.set(msg_id)

        def reply(future: Future[Any]) -> None:
            self._send_handler_result(future, msg_id=msg_id)

        self._execute_handler(msg_id=msg_id, handler=handler, args=(params,), callback=reply)

    def _send_handler_result(self, future: Future[Any], *, msg_id: int | str) -> None:
        self._request_futures.pop(msg_id, None)
        if future.cancelled():
            self.refuse(msg_id, _CANCELLED, "Request Cancelled")
            return
        error = future.exception()
        if error is None:
            self._send_response(msg_id, result=future.result())
        elif isinstance(error, asyncio.CancelledError):
            self.refuse(msg_id, _CANCELLED, "Request Cancelled")
        elif isinstance(error, CopilotError):
            self.refuse(msg_id, _FAILED, str(error))
        elif isinstance(error, JsonRpcException):
            self.refuse(msg_id, error.code, error.message)
        else:
            logger.error("a request failed", exc_info=error)
            self.refuse(msg_id, _INTERNAL, _internal(error))

    def _handle_notification(self, method_name: str, params: Any) -> None:
        if method_name == types.CANCEL_REQUEST:
            self._handle_cancel_notification(params.id)
            return
        handler = self.fm.builtin_features.get(method_name) or self.fm.features.get(method_name)
        if handler is None:
            logger.debug("a notification that nobody handles was dropped")
            return
        key: Any = object()  # notifications have no id; the key keeps a running handler alive and cancellable

        def check(future: Future[Any]) -> None:
            self._request_futures.pop(key, None)
            if not future.cancelled() and isinstance(error := future.exception(), Exception):
                self._server.report_server_error(error, FeatureNotificationError)

        self._execute_handler(msg_id=key, handler=handler, args=(params,), callback=check)

    def _handle_cancel_notification(self, msg_id: int | str) -> None:
        future = self._request_futures.get(msg_id)
        if future is not None:  # else: already answered, which is no fault
            future.cancel()

    def _handle_response(
        self, msg_id: int | str, result: Any | None = None, error: types.ResponseError | None = None
    ) -> None:
        future = self._request_futures.pop(msg_id, None)
        if future is None or future.done():  # done: whoever asked was cancelled meanwhile (pygls issue 621)
            return
        if error is not None:
            future.set_exception(JsonRpcException.from_error(error))
        else:
            future.set_result(result)

    # Built-in methods

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> types.InitializeResult:  # type: ignore[override]
        """Settle encoding and folders, then say what we can do."""
        self._initialized = True
        self.client_capabilities = params.capabilities
        encoding = ServerCapabilitiesBuilder.choose_position_encoding(params.capabilities)
        self._server.begin(params, encoding)
        self.server_capabilities = ServerCapabilitiesBuilder(
            params.capabilities,
            {*self.fm.features, *self.fm.builtin_features},
            self.fm.feature_options,
            list(self.fm.commands),
            types.TextDocumentSyncKind.Incremental,
            None,
            encoding,
        ).build()  # type: ignore[no-untyped-call]  # pygls leaves it untyped
        return types.InitializeResult(self.server_capabilities, self.server_info)

    @lsp_method(types.INITIALIZED)
    def lsp_initialized(self, *_args: Any) -> None:
        """Ask for the configuration now, when requests to the editor are allowed."""
        self._server.ready()

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *_args: Any) -> None:  # type: ignore[override]
        """Cancel what runs; from now on only exit is heard."""
        self._shutdown = True
        for identifier, future in list(self._request_futures.items()):
            if identifier != self.msg_id:
                future.cancel()

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_args: Any) -> None:  # type: ignore[override]  # pygls ends the process here; our loop does, in order
        """End the session: 0 after shutdown, 1 without."""
        self.exit_code = 0 if self._shutdown else 1

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Take over a document."""
        item = params.text_document
        self._server.opened(item.uri, item.language_id, item.version, item.text)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Apply changes in order."""
        changes = [convert.change(event) for event in params.content_changes]
        self._server.changed(params.text_document.uri, params.text_document.version, changes)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Give a document back."""
        self._server.closed(params.text_document.uri)

    @lsp_method(types.TEXT_DOCUMENT_DID_SAVE)
    def lsp_text_document__did_save(self, params: types.DidSaveTextDocumentParams) -> None:
        """Tell the listeners."""
        self._server.saved(params.text_document.uri)

    @lsp_method(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def lsp_workspace__did_change_workspace_folders(self, params: types.DidChangeWorkspaceFoldersParams) -> None:
        """Follow the editor's folders."""
        self._server.folders_changed(params.event.added, params.event.removed)

    @lsp_method(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def lsp_workspace__did_change_configuration(self, params: types.DidChangeConfigurationParams) -> None:
        """Take the new configuration, or ask for it."""
        self._server.reconfigure(params.settings)

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(self, params: types.ExecuteCommandParams) -> Any:  # type: ignore[override]
        """Run a command in the request's own task, so that cancelling the request cancels it."""
        handler = self.fm.commands.get(params.command)
        if handler is None:
            raise JsonRpcException(f"Unknown command: {params.command}", code=_INVALID_PARAMS)
        try:
            args, kwargs = _prepare_command_arguments(handler, params, self._converter)
        except Exception:  # noqa: BLE001 -- the reason quotes the arguments
            raise JsonRpcException(f"Invalid Params: {params.command}", code=_INVALID_PARAMS) from None
        result = handler(*args, **kwargs)
        return await result if inspect.isawaitable(result) else result


def _internal(error: BaseException) -> str:
    return say("Internal error ({kind}). The server goes on; its log says where.", kind=type(error).__name__)
