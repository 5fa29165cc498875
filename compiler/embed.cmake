# embed.cmake - writes files as a C array: cmake -DOUT=… -DFILES="a;b" -DDIR=… -P embed.cmake
#
# Each FILE below DIR becomes a row of esc_std_modules: "std.paths.incident", "std/paths/incident.esc" and its bytes.
include(${CMAKE_CURRENT_LIST_DIR}/../cmake/bytes.cmake)
set(arrays "")
set(rows "")
foreach(file IN LISTS FILES)
    esc_bytes(${DIR}/${file} bytes)
    string(REGEX REPLACE "\\.esc$" "" name ${file})
    string(REPLACE "/" "_" array ${name})
    string(REPLACE "/" "." name ${name})
    string(APPEND arrays "static const unsigned char ${array}_esc[] = {\n${bytes}\n};\n\n")
    string(APPEND rows "    {\"std.${name}\", \"std/${file}\", ${array}_esc, sizeof ${array}_esc},\n")
endforeach()
file(WRITE ${OUT} "/* Made from stdlib/ by compiler/embed.cmake. */\n#include \"check/check.h\"\n\n${arrays}"
    "const EscStdModule esc_std_modules[] = {\n${rows}};\nconst unsigned esc_std_modules_count = ESC_COUNT_OF(esc_std_modules);\n")
