;; A condition that a local keeps is still there behind the branch on its
;; opposite.
(module
  (func (export "tee") (param i32) (result i32) (local i32)
    (block
      (br_if 0 (i32.eqz (local.tee 1 (i32.lt_u (local.get 0) (i32.const 10))))))
    (local.get 1))
  (func (export "set") (param f64) (result i32) (local i32)
    (local.set 1 (f64.lt (local.get 0) (f64.const 10)))
    (block (br_if 0 (i32.eqz (local.get 1))))
    (local.get 1))
  (func (export "if") (param i64) (result i32) (local i32)
    (if (result i32) (i32.eqz (local.tee 1 (i64.eqz (local.get 0))))
      (then (i32.sub (local.get 1) (i32.const 1)))
      (else (local.get 1))))
  (func (export "loop") (param i32) (result i32) (local i32)
    (loop
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if 0 (i32.eqz (local.tee 1 (i32.gt_s (local.get 0) (i32.const 5))))))
    (i32.add (local.get 0) (local.get 1)))
  ;; Nobody keeps this one.
  (func (export "dropped") (param f64) (result i32)
    (block
      (br_if 0 (i32.eqz (f64.lt (local.get 0) (f64.const 10))))
      (return (i32.const 1)))
    (i32.const 0)))

(assert_return (invoke "tee" (i32.const 5)) (i32.const 1))
(assert_return (invoke "tee" (i32.const 15)) (i32.const 0))
(assert_return (invoke "set" (f64.const 5)) (i32.const 1))
(assert_return (invoke "set" (f64.const nan)) (i32.const 0))
(assert_return (invoke "if" (i64.const 0)) (i32.const 1))
(assert_return (invoke "if" (i64.const 7)) (i32.const -1))
(assert_return (invoke "loop" (i32.const 0)) (i32.const 7))
(assert_return (invoke "dropped" (f64.const 5)) (i32.const 1))
(assert_return (invoke "dropped" (f64.const 15)) (i32.const 0))
