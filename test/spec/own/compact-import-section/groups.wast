;; Imports in groups: what they link to, how they count, what is wrong.
(module
  (func (export "one") (result i32) (i32.const 1))
  (func (export "two") (result i32) (i32.const 2))
  (func (export "") (result i32) (i32.const 4))
  (global (export "g10") i32 (i32.const 10))
  (global (export "g20") i32 (i32.const 20))
  (memory (export "memory") 1)
  (table (export "table") 3 funcref)
  (tag (export "tag") (param i32)))
(register "env")

;; One of each kind, between imports of the old form.
(module
  (import "env" "two" (func $two (result i32)))
  (import "env"
    (item "g10" (global $ten i32))
    (item "one" (func $one (result i32)))
    (item "memory" (memory 1))
    (item "table" (table $t 3 funcref))
    (item "tag" (tag $tag (param i32)))
    (item "" (func $four (result i32))))
  (import "env" "g20" (global $twenty i32))
  (func (export "sum") (result i32)
    (i32.add
      (i32.add (i32.add (call $one) (call $two)) (call $four))
      (i32.add (global.get $ten) (global.get $twenty))))
  (func (export "by index") (result i32)
    (i32.sub (call 2) (i32.add (call 0) (call 1))))
  (func (export "thrown") (result i32)
    (block (result i32)
      (try_table (catch $tag 0) (throw $tag (i32.const 77)))
      (unreachable)))
  (func (export "size") (result i32) (i32.add (memory.size) (table.size $t))))
(assert_return (invoke "sum") (i32.const 37))
(assert_return (invoke "by index") (i32.const 1))
(assert_return (invoke "thrown") (i32.const 77))
(assert_return (invoke "size") (i32.const 4))

;; One type for all.  Type uses may add types of their own.
(module
  (import "env" (item "two") (item "one") (item "") (func (result i32)))
  (import "env" (item "g20") (item "g10") (global i32))
  (import "env" (item "memory") (memory 1))
  (func (export "digits") (result i32)
    (i32.add (i32.mul (call 0) (i32.const 100))
      (i32.add (i32.mul (call 1) (i32.const 10)) (call 2))))
  (func (export "globals") (result i32)
    (i32.sub (global.get 0) (global.get 1))))
(assert_return (invoke "digits") (i32.const 214))
(assert_return (invoke "globals") (i32.const 10))

;; Groups of nothing ask for nothing, wherever they are from.
(module
  (import "nobody")
  (import "nobody" (func (param i64)))
  (import "env" (item "one") (func (result i32)))
  (export "one" (func 0)))
(assert_return (invoke "one") (i32.const 1))

(assert_unlinkable
  (module (import "env" (item "one" (func (result i32))) (item "three" (func))))
  "unknown import")
(assert_unlinkable
  (module (import "env" (item "one") (item "g10") (func (result i32))))
  "incompatible import type")
(assert_unlinkable
  (module (import "env" (item "g10") (global (mut i32))))
  "incompatible import type")

(assert_malformed
  (module quote "(import \"env\" (item \"one\") (func $f (result i32)))")
  "identifier not allowed")
(assert_malformed
  (module quote "(import \"env\" (item \"one\" (func)) (item \"two\"))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"env\" (item \"one\"))")
  "unexpected token")
(assert_malformed
  (module quote "(func) (import \"env\" (item \"one\" (func)))")
  "import after function")
(assert_malformed
  (module quote "(import \"env\" (item \"a\" (func $f)) (item \"b\" (func $f)))")
  "duplicate func")

;; The code is one byte behind an empty name, and nothing nests.
(assert_malformed
  (module binary "\00asm" "\01\00\00\00"
    "\01\04\01\60\00\00"
    "\02\09\01" "\01a" "\01b" "\7f" "\01" "\00\00")
  "malformed import kind")
(assert_malformed
  (module binary "\00asm" "\01\00\00\00"
    "\02\0b\01" "\01a" "\00" "\7f" "\01" "\00" "\7f" "\01" "\00" "\00")
  "malformed import kind")
(assert_malformed
  (module binary "\00asm" "\01\00\00\00"
    "\02\07\01" "\01a" "\00" "\7e" "\7f" "\00")
  "malformed import kind")
(assert_invalid
  (module binary "\00asm" "\01\00\00\00"
    "\02\09\01" "\01a" "\00" "\7e" "\00\00" "\01" "\00")
  "unknown type")
(assert_malformed
  (module binary "\00asm" "\01\00\00\00"
    "\02\0b\01" "\01a" "\00" "\7e" "\02\00\01" "\ff\7f" "\00")
  "unexpected end")
