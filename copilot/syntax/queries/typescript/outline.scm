; After `ecmascript`: types, interfaces, enums, signatures.
(abstract_class_declaration name: (_) @name body: (_)? @body) @definition.class
(interface_declaration name: (_) @name body: (_)? @body) @definition.interface
(type_alias_declaration name: (_) @name value: (_) @value) @definition.interface
(enum_declaration name: (_) @name body: (_)? @body) @definition.enum
(enum_body name: (property_identifier) @name @definition.constant)
(enum_assignment name: (_) @name value: (_) @value) @definition.constant

(extends_clause value: (_) @base)
(implements_clause (_) @base)
(extends_type_clause type: (_) @base)

(abstract_method_signature name: (_) @name parameters: (formal_parameters) @parameters) @definition.method
(interface_body
  (method_signature name: (_) @name parameters: (formal_parameters) @parameters) @definition.method)
(interface_body (property_signature name: (_) @name type: (type_annotation (_) @type)?) @definition.field)
(type_alias_declaration
  value: (object_type (property_signature name: (_) @name type: (type_annotation (_) @type)?) @definition.field))
(public_field_definition
  name: [(property_identifier) (private_property_identifier)] @name
  type: (type_annotation (_) @type)?
  value: (_)? @value) @definition.field
(required_parameter
  (accessibility_modifier)
  pattern: (identifier) @name
  type: (type_annotation (_) @type)?) @definition.member

; Declared types of what `ecmascript` found.
(function_declaration name: (_) @name return_type: (type_annotation (_) @type)) @definition.function
(method_definition name: (property_identifier) @name return_type: (type_annotation (_) @type)
  (#not-eq? @name "constructor")) @definition.method
(abstract_method_signature name: (_) @name return_type: (type_annotation (_) @type)) @definition.method
(interface_body (method_signature name: (_) @name return_type: (type_annotation (_) @type)) @definition.method)
(lexical_declaration
  kind: "const"
  (variable_declarator name: (identifier) @name type: (type_annotation (_) @type))) @definition.constant
(lexical_declaration
  (variable_declarator
    name: (identifier) @name
    value: (arrow_function return_type: (type_annotation (_) @type)?))) @definition.function

(abstract_class_declaration "abstract" @modifier)
(abstract_method_signature ["abstract" "static" "async" (accessibility_modifier)] @modifier)
(method_definition [(accessibility_modifier) (override_modifier)] @modifier)
(public_field_definition ["static" "readonly" (accessibility_modifier)] @modifier)
(required_parameter [(accessibility_modifier) "readonly"] @modifier)

((comment) @doc
  .
  [(abstract_class_declaration) (interface_declaration) (enum_declaration) (type_alias_declaration)
   (public_field_definition) (abstract_method_signature) (method_signature) (property_signature)] @doc.of
  (#match? @doc "^/\\*\\*[^/]"))

; Parameters.
(required_parameter pattern: (_) @name type: (type_annotation (_) @type)? value: (_)? @default) @parameter
(optional_parameter pattern: (_) @name type: (type_annotation (_) @type)? value: (_)? @default) @parameter
(required_parameter
  pattern: (rest_pattern (_) @name)
  type: (type_annotation (_) @type)?) @parameter.varargs
