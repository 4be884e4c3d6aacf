# Cortex-M4 boards without an operating system; the C library is newlib-nano.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
# uint32_t is a long here, which "%u" is as good for.
set(CMAKE_C_FLAGS_INIT "-mcpu=cortex-m4 -mthumb --specs=nano.specs -Wno-format")
