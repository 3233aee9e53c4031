; Every key of a mapping; nested keys are qualified by dots.
(block_mapping_pair key: (flow_node) @name value: (_)? @value) @definition.key
(flow_pair key: (flow_node) @name value: (_)? @value) @definition.key
