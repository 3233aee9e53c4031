; After `ecmascript`: what TypeScript writes otherwise.
(class_heritage (_) @base)
(field_definition
  property: [(property_identifier) (private_property_identifier)] @name
  value: (_)? @value) @definition.field
(field_definition "static" @modifier)

((comment) @doc . (field_definition) @doc.of (#match? @doc "^/\\*\\*[^/]"))

; Parameters.
(formal_parameters [(identifier) (object_pattern) (array_pattern)] @name @parameter)
(formal_parameters (assignment_pattern left: (_) @name right: (_) @default) @parameter)
(formal_parameters (rest_pattern (_) @name) @parameter.varargs)
