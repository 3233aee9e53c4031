; Elements that carry a name: `id` before `name` before `namespace`. The tag is the symbol's modifier, so that the
; statements of a MyBatis mapper read as `com.bank.AccountMapper.findById`, a `select`.
(element
  (STag (Attribute (Name) @_key (AttValue) @name.only))
  (#eq? @_key "namespace")) @definition.element
(element
  [(STag (Attribute (Name) @_key (AttValue) @name.only)) (EmptyElemTag (Attribute (Name) @_key (AttValue) @name.only))]
  (#eq? @_key "name")) @definition.element
(element
  [(STag (Attribute (Name) @_key (AttValue) @name.only)) (EmptyElemTag (Attribute (Name) @_key (AttValue) @name.only))]
  (#eq? @_key "id")) @definition.element
(element
  (STag
    (Attribute (Name) @_key (AttValue) @name.only)
    (Attribute (Name) @_type (AttValue) @type.quoted))
  (#eq? @_key "id")
  (#any-of? @_type "resultType" "resultMap" "type" "class")) @definition.element

(STag . (Name) @modifier)
(EmptyElemTag . (Name) @modifier)
