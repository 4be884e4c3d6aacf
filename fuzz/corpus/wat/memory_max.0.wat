(module definition
  (memory 0xFFFF_FFFF (pagesize 1)))