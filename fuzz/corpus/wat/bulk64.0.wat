(module
  (memory i64 1)
  (data "foo"))