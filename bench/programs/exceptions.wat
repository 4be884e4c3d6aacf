;; exceptions.cc by the operators: thrown through frames, caught in a loop.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (tag $thrown (param i32))

  ;; Prints a number and a line's end, as WASI wants it: the digits are made
  ;; from the last one, and {address, size} of them stands at 0.
  (func $print (param $n i32)
    (local $at i32)
    (local.set $at (i32.const 63))
    (i32.store8 (local.get $at) (i32.const 10))
    (loop $digit
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at)
        (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10))))
      (br_if $digit
        (local.tee $n (i32.div_u (local.get $n) (i32.const 10)))))
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (i32.sub (i32.const 64) (local.get $at)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1)
      (i32.const 8))))

  (func $descend (param $depth i32) (param $x i32) (result i32)
    (if (i32.eqz (local.get $depth))
      (then
        (if (i32.eqz (i32.rem_u (local.get $x) (i32.const 3)))
          (then (throw $thrown (i32.mul (local.get $x) (i32.const 7)))))
        (return (local.get $x))))
    (i32.add (i32.const 1)
      (call $descend (i32.sub (local.get $depth) (i32.const 1))
                     (i32.add (local.get $x) (local.get $depth)))))

  (func (export "_start")
    (local $sum i32) (local $i i32)
    (loop $again
      (block $done
        (block $caught (result i32)
          (try_table (catch $thrown $caught)
            (local.set $sum
              (i32.add (i32.mul (local.get $sum) (i32.const 31))
                (call $descend (i32.rem_u (local.get $i) (i32.const 8))
                               (local.get $i))))
            (br $done))
          (unreachable))
        (local.set $sum (i32.xor (local.get $sum))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (i32.const 150000))))
    (call $print (local.get $sum))))
