-- bank-copilot in Neovim. Inline completion (ghost text) needs Neovim 0.12, everything else 0.11.
--
-- Copy this file to ~/.config/nvim/lua/bank_copilot.lua and add to init.lua:
--     require("bank_copilot").setup()
--
-- Absent on purpose: any second way to the server. Everything here is a standard LSP request of Neovim's own client.

local M = {}

local NAME = "bank_copilot"

M.defaults = {
  cmd = { "bank-copilot", "lsp", "--stdio" },
  filetypes = { "python", "java", "javascript", "typescript", "sql", "xml", "yaml" },
  root_markers = { ".git", "pyproject.toml", "pom.xml", "build.gradle", "build.gradle.kts", "setup.py", "setup.cfg" },
  -- The keys of `bank-copilot`'s settings that an editor may set, e.g. { completion = { profile = "eager" } }.
  settings = {},
  -- Set one to false to leave the key alone.
  keys = {
    accept = "<Tab>", -- insert mode: take the ghost text, or a plain tab when there is none
    following = "<M-]>", -- insert mode: next candidate
    previous = "<M-[>", -- insert mode: previous candidate
    actions = "<leader>ba", -- normal and visual mode: choose a code action
  },
}

--- The attached client of a buffer, or nil.
function M.client(bufnr)
  return vim.lsp.get_clients({ name = NAME, bufnr = bufnr or 0 })[1]
end

local function map(bufnr, mode, key, action, description, options)
  if key then
    local settings = vim.tbl_extend("force", { buffer = bufnr, desc = "bank-copilot: " .. description }, options or {})
    vim.keymap.set(mode, key, action, settings)
  end
end

local function ghost_text(client, bufnr, keys)
  if not (vim.lsp.inline_completion and client:supports_method("textDocument/inlineCompletion", bufnr)) then
    return
  end
  vim.lsp.inline_completion.enable(true, { bufnr = bufnr })
  map(bufnr, "i", keys.accept, function()
    if not vim.lsp.inline_completion.get() then
      return keys.accept
    end
  end, "accept the completion", { expr = true })
  map(bufnr, "i", keys.following, function()
    vim.lsp.inline_completion.select()
  end, "next completion")
  map(bufnr, "i", keys.previous, function()
    vim.lsp.inline_completion.select({ count = -1 })
  end, "previous completion")
end

local function told(failure, result)
  if failure then
    vim.notify("bank-copilot: " .. failure.message, vim.log.levels.ERROR)
  elseif type(result) == "table" and type(result.declined) == "string" then
    vim.notify("bank-copilot: " .. result.declined, vim.log.levels.WARN)
  end
end

--- Run one of the server's commands for the cursor or, in visual mode, the selection.
function M.run(command, ...)
  local client = M.client()
  if not client then
    vim.notify("bank-copilot is not attached to this buffer", vim.log.levels.WARN)
    return
  end
  local visual = vim.fn.mode():match("[vV\22]")
  local place = visual and vim.lsp.util.make_given_range_params(nil, nil, 0, client.offset_encoding)
    or vim.lsp.util.make_range_params(0, client.offset_encoding)
  local call = {
    title = command,
    command = "bankCopilot." .. command,
    arguments = { place.textDocument.uri, place.range, ... },
  }
  client:exec_cmd(call, { bufnr = vim.api.nvim_get_current_buf() }, told)
end

local function user_commands(bufnr)
  local function command(name, action, options)
    vim.api.nvim_buf_create_user_command(bufnr, name, action, options)
  end
  command("BankCopilotTests", function()
    M.run("tests")
  end, { desc = "Write unit tests for the function under the cursor" })
  command("BankCopilotComment", function()
    M.run("comment")
  end, { desc = "Document the function under the cursor" })
  command("BankCopilotFix", function()
    M.run("fix")
  end, { desc = "Correct the file" })
  command("BankCopilotGenerate", function(given)
    M.run("generate", given.args)
  end, { nargs = "*", desc = "Generate code from a description" })
end

--- Configure and enable the server. `options` override `M.defaults`, key by key.
function M.setup(options)
  local chosen = vim.tbl_deep_extend("force", M.defaults, options or {})
  vim.lsp.config(NAME, {
    cmd = chosen.cmd,
    filetypes = chosen.filetypes,
    root_markers = chosen.root_markers,
    settings = { bankCopilot = chosen.settings },
    on_attach = function(client, bufnr)
      ghost_text(client, bufnr, chosen.keys)
      map(bufnr, { "n", "x" }, chosen.keys.actions, vim.lsp.buf.code_action, "choose an action")
      user_commands(bufnr)
    end,
  })
  vim.lsp.enable(NAME)
end

return M
