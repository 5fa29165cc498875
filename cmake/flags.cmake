# flags.cmake - the INTERFACE targets that carry compiler flags; CMake's global flag strings stay untouched.
#
# esc_build   what every object in one build must agree on: sanitizers, ESC_STRESS, hardening
# esc_flags   esc_build and the warnings of the house, for the code that we write
# esc_calm    esc_build without these warnings, for code that flex and bison write
add_library(esc_build INTERFACE)
add_library(esc_flags INTERFACE)
add_library(esc_calm INTERFACE)
target_link_libraries(esc_flags INTERFACE esc_build)
target_link_libraries(esc_calm INTERFACE esc_build)

target_compile_options(esc_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wundef
    $<$<BOOL:${ESC_WERROR}>:-Werror>)
target_compile_options(esc_calm INTERFACE -Wall -Wno-unused-function $<$<BOOL:${ESC_WERROR}>:-Werror>)

if(ESC_STRESS)
    target_compile_definitions(esc_build INTERFACE ESC_STRESS=1)
endif()

if(ESC_SANITIZE)
    set(esc_sanitizers ${ESC_SANITIZE})
    if(esc_sanitizers MATCHES "^(ON|on|1|TRUE|true|YES|yes)$")
        set(esc_sanitizers address,undefined)
    endif()
    target_compile_options(esc_build INTERFACE
        -fsanitize=${esc_sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(esc_build INTERFACE -fsanitize=${esc_sanitizers})
elseif(NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "wasm32")
    # glibc's own checks need optimisation and do not mix with the sanitizers'.
    target_compile_options(esc_build INTERFACE
        -fstack-protector-strong $<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=2>)
    target_link_options(esc_build INTERFACE -Wl,-z,relro,-z,now)
endif()

if(ESC_COVERAGE)
    # As it is written, without what an optimiser makes of it: the branches are those of the text.
    target_compile_options(esc_build INTERFACE -O0 --coverage)
    target_link_options(esc_build INTERFACE --coverage)
endif()

if(ESC_SANITIZE OR ESC_COVERAGE)
    # Some three hundred programs of tests are linked, most with all of the runtime: lld takes half of the time.
    include(CheckLinkerFlag)
    check_linker_flag(C -fuse-ld=lld ESC_HAS_LLD)
    if(ESC_HAS_LLD)
        target_link_options(esc_build INTERFACE -fuse-ld=lld)
    endif()
endif()

if(ESC_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR "ESC_FUZZ needs clang: cmake --preset fuzz, or -DCMAKE_C_COMPILER=clang")
    endif()
    target_compile_options(esc_build INTERFACE -fsanitize=fuzzer-no-link)
endif()
