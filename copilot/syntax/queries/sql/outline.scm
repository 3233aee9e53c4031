; Tables and views with their columns, routines, and calls. Dialects that the grammar does not know leave gaps only.
(create_table (object_reference name: (identifier) @name) (column_definitions)? @body) @definition.table
(create_view . (_)* (object_reference name: (identifier) @name) (create_query)? @body) @definition.table
(create_materialized_view (object_reference name: (identifier) @name) (create_query)? @body) @definition.table
(create_type (object_reference name: (identifier) @name)) @definition.class
(column_definition name: (identifier) @name type: (_) @type) @definition.field
(create_table (object_reference schema: (identifier) @modifier))

(create_function
  .
  (_)*
  .
  (object_reference name: (identifier) @name)
  .
  (function_arguments)? @parameters) @definition.function
(create_function . (_)* . (object_reference name: (identifier) @name) (function_body) @body) @definition.function
(create_procedure
  (object_reference name: (identifier) @name)
  .
  (function_arguments)? @parameters) @definition.function
(function_argument . (identifier) @name . (_) @type) @parameter

; Calls.
(invocation . (object_reference name: (identifier) @call.name)) @call
