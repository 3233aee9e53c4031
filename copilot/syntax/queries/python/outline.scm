; Definitions. Of several patterns that match one definition, the last in this file gives its kind.
(class_definition
  name: (identifier) @name
  body: (block)? @body) @definition.class

(class_definition
  name: (identifier) @name
  superclasses: (argument_list (_) @_base)
  (#match? @_base "(^|\\.)([A-Za-z]*Enum|Flag|IntFlag)$")) @definition.enum

(class_definition
  superclasses: (argument_list [(identifier) (attribute) (subscript) (call)] @base))

(function_definition
  name: (identifier) @name
  parameters: (parameters) @parameters
  return_type: (type)? @type
  body: (block)? @body) @definition.function

(function_definition
  name: (identifier) @name
  (#eq? @name "__init__")) @definition.constructor

(function_definition "async" @modifier)

(decorated_definition definition: (_) @extent.of) @extent
(decorator (_) @decorator)

; Documentation: the first statement of a body when it is a plain string.
(class_definition
  body: (block . (comment)* . (expression_statement . (string) @doc .))
  (#not-match? @doc "^[a-zA-Z]*[fFbB]")) @doc.of
(function_definition
  body: (block . (comment)* . (expression_statement . (string) @doc .))
  (#not-match? @doc "^[a-zA-Z]*[fFbB]")) @doc.of
(module . (comment)* . (expression_statement . (string) @module.doc .)
  (#not-match? @module.doc "^[a-zA-Z]*[fFbB]"))

; Variables: local ones are dropped by the outline, those of a class become fields.
(expression_statement
  (assignment
    left: (identifier) @name
    type: (type)? @type
    right: (_)? @value) @definition.variable)
(expression_statement
  (assignment
    left: (identifier) @name
    !type
    (#match? @name "^_?[A-Z][A-Z0-9_]*$")) @definition.constant)
(expression_statement
  (assignment
    left: (identifier) @name
    type: (type) @_type
    (#match? @_type "^(typing\\.)?(Final|ClassVar)\\b")) @definition.constant)
(module
  (expression_statement
    (assignment
      left: (identifier) @name
      type: (type)
      (#match? @name "^_?[A-Z][A-Z0-9_]*$")) @definition.constant))
(class_definition
  superclasses: (argument_list (_) @_base)
  body: (block (expression_statement (assignment left: (identifier) @name !type) @definition.constant))
  (#match? @_base "(^|\\.)([A-Za-z]*Enum|Flag|IntFlag)$"))
(expression_statement
  (assignment left: (pattern_list (identifier) @name)) @definition.variable)
(type_alias_statement left: (type (identifier) @name) right: (type) @value) @definition.variable

(assignment
  left: (attribute object: (identifier) @_self attribute: (identifier) @name)
  type: (type)? @type
  right: (_)? @value
  (#eq? @_self "self")) @definition.member
(assignment
  left: (pattern_list (attribute object: (identifier) @_self attribute: (identifier) @name))
  (#eq? @_self "self")) @definition.member

; Parameters.
(parameters (identifier) @name @parameter)
(typed_parameter . (identifier) @name type: (type) @type) @parameter
(default_parameter name: (identifier) @name value: (_) @default) @parameter
(typed_default_parameter name: (identifier) @name type: (type) @type value: (_) @default) @parameter
(parameters (list_splat_pattern (identifier) @name) @parameter.varargs)
(parameters (dictionary_splat_pattern (identifier) @name) @parameter.kwargs)
(typed_parameter . (list_splat_pattern (identifier) @name) type: (type) @type) @parameter.varargs
(typed_parameter . (dictionary_splat_pattern (identifier) @name) type: (type) @type) @parameter.kwargs
(parameters (positional_separator) @separator.positional)
(parameters (keyword_separator) @separator.keyword)

; Imports.
(import_statement name: (dotted_name) @import.module) @import
(import_statement
  name: (aliased_import name: (dotted_name) @import.module alias: (identifier) @import.alias)) @import
(import_from_statement
  module_name: (_) @import.module
  name: (dotted_name) @import.name) @import
(import_from_statement
  module_name: (_) @import.module
  name: (aliased_import name: (dotted_name) @import.name alias: (identifier) @import.alias)) @import
(import_from_statement
  module_name: (_) @import.module
  (wildcard_import) @import.name) @import
(future_import_statement "__future__" @import.module name: (dotted_name) @import.name) @import

; Calls.
(call function: (identifier) @call.name) @call
(call function: (attribute object: (_) @call.receiver attribute: (identifier) @call.name)) @call
