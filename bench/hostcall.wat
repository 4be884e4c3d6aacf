;; Twenty million calls of a host function that only looks into a table: what
;; a call costs, and what a policy adds to it.
(module
  (import "wasi_snapshot_preview1" "sock_shutdown"
    (func $call (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (local $left i32)
    (local.set $left (i32.const 20000000))
    (loop $again
      (drop (call $call (i32.const 99) (i32.const 1)))
      (br_if $again
        (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))
