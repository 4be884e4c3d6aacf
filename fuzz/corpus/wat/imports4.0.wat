(module
  (memory (export "memory-2-inf") 2)
  (memory (export "memory-2-4") 2 4)
)