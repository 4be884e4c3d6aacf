(module definition
  (import "test" "unknown" (func))
  (memory i64 0xFFFF_FFFF_FFFF_FFFF (pagesize 1)))