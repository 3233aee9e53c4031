; Definitions. Of several patterns that match one definition, the last in this file gives its kind.
(class_declaration name: (identifier) @name body: (_)? @body) @definition.class
(interface_declaration name: (identifier) @name body: (_)? @body) @definition.interface
(enum_declaration name: (identifier) @name body: (_)? @body) @definition.enum
(record_declaration name: (identifier) @name parameters: (_)? @parameters body: (_)? @body) @definition.record
(annotation_type_declaration name: (identifier) @name body: (_)? @body) @definition.annotation

(superclass (_) @base)
(super_interfaces (type_list (_) @base))
(extends_interfaces (type_list (_) @base))

(method_declaration
  type: (_) @type
  name: (identifier) @name
  parameters: (formal_parameters) @parameters
  dimensions: (_)? @type.suffix
  body: (block)? @body) @definition.method
(constructor_declaration
  name: (identifier) @name
  parameters: (formal_parameters) @parameters
  body: (_)? @body) @definition.constructor
(compact_constructor_declaration name: (identifier) @name body: (_)? @body) @definition.constructor
(annotation_type_element_declaration
  type: (_) @type
  name: (identifier) @name
  value: (_)? @value) @definition.method

(field_declaration
  type: (_) @type
  declarator: (variable_declarator
    name: (identifier) @name
    dimensions: (_)? @type.suffix
    value: (_)? @value)) @definition.field
(field_declaration
  (modifiers "static" "final")
  declarator: (variable_declarator name: (identifier) @name)) @definition.constant
(field_declaration
  (modifiers "final" "static")
  declarator: (variable_declarator name: (identifier) @name)) @definition.constant
(constant_declaration
  type: (_) @type
  declarator: (variable_declarator
    name: (identifier) @name
    dimensions: (_)? @type.suffix
    value: (_)? @value)) @definition.constant
(enum_constant name: (identifier) @name arguments: (_)? @value body: (_)? @body) @definition.constant
(record_declaration
  parameters: (formal_parameters
    (formal_parameter type: (_) @type name: (identifier) @name) @definition.field))
(record_declaration
  parameters: (formal_parameters
    (spread_parameter (_) @type . "..." @type.suffix . (variable_declarator name: (identifier) @name)) @definition.field))

(modifiers
  ["public" "protected" "private" "abstract" "static" "final" "strictfp" "default"
   "synchronized" "native" "transient" "volatile" "sealed" "non-sealed"] @modifier)
(modifiers [(marker_annotation) (annotation)] @decorator)
(throws (_) @throws)

; Documentation: the `/** */` block directly above.
((block_comment) @doc
  .
  [(class_declaration) (interface_declaration) (enum_declaration) (record_declaration)
   (annotation_type_declaration) (method_declaration) (constructor_declaration)
   (compact_constructor_declaration) (annotation_type_element_declaration)
   (field_declaration) (constant_declaration) (enum_constant)] @doc.of
  (#match? @doc "^/\\*\\*[^/]"))

(package_declaration [(scoped_identifier) (identifier)] @module.name)

; Parameters.
(formal_parameter type: (_) @type name: (identifier) @name dimensions: (_)? @type.suffix) @parameter
(spread_parameter (_) @type . (variable_declarator name: (identifier) @name)) @parameter.varargs

; Imports.
(import_declaration
  "static"? @import.static
  (scoped_identifier scope: (_) @import.module name: (identifier) @import.name)
  .
  ";") @import
(import_declaration
  "static"? @import.static
  [(scoped_identifier) (identifier)] @import.module
  (asterisk) @import.name) @import
(import_declaration (identifier) @import.name . ";") @import

; Calls.
(method_invocation !object name: (identifier) @call.name) @call
(method_invocation object: (_) @call.receiver name: (identifier) @call.name) @call
(object_creation_expression type: (type_identifier) @call.name) @call
(object_creation_expression type: (generic_type (type_identifier) @call.name)) @call
(object_creation_expression type: (scoped_type_identifier (type_identifier) @call.name .)) @call
(explicit_constructor_invocation constructor: (_) @call.name) @call
