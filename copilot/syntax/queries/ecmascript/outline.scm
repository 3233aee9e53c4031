; What JavaScript, TypeScript and TSX share; each adds its own file after this one.
(class_declaration name: (_) @name body: (_)? @body) @definition.class
(function_declaration
  name: (identifier) @name
  parameters: (formal_parameters) @parameters
  body: (_)? @body) @definition.function
(generator_function_declaration
  name: (identifier) @name
  parameters: (formal_parameters) @parameters
  body: (_)? @body) @definition.function
(method_definition
  name: [(property_identifier) (private_property_identifier)] @name
  parameters: (formal_parameters) @parameters
  body: (_)? @body) @definition.method
(method_definition name: (property_identifier) @name (#eq? @name "constructor")) @definition.constructor

(lexical_declaration
  (variable_declarator name: (identifier) @name value: (_)? @value)) @definition.variable
(variable_declaration
  (variable_declarator name: (identifier) @name value: (_)? @value)) @definition.variable
(lexical_declaration
  kind: "const"
  (variable_declarator name: (identifier) @name)) @definition.constant
(lexical_declaration
  (variable_declarator
    name: (identifier) @name
    value: [
      (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
      (function_expression parameters: (formal_parameters) @parameters body: (_) @body)
    ])) @definition.function
(assignment_expression
  left: (member_expression
    object: (this)
    property: [(property_identifier) (private_property_identifier)] @name)
  right: (_) @value) @definition.member

(export_statement declaration: (_) @extent.of) @extent
(export_statement "export" @modifier)
(function_declaration "async" @modifier)
(method_definition ["static" "async" "get" "set"] @modifier)
(arrow_function "async" @modifier)
(decorator (_) @decorator)

; Documentation: the `/** */` block directly above.
((comment) @doc
  .
  [(class_declaration) (function_declaration) (generator_function_declaration) (method_definition)
   (lexical_declaration) (variable_declaration) (export_statement)] @doc.of
  (#match? @doc "^/\\*\\*[^/]"))

; Imports.
(import_statement . source: (string (string_fragment) @import.module)) @import
(import_statement
  (import_clause (identifier) @import.alias)
  source: (string (string_fragment) @import.module)) @import
(import_statement
  (import_clause (namespace_import (identifier) @import.alias))
  source: (string (string_fragment) @import.module)) @import
(import_statement
  (import_clause
    (named_imports (import_specifier name: (_) @import.name alias: (identifier)? @import.alias)))
  source: (string (string_fragment) @import.module)) @import
(variable_declarator
  name: (identifier) @import.alias
  value: (call_expression
    function: (identifier) @_require
    arguments: (arguments (string (string_fragment) @import.module)))
  (#eq? @_require "require")) @import

; Calls.
(call_expression function: [(identifier) (super)] @call.name) @call
(call_expression
  function: (member_expression
    object: (_) @call.receiver
    property: [(property_identifier) (private_property_identifier)] @call.name)) @call
(new_expression constructor: (identifier) @call.name) @call
(new_expression
  constructor: (member_expression object: (_) @call.receiver property: (property_identifier) @call.name)) @call
