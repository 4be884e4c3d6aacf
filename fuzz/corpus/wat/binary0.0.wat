(module binary
  "\00asm" "\01\00\00\00"
  "\05\07\02"                          ;; Memory section with 2 entries
  "\00\82\00"                          ;; no max, minimum 2
  "\00\82\00"                          ;; no max, minimum 2
)