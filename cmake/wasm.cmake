# wasm.cmake - builds for WebAssembly with Debian's packages: clang, lld, wasi-libc, libclang-rt-dev-wasm32.
#
# `-nostdlibinc` keeps clang from headers of this machine that wasi-libc does not have. There is no program to link
# before bindings/wasm is, so CMake tries its compiler with a library.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_C_COMPILER clang)
set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
set(CMAKE_C_FLAGS_INIT "-nostdlibinc -isystem /usr/include/wasm32-wasi")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-Wno-unused-command-line-argument")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY NEVER)
