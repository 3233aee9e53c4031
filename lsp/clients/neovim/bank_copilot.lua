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
    word = "<M-Right>", -- insert mode: take the next word of the ghost text
    line = "<M-Down>", -- insert mode: take the ghost text up to the end of its line
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

--- Insert ghost text behind what is typed of it: the whole, or what the first of `patterns` finds at its start; the rest is
--- then offered again, without a question to anyone. Returns whether there was ghost text. Neovim by itself would put it
--- over the range of the last answer, which a key since then has made too short or too long.
local function accept(bufnr, patterns)
  return vim.lsp.inline_completion.get({
    bufnr = bufnr,
    on_accept = function(item)
      local row, column = unpack(vim.api.nvim_win_get_cursor(0))
      local line = vim.api.nvim_get_current_line()
      local from_row, from, _, to = item.range:to_extmark()
      local typed = line:sub(from + 1, column)
      if type(item.insert_text) ~= "string" or from_row ~= row - 1 or not vim.startswith(item.insert_text, typed) then
        return
      end
      if not patterns and to > column then
        return to <= #line and item or nil -- it replaces what stands behind the cursor
      end
      local rest, part = item.insert_text:sub(#typed + 1), nil
      for _, pattern in ipairs(patterns or {}) do
        part = part or rest:match(pattern)
      end
      local rows = vim.split(part or rest, "\n")
      vim.api.nvim_buf_set_text(bufnr, row - 1, column, row - 1, column, rows)
      vim.api.nvim_win_set_cursor(0, { row + #rows - 1, (#rows == 1 and column or 0) + #rows[#rows] })
      local client = M.client(bufnr)
      if client and part then
        local length = vim.str_utfindex(typed .. part, "utf-16")
        client:notify("textDocument/didPartiallyAcceptCompletion", {
          item = { command = item.command },
          acceptedLength = length,
        })
      elseif client and item.command then
        client:exec_cmd(item.command, { bufnr = bufnr })
      end
    end,
  })
end

local WORD = { "^%s*[%w_\128-\255]+", "^%s*[^%w%s_\128-\255]+" }
local LINE = { "^\n?[^\n]+" }

local function ghost_text(client, bufnr, keys)
  if not (vim.lsp.inline_completion and client:supports_method("textDocument/inlineCompletion", bufnr)) then
    return
  end
  vim.lsp.inline_completion.enable(true, { bufnr = bufnr })
  map(bufnr, "i", keys.accept, function()
    if not accept(bufnr) then
      return keys.accept
    end
  end, "accept the completion", { expr = true })
  for key, patterns in pairs({ word = WORD, line = LINE }) do
    map(bufnr, "i", keys[key], function()
      if not accept(bufnr, patterns) then
        return keys[key]
      end
    end, "accept a " .. key .. " of the completion", { expr = true })
  end
  map(bufnr, "i", keys.following, function()
    vim.lsp.inline_completion.select()
  end, "next completion")
  map(bufnr, "i", keys.previous, function()
    vim.lsp.inline_completion.select({ count = -1 })
  end, "previous completion")
end

--- Choose a code action: in visual mode for the selection, else for the whole line of the cursor (a mistake at the end
--- of a line has no character that a cursor could stand on). `options` are those of `vim.lsp.buf.code_action`.
function M.actions(options)
  local chosen = vim.deepcopy(options or {})
  if not vim.fn.mode():match("[vV\22]") then
    local row = vim.api.nvim_win_get_cursor(0)[1]
    local last = math.max(#vim.api.nvim_get_current_line() - 1, 0)
    chosen.range = { start = { row, 0 }, ["end"] = { row, last } }
  end
  vim.lsp.buf.code_action(chosen)
end

--- The range of whole lines, counted from 1.
local function whole_lines(first, last, encoding)
  local width = #vim.api.nvim_buf_get_lines(0, last - 1, last, true)[1]
  local from, to = { first, 0 }, { last, math.max(width - 1, 0) }
  return vim.lsp.util.make_given_range_params(from, to, 0, encoding).range
end

local function show(result)
  if type(result) == "table" and type(result.explanation) == "string" then
    local rows = vim.split(result.explanation, "\n")
    vim.lsp.util.open_floating_preview(rows, "plaintext", { border = "rounded", focus_id = NAME, max_width = 100 })
  end
end

--- Run one of the server's commands: it shows progress, applies its change through the editor, and tells why not.
--- `place` is "file", "here" for the cursor or, in visual mode, the selection, or { first, last } for whole lines.
function M.run(command, place, ...)
  local client = M.client()
  if not client then
    vim.notify("bank-copilot is not attached to this buffer", vim.log.levels.WARN)
    return
  end
  local arguments = { vim.uri_from_bufnr(0) }
  if place == "here" then
    local visual = vim.fn.mode():match("[vV\22]")
    local params = visual and vim.lsp.util.make_given_range_params(nil, nil, 0, client.offset_encoding)
      or vim.lsp.util.make_range_params(0, client.offset_encoding)
    arguments = { arguments[1], params.range, ... }
  elseif type(place) == "table" then
    arguments = { arguments[1], whole_lines(place[1], place[2], client.offset_encoding), ... }
  end
  local call = { title = command, command = "bankCopilot." .. command, arguments = arguments }
  client:exec_cmd(call, { bufnr = vim.api.nvim_get_current_buf() }, function(failure, result)
    if failure then
      vim.notify("bank-copilot: " .. failure.message, vim.log.levels.ERROR)
    end
    show(result)
  end)
end

local function user_commands(bufnr)
  local function command(name, action, options)
    vim.api.nvim_buf_create_user_command(bufnr, name, action, options)
  end
  command("BankCopilotTests", function()
    M.run("tests", "here")
  end, { desc = "Write unit tests for the function under the cursor" })
  command("BankCopilotComment", function()
    M.run("comment", "here")
  end, { desc = "Document the function under the cursor" })
  command("BankCopilotCommentFile", function()
    M.run("comment", "file")
  end, { desc = "Document what is missing in this file" })
  command("BankCopilotFix", function()
    M.run("fix", "file")
  end, { desc = "Correct the file" })
  command("BankCopilotGenerate", function(given)
    M.run("generate", "here", given.args)
  end, { nargs = "*", desc = "Generate code from a description" })
  command("BankCopilotEdit", function(given)
    M.run("edit", { given.line1, given.line2 }, given.args)
  end, { nargs = "+", range = true, desc = "Rewrite the selected lines as the words say (needs a model)" })
  command("BankCopilotExplain", function(given)
    M.run("explain", { given.line1, given.line2 }, given.args)
  end, { nargs = "*", range = true, desc = "Explain the selected lines, or answer a question (needs a model)" })
end

--- Configure and enable the server. `options` override `M.defaults`, key by key.
function M.setup(options)
  local chosen = vim.tbl_deep_extend("force", M.defaults, options or {})
  vim.lsp.config(NAME, {
    cmd = chosen.cmd,
    filetypes = chosen.filetypes,
    root_markers = chosen.root_markers,
    settings = { bankCopilot = chosen.settings },
    -- Neovim applies versioned changes and creates files, and says only the latter.
    capabilities = { workspace = { workspaceEdit = { documentChanges = true } } },
    on_attach = function(client, bufnr)
      ghost_text(client, bufnr, chosen.keys)
      map(bufnr, { "n", "x" }, chosen.keys.actions, M.actions, "choose an action")
      user_commands(bufnr)
    end,
  })
  vim.lsp.enable(NAME)
end

return M
