;; sieve.c in a memory with 64-bit addresses; a second memory of 32 bits is for
;; WASI, which knows no other.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory $io (export "memory") 1)
  (memory $big i64 77)

  ;; Prints a number and a line's end, as WASI wants it: the digits are made
  ;; from the last one, and {address, size} of them stands at 0.
  (func $print (param $n i32)
    (local $at i32)
    (local.set $at (i32.const 63))
    (i32.store8 $io (local.get $at) (i32.const 10))
    (loop $digit
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 $io (local.get $at)
        (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10))))
      (br_if $digit
        (local.tee $n (i32.div_u (local.get $n) (i32.const 10)))))
    (i32.store $io (i32.const 0) (local.get $at))
    (i32.store $io (i32.const 4) (i32.sub (i32.const 64) (local.get $at)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1)
      (i32.const 8))))

  (func $sieve (result i32)
    (local $i i64) (local $j i64) (local $count i32)
    (memory.fill $big (i64.const 0) (i32.const 0) (i64.const 5000000))
    (local.set $i (i64.const 2))
    (loop $next
      (if (i32.eqz (i32.load8_u $big (local.get $i)))
        (then
          (local.set $j (i64.mul (local.get $i) (local.get $i)))
          (loop $strike
            (i32.store8 $big (local.get $j) (i32.const 1))
            (br_if $strike
              (i64.lt_u
                (local.tee $j (i64.add (local.get $j) (local.get $i)))
                (i64.const 5000000))))))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $next
        (i64.lt_u (i64.mul (local.get $i) (local.get $i))
                  (i64.const 5000000))))
    (local.set $i (i64.const 2))
    (loop $look
      (local.set $count
        (i32.add (local.get $count)
          (i32.eqz (i32.load8_u $big (local.get $i)))))
      (br_if $look
        (i64.lt_u (local.tee $i (i64.add (local.get $i) (i64.const 1)))
                  (i64.const 5000000))))
    (local.get $count))

  (func (export "_start")
    (local $sum i32) (local $round i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (call $sieve)))
      (br_if $again
        (i32.lt_u
          (local.tee $round (i32.add (local.get $round) (i32.const 1)))
          (i32.const 3))))
    (call $print (local.get $sum))))
