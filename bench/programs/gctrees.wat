;; bintrees.c with garbage-collected structs: nothing is freed by hand.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (type $node (struct (field $left (ref null $node))
                      (field $right (ref null $node))))

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

  (func $make (param $depth i32) (result (ref $node))
    (if (i32.eqz (local.get $depth))
      (then (return (struct.new_default $node))))
    (struct.new $node
      (call $make (i32.sub (local.get $depth) (i32.const 1)))
      (call $make (i32.sub (local.get $depth) (i32.const 1)))))

  (func $count (param $node (ref null $node)) (result i32)
    (if (ref.is_null (local.get $node)) (then (return (i32.const 0))))
    (i32.add (i32.const 1)
      (i32.add (call $count (struct.get $node $left (local.get $node)))
               (call $count (struct.get $node $right (local.get $node))))))

  (func (export "_start")
    (local $kept (ref null $node)) (local $sum i32) (local $i i32)
    (local.set $kept (call $make (i32.const 14)))
    (loop $tree
      (local.set $sum
        (i32.add (local.get $i)
          (i32.add (i32.mul (local.get $sum) (i32.const 31))
                   (call $count (call $make (i32.const 14))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $tree (i32.lt_u (local.get $i) (i32.const 40))))
    (call $print (i32.add (local.get $sum) (call $count (local.get $kept))))))
