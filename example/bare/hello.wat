;; Says hello by a function of the board.  Its memory is 2 KiB: pages of one
;; byte are what custom page sizes are for.
(module
  (import "board" "print" (func $print (param i32 i32)))
  (memory (export "memory") 2048 (pagesize 1))
  (data (i32.const 0) "hello from WebAssembly\n")
  (func (export "run") (param i32) (result i32)
    (call $print (i32.const 0) (i32.const 23))
    (i32.const 0)))
